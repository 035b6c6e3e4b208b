"""A shift: who is on duty from when to when, as what and where. Pure.

Whoever has it says in time that they are ready; otherwise whoever stands above them owes it. Nobody leaves one
without naming who comes instead.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from shared import promises
from shared.aggregate import Aggregate
from shared.packs import Pack
from shared.promises import Miss
from shared.worktime import Calendar

READY = "ready"
LONGEST = timedelta(hours=24)
"""Of one shift. Whoever looks for those on duty now looks no further back."""

KEPT = timedelta(days=400)
"""How long after its end what was handed over can be read: who was on duty a year ago is still asked."""


class State(StrEnum):
    PLANNED = "planned"
    READY = "ready"
    CANCELLED = "cancelled"


class Act(StrEnum):
    READINESS = "readiness"
    LEAVE = "leave"
    HANDOVER = "handover"
    CANCEL = "cancel"


MOVES: Mapping[State, tuple[Act, ...]] = {
    State.PLANNED: (Act.READINESS, Act.LEAVE, Act.HANDOVER, Act.CANCEL),
    State.READY: (Act.LEAVE, Act.HANDOVER, Act.CANCEL),
    State.CANCELLED: (),
}


class IllegalMove(Exception):
    """The shift does not allow this now; says what it allows."""

    def __init__(self, state: State, act: Act) -> None:
        self.state, self.act = state, act
        self.allowed = tuple(one for one in MOVES[state] if one is not act)
        super().__init__(f"{state}: {act}")


class Over(Exception):
    """The shift has ended: nobody confirms, leaves or cancels it any more."""


class Shift(Aggregate):
    """`role` is one of the pack's, `zone` a unit or nothing: everywhere. What is handed over is encrypted."""

    KIND: ClassVar[str] = "SHIFT"

    role: str
    zone: str = ""
    staff: str
    begins: datetime
    ends: datetime
    state: State = State.PLANNED
    salt: str | None
    ready_at: datetime | None = None
    instead_of: tuple[str, ...] = ()
    """Who had it before, each of whom named the next."""
    notes: int = 0
    """How often something was handed over."""

    @property
    def counts(self) -> bool:
        return self.state is not State.CANCELLED

    def runs_at(self, now: datetime) -> bool:
        return self.counts and self.begins <= now < self.ends

    def touches(self, begins: datetime, ends: datetime) -> bool:
        return self.begins < ends and begins < self.ends

    def overlaps(self, other: "Shift") -> bool:
        return self.counts and other.counts and self.touches(other.begins, other.ends)

    def serves(self, zone: str) -> bool:
        """Whether it is for this zone: its own, or everywhere."""
        return not self.zone or self.zone == zone


def planned(shift: Shift, pack: Pack, calendar: Calendar, now: datetime) -> Shift:
    """From now on they have it, and owe a word that they are ready; of what begins too soon for that, soon."""
    before = timedelta(minutes=pack.roster.ready_minutes)
    owed = max(shift.begins - before, now + before)
    warn = ({"minutes": pack.roster.remind_minutes},)
    word = promises.agreed(READY, shift.role, owed, calendar, now, warn=warn)
    return shift.model_copy(update={"promises": (*shift.promises, word), "erase_at": shift.ends + KEPT})


def ready(shift: Shift, now: datetime) -> Shift:
    """They are there. Raises `IllegalMove`, `Over`."""
    _must_allow(shift, Act.READINESS, now)
    kept = promises.keep(shift.promises, READY, now)
    return shift.model_copy(update={"state": State.READY, "ready_at": now, "promises": kept})


def left_to(shift: Shift, substitute: str, pack: Pack, calendar: Calendar, now: datetime) -> Shift:
    """Somebody else has it, and has to say that they are ready. Raises `IllegalMove`, `Over`."""
    _must_allow(shift, Act.LEAVE, now)
    freed = shift.model_copy(
        update={
            "staff": substitute,
            "instead_of": (*shift.instead_of, shift.staff),
            "state": State.PLANNED,
            "ready_at": None,
            "promises": promises.waive(shift.promises, READY, now, "left to a substitute"),
        }
    )
    return planned(freed, pack, calendar, now)


def handed_over(shift: Shift, now: datetime) -> Shift:
    """Something is left for whoever comes next. Raises `IllegalMove`. After its end it may still be said."""
    if now < shift.begins or Act.HANDOVER not in MOVES[shift.state]:
        raise IllegalMove(shift.state, Act.HANDOVER)
    return shift.model_copy(update={"notes": shift.notes + 1})


def cancelled(shift: Shift, now: datetime) -> Shift:
    """It does not take place. Raises `IllegalMove`, `Over`."""
    _must_allow(shift, Act.CANCEL, now)
    waived = promises.waive(shift.promises, READY, now, "cancelled")
    return shift.model_copy(update={"state": State.CANCELLED, "promises": waived})


def near(shift: Shift, now: datetime) -> tuple[Shift, bool]:
    """Whether to remind whoever has it that it begins soon: once."""
    made, warned = promises.warnings(shift.promises, now)
    return shift.model_copy(update={"promises": made}), bool(warned)


def unready(shift: Shift, pack: Pack, calendar: Calendar, now: datetime) -> tuple[Shift, tuple[Miss, ...]]:
    """Nobody said in time that they are ready: the rung above owes it. Once the shift is over nobody does."""
    if now >= shift.ends:
        return shift.model_copy(update={"promises": promises.lapse(shift.promises, READY, now, "over")}), ()
    # A ladder made for cases is too slow for a post that is empty: it goes up as fast as the word was owed.
    fast = {"minutes": pack.roster.ready_minutes}
    ladder = tuple(one if one.end else replace(one, within=fast) for one in pack.rungs_above(shift.role))
    made, misses = promises.miss(shift.promises, ladder, calendar, now)
    return shift.model_copy(update={"promises": made}), misses


def forgotten(shift: Shift) -> Shift:
    """What was handed over can't be read any more."""
    return shift.model_copy(update={"salt": None, "erase_at": None})


def _must_allow(shift: Shift, act: Act, now: datetime) -> None:
    if act not in MOVES[shift.state]:
        raise IllegalMove(shift.state, act)
    if now >= shift.ends:
        raise Over
