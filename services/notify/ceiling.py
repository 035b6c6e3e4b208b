"""How much the desk writes to one address in a day, and what its text messages may cost in one.

Anybody may give anybody's address, and so have it written to. What is about an emergency is counted for itself, so
that nothing else uses up what is kept for it; and staff, customers and subscribers have a purse each.

Counted in the transaction that claims a message, so that no two claims take the last one both. The table knows an
address by a keyed hash only, for two days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from zlib import crc32

from botocore.exceptions import BotoCoreError, ClientError

from services.notify.message import Message
from services.notify.price import amount, cost, prices
from shared import vault
from shared.logs import log
from shared.settings import settings
from shared.store import Conflict, Item, Refused
from shared.tables import store

Claimed = TypeVar("Claimed")

A_DAY = 20
"""Messages to one address, by the day of UTC. Several times what the busiest case of one customer brings about."""

MONEY = "money"

_KEPT = timedelta(days=2)
_PLACES = 16
"""A purse is counted in at most so many items: texts are sent side by side, and one item takes one write at a time.
"""

_PARTS = 40
"""Of the dearest text, what each of these has room for: more than the longest has. What is left in all of them at the
end of a day is less than one text each.
"""


class Reached(Exception):
    """The day has no room for this; which ceiling it is, is its argument."""


@dataclass(frozen=True)
class Ceiling:
    """One counter of a day: what this message adds to it, and what it may come to.

    It is counted in one of several places, each with its share.
    """

    name: str
    pk: str
    day: str
    adds: int
    most: int
    """Of this place."""
    place: int = 0
    places: int = 1

    def counting(self, now: datetime) -> Item:
        """The write that counts the message, and fails when it would be too much."""
        return self._write(
            self.adds, now, "attribute_not_exists(messages) OR messages <= :room", self.most - self.adds
        )

    def giving_back(self, now: datetime) -> Item:
        """The write that takes back what was counted and did not happen: in whichever place, the sum is right."""
        return self._write(-self.adds, now)

    def where_room_is(self) -> "Ceiling | None":
        """The same counter, in this place if there is room, or else in the emptiest; None when the day has none."""
        counted = {self._key(place): 0 for place in range(self.places)}
        for item in store().beneath(self.pk, self.day):
            if item["sk"]["S"] in counted:
                counted[item["sk"]["S"]] = int(item["messages"]["N"])
        by_place = list(counted.values())
        place = self.place if by_place[self.place] + self.adds <= self.most else by_place.index(min(by_place))
        return replace(self, place=place) if by_place[place] + self.adds <= self.most else None

    @property
    def is_possible(self) -> bool:
        """Whether a whole day had room for it."""
        return self.adds <= self.most

    def _key(self, place: int) -> str:
        return f"{self.day}#{place:02d}"

    def _write(self, adds: int, now: datetime, condition: str = "", room: int = 0) -> Item:
        return {
            "Update": {
                "TableName": store().table,
                "Key": {"pk": {"S": self.pk}, "sk": {"S": self._key(self.place)}},
                "UpdateExpression": "ADD messages :adds SET expires = if_not_exists(expires, :expires)",
                **({"ConditionExpression": condition} if condition else {}),
                "ExpressionAttributeValues": {
                    ":adds": {"N": str(adds)},
                    **({":room": {"N": str(room)}} if condition else {}),
                    ":expires": {"N": str(int((now + _KEPT).timestamp()))},
                },
            }
        }


def of_address(address: str, now: datetime, *, urgent: bool) -> Ceiling:
    """Messages to one address."""
    mark = vault.mac_text("address", address.casefold())
    purse = "#URGENT" if urgent else ""
    return Ceiling("address", f"ADDRESS#{mark}{purse}", _day(now), 1, A_DAY)


def of_money(message: Message, number: str, parts: int, now: datetime) -> Ceiling:
    """What text messages cost. A deployment that names no sum has no such ceiling."""
    purse, most = _purse(message)
    by_country = prices(settings().sms_prices) if most else {}
    whole = amount(most) if most else 0
    places = max(1, min(_PLACES, whole // max(_PARTS * max(by_country.values(), default=0), 1)))
    return Ceiling(
        MONEY,
        f"SPENT#sms{purse}",
        _day(now),
        cost(number, parts, by_country) if most else 0,
        whole // places,
        crc32(message.id.encode()) % places,
        places,
    )


def beneath(ceilings: Sequence[Ceiling], claim: Callable[[Sequence[Ceiling]], Claimed]) -> Claimed:
    """What `claim` answers, which counts them. Raises `Reached`, and what `claim` raises."""
    for one in ceilings:
        if not one.is_possible:
            raise Reached(one.name)
    for _ in range(_PLACES):
        try:
            return claim(ceilings)
        except Conflict:
            found = []
            for one in ceilings:
                there = one.where_room_is()
                if there is None:
                    raise Reached(one.name) from None
                found.append(there)
            if found == list(ceilings):
                raise
            ceilings = found
    return claim(ceilings)


def give_back(ceilings: Sequence[Ceiling], claimed_at: datetime) -> None:
    """Money that was counted at that time and not spent. When that fails, the day has so much less."""
    for one in ceilings:
        if one.name == MONEY:
            try:
                store().write([one.giving_back(claimed_at)])
            except (Refused, BotoCoreError, ClientError) as error:
                log().warning("not given back", kind=one.name, error=type(error).__name__)


def _purse(message: Message) -> tuple[str, str]:
    """Whose money it takes, and how much there is for a day: nobody's uses up another's."""
    here = settings()
    if message.to_staff:
        return "#STAFF", here.sms_day_staff
    if message.subscriber:
        return "#SUBSCRIBERS", here.sms_day_subscribers
    return ("#URGENT", here.sms_day_urgent) if message.urgent else ("", here.sms_day)


def _day(now: datetime) -> str:
    return f"DAY#{now:%Y-%m-%d}"
