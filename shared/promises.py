"""The promise: what, owed by which role, due when, on which clock. Everything timed at the desk is one.

Pure: the time is an argument. A promise ends kept, broken or waived; one that breaks hands what it owed to the
next rung of its ladder as a promise of its own, so nothing is late in silence and no rung is skipped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.worktime import Calendar, Span, due, explain


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WAIVED = "waived"


class Promise(BaseModel):
    """One promise. `clock` is the span as the pack writes it, e.g. `{"working_days": 3}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: str
    made: datetime
    due: datetime
    clock: dict[str, int]
    rung: int = 0
    state: PromiseState = PromiseState.OPEN
    settled: datetime | None = None
    reason: str | None = None


Promises = tuple[Promise, ...]


@dataclass(frozen=True)
class Rung:
    """Who owes it when the one before did not act, and how long they have."""

    role: str
    within: dict[str, int]


@dataclass(frozen=True)
class Miss:
    """A promise that broke, and the promise that took its place."""

    broken: Promise
    successor: Promise


def make(
    promises: Promises, name: str, role: str, clock: dict[str, int], calendar: Calendar, now: datetime
) -> Promises:
    """Promise `name` by `role` within `clock` of `now`."""
    span = Span.parse(clock)
    return (*promises, Promise(name=name, role=role, made=now, due=due(calendar, now, span), clock=clock))


def keep(promises: Promises, name: str, now: datetime) -> Promises:
    """What was promised as `name` is done: its open promise is kept, whichever rung it had reached."""
    return _settle(promises, name, PromiseState.KEPT, now, None)


def waive(promises: Promises, name: str, now: datetime, reason: str) -> Promises:
    """What was promised as `name` is owed no more, for a reason that is kept."""
    return _settle(promises, name, PromiseState.WAIVED, now, reason)


def waive_all(promises: Promises, now: datetime, reason: str) -> Promises:
    """Nothing is owed any more."""
    for promise in promises:
        if promise.state is PromiseState.OPEN:
            promises = waive(promises, promise.name, now, reason)
    return promises


def miss(
    promises: Promises, ladder: tuple[Rung, ...], calendar: Calendar, now: datetime
) -> tuple[Promises, tuple[Miss, ...]]:
    """Break what is open and due by `now`. Each broken promise is followed by the next rung's.

    The top of the ladder owes it again and again until it is done or waived: a ladder has no end to fall off.
    """
    kept: list[Promise] = []
    misses: list[Miss] = []
    for promise in promises:
        if promise.state is not PromiseState.OPEN or promise.due > now:
            kept.append(promise)
            continue
        broken = promise.model_copy(update={"state": PromiseState.BROKEN, "settled": now})
        rung = ladder[min(promise.rung, len(ladder) - 1)]
        successor = Promise(
            name=promise.name,
            role=rung.role,
            made=now,
            due=due(calendar, now, Span.parse(rung.within)),
            clock=rung.within,
            rung=promise.rung + 1,
        )
        kept.append(broken)
        misses.append(Miss(broken, successor))
    return (*kept, *(missed.successor for missed in misses)), tuple(misses)


def is_open(promises: Iterable[Promise], name: str) -> bool:
    return any(promise.name == name and promise.state is PromiseState.OPEN for promise in promises)


def next_due(promises: Iterable[Promise]) -> datetime | None:
    """When the clock has to look again; None when nothing is owed."""
    return min((promise.due for promise in promises if promise.state is PromiseState.OPEN), default=None)


def why(promise: Promise, calendar: Calendar) -> list[dict[str, Any]]:
    """How the date came about, as segments that ran or stood still, ready for JSON."""
    return [segment.as_dict() for segment in explain(calendar, promise.made, promise.due, Span.parse(promise.clock))]


def _settle(promises: Promises, name: str, state: PromiseState, now: datetime, reason: str | None) -> Promises:
    return tuple(
        promise.model_copy(update={"state": state, "settled": now, "reason": reason})
        if promise.name == name and promise.state is PromiseState.OPEN
        else promise
        for promise in promises
    )
