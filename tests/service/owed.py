"""A thing with promises and nothing else, kept in a service's table: what tests of the store tick and recount."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from shared import promises
from shared.aggregate import Aggregate
from shared.contracts import Note
from shared.promises import Promises, Rung
from shared.store import Cause, Line, Store
from shared.tables import store
from shared.worktime import Calendar
from tests.service.world import World

OFFICE = Calendar.from_data(
    {"tz": "Asia/Dubai", "hours": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
LADDER = (Rung("supervisor", {"hours": 4}), Rung("duty-leader", {"hours": 24}))


class Owed(Aggregate):
    """Something with promises."""

    KIND: ClassVar[str] = "OWED"


class Happened(Note):
    """Something was done to it."""

    what: str


@contextmanager
def table(world: World) -> Iterator[Store]:
    """The table of intake, as its functions have it."""
    with world.function_of("intake"):
        yield store()


def cause(now: datetime) -> Cause:
    return Cause(now, "test", "test")


def put(store: Store, identity: str, owed: Promises, now: datetime) -> Owed:
    """Store something that owes this."""
    return store.create(Owed(id=identity, promises=owed), [Line(Happened(what="made"))], cause(now))


def change(store: Store, before: Owed, owed: Promises, what: str, now: datetime) -> Owed:
    """Store what it owes now."""
    return store.change(before.model_copy(update={"promises": owed}), [Line(Happened(what=what))], cause(now))


def answer(now: datetime, warn: tuple[dict[str, int], ...] = (), **clock: int) -> Promises:
    """An answer within so much time."""
    return promises.make((), "answer", "officer", clock, OFFICE, now, warn=warn)
