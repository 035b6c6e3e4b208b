"""A callback: a call promised to a customer, owed until they were reached. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from shared import promises
from shared.aggregate import Aggregate
from shared.packs import Pack
from shared.promises import Miss
from shared.worktime import Calendar

CALL = "call"


class State(StrEnum):
    PROMISED = "promised"
    REACHED = "reached"


class Outcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no-answer"


MOVES: Mapping[State, tuple[Outcome, ...]] = {
    State.PROMISED: (Outcome.REACHED, Outcome.NO_ANSWER),
    State.REACHED: (),
}


class IllegalMove(Exception):
    """The customer was reached already."""


class Callback(Aggregate):
    """Whom to call is the recipient of `case`; `reason` says why."""

    KIND: ClassVar[str] = "CALLBACK"

    case: str
    reason: str
    state: State = State.PROMISED
    tries: int = 0


def booked(identity: str, case: str, reason: str, pack: Pack, calendar: Calendar, now: datetime) -> Callback:
    """Promised from now on."""
    duty = pack.clocks.callback
    made = promises.make((), CALL, duty.role, duty.within, calendar, now)
    return Callback(id=identity, case=case, reason=reason, promises=made)


def tried(callback: Callback, outcome: Outcome, now: datetime) -> Callback:
    """After a call. Nobody answered: it stays owed. Raises `IllegalMove`."""
    if outcome not in MOVES[callback.state]:
        raise IllegalMove(callback.id)
    after = callback.model_copy(update={"tries": callback.tries + 1})
    if outcome is Outcome.NO_ANSWER:
        return after
    kept = promises.keep(after.promises, CALL, now)
    return after.model_copy(update={"state": State.REACHED, "promises": kept})


def late(callback: Callback, pack: Pack, calendar: Calendar, now: datetime) -> tuple[Callback, tuple[Miss, ...]]:
    """The call that did not happen in time, and the rung that owes it now."""
    made, misses = promises.miss(callback.promises, pack.rungs(), calendar, now)
    return callback.model_copy(update={"promises": made}), misses
