"""A complaint: its states, its moves, and all that is decided about it. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.complaints.corrective import Action
from services.complaints.injury import Injury
from services.complaints.ledger import Entries
from services.complaints.press import Coverage
from services.complaints.rectification import Notice
from shared.aggregate import Aggregate
from shared.packs import Grade, Money
from shared.packs.steps import Happening
from shared.promises import Promises

Finding = Literal["substantiated", "partly", "not-substantiated"]
ANSWER, SETTLE, FOLLOW_UP, VISIT, RETURN_VISIT = "answer", "settle", "follow-up", "visit", "return-visit"


class State(StrEnum):
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    REWORKED = "reworked"
    """The customer was not satisfied with the answer: it is handled again, one rung up."""
    CLOSED = "closed"


class Move(StrEnum):
    HANDLE = "handle"
    """Everything that is done while it is open: classify, grade, assign, record, agree visits, …"""
    RECORD = "record"
    """Procedures that may outlast it: notice, corrective action, injury, press, milestones."""
    FIND = "find"
    ANSWER = "answer"
    REWORK = "rework"
    CLOSE = "close"
    RETURN_VISIT = "return-visit"
    LEARN = "learn"
    """Lessons learnt are kept, and told to the other units."""


MOVES: Final[Mapping[State, Mapping[Move, State]]] = {
    State.ACCEPTED: {
        Move.HANDLE: State.ACCEPTED,
        Move.RECORD: State.ACCEPTED,
        Move.FIND: State.ACCEPTED,
        Move.ANSWER: State.ANSWERED,
    },
    State.ANSWERED: {
        Move.HANDLE: State.ANSWERED,
        Move.RECORD: State.ANSWERED,
        Move.REWORK: State.REWORKED,
        Move.CLOSE: State.CLOSED,
    },
    State.REWORKED: {
        Move.HANDLE: State.REWORKED,
        Move.RECORD: State.REWORKED,
        Move.FIND: State.REWORKED,
        Move.ANSWER: State.ANSWERED,
    },
    State.CLOSED: {
        Move.RECORD: State.CLOSED,
        Move.RETURN_VISIT: State.CLOSED,
        Move.LEARN: State.CLOSED,
        Move.REWORK: State.REWORKED,
    },
}


class IllegalMove(Exception):
    """This move is not possible from here. Says which are."""

    def __init__(self, state: State, move: Move) -> None:
        self.state, self.move = state, move
        self.allowed = tuple(str(one) for one in MOVES[state])
        super().__init__(f"{move} is not possible when {state}")


class Started(BaseModel):
    """The start of a step: in which round, and by what happened when."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    round: int
    since: datetime


class Complaint(Aggregate):
    """The complaint as it is now. Whoever is among `subjects`, by id or by unit, can't know that it exists.

    `case` is its own number when it came to the desk without one. What people said is in its events, encrypted.
    """

    KIND: ClassVar[str] = "COMPLAINT"

    state: State
    case: str
    about: str = ""
    """The number of an earlier case that the customer says it is about, when it did not come with one."""
    category: str
    channel: str = "case"
    language: str
    contactable: bool
    subjects: tuple[str, ...]
    pack: str
    accepted: datetime
    salt: str | None
    secret: str = ""
    """Keyed hash of the secret that follows it."""
    command: str | None = None
    fingerprint: str = ""
    kind: str = ""
    """Where it stands in the pack's tree; empty until somebody has classified it."""
    grade: Grade = "general"
    given_grade: Grade | None = None
    """As a person graded it."""
    facts: tuple[str, ...] = ()
    """Those that hold."""
    people: int = 1
    claim: Money | None = None
    marks: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Keyed hashes of its case, its customer and its reference (a site, an order, a vehicle): never who or what."""
    matters: tuple[str, ...] = ()
    """Keyed hashes of what complaints about the same matter have in common with it."""
    number: int = 1
    """Which complaint about the same matter it is."""
    earlier: tuple[str, ...] = ()
    """The complaints about it before."""
    since: dict[str, int] = Field(default_factory=dict)
    """Which complaint about its reference it is, of any kind, since each date of that."""
    no_calls: bool = False
    """The customer wants no calls."""
    erasure_asked: bool = False
    """They want what they said erased, as soon as nothing is owed to them."""
    holder: str = ""
    """The role that has it."""
    taker: str | None = None
    """The member of staff who took it on."""
    level: int = 0
    """How many rungs up it is handled."""
    rounds: int = 0
    """How often it was reworked."""
    investigators: tuple[str, ...] = ()
    evidence: int = 0
    """How many pieces of evidence are registered; they are numbered from 1."""
    interviews: int = 0
    records: int = 0
    """How many talks with the customer are on record; they are numbered from 1."""
    confirmed: tuple[int, ...] = ()
    """Those that the customer has confirmed."""
    finding: Finding | None = None
    happened: dict[str, datetime] = Field(default_factory=dict)
    """When each happening was last, in the order in which they were."""
    started: dict[str, Started] = Field(default_factory=dict)
    """The pack's steps that were started, each with when it last was."""
    told: tuple[str, ...] = ()
    """The pack's rules that have told somebody already."""
    lessons: int = 0
    satisfied: bool | None = None
    notice: Notice | None = None
    corrective: Action | None = None
    injury: Injury | None = None
    press: Coverage = Coverage()
    ledger: Entries = ()

    def moved(self, move: Move) -> "Complaint":
        """The complaint after this move. Raises `IllegalMove`."""
        try:
            return self.model_copy(update={"state": MOVES[self.state][move]})
        except KeyError:
            raise IllegalMove(self.state, move) from None

    def possible(self, rounds: int) -> tuple[Move, ...]:
        """The moves that are possible now, where it may be reworked so many times."""
        gone: set[Move] = set()
        if self.rounds >= rounds:
            gone.add(Move.REWORK)
        asked, closed = (self.happened.get(one) for one in (Happening.RETURN_VISITED, Happening.CLOSED))
        if asked and closed and asked >= closed:
            gone.add(Move.RETURN_VISIT)
        return tuple(move for move in MOVES[self.state] if move not in gone)

    def concerning(self, subjects: Iterable[str]) -> "Complaint":
        """The complaint with these among whom it is about: none of them investigates it, or has taken it."""
        named = tuple(dict.fromkeys((*self.subjects, *subjects)))
        rest = tuple(one for one in self.investigators if one not in named)
        taker = None if self.taker in named else self.taker
        return self.model_copy(update={"subjects": named, "investigators": rest, "taker": taker})

    def promising(self, made: Promises) -> "Complaint":
        return self.model_copy(update={"promises": made})

    @property
    def reference(self) -> str | None:
        """The keyed hash of what it is about, when that was said."""
        return next(iter(self.marks.get("reference", ())), None)

    @property
    def answer_due(self) -> datetime:
        """The date of the answer that was promised last; going up the ladder does not move it."""
        return [one.due for one in self.promises if one.name == ANSWER and not one.rung][-1]

    @property
    def answered_by(self) -> str:
        """The role that the answer was promised by last; being late with it makes nobody else of them."""
        return [one.role for one in self.promises if one.name == ANSWER and not one.rung][-1]

    @property
    def rung(self) -> int:
        """How far it has gone up: the most that any promise has."""
        return max((promise.rung for promise in self.promises), default=0)

    @property
    def open(self) -> bool:
        return self.state is not State.CLOSED
