"""A notice: a message to staff on duty that somebody has to acknowledge, or it goes up the pack's ladder. Pure."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from shared import promises
from shared.aggregate import Aggregate
from shared.packs import Pack
from shared.promises import Miss, Rung
from shared.worktime import Calendar

ACKNOWLEDGE = "acknowledge-notice"
_PRESSED = 3
"""How often the top of the ladder is asked again in the notice's own time; after that in that of the ladder."""


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"


class Settled(Exception):
    """Somebody acknowledged it before."""


class Notice(Aggregate):
    """What it says is in its first event, encrypted under `salt`, until it is acknowledged.

    `roles` are those that it has been with, the present one last. `subjects` are whom it is about, if staff: nobody
    of them is told, or sees it.
    """

    KIND: ClassVar[str] = "NOTICE"

    template: str
    roles: tuple[str, ...]
    zone: str = ""
    within: dict[str, int]
    subjects: tuple[str, ...] = ()
    state: State = State.OPEN
    salt: str | None
    by: str | None = None
    """Who acknowledged it."""

    @property
    def until(self) -> datetime | None:
        return promises.next_due(self.promises)


def raised(notice: Notice, calendar: Calendar, now: datetime) -> Notice:
    """From now on it waits to be acknowledged."""
    owed = promises.make((), ACKNOWLEDGE, notice.roles[-1], notice.within, calendar, now)
    return notice.model_copy(update={"promises": owed})


def acknowledged(notice: Notice, by: str, now: datetime) -> Notice:
    """Somebody has seen it and sees to it. What it said is kept no longer. Raises `Settled`."""
    if notice.state is State.ACKNOWLEDGED:
        raise Settled
    kept = promises.keep(notice.promises, ACKNOWLEDGE, now)
    return notice.model_copy(update={"state": State.ACKNOWLEDGED, "by": by, "salt": None, "promises": kept})


def overdue(notice: Notice, pack: Pack, calendar: Calendar, now: datetime) -> tuple[Notice, tuple[Miss, ...]]:
    """Nobody acknowledged it in time: the next rung has it. At the top it comes again until somebody does."""
    made, misses = promises.miss(notice.promises, _ladder(notice, pack), calendar, now)
    new = tuple(miss.successor.role for miss in misses if miss.successor.role != notice.roles[-1])
    return notice.model_copy(update={"promises": made, "roles": (*notice.roles, *new)}), misses


def _ladder(notice: Notice, pack: Pack) -> tuple[Rung, ...]:
    """The pack's rungs above whoever had it first, at the pace of the notice and not of a case.

    It stays at that pace at the top a few times; what is still not seen then is not seen sooner by asking faster.
    """
    pressed = any(one.open and one.again >= _PRESSED for one in notice.promises)
    return tuple(
        rung if rung.end and pressed else replace(rung, within=notice.within)
        for rung in pack.rungs_above(notice.roles[0])
    )
