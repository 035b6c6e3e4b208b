"""A callback: a call promised to a customer, owed until they were reached or a supervisor gives it up. Pure.

Nobody answers: it is owed once more. Nobody answers again: whoever is first on the ladder decides how to go on.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from shared import promises
from shared.aggregate import Aggregate
from shared.packs import Pack
from shared.promises import Miss
from shared.worktime import Calendar

CALL = "call"
ONCE_MORE = {"hours": 48}
"""How long there is for the second call, when the first was made in time and nobody answered."""

GiveUpReason = Literal["no-answer", "wrong-number", "not-wished", "told-otherwise"]
"""Why nobody calls any more. A code, so that nothing personal is in it."""


class State(StrEnum):
    PROMISED = "promised"
    REACHED = "reached"
    GIVEN_UP = "given-up"


class Outcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no-answer"
    GIVEN_UP = "given-up"


MOVES: Mapping[State, tuple[Outcome, ...]] = {
    State.PROMISED: (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.GIVEN_UP),
    State.REACHED: (),
    State.GIVEN_UP: (),
}


class IllegalMove(Exception):
    """The call is settled already; says how."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__(state)


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


def reached(callback: Callback, now: datetime) -> Callback:
    """The customer was spoken to. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.REACHED)
    kept = promises.keep(callback.promises, CALL, now)
    return callback.model_copy(update={"state": State.REACHED, "promises": kept, "tries": callback.tries + 1})


def unanswered(callback: Callback, pack: Pack, calendar: Calendar, now: datetime) -> Callback:
    """Called as promised, but nobody answered. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.NO_ANSWER)
    role, within = next(one.role for one in callback.promises if one.open), ONCE_MORE
    if callback.tries:
        decides = pack.rungs()[0]
        role, within = decides.role, decides.within
    owed = promises.make(promises.keep(callback.promises, CALL, now), CALL, role, within, calendar, now)
    return callback.model_copy(update={"promises": owed, "tries": callback.tries + 1})


def given_up(callback: Callback, reason: GiveUpReason, now: datetime) -> Callback:
    """Nobody calls any more, for this reason. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.GIVEN_UP)
    waived = promises.waive(callback.promises, CALL, now, reason)
    return callback.model_copy(update={"state": State.GIVEN_UP, "promises": waived})


def _must_allow(callback: Callback, outcome: Outcome) -> None:
    if outcome not in MOVES[callback.state]:
        raise IllegalMove(callback.state)


def late(callback: Callback, pack: Pack, calendar: Calendar, now: datetime) -> tuple[Callback, tuple[Miss, ...]]:
    """The call that did not happen in time, and the rung that owes it now."""
    made, misses = promises.miss(callback.promises, pack.rungs(), calendar, now)
    return callback.model_copy(update={"promises": made}), misses
