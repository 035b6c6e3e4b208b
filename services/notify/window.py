"""When a call is made: windows that a customer may choose, and the part of the day to try next. Pure.

What is promised to a customer lies within opening times, and never in the night of where they are.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from shared.contracts.notify import ASLEEP, RAISED, CallWindow
from shared.worktime import Calendar, periods

LENGTH = timedelta(hours=2)
SHORTEST = timedelta(hours=1)
"""Where opening times leave less than a whole window, so much is one, too."""

NOTICE = timedelta(hours=1)
"""The first window to choose begins so much later: somebody has to know of it."""

AHEAD = timedelta(days=7)
MANY = 12
_QUARTER = 15 * 60


class Part(StrEnum):
    """A part of the day, where the customer is."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


_BEGINS = {Part.MORNING: RAISED, Part.AFTERNOON: time(12), Part.EVENING: time(17)}
_ENDS = {Part.MORNING: time(12), Part.AFTERNOON: time(17), Part.EVENING: ASLEEP}


def part_of(at: datetime, zone: tzinfo) -> Part:
    """The part of the day it is there; before the morning begins it is morning."""
    hour = at.astimezone(zone).time()
    return next(part for part in reversed(Part) if hour >= _BEGINS[part] or part is Part.MORNING)


def offered(calendar: Calendar, zone: tzinfo, now: datetime) -> tuple[CallWindow, ...]:
    """The windows that a customer in this zone may choose now, the soonest first."""
    found: list[CallWindow] = []
    for waking in _waking(zone, now + NOTICE, now + AHEAD):
        for opening, closing in periods(calendar, waking.since, waking.until):
            found += _cut(_rounded_up(opening), closing)
            if len(found) >= MANY:
                return tuple(found[:MANY])
    return tuple(found)


def planned(calendar: Calendar, zone: tzinfo, now: datetime, due: datetime, tried: Collection[Part]) -> CallWindow:
    """When to call, between now and `due`: in a part of the day that was not `tried`, when the desk is open.

    Where no such time is left: in the daytime; and where there is none of that, any time until `due`.
    """
    days = list(_waking(zone, now, due))
    parts = [one for day in days for one in _parts(day, zone) if part_of(one.since, zone) not in tried]
    for stretches in (parts, days):
        opened = (hours for one in stretches for hours in periods(calendar, one.since, one.until))
        for since, until in opened:
            return CallWindow(since=since, until=until)
        for stretch in stretches:
            return stretch
    return CallWindow(since=now, until=max(due, now))


def untried(zone: tzinfo, now: datetime, due: datetime, tried: Collection[Part]) -> bool:
    """Whether a part of the day that was not tried comes before `due`."""
    parts = (one for day in _waking(zone, now, due) for one in _parts(day, zone))
    return any(part_of(one.since, zone) not in tried for one in parts)


def next_day(calendar: Calendar, window: CallWindow, now: datetime) -> CallWindow:
    """The same time of day on the next day that the desk is open at all; when it is closed by then, as it opens."""
    length, start = window.until - window.since, window.since.astimezone(calendar.zone)
    today = now.astimezone(calendar.zone).date()
    on = calendar.working_day(today, 1) if calendar.is_working_day(today) else calendar.working_day(today, 0)
    since = _at(on, start.time(), calendar.zone)
    whole_day = (_at(on, RAISED, calendar.zone), _at(on, ASLEEP, calendar.zone))
    for opening, closing in (*periods(calendar, since, since + length), *periods(calendar, *whole_day)):
        return CallWindow(since=opening, until=min(opening + max(length, SHORTEST), closing))
    return CallWindow(since=since, until=since + length)


def _waking(zone: tzinfo, since: datetime, until: datetime) -> Iterator[CallWindow]:
    """The days there between the two, each as long as people may be called."""
    on, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    while on <= last:
        yield from _between(since, until, _at(on, RAISED, zone), _at(on, ASLEEP, zone))
        on += timedelta(days=1)


def _parts(day: CallWindow, zone: tzinfo) -> Iterator[CallWindow]:
    on = day.since.astimezone(zone).date()
    for part in Part:
        yield from _between(day.since, day.until, _at(on, _BEGINS[part], zone), _at(on, _ENDS[part], zone))


def _between(since: datetime, until: datetime, start: datetime, end: datetime) -> Iterator[CallWindow]:
    if max(since, start) < min(until, end):
        yield CallWindow(since=max(since, start), until=min(until, end))


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
