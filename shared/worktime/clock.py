"""Add and measure time on a calendar, forwards and backwards, with pauses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.worktime.span import LENGTHS, Clock, Pause, Span, Unit
from shared.worktime.table import (
    EPOCH_NAIVE,
    MICROSECOND,
    EndlessError,
    to_datetime,
    to_micros,
    transition,
    wall_to_micros,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.worktime.calendar import Calendar

# Stands for the end of a pause that has none.
NEVER = 1 << 80


def due(calendar: Calendar, start: datetime, span: Span, pauses: Iterable[Pause] = ()) -> datetime:
    """Give the instant (UTC) at which the span has run since `start`.

    A span of nothing gives the first instant at or after `start` at which its clock runs.
    Raises EndlessError when the clock never gets there, ValueError for a datetime without a zone.
    """
    begin = to_micros(start)
    stops = _stops(pauses)
    length = LENGTHS.get(span.unit)
    if length is not None:
        return to_datetime(_run(calendar, begin, span.amount * length, span.clock, stops))
    if span.unit is Unit.WORKING_DAYS:
        end = _working_days(calendar, begin, span.amount)
    elif span.unit is Unit.WORKING_DAY_ENDS:
        end = _working_day_ends(calendar, begin, span.amount)
    else:
        end = _wall_days(calendar, begin, span)
    backwards = span.amount < 0
    low, high = (end, begin) if backwards else (begin, end)
    lost = sum(
        _measure(calendar, max(stop, low), min(go, high), span.clock)
        for stop, go in stops
        if stop < high and go > low
    )
    if lost:
        end = _run(calendar, end, -lost if backwards else lost, span.clock, stops)
    return to_datetime(end)


def elapsed(
    calendar: Calendar,
    start: datetime,
    end: datetime,
    on: Span | Clock = Clock.WORKING,
    pauses: Iterable[Pause] = (),
) -> timedelta:
    """Measure the time that ran from `start` to `end`; negative when `end` is earlier.

    `on` is the clock, or the span that was promised.
    """
    clock = on if isinstance(on, Clock) else on.clock
    a, b = to_micros(start), to_micros(end)
    low, high = min(a, b), max(a, b)
    total = _measure(calendar, low, high, clock)
    for stop, go in _stops(pauses):
        if stop < high and go > low:
            total -= _measure(calendar, max(stop, low), min(go, high), clock)
    return timedelta(microseconds=total if a <= b else -total)


def advance(calendar: Calendar, start: datetime, by: timedelta, clock: Clock) -> datetime:
    """Give the instant (UTC) at which a clock has run for exactly `by` since `start`; back, when negative.

    The inverse of `elapsed`, to the microsecond. Raises EndlessError when the clock never gets there.
    """
    return to_datetime(_run(calendar, to_micros(start), by // MICROSECOND, clock, []))


def is_open(calendar: Calendar, instant: datetime) -> bool:
    """Say whether the instant lies in opening hours; at closing time it no longer does."""
    at = to_micros(instant)
    table = calendar.timetable.around(at)
    i = bisect_right(table.opens, at) - 1
    return i >= 0 and at < table.closes[i]


def next_open(calendar: Calendar, instant: datetime) -> datetime:
    """Give the instant itself when open, else the next opening; raises EndlessError if there is none."""
    return to_datetime(_roll_forward(calendar, to_micros(instant)))


def periods(calendar: Calendar, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """List the open periods cut to [start, end), joined where they touch."""
    low, high = to_micros(start), to_micros(end)
    calendar.timetable.around(low)
    table = calendar.timetable.around(high)
    found: list[tuple[int, int]] = []
    for i in range(bisect_right(table.closes, low), bisect_left(table.opens, high)):
        opening, closing = max(table.opens[i], low), min(table.closes[i], high)
        if opening >= closing:
            continue
        if found and found[-1][1] == opening:
            found[-1] = (found[-1][0], closing)
        else:
            found.append((opening, closing))
    return [(to_datetime(opening), to_datetime(closing)) for opening, closing in found]


def _stops(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    """Sort and join pauses; raises ValueError for one that ends before it starts."""
    stops: list[tuple[int, int]] = []
    for start, end in sorted(
        (to_micros(pause.start), NEVER if pause.end is None else to_micros(pause.end)) for pause in pauses
    ):
        if end < start:
            raise ValueError(f"a pause that starts {to_datetime(start).isoformat()} ends before that")
        if stops and start <= stops[-1][1]:
            stops[-1] = (stops[-1][0], max(stops[-1][1], end))
        elif start < end:
            stops.append((start, end))
    return stops


def _measure(calendar: Calendar, low: int, high: int, clock: Clock) -> int:
    if low >= high:
        return 0
    if clock is Clock.WALL:
        return high - low
    calendar.timetable.around(low)
    table = calendar.timetable.around(high)
    return table.worked(high) - table.worked(low)


def _run(calendar: Calendar, begin: int, amount: int, clock: Clock, stops: list[tuple[int, int]]) -> int:
    """Let the clock run for `amount` from `begin`, standing still during the stops."""
    at = begin
    if amount < 0:
        for stop, go in reversed(stops):
            if stop >= at:
                continue
            ran = _measure(calendar, min(go, at), at, clock)
            if ran >= -amount:
                break
            amount += ran
            at = stop
        return _advance(calendar, at, amount, clock)
    if amount == 0:
        return _first_running(calendar, at, clock, stops)
    for stop, go in stops:
        if go <= at:
            continue
        ran = _measure(calendar, at, stop, clock)
        if ran >= amount:
            break
        if go == NEVER:
            raise EndlessError(f"the clock has stood still since {to_datetime(stop).isoformat()}")
        amount -= ran
        at = go
    return _advance(calendar, at, amount, clock)


def _first_running(calendar: Calendar, begin: int, clock: Clock, stops: list[tuple[int, int]]) -> int:
    at = _advance(calendar, begin, 0, clock)
    for stop, go in stops:
        if stop <= at < go:
            if go == NEVER:
                raise EndlessError(f"the clock has stood still since {to_datetime(stop).isoformat()}")
            at = _advance(calendar, go, 0, clock)
    return at


def _advance(calendar: Calendar, at: int, amount: int, clock: Clock) -> int:
    if clock is Clock.WALL:
        return at + amount
    if amount == 0:
        return _roll_forward(calendar, at)
    table = calendar.timetable.around(at)
    goal = table.worked(at) + amount
    if amount > 0:
        while goal > table.work[-1]:
            table = calendar.timetable.later(table)
        i = bisect_left(table.work, goal) - 1
    else:
        while goal < 0:
            table = calendar.timetable.earlier(table)
            goal = table.worked(at) + amount
        i = bisect_right(table.work, goal) - 1
    return table.opens[i] + goal - table.work[i]


def _roll_forward(calendar: Calendar, at: int) -> int:
    table = calendar.timetable.around(at)
    while True:
        i = bisect_right(table.closes, at)
        if i < len(table.opens):
            return max(at, table.opens[i])
        table = calendar.timetable.later(table)


def _roll_backward(calendar: Calendar, at: int) -> int:
    table = calendar.timetable.around(at)
    while True:
        i = bisect_left(table.opens, at) - 1
        if i >= 0:
            return min(at, table.closes[i])
        table = calendar.timetable.earlier(table)


def _working_days(calendar: Calendar, begin: int, days: int) -> int:
    forwards = days >= 0
    at = _roll_forward(calendar, begin) if forwards else _roll_backward(calendar, begin)
    if days == 0:
        return at
    table = calendar.timetable.around(at)
    i = bisect_right(table.opens, at) - 1 if forwards else bisect_left(table.opens, at) - 1
    owner = table.owners[i]
    goal = table.day_index(owner) + days
    while goal >= len(table.days):
        table = calendar.timetable.later(table)
    while goal < 0:
        table = calendar.timetable.earlier(table)
        goal = table.day_index(owner) + days
    clock_time = _shown(calendar, at) - datetime.fromordinal(owner)
    wanted = wall_to_micros(calendar.zone, datetime.fromordinal(table.days[goal]) + clock_time)
    first, last = table.day_starts[goal], table.day_starts[goal + 1] - 1
    if wanted <= table.opens[first]:
        return table.opens[first]
    i = bisect_right(table.opens, wanted, first, last + 1) - 1
    if wanted <= table.closes[i] or i == last:
        return min(wanted, table.closes[i])
    return table.opens[i + 1] if forwards else table.closes[i]


def _working_day_ends(calendar: Calendar, begin: int, ends: int) -> int:
    """When so many working days close for the last time; the first is the one that it is, or else the nearest."""
    forwards = ends >= 0
    at = _roll_forward(calendar, begin) if forwards else _roll_backward(calendar, begin)
    if ends == 0:
        return at
    table = calendar.timetable.around(at)
    i = bisect_right(table.opens, at) - 1 if forwards else bisect_left(table.opens, at) - 1
    owner = table.owners[i]
    goal = table.day_index(owner) + (ends - 1 if forwards else ends)
    while goal >= len(table.days):
        table = calendar.timetable.later(table)
    while goal < 0:
        table = calendar.timetable.earlier(table)
        goal = table.day_index(owner) + ends
    return table.closes[table.day_starts[goal + 1] - 1]


def _shown(calendar: Calendar, at: int) -> datetime:
    """Give the wall time at the instant, never less than what an earlier instant showed.

    While clocks that went back show an hour again, this stays at the end of that hour: who comes later
    is never due earlier.
    """
    local = to_datetime(at).astimezone(calendar.zone)
    if not local.fold:
        return local.replace(tzinfo=None)
    shown_first = local.replace(fold=0)
    earlier = to_micros(shown_first)
    change = transition(calendar.zone, earlier, at)
    offset = shown_first.utcoffset() or timedelta()
    return EPOCH_NAIVE + timedelta(microseconds=change + offset // MICROSECOND)


def _wall_days(calendar: Calendar, begin: int, span: Span) -> int:
    """Go so many calendar days or months along at the same wall time; a shorter month ends earlier."""
    if span.amount == 0:
        return begin
    wall = _shown(calendar, begin)
    try:
        if span.unit is Unit.DAYS:
            goal = wall + timedelta(days=span.amount)
        else:
            year, month = divmod(wall.year * 12 + wall.month - 1 + span.amount, 12)
            day = min(wall.day, monthrange(year, month + 1)[1])
            goal = wall.replace(year=year, month=month + 1, day=day)
    except (OverflowError, ValueError):
        raise EndlessError(f"{span.amount} {span.unit} from {wall.date()} is beyond every calendar") from None
    return wall_to_micros(calendar.zone, goal)
