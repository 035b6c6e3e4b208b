"""Where the rota has holes: times at which nobody has a shift who has to be on duty. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.notify.shift import Shift
from shared.packs import Pack
from shared.worktime import Calendar, periods

Time = tuple[datetime, datetime]


@dataclass(frozen=True)
class Gap:
    """Nobody with this role is on duty."""

    role: str
    begins: datetime
    ends: datetime


def gaps(pack: Pack, calendar: Calendar, shifts: Iterable[Shift], begins: datetime, ends: datetime) -> list[Gap]:
    """Every gap of what the pack wants covered between two times, the earliest first."""
    known = list(shifts)
    found: list[Gap] = []
    for wanted in pack.covered():
        needed = [(begins, ends)] if wanted.hours == "always" else periods(calendar, begins, ends)
        taken = sorted((one.begins, one.ends) for one in known if one.counts and one.role == wanted.role)
        bare = chain.from_iterable(_without(one, taken) for one in needed)
        found += [Gap(wanted.role, *one) for one in bare]
    return sorted(found, key=lambda gap: (gap.begins, gap.role))


def _without(needed: Time, taken: Sequence[Time]) -> list[Time]:
    """What of a time is left when these, in order, are taken from it."""
    at, end = needed
    left: list[Time] = []
    for begins, ends in taken:
        if begins > at and at < end:
            left.append((at, min(begins, end)))
        at = max(at, ends)
    if at < end:
        left.append((at, end))
    return left
