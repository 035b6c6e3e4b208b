"""Sending a unit to a case: what is promised, told and written when one goes, and when none is free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake import emergency, fleet
from services.intake.case import Case
from services.intake.unit import Free, Position, Unit, UnitState
from shared.contracts.intake import UnitDispatched, UnitWanted
from shared.rules import calendar, pack
from shared.store import Audience, Item, Line, NotFound


@dataclass(frozen=True)
class Sent:
    """What comes of it: the case afterwards, the lines that tell of it, the writes beside them."""

    case: Case
    lines: Sequence[Line] = ()
    extra: Sequence[Item] = ()


def is_offered() -> bool:
    """Whether this desk has units to send."""
    return pack().clocks.send is not None


def send(case: Case, chosen: Free, where: Position | None, now: datetime, by: str) -> Sent:
    """Send this unit. Refused when somebody else was quicker. A unit that was sent before takes no more emergencies
    until it signs on again: it did not answer.
    """
    before = case.unit
    after = emergency.sent(case, chosen.id, pack(), calendar(), now)
    told = UnitDispatched(
        case=case.id,
        category=case.category,
        unit=chosen.id,
        metres=chosen.metres_to(where),
        instead_of=before,
    )
    extra = [
        fleet.claim(chosen, case.id, now, by),
        *(leave(case, UnitState.OFF, now, by) if before else ()),
        *(no_more_wanted(case, after)),
    ]
    return Sent(after, [Line(told, Audience.CUSTOMER)], extra)


def want(case: Case, now: datetime) -> Sent:
    """No unit is free. The next one is sent, by whoever learns of it first: the clock, or the unit becoming free."""
    after = emergency.wanting(case, pack(), calendar(), now)
    if after is case:
        return Sent(case)
    told = UnitWanted(case=case.id, category=case.category, silent=case.unit)
    return Sent(after, [Line(told, Audience.CUSTOMER)], [fleet.want(case.id, now)])


def no_more_wanted(before: Case, after: Case) -> list[Item]:
    """The write that takes a case from those that want a unit, if it was and is no longer."""
    if emergency.is_wanting(before) and not emergency.is_wanting(after):
        return [fleet.want_no_more(after.id)]
    return []


def leave(case: Case, state: UnitState, now: datetime, by: str) -> list[Item]:
    """The write that lets the case's unit be in this state from now on, if it is on that case at all."""
    unit = unit_on(case)
    if unit is None or unit.state is state:
        return []
    return [fleet.write(unit, unit.become(state, now, by))]


def unit_on(case: Case) -> Unit | None:
    """The unit that is on this case."""
    if not case.unit:
        return None
    try:
        unit = fleet.load(case.unit)
    except NotFound:
        return None
    return unit if unit.case == case.id else None


def ended(before: Case, after: Case, now: datetime, by: str) -> Sent:
    """A case that has ended has nobody on it: its unit is free again."""
    extra = [*leave(before, UnitState.FREE, now, by), *no_more_wanted(before, after)]
    return Sent(emergency.over(after), extra=extra)
