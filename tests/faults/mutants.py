"""Bugs to find: each plants one into the desk as it runs. They are what the simulator itself is tested with.

A race has a narrow window; those that need one get a weather in which machines are slow and ticks come twice.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from shared import store
from tests.faults.town import endangered, forgotten
from tests.faults.town import people as everybody
from tests.faults.weather import Weather, breaking, crowded
from tests.faults.world import World


def refused() -> Weather:
    """Half of what is sent is refused for good: customers are called instead. And ticks come twice."""
    weather = crowded()
    weather.provider_refuses = 0.5
    return weather


def sluggish() -> Weather:
    """Machines are slow, and much is refused for good."""
    return Weather(slow=0.6, tick_twice=0.5, told_twice=0.5, provider_refuses=0.5)


def told() -> Weather:
    """Much of what was sent comes back, or is called spam."""
    return Weather(bounced=0.4, called_spam=0.6)


People = Callable[[World], datetime]
Planted = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Mutant:
    """A bug, what it is called, and what the world says when it is found."""

    name: str
    plant: Planted
    found_as: str
    """A pattern."""
    weather: Callable[[], Weather] | None = None
    """What goes wrong around it; the seed's own weather when nothing is said."""

    people: People = everybody
    """Who comes."""

    first: int = 0
    """The seed to begin with: a rare bug is found from 0 as well, only later."""

    def is_found(self, violations: Iterable[str]) -> bool:
        """Whether one of these is what it is found as."""
        return any(re.search(self.found_as, one) for one in violations)


def instead(where: str, name: str, wrong: Callable[..., Any]) -> Planted:
    """`wrong` in the place of a module's or class's attribute."""
    return lambda: patch.object(_found(where), name, wrong)


def around(where: str, name: str, change: Callable[..., Any]) -> Planted:
    """Like `instead`, with the original as the first argument."""

    @contextmanager
    def plant() -> Iterator[None]:
        target = _found(where)
        original = getattr(target, name)
        with patch.object(target, name, lambda *args, **kwargs: change(original, *args, **kwargs)):
            yield

    return plant


def _found(where: str) -> Any:
    """`module` or `module:Class`."""
    module, _, inside = where.partition(":")
    target: Any = import_module(module)
    for part in filter(None, inside.split(".")):
        target = getattr(target, part)
    return target


def all_of(*planted: Planted) -> Planted:
    @contextmanager
    def plant() -> Iterator[None]:
        with ExitStack() as stack:
            for one in planted:
                stack.enter_context(one())
            yield

    return plant


def _without_condition(put: Callable[..., Any], table: str, item: Any, condition: str, values: Any = None) -> Any:
    write = put(table, item, condition, values)
    return {"Put": {"TableName": table, "Item": write["Put"]["Item"]}}


def _guard_afterwards(write: Callable[..., Any], here: Any, *args: Any, guard: Any, **more: Any) -> Any:
    """The mark in a write of its own, after the effect."""
    aggregate, _, cause = args
    if guard and here.item(aggregate.key(aggregate.id), guard.key):
        raise store.AlreadyDone
    after = write(here, *args, guard=None, **more)
    if guard:
        item = store._guard(aggregate.key(aggregate.id), guard, cause.at)
        here.client.put_item(TableName=here.table, Item=item)
    return after


def _events_afterwards(client: Any, items: list[Any]) -> None:
    for one in items:
        client.transact_write_items(TransactItems=[one])


def _state_then_events(
    _write: Callable[..., Any], here: Any, aggregate: Any, lines: Any, cause: Any, **how: Any
) -> Any:
    """Two writes where one belongs: the state, then what tells of it."""
    after, writes = here._writes(aggregate, lines, cause, salt=how["salt"], new=how["new"])
    guard = how["guard"]
    if guard:
        writes.append(
            store._put(
                here.table, store._guard(aggregate.key(aggregate.id), guard, cause.at), "attribute_not_exists(pk)"
            )
        )
    first = [writes[0], *writes[1 + len(lines) :], *how["extra"]]
    try:
        here.client.transact_write_items(TransactItems=first)
        _events_afterwards(here.client, writes[1 : 1 + len(lines)])
    except ClientError as error:
        raise store._refusal(error, new=how["new"], guarded=guard is not None, beside=range(0)) from error
    return after


def _unmarked_first(tell: Callable[..., Any], outgoing: Any) -> Any:
    relay = import_module("shared.relay")
    for one in outgoing:
        relay._unmark(one)
    return tell(outgoing)


def _refused_as_told(_put: Callable[..., Any], batch: Any) -> Any:
    relay = import_module("shared.relay")
    bus = relay.settings().need("bus")
    relay.client("events").put_events(Entries=[one.entry(bus) for one in batch])
    return []


def _sent_first(begin: Callable[..., Any], heard: Any, message: Any, addresses: Any, words: Any, *more: Any) -> Any:
    delivery = import_module("services.notify.delivery")
    channel = message.channels[0]
    delivery.PROVIDERS[channel].send(addresses[channel], words, delivery.Which(message.id, 1))
    begin(heard, message, addresses, words, *more)


def _whatever_they_call_it(plan: Callable[..., Any], known: Any, *rest: Any) -> Any:
    return plan(known.model_copy(update={"unwanted": ()}), *rest)


def _not_looked_at(_tell: Callable[..., Any], message: Any, _now: datetime) -> bool:
    """A claim counts as broken off whoever holds it."""
    return any(one.open for one in message.promises)


def _a_day_early(late: Callable[..., Any], matter: Any, *rest: Any) -> Any:
    return late(matter, *rest[:-1], rest[-1] + timedelta(days=1))


def _index_of_the_last(_look: Callable[..., Any], promises: Any) -> Any:
    looks = [one.next_look for one in promises if one.next_look is not None]
    return max(looks, default=None)


def _counted_apart(told: Callable[..., Any], *args: Any) -> Any:
    """An answer is counted in a write of its own, before it is taken."""
    lines, counted = told(*args)
    store = import_module("services.survey.answering").store()
    store.client.transact_write_items(TransactItems=[counted])
    check = {
        "ConditionCheck": {
            "TableName": store.table,
            "Key": {"pk": {"S": "NONE"}, "sk": {"S": "NONE"}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }
    return lines, check


def _claimed_by_anybody(claim: Callable[..., Any], *args: Any) -> Any:
    write = claim(*args)["Update"]
    values = {name: value for name, value in write["ExpressionAttributeValues"].items() if name != ":free"}
    return {
        "Update": {
            **{name: value for name, value in write.items() if name != "ConditionExpression"},
            "ExpressionAttributeValues": values,
        }
    }


def _quoted(call: Callable[..., Any], desk: Any, event: Any, context: Any) -> Any:
    """The log says what was sent."""
    import_module("shared.logs").log().info(f"asked {event['body']}")
    return call(desk, event, context)


def _open_letter(_seal: Callable[..., Any], recipient: str, about: str, content: Any) -> str:
    del recipient, about
    return json.dumps(dict(content), ensure_ascii=False)


def _read_open(_unseal: Callable[..., Any], box: str, about: str) -> Any:
    del about
    return json.loads(box)


def _not_yet_as_never(work_off: Callable[..., Any], event: Any, react: Callable[[str], None]) -> Any:
    heard = import_module("shared.heard")

    def impatient(body: str) -> None:
        try:
            react(body)
        except heard.NotYet:
            raise heard.NotAnEvent from None

    return work_off(event, impatient)


def _swallowed(work_off: Callable[..., Any], event: Any, react: Callable[[str], None]) -> Any:
    work_off(event, react)
    return {"batchItemFailures": []}


def _all_or_nothing(work_off: Callable[..., Any], event: Any, react: Callable[[str], None]) -> Any:
    """One failure, and nothing of its batch comes again but the last."""
    failed = work_off(event, react)["batchItemFailures"]
    return {"batchItemFailures": failed[1:]}


def _numbered_anew(invitation: Callable[..., Any], *args: Any) -> Any:
    return invitation(*args).model_copy(update={"id": import_module("shared.ids").number()})


def _claim_without_end(claimed: Callable[..., Any], message: Any, now: datetime) -> Any:
    return claimed(message, now).model_copy(update={"promises": ()})


def _no_check(table: str, case: str, _salt: str) -> Any:
    """Nobody asks whether the customer is known still."""
    key = {"pk": {"S": f"NOBODY#{case}"}, "sk": {"S": "STATE"}}
    return {"ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": "attribute_not_exists(pk)"}}


def _slowly_begun(begin: Callable[..., Any], *args: Any) -> None:
    """Opens the window between reading a card and the claim."""
    store = import_module("services.notify.delivery").store()
    for _ in range(8):
        store.item("NOBODY", "STATE")
    begin(*args)


def _looked_at_again(look: Callable[..., Any], identity: str, now: datetime) -> None:
    """Whether the call is owed still is not asked."""
    calling, callbacks = (import_module(f"services.notify.{name}") for name in ("calling", "callback"))
    callback = calling.store().load(callbacks.Callback, identity)
    if calling.card_of(callback.case)[0].salt is None:
        callbacks.given_up(callback, "not-wished", now)
    look(identity, now)


def _only_newer(note: Callable[..., Any], heard: Any, number: str, *args: Any, **more: Any) -> None:
    """What was overtaken is left out."""
    store = import_module("services.intake.reactions").store()
    _, events = store.history(import_module("services.intake.case").Case, number)
    if heard.at >= events[-1].at:
        note(heard, number, *args, **more)


def _whatever_they_wish(card_of: Callable[..., Any], case: str) -> Any:
    known, card = card_of(case)
    return known.model_copy(update={"no_calls": False}), card


def _skipping(miss: Callable[..., Any], promises: Any, ladder: Any, calendar: Any, now: datetime) -> Any:
    """What became late twice between two ticks climbs two rungs at once."""
    made, misses = miss(promises, ladder, calendar, now)
    fresh = [one.successor for one in misses]
    jumped = tuple(one.model_copy(update={"rung": one.rung + 1}) if one in fresh else one for one in made)
    return jumped, misses


def _still_owed(_closed: Callable[..., Any], case: Any, _now: datetime) -> Any:
    return case


def _returned_as_arrived(received: Callable[..., Any], message: Any, number: int, *rest: Any) -> Any:
    """Whatever is told of a message, it counts as being there."""
    fates = import_module("services.notify.message").Fate
    channel, _, now = rest
    return received(message, number, channel, fates.DELIVERED, now)


def _told_of_by_a_claim(_stands: Callable[..., Any], last: Any, message: Any, begun: datetime) -> bool:
    """Before a provider has it."""
    same_way: bool = last.channels[:1] == message.channels[:1]
    return same_way and last.state != "waiting" and last.claimed_at > begun


def _in_the_words_it_had(heed: Callable[..., Any], message: Any, content: Any, *rest: Any) -> Any:
    after, now, note = heed(message, content, *rest)
    return after, {**now, "letter": content["letter"]}, note


def _whatever_was_said_since(at_risk: Callable[..., Any], case: Any, *, so: bool, heard: int) -> Any:
    return at_risk(case.model_copy(update={"safety_heard": heard}), so=so, heard=heard)


def _whatever_else_is_written(_as_read: Callable[..., Any], case: Any) -> Any:
    """Nobody asks whether the case says the same still."""
    return _no_check("intake", case.id, "")


def overtaking() -> Weather:
    """Events overtake one another and come twice."""
    return Weather(reordered=0.9, told_twice=0.3)


_STORE = "shared.store"

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "a reaction without a guard",
        all_of(
            *(
                around(
                    f"services.{service}.reactions",
                    "Guard",
                    lambda guard, key, *rest: guard(
                        f"{key}{id(object())}{import_module('secrets').token_bytes(4).hex()}", *rest
                    ),
                )
                for service in ("intake", "complaints")
            )
        ),
        "what was told or asked once changed",
        crowded,
    ),
    Mutant(
        "a command without a guard",
        all_of(
            instead("shared.commands:Command", "guard", lambda _self, _answer: None),
            instead("shared.commands:Command", "raise_if_done", lambda _self, _kind, _identity: None),
        ),
        "what was told or asked once changed",
        crowded,
    ),
    Mutant(
        "the guard in a write of its own",
        around(f"{_STORE}:Store", "_write", _guard_afterwards),
        "what was told or asked once changed",
        crowded,
    ),
    Mutant(
        "the events in a write of their own",
        around(f"{_STORE}:Store", "_write", _state_then_events),
        "chain",
        breaking,
    ),
    Mutant(
        "a write without a condition",
        around(_STORE, "_put", _without_condition),
        "an event was changed|chain",
        crowded,
    ),
    Mutant(
        "a message that is sent before it is claimed",
        around("services.notify.customers", "begin", _sent_first),
        "sent",
    ),
    Mutant(
        "a claim that anybody takes over",
        around("services.notify.message:Message", "is_over", _not_looked_at),
        "does not hold the claim",
        crowded,
    ),
    Mutant(
        "a claim that nobody looks at again",
        around("services.notify.message", "claimed", _claim_without_end),
        "under way for ever",
        breaking,
    ),
    Mutant(
        "a swallowed batch failure",
        around("shared.consumer", "work_off", _swallowed),
        "asked about|acknowledged",
        breaking,
    ),
    Mutant(
        "only the first failure of a batch is swallowed",
        around("shared.consumer", "work_off", _all_or_nothing),
        "asked about|acknowledged",
        breaking,
    ),
    Mutant(
        "an event that came too soon is buried",
        around("shared.consumer", "work_off", _not_yet_as_never),
        "buried",
        breaking,
    ),
    Mutant(
        "the mark is taken off before the event is told",
        around("shared.relay", "tell", _unmarked_first),
        "never told",
        breaking,
    ),
    Mutant("what the bus refused counts as told", around("shared.relay", "_put", _refused_as_told), "never told"),
    Mutant("nobody sweeps up what the stream lost", instead("shared.relay", "sweep", lambda _now: 0), "never told"),
    Mutant(
        "a report gets a new number each time",
        around(
            "services.intake.reporting", "_number_of", lambda _number, *_args: import_module("shared.ids").number()
        ),
        "one report",
    ),
    Mutant(
        "an invitation gets a new number each time",
        around("services.survey.reactions", "_invitation", _numbered_anew),
        "asked about",
    ),
    Mutant(
        "a unit is claimed whether or not it is free",
        around("services.intake.fleet", "claim", _claimed_by_anybody),
        "two cases at once",
        crowded,
    ),
    Mutant(
        "a deadline that comes a day early",
        all_of(*(around(f"services.{where}", "late", _a_day_early) for where in ("complaints.steps", "intake.case"))),
        "before its date",
    ),
    Mutant("a rung is skipped", around("shared.promises", "miss", _skipping), "rung"),
    Mutant("a closed case still owes", around("services.intake.case", "closed", _still_owed), "still owes"),
    Mutant("the index looks at the last date first", around(_STORE, "next_look", _index_of_the_last), "looks at"),
    Mutant(
        "an answer is counted in a write of its own",
        around("services.survey.answering", "told", _counted_apart),
        "counted",
        breaking,
    ),
    Mutant("a log line quotes what was sent", around("shared.http:Desk", "__call__", _quoted), "a log holds"),
    Mutant(
        "boxes that are not sealed",
        all_of(around("shared.seals", "seal", _open_letter), around("shared.heard", "unseal", _read_open)),
        "holds",
    ),
    Mutant(
        "whoever it is about sees it",
        instead("shared.policy:Principal", "is_subject", lambda _self, _subjects: False),
        "which is about them",
    ),
    Mutant(
        "whoever was forgotten meanwhile is written to",
        all_of(
            instead("services.notify.recipient", "unless_forgotten", _no_check),
            around("services.notify.customers", "begin", _slowly_begun),
        ),
        "sent after its customer was forgotten",
        crowded,
        forgotten,
    ),
    Mutant(
        "a call that one tick gave up is given up by another",
        around("services.notify.calling", "look", _looked_at_again),
        "without a fault",
        refused,
    ),
    Mutant(
        "a timeline that takes only what is newer",
        around("services.intake.reactions", "_note", _only_newer),
        "stands",
        breaking,
    ),
    Mutant(
        "whoever texted STOP is texted",
        instead("services.notify.stopping", "is_stopped", lambda _number: False),
        "said STOP",
        told,
    ),
    Mutant(
        "whoever calls it spam gets more of it",
        around("services.notify.wishing", "plan", _whatever_they_call_it),
        "calls spam",
        told,
    ),
    Mutant(
        "what came back counts as arrived",
        around("services.notify.message", "received", _returned_as_arrived),
        "came back and counts",
        told,
    ),
    Mutant(
        "calls are promised to whoever wants none",
        around(
            "services.notify.booking",
            "card_of",
            _whatever_they_wish,
        ),
        "wants none",
    ),
    Mutant(
        "a message tells of others before it is sent",
        around("services.notify.burst", "stands_for", _told_of_by_a_claim),
        "was never sent and counts",
        sluggish,
        endangered,
    ),
    Mutant(
        "what told of others came back, and they count as told",
        instead("services.notify.gathering", "release", lambda *_: None),
        "counts as being there",
        told,
        endangered,
    ),
    Mutant(
        "what was said first about safety wins when it is heard last",
        around("services.intake.case:Case", "at_risk", _whatever_was_said_since),
        "at risk, whatever was said last",
        overtaking,
        endangered,
    ),
    Mutant(
        "safe contact holds for one case",
        instead("services.notify.cards", "_asked_elsewhere", lambda *_: iter(())),
        "whom it can harm says",
        people=endangered,
    ),
    Mutant(
        "what waits keeps the words that it had",
        around("services.notify.heeding", "heed", _in_the_words_it_had),
        "whom it can harm says",
        people=endangered,
    ),
    Mutant(
        "calls on other cases stay where they were",
        instead("services.notify.moving", "keep_safe", lambda *_: None),
        "hour that is not safe",
        people=endangered,
    ),
    Mutant(
        "a case shows everybody how its customer is reached",
        instead("services.intake.views", "hides", lambda *_: False),
        "sees on case",
        people=endangered,
    ),
    Mutant(
        "a call shows whom it reaches before anybody takes it",
        instead("services.notify.whom", "is_hidden", lambda *_, **__: False),
        "sees on a call",
        people=endangered,
    ),
    Mutant(
        "a file says what its case said a moment ago",
        around("services.intake.filing", "_as_read", _whatever_else_is_written),
        "the file of .* says something else",
        crowded,
        endangered,
        first=90,
    ),
)
