"""When a call is made: windows that a customer may choose, and the part of the day to try next. Pure.

What is promised to a customer lies within opening times and the hours at which they may be rung.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

from services.notify.hours import Hours
from shared.contracts.notify import CallWindow
from shared.worktime import Calendar, periods

LENGTH = timedelta(hours=2)
SHORTEST = timedelta(hours=1)
"""Where opening times leave less than a whole window, so much is one, too."""

NOTICE = timedelta(hours=1)
"""The first window to choose begins so much later: somebody has to know of it."""

AHEAD = timedelta(days=7)
MANY = 12
_QUARTER = 15 * 60
_DAY = timedelta(days=1)


class Part(StrEnum):
    """A part of the day, where the customer is."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


_BEGINS = {Part.MORNING: time(0), Part.AFTERNOON: time(12), Part.EVENING: time(17)}


def part_of(at: datetime, zone: tzinfo) -> Part:
    """The part of the day it is there."""
    hour = at.astimezone(zone).time()
    return next(part for part in reversed(Part) if hour >= _BEGINS[part])


def offered(calendar: Calendar, hours: Hours, now: datetime) -> tuple[CallWindow, ...]:
    """The windows that a customer may choose now, the soonest first."""
    found: list[CallWindow] = []
    for stretch in hours.stretches(now + NOTICE, now + AHEAD):
        for opening, closing in periods(calendar, stretch.since, stretch.until):
            found += _cut(_rounded_up(opening), closing)
            if len(found) >= MANY:
                return tuple(found[:MANY])
    return tuple(found)


def from_then(calendar: Calendar, hours: Hours, since: datetime, now: datetime) -> CallWindow | None:
    """The window that begins then, if it is one that a customer may choose."""
    if not now < since < now + AHEAD:
        return None
    for stretch in hours.stretches(since, since + LENGTH):
        for opening, closing in periods(calendar, stretch.since, stretch.until):
            if opening == since and closing - opening >= SHORTEST:
                return CallWindow(since=opening, until=closing)
    return None


def planned(calendar: Calendar, hours: Hours, now: datetime, due: datetime, tried: Collection[Part]) -> CallWindow:
    """When to call, between now and `due`: in a part of the day that was not `tried`, when the desk is open.

    Where no such time is left: when they may be rung at all; and where there is none of that, any time until `due`.
    """
    days = list(hours.stretches(now, due))
    parts = [one for day in days for one in _parts(day, hours.zone) if part_of(one.since, hours.zone) not in tried]
    for stretches in (parts, days):
        for stretch in (*_open(calendar, stretches), *stretches):
            return stretch
    return CallWindow(since=now, until=max(due, now))


def within(calendar: Calendar, hours: Hours, now: datetime, due: datetime, tried: Collection[Part]) -> CallWindow:
    """The window to promise to whoever may be rung at certain hours only: all of it lies in them.

    The longest before `due`, while the desk is open, and at a part of the day that was not `tried`, as far as there
    is one; an hour at least, where their hours have one. Where nothing is left before `due`: the next one after it.
    """
    days = list(hours.stretches(now, max(due, now) + AHEAD))
    parts = [one for day in days for one in _parts(day, hours.zone) if part_of(one.since, hours.zone) not in tried]
    opened = list(_open(calendar, days))
    for stretches in (_open(calendar, parts) if tried else (), opened, days):
        before = [one for one in _before(due, stretches) if _length(one) >= SHORTEST]
        if before:
            return max(before, key=_length)
    later = (one for one in (*opened, *days) if _length(one) >= SHORTEST)
    return next(later, None) or max(days, key=_length)


def untried(hours: Hours, now: datetime, due: datetime, tried: Collection[Part]) -> bool:
    """Whether a part of the day that was not tried comes before `due`."""
    parts = (one for day in hours.stretches(now, due) for one in _parts(day, hours.zone))
    return any(part_of(one.since, hours.zone) not in tried for one in parts)


def next_day(calendar: Calendar, hours: Hours, window: CallWindow, now: datetime) -> CallWindow:
    """The same time of day on the next day that the desk is open at all; when it is closed by then, as it opens.

    Where they can't be rung by then: as soon as they may be.
    """
    length, start = window.until - window.since, window.since.astimezone(calendar.zone)
    today = now.astimezone(calendar.zone).date()
    on = calendar.working_day(today, 1) if calendar.is_working_day(today) else calendar.working_day(today, 0)
    since, day = _at(on, start.time(), calendar.zone), _at(on, time(0), calendar.zone)
    same, whole = (list(hours.stretches(*one)) for one in ((since, since + length), (day, day + _DAY)))
    later = hours.stretches(day, day + AHEAD)
    for stretch in (*_open(calendar, same), *_open(calendar, whole), *later):
        return CallWindow(since=stretch.since, until=min(stretch.since + max(length, SHORTEST), stretch.until))
    return CallWindow(since=since, until=since + length)


def _open(calendar: Calendar, stretches: Collection[CallWindow]) -> Iterator[CallWindow]:
    """The times among these at which the desk is open."""
    for one in stretches:
        for since, until in periods(calendar, one.since, one.until):
            yield CallWindow(since=since, until=until)


def _before(due: datetime, stretches: Iterable[CallWindow]) -> Iterator[CallWindow]:
    for one in stretches:
        if one.since < due:
            yield CallWindow(since=one.since, until=min(one.until, due))


def _length(window: CallWindow) -> timedelta:
    return window.until - window.since


def _parts(stretch: CallWindow, zone: tzinfo) -> Iterator[CallWindow]:
    on, last = stretch.since.astimezone(zone).date(), stretch.until.astimezone(zone).date()
    while on <= last:
        tomorrow = on + timedelta(days=1)
        bounds = [*(_at(on, _BEGINS[part], zone) for part in Part), _at(tomorrow, time(0), zone)]
        for begins, ends in pairwise(bounds):
            if max(stretch.since, begins) < min(stretch.until, ends):
                yield CallWindow(since=max(stretch.since, begins), until=min(stretch.until, ends))
        on = tomorrow


def _cut(opening: datetime, closing: datetime) -> Iterator[CallWindow]:
    while closing - opening >= SHORTEST:
        yield CallWindow(since=opening, until=min(opening + LENGTH, closing))
        opening += LENGTH


def _rounded_up(at: datetime) -> datetime:
    over = at.timestamp() % _QUARTER
    return at + timedelta(seconds=_QUARTER - over) if over else at


def _at(on: date, hour: time, zone: tzinfo) -> datetime:
    """In UTC: times of one zone are subtracted as its clocks show them, an hour off where those change."""
    return datetime.combine(on, hour, zone).astimezone(UTC)
