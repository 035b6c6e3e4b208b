"""Units sign on and off and say where they are. What becomes of one that is on a case is said on that case."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import fleet, sending
from services.intake.dispatching import UNIT_ID
from services.intake.handling import refused
from services.intake.reported import Latitude, Longitude
from services.intake.unit import IllegalUnitMove, Position, Unit, UnitState
from shared import ids
from shared.http import Problem, Request, Text, fault
from shared.policy import NotPermitted, Principal, Role, require
from shared.store import NotFound, Refused
from shared.tables import store

_TRIES = 5
_LISTED = 200


class Whereabouts(Request):
    """WGS 84 degrees."""

    lat: Latitude
    long: Longitude

    def position(self) -> Position:
        return Position(self.lat, self.long)


class SignOnRequest(Request):
    """A unit is there and free. Its call sign or name is for staff."""

    name: Annotated[Text, Field(min_length=1, max_length=80)]
    position: Whereabouts | None = None


class StateRequest(Request):
    """`sent` and `on-scene` come of what happens to a case."""

    state: Literal["off", "free"]


def named(unit: str) -> None:
    """Raises `Problem` 422 for an id that no unit can have."""
    if not re.fullmatch(UNIT_ID, unit):
        raise fault("/unit", "not_a_unit", "A unit is named unit-…, in small letters, digits and hyphens.")


def sign_on(principal: Principal, unit: str, request: SignOnRequest, now: datetime) -> dict[str, Any]:
    """There and free; a unit that is already keeps its state, so that it may be sent again and again."""

    def change(before: Unit | None) -> Unit:
        after = before or Unit(unit, request.name, UnitState.FREE, now, by=principal.id)
        if before and before.state is UnitState.OFF:
            after = before.become(UnitState.FREE, now, principal.id)
        if request.position:
            after = after.standing_at(request.position.position(), now, principal.id)
        return replace(after, name=request.name)

    return _changed(principal, unit, change, now, new=True)


def locate(principal: Principal, unit: str, request: Whereabouts, now: datetime) -> dict[str, Any]:
    """Where it is now, whatever it does."""
    return _changed(principal, unit, lambda before: before.standing_at(request.position(), now, principal.id), now)


def set_state(principal: Principal, unit: str, request: StateRequest, now: datetime) -> dict[str, Any]:
    """Off duty, or free again after it was. Raises `Problem` 409 for one that is on a case."""
    wanted = UnitState(request.state)

    def change(before: Unit) -> Unit:
        if before.state is wanted:
            return before
        if before.case:
            raise IllegalUnitMove(before.state, wanted, before.case)
        return before.become(wanted, now, principal.id)

    return _changed(principal, unit, change, now)


def read(principal: Principal, unit: str) -> dict[str, Any]:
    require(principal, "unit.read")
    return _view(fleet.load(unit))


def listed(principal: Principal, state: str | None) -> dict[str, Any]:
    """Units in one state, the longest in it first; without one, of all states."""
    require(principal, "unit.read")
    if state is not None and state not in set(UnitState):
        raise Problem(400, "unknown-state", "Units have no such state.", f"Use one of {', '.join(UnitState)}.")
    found = []
    for one in (UnitState(state),) if state else UnitState:
        for identity in fleet.in_state(one)[:_LISTED]:
            unit = fleet.load(identity)
            if unit.state is one:  # the index may be a moment behind
                found.append(_view(unit))
    return {"units": found}


def _changed(
    principal: Principal, identity: str, change: Callable[[Any], Unit], now: datetime, *, new: bool = False
) -> dict[str, Any]:
    """Change a unit, by whoever may: officers their own, everybody else any. Cases that want one get it at once."""
    require(principal, "unit.sign")
    if principal.roles == {Role.OFFICER} and identity not in principal.units:
        raise NotPermitted("unit.sign-others")
    for _ in range(_TRIES):
        before = _known(identity, new=new)
        try:
            after = change(before)
        except IllegalUnitMove as error:
            raise refused(error) from None
        try:
            store().write([fleet.write(before, after)])
        except Refused:
            continue
        if after.state is UnitState.FREE and (before is None or before.state is not UnitState.FREE):
            sending.send_wanted(now)
        return _view(fleet.load(identity))
    raise Problem(409, "changed-meanwhile", "Somebody changed this at the same moment.", "Send it again.")


def _known(identity: str, *, new: bool) -> Unit | None:
    try:
        return fleet.load(identity)
    except NotFound:
        if new:
            return None
        raise


def _view(unit: Unit) -> dict[str, Any]:
    return {
        "unit": unit.id,
        "name": unit.name,
        "state": unit.state.value,
        "since": unit.since.isoformat(),
        "position": {
            "lat": unit.position.lat,
            "long": unit.position.long,
            "at": unit.located.isoformat() if unit.located else None,
        }
        if unit.position
        else None,
        "case": ids.spoken(unit.case) if unit.case else None,
    }
