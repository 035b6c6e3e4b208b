"""A case that somebody is sent to: what is promised about it, and what becomes of that. Pure."""

from datetime import datetime
from typing import Literal

from services.intake.case import (
    ACKNOWLEDGE_DISPATCH,
    ARRIVE,
    LOCATE,
    SEEK,
    SEND,
    Case,
    State,
    Whereabouts,
    promise_help,
)
from shared import promises
from shared.packs import STRONGEST_FIRST, Pack
from shared.promises import PromiseState
from shared.worktime import Calendar

Help = Literal["on-the-way", "sent", "wanted", "told"]
"""Somebody said that they are on their way; somebody was sent and has not said so yet; nobody is free yet; or those
who send somebody were told, at a desk that has no units of its own.
"""


_HELP = (ARRIVE, LOCATE, SEEK)
"""That somebody comes; and, before it is known where to, that it is found out."""


class NoUnit(Exception):
    """No unit was sent to this case, or it is clear again."""


class UnitThere(Exception):
    """A unit was sent already."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        super().__init__(unit)


def raised(case: Case, where: Whereabouts, pack: Pack, calendar: Calendar, now: datetime) -> Case:
    """It is an emergency from now on: somebody is promised on the scene, or that it is found out where that is.

    Raises `UnitThere`.
    """
    if case.unit:
        raise UnitThere(case.unit)
    dispositions = tuple(one for one in STRONGEST_FIRST if one in {*case.dispositions, "dispatch", "duty"})
    made = promise_help(case.promises, where, pack, calendar, now)
    return case.model_copy(update={"urgent": True, "dispositions": dispositions, "promises": made})


def sent(case: Case, unit: str, pack: Pack, calendar: Calendar, now: datetime) -> Case:
    """This unit was sent, and has to say that it comes. Whichever was sent before did not say so."""
    made = promises.keep(case.promises, SEND, now)
    made = promises.lapse(made, ACKNOWLEDGE_DISPATCH, now, "another unit was sent")
    answer = pack.clocks.acknowledge_dispatch
    if answer:
        made = promises.make(made, ACKNOWLEDGE_DISPATCH, answer.role, answer.within, calendar, now)
    return case.promising(made).handled_in((unit,)).model_copy(update={"unit": unit})


def is_wanting(case: Case) -> bool:
    """Whether a unit has still to be sent."""
    return promises.is_open(case.promises, SEND)


def wanting(case: Case, pack: Pack, calendar: Calendar, now: datetime) -> Case:
    """No unit is free: one is promised."""
    send = pack.clocks.send
    if send is None or is_wanting(case):
        return case
    return case.promising(promises.make(case.promises, SEND, send.role, send.within, calendar, now))


def is_unanswered(case: Case, now: datetime) -> bool:
    """Whether the unit that was sent should have said by now that it comes, and nobody has seen to that yet."""
    return bool(case.unit) and any(
        one.name == ACKNOWLEDGE_DISPATCH and one.running and one.rung == 0 and one.due <= now for one in case.promises
    )


def on_the_way(case: Case, now: datetime) -> Case:
    """The unit says that it comes: no other has to be sent. Raises `NoUnit`, `NotOwed`."""
    if not case.unit:
        raise NoUnit
    if not promises.is_open(case.promises, ACKNOWLEDGE_DISPATCH):
        raise promises.NotOwed(ACKNOWLEDGE_DISPATCH)
    made = promises.keep(case.promises, ACKNOWLEDGE_DISPATCH, now)
    return case.promising(promises.waive(made, SEND, now, "the unit that was sent is on its way"))


def arrived(case: Case, now: datetime) -> Case:
    """Somebody is on the scene."""
    made = promises.keep(case.promises, ARRIVE, now)
    made = promises.keep(made, ACKNOWLEDGE_DISPATCH, now)
    made = promises.waive(made, SEND, now, "somebody is on the scene")
    for name in (LOCATE, SEEK):
        made = promises.waive(made, name, now, "somebody is on the scene")
    return case.promising(made)


def located(case: Case, pack: Pack, calendar: Calendar, now: datetime) -> Case:
    """It is known where somebody is needed. Whoever waited for that is promised now that somebody comes."""
    if not any(promises.is_open(case.promises, name) for name in (LOCATE, SEEK)):
        return case
    found = promises.keep(promises.keep(case.promises, LOCATE, now), SEEK, now)
    return case.promising(promise_help(found, "known", pack, calendar, now))


def help_for(case: Case) -> Help | None:
    """What is known of whoever is to come; None when nobody is to come, any more or at all."""
    if "dispatch" not in case.dispositions or not _is_awaited(case):
        return None
    if case.unit:
        answers = [one for one in case.promises if one.name == ACKNOWLEDGE_DISPATCH]
        said = not any(one.open for one in answers) and any(one.state is PromiseState.KEPT for one in answers)
        return "on-the-way" if said else "sent"
    return "wanted" if is_wanting(case) else "told"


def _is_awaited(case: Case) -> bool:
    """Whether it goes on, and nobody has got there as far as is known."""
    if case.state in {State.CLOSED, State.DECLINED}:
        return False
    return is_owed(case) or not any(one.name in _HELP for one in case.promises)


def is_owed(case: Case) -> bool:
    """Whether somebody is promised to come, or that it is found out where to."""
    return any(promises.is_open(case.promises, name) for name in _HELP)


def is_on_its_way(case: Case) -> bool:
    """Whether a unit was sent, and nobody is there yet."""
    return bool(case.unit) and is_owed(case)


def without_unit(case: Case, now: datetime) -> Case:
    """The unit that was sent does not get there: nothing is owed by it any more, and somebody still has to arrive."""
    made = promises.lapse(case.promises, ACKNOWLEDGE_DISPATCH, now, "the unit did not get there")
    return case.promising(made).model_copy(update={"unit": None})


def cleared(case: Case, now: datetime, reason: str) -> Case:
    """The unit is free again; one that did not get there is called off, for a reason. Raises `NoUnit`, `NoReason`."""
    if not case.unit:
        raise NoUnit
    owed = [name for name in (*_HELP, ACKNOWLEDGE_DISPATCH, SEND) if promises.is_open(case.promises, name)]
    if owed and not reason:
        raise promises.NoReason(owed[0])
    made = case.promises
    for name in owed:
        made = promises.waive(made, name, now, reason)
    return case.promising(made).model_copy(update={"unit": None})


def over(case: Case) -> Case:
    """Nobody is on it any more, if it has ended."""
    return case.model_copy(update={"unit": None}) if case.state in {State.CLOSED, State.DECLINED} else case
