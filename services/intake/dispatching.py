"""Emergencies: a unit is sent, says that it comes, arrives, is clear again."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from services.intake import emergency, fleet, sending
from services.intake.case import ARRIVE, Case, Move, State
from services.intake.handling import Act, Draft, Nothing, take_on
from services.intake.notes import EmergencyRaised, SomebodyArrived, UnitCleared, UnitOnTheWay
from services.intake.statement import statement
from services.intake.unit import Free, IllegalUnitMove, UnitState, nearest_first
from shared import promises
from shared.contracts.intake import UnitDispatched
from shared.http import Problem, Request, Text
from shared.store import NotFound
from shared.tables import store

UNIT_ID = r"unit-[a-z0-9-]{1,40}"
UnitId = Annotated[str, Field(pattern=f"^{UNIT_ID}$")]
"""Units are named as the groups of staff are: who was sent, and whoever belongs to it, may be complained about."""

_COMING = frozenset(kind.detail_type() for kind in (SomebodyArrived, EmergencyRaised, UnitDispatched))
_JUST_NOW = timedelta(minutes=10)

_Why = Annotated[Text, Field(min_length=1, max_length=1000)]


class DispatchRequest(Request):
    """Without `unit` the nearest free one goes. `reason` is for staff."""

    unit: UnitId | None = None
    reason: _Why | None = None


class ClearRequest(Request):
    """`reason` is needed for a unit that did not get there: another one is sent, unless nobody is needed any more
    and it was `called_off`.
    """

    reason: _Why | None = None
    called_off: bool = False


def dispatch(draft: Draft, request: DispatchRequest) -> None:
    """It is an emergency: a unit is sent now, whatever the case was until then."""
    reviewed = draft.case.state is not State.RECEIVED
    draft.move(Move.DISPATCH)
    if not reviewed:
        take_on(draft)
    _, events = store().history(Case, draft.case.id)
    known = statement(events, draft.case.salt).whereabouts
    draft.case = emergency.raised(draft.case, known, draft.pack, draft.calendar, draft.now)
    draft.tell(EmergencyRaised(), private={"text": request.reason} if request.reason else None)
    if not sending.is_offered():
        return
    where = sending.place_of(draft.case, events)
    chosen = _named(request.unit) if request.unit else next(_really(nearest_first(fleet.free(), where)), None)
    sent = (
        sending.send(draft.case, chosen, where, draft.now, draft.by.id)
        if chosen
        else sending.want(draft.case, draft.now)
    )
    draft.add(sent.case, sent.lines, sent.extra)
    # One may have become free while nobody was looking at this case.
    draft.frees = chosen is None


def on_the_way(draft: Draft, _request: Nothing) -> None:
    """The unit that was sent answers."""
    before = draft.case
    draft.case = emergency.on_the_way(before, draft.now)
    draft.tell_customer(UnitOnTheWay(unit=before.unit or ""))
    draft.extra += sending.no_more_wanted(before, draft.case)


def arrive(draft: Draft, _request: Nothing) -> None:
    """Somebody is on the scene: the unit that was sent, or whoever got there first. Said twice it counts once."""
    before = draft.case
    draft.move(Move.ARRIVE)
    if _is_there(before, draft.now):
        raise Problem(
            409, "there-already", "Somebody is on the scene already; it is on the case.", "Nothing has to be said."
        )
    draft.case = emergency.arrived(draft.case, draft.now)
    draft.tell_customer(SomebodyArrived())
    draft.extra += sending.leave(before, UnitState.ON_SCENE, draft.now, draft.by.id)
    draft.extra += sending.no_more_wanted(before, draft.case)


def _is_there(case: Case, now: datetime) -> bool:
    """Whether somebody got there since anybody was sent; of a visit, which may be made again, just now."""
    if emergency.is_owed(case):
        return False
    _, events = store().history(Case, case.id)
    last = next((one for one in reversed(events) if one.type in _COMING), None)
    there = last is not None and last.type == SomebodyArrived.detail_type()
    return there and (case.urgent or (last is not None and now - last.at < _JUST_NOW))


def clear(draft: Draft, request: ClearRequest) -> None:
    """The unit is done there, or called off, or did not get there: then another one goes."""
    before = draft.case
    if emergency.is_on_its_way(before) and not request.called_off:
        _send_another(draft, request.reason)
        return
    draft.case = emergency.cleared(before, draft.now, request.reason or "")
    note = UnitCleared(unit=before.unit or "")
    draft.tell(note, private={"text": request.reason} if request.reason else None)
    draft.frees = True
    draft.extra += sending.leave(before, UnitState.FREE, draft.now, draft.by.id)
    draft.extra += sending.no_more_wanted(before, draft.case)


def _send_another(draft: Draft, reason: str | None) -> None:
    """That somebody arrives stays owed. The unit that did not get there takes no more until it signs on again."""
    before = draft.case
    if not reason:
        raise promises.NoReason(ARRIVE)
    draft.tell(UnitCleared(unit=before.unit or ""), private={"text": reason})
    _, events = store().history(Case, before.id)
    where = sending.place_of(before, events)
    chosen = next(_really(nearest_first(fleet.free(), where)), None)
    if chosen:
        sent = sending.send(before, chosen, where, draft.now, draft.by.id)
    else:
        draft.extra += sending.leave(before, UnitState.OFF, draft.now, draft.by.id)
        sent = sending.want(emergency.without_unit(before, draft.now), draft.now)
        draft.frees = True
    draft.add(sent.case, sent.lines, sent.extra)


def _really(units: Iterable[Free]) -> Iterator[Free]:
    """Those of them that are free now: the index may be a moment behind."""
    for unit in units:
        with suppress(NotFound):
            if fleet.load(unit.id).state is UnitState.FREE:
                yield unit


def _named(identity: str) -> Free:
    """Raises `NotFound`, `IllegalUnitMove`."""
    unit = fleet.load(identity)
    if unit.state is not UnitState.FREE:
        raise IllegalUnitMove(unit.state, UnitState.SENT, unit.case)
    return Free(unit.id, unit.since, unit.position)


ACTS: dict[str, Act[Any]] = {
    "dispatch": Act("case.dispatch", DispatchRequest, dispatch),
    "on-the-way": Act("case.arrive", Nothing, on_the_way),
    "arrived": Act("case.arrive", Nothing, arrive),
    "clear": Act("case.arrive", ClearRequest, clear),
}
