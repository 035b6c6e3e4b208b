"""A complaint: its states, its moves, and the answer that is promised. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from shared import promises
from shared.aggregate import Aggregate
from shared.packs import Pack
from shared.promises import Miss, Promises
from shared.worktime import Calendar

Finding = Literal["substantiated", "partly", "not-substantiated"]
ANSWER, SETTLE = "answer", "settle"


class State(StrEnum):
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"


class Move(StrEnum):
    ANSWER = "answer"
    CLOSE = "close"


MOVES: Mapping[State, Mapping[Move, State]] = {
    State.ACCEPTED: {Move.ANSWER: State.ANSWERED},
    State.ANSWERED: {Move.CLOSE: State.CLOSED},
    State.CLOSED: {},
}


class IllegalMove(Exception):
    """This move is not possible from here. Says which are."""

    def __init__(self, state: State, move: Move) -> None:
        self.state, self.move = state, move
        self.allowed = tuple(str(one) for one in MOVES[state])
        super().__init__(f"{move} is not possible when {state}")


class Complaint(Aggregate):
    """The complaint as it is now. Whoever is among `subjects` can't know that it exists."""

    KIND: ClassVar[str] = "COMPLAINT"

    state: State
    case: str
    category: str
    language: str
    contactable: bool
    subjects: tuple[str, ...]
    pack: str
    accepted: datetime
    salt: str | None
    finding: Finding | None = None

    def moved(self, move: Move) -> "Complaint":
        """The complaint after this move. Raises `IllegalMove`."""
        try:
            return self.model_copy(update={"state": MOVES[self.state][move]})
        except KeyError:
            raise IllegalMove(self.state, move) from None

    def promising(self, made: Promises) -> "Complaint":
        return self.model_copy(update={"promises": made})

    @property
    def answer_due(self) -> datetime:
        """The first date that was promised; going up the ladder does not move it."""
        return next(promise.due for promise in self.promises if promise.name == ANSWER)

    @property
    def rung(self) -> int:
        """How often it has gone up."""
        return max((promise.rung for promise in self.promises), default=0)


def answer_promised(pack: Pack, calendar: Calendar, now: datetime) -> Promises:
    """The clock of the answer starts when the grievance is voiced."""
    duty = pack.clocks.answer_complaint
    return promises.make((), ANSWER, duty.role, duty.within, calendar, now)


def answered(complaint: Complaint, finding: Finding, pack: Pack, calendar: Calendar, now: datetime) -> Complaint:
    """Findings are told: the answer is kept, or was broken and is now at least there. It is still to be settled."""
    moved = complaint.moved(Move.ANSWER)
    kept, duty = promises.keep(moved.promises, ANSWER, now), pack.clocks.settle_complaint
    made = promises.make(kept, SETTLE, duty.role, duty.within, calendar, now)
    return moved.model_copy(update={"finding": finding, "promises": made})


def closed(complaint: Complaint, now: datetime) -> Complaint:
    moved = complaint.moved(Move.CLOSE)
    return moved.promising(promises.keep(moved.promises, SETTLE, now))


def late(complaint: Complaint, pack: Pack, calendar: Calendar, now: datetime) -> tuple[Complaint, tuple[Miss, ...]]:
    """The answer that did not come in time, and the rung that owes it now."""
    made, misses = promises.miss(
        complaint.promises, pack.rungs_above(pack.clocks.answer_complaint.role), calendar, now
    )
    return complaint.promising(made), misses
