"""Sending a unit to a case: what is promised, told and written when one goes, and when none is free."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from services.intake import emergency, fleet
from services.intake.case import Case
from services.intake.statement import statement
from services.intake.unit import Free, IllegalUnitMove, Position, Unit, UnitState, nearest_first
from shared.contracts.intake import UnitDispatched, UnitWanted
from shared.rules import calendar, pack
from shared.store import Audience, Cause, Conflict, Item, Line, NotFound, Recorded, Refused
from shared.tables import store


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
    told = UnitWanted(case=case.id, category=case.category, silent=case.unit, unit=case.where_it_is)
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


def place_of(case: Case, events: list[Recorded]) -> Position | None:
    """Where it is, as far as its customer said so in coordinates."""
    place = statement(events, case.salt).said.get("place", {})
    return Position(place["lat"], place["long"]) if "lat" in place else None


def send_wanted(now: datetime) -> None:
    """Send what is free to the cases that want it, those that wait longest first; each gets the nearest."""
    if not is_offered():
        return
    waiting = fleet.wanting()
    free = fleet.free() if waiting else []
    for number in waiting:
        if not free:
            return
        # Whoever was quicker has sent one, or ended the case.
        with suppress(Conflict, NotFound):
            case, events = store().history(Case, number)
            if emergency.is_wanting(case):
                _send_any(case, place_of(case, events), free, now)


def see_to_unanswered(case: Case, now: datetime) -> Case:
    """The unit that was sent does not answer: the nearest other goes. While none is free, this one stays sent."""
    _, events = store().history(Case, case.id)
    after = _send_any(case, place_of(case, events), fleet.free(), now)
    if after is not None:
        return after
    wanted = want(case, now)
    return (
        store().change(wanted.case, wanted.lines, _by_clock(case, now), None, wanted.extra) if wanted.lines else case
    )


def _send_any(case: Case, where: Position | None, free: list[Free], now: datetime) -> Case | None:
    """Send the nearest that really is free, and take from `free` who is not any more. None when nobody is.

    Raises `Conflict`.
    """
    for chosen in nearest_first(free, where):
        free.remove(chosen)
        try:
            sent = send(case, chosen, where, now, "clock")
        except IllegalUnitMove as error:
            # The unit that was sent has got there since the case was read.
            raise Conflict(case.id) from error
        with suppress(Refused):
            return store().change(sent.case, sent.lines, _by_clock(case, now), None, sent.extra)
    return None


def _by_clock(case: Case, now: datetime) -> Cause:
    return Cause(now, "clock", f"tick:{case.id}:{case.seq}")
