"""Who gets a bulletin: for each theme a list, an item for each community that somebody wants it for.

A list is one partition, ordered by community: a bulletin reads what it is for and nothing else, however many there
are. Subscribers are in it by their ids, which are keyed hashes; whoever left is marked so, and gone after a while.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notify.bulletin import Cursor
from services.notify.subscriber import Subscriber
from shared.store import Item, put_item
from shared.tables import store

EVERYWHERE = "*"
"""The community of whoever wants a theme for all of them."""

_PAGES_COUNTED = 40
_A_PAGE = 1_000
_KEPT = timedelta(days=1)
_READ = 5
"""Pages of one minute: among those who left or are met twice there may be nobody."""


@dataclass(frozen=True)
class Part:
    """Whose turn it is, and where it goes on; `finished`: there is nobody behind them."""

    subscribers: tuple[str, ...]
    cursor: Cursor
    finished: bool


def lists(theme: str, communities: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What a bulletin reads: partitions, each with how the place of its items begins."""
    partition = f"AUDIENCE#{theme}"
    if not communities:
        return ((partition, ""),)
    return tuple((partition, f"{one}#") for one in (*sorted(communities), EVERYWHERE))


def entering(before: Subscriber, after: Subscriber, now: datetime) -> list[Item]:
    """The writes that list a subscriber for what they want now, and no longer for what they wanted."""
    was, wanted = _places(before), _places(after)
    told = {"id": after.id, "language": after.choice.language if after.choice else "", "channel": after.channel}
    listed = " ".join(_communities(after))
    here = store().table
    return [
        *(put_item(here, place, {**told, "communities": listed}) for place in sorted(wanted)),
        *(_gone(place, now) for place in sorted(was - wanted)),
    ]


def turn(theme: str, communities: Sequence[str], cursor: Cursor, many: int) -> Part:
    """The next ones, at most so many."""
    found: list[str] = []
    places = lists(theme, communities)
    at, after = cursor.turn, cursor.after
    for _ in range(_READ):
        if at >= len(places) or len(found) >= many:
            break
        partition, prefix = places[at]
        items, more = _page(partition, prefix, after, many - len(found))
        found += [item["id"]["S"] for item in items if _has_turn(item, communities)]
        if more:
            after = items[-1]["sk"]["S"]
        else:
            at, after = at + 1, ""
    return Part(tuple(found), Cursor(turn=at, after=after), finished=at >= len(places))


@dataclass(frozen=True)
class Reach:
    """How many a bulletin goes to, by channel and language; `more`: there are more than were counted."""

    counted: Counter[tuple[str, str]]
    more: bool


def reach(theme: str, communities: Sequence[str]) -> Reach:
    counted: Counter[tuple[str, str]] = Counter()
    left = _PAGES_COUNTED
    for partition, prefix in lists(theme, communities):
        after = ""
        while True:
            if not left:
                return Reach(counted, more=True)
            left -= 1
            items, more = _page(partition, prefix, after, _A_PAGE)
            counted.update(
                (item["channel"]["S"], item["language"]["S"]) for item in items if _has_turn(item, communities)
            )
            if not more:
                break
            after = items[-1]["sk"]["S"]
    return Reach(counted, more=False)


def _has_turn(item: Item, communities: Sequence[str]) -> bool:
    """Whether somebody is met here: not if they left, nor in a second place of the same bulletin."""
    if "gone" in item:
        return False
    mine = item["sk"]["S"].partition("#")[0]
    wanted = item["communities"]["S"].split()
    met = [one for one in sorted(wanted) if not communities or one in communities or one == EVERYWHERE]
    return met[:1] == [mine]


def _page(partition: str, prefix: str, after: str, limit: int) -> tuple[list[Item], bool]:
    here = store()
    condition, values = "pk = :pk", {":pk": {"S": partition}}
    if prefix:
        condition, values = f"{condition} AND begins_with(sk, :prefix)", {**values, ":prefix": {"S": prefix}}
    start: dict[str, Any] = {"ExclusiveStartKey": {"pk": {"S": partition}, "sk": {"S": after}}} if after else {}
    answer = here.client.query(
        TableName=here.table,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        ConsistentRead=True,
        Limit=limit,
        **start,
    )
    return answer["Items"], "LastEvaluatedKey" in answer


def _places(subscriber: Subscriber) -> set[tuple[str, str]]:
    if not subscriber.active or subscriber.choice is None:
        return set()
    return {
        (f"AUDIENCE#{theme}", f"{community}#{subscriber.id}")
        for theme in subscriber.choice.themes
        for community in _communities(subscriber)
    }


def _communities(subscriber: Subscriber) -> tuple[str, ...]:
    chosen = subscriber.choice.communities if subscriber.choice else ()
    return chosen or (EVERYWHERE,)


def _gone(place: tuple[str, str], now: datetime) -> Item:
    """A batch that is under way meets this place and passes it by; later it is nothing."""
    marked = put_item(store().table, place, {"gone": "yes"})
    marked["Put"]["Item"]["expires"] = {"N": str(int((now + _KEPT).timestamp()))}
    return marked
