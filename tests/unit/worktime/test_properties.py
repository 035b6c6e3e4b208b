"""What holds of every calendar, start, span and pause.

Examples are derived, not random from run to run, so that a build fails for its own reasons only.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.worktime import Calendar, Clock, Pause, Span, Unit, due, elapsed, explain, is_open, periods

stable = settings(derandomize=True, deadline=None, database=None, max_examples=50)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Whole, half and quarter hours; changes by an hour and by half of one; at night, at midnight and before it;
# north, south and never; a zone that changes for Ramadan, and one that skipped a date.
ZONES = (
    "UTC",
    "Asia/Dubai",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Nuuk",
    "Europe/Berlin",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
STEADY_ZONES = ("UTC", "Asia/Dubai", "Asia/Shanghai", "Asia/Kathmandu")
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
SECONDS = 3 * 366 * 86400


def clock(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def windows(draw, *, least=0, nights=True):
    edges = sorted(draw(st.lists(st.integers(0, 96), min_size=2 * least, max_size=6, unique=True)))
    found = [[clock(a * 15), clock(b * 15)] for a, b in zip(edges[::2], edges[1::2], strict=False)]
    if nights and found and draw(st.integers(0, 4)) == 0:
        found[-1][1] = clock(draw(st.integers(0, int(found[0][0][:2]))) * 60)
        # A last window that now ends at or before its start runs into the next day.
        if found[-1][0] == found[-1][1] or (found[-1][0] < found[-1][1] and len(found) > 1):
            found[-1][1] = "24:00" if found[-1][0] != "24:00" else "23:00"
    return [window for window in found if window[0] != "24:00"]


@st.composite
def calendars(draw, zones=ZONES):
    """Draw weeks with breaks and nights, closed dates, dated hours and dated breaks."""
    dates = st.dates(date(2024, 1, 1), date(2026, 12, 31)).map(date.isoformat)
    hours = {weekday: draw(windows()) for weekday in WEEKDAYS}
    hours[draw(st.sampled_from(WEEKDAYS))] = draw(windows(least=1, nights=False)) or [["09:00", "17:00"]]
    closed = draw(st.dictionaries(dates, st.just("closed"), max_size=8))
    overrides = draw(st.dictionaries(dates, windows(nights=False), max_size=4))
    breaks = draw(st.dictionaries(dates, windows(least=1, nights=False), max_size=4))
    data = {
        "tz": draw(st.sampled_from(zones)),
        "hours": hours,
        "holidays": closed,
        "overrides": {on: {"name": "special", "hours": found} for on, found in overrides.items()},
        "breaks": {on: {"name": "break", "hours": found} for on, found in breaks.items() if found},
    }
    try:
        return Calendar.from_data(data)
    except ValueError:
        assume(False)  # a night that runs into the next day's hours
        raise


# Clocks change within a day or two of these, in one zone or another.
CHANGES = [
    datetime(year, month, day, tzinfo=UTC)
    for year in (2024, 2025, 2026)
    for month, day in ((3, 9), (3, 30), (4, 6), (4, 25), (10, 5), (10, 26), (10, 31), (11, 2))
]
instants = st.one_of(
    st.integers(0, SECONDS).map(lambda seconds: FIRST + timedelta(seconds=seconds)),
    st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CHANGES),
        st.integers(-2 * 1440, 4 * 1440),
    ),
)
minutes = st.integers(1, 40 * 60)
working_minutes = minutes.map(lambda amount: Span(amount, Unit.WORKING_MINUTES))
spans = st.one_of(
    st.builds(Span, minutes, st.sampled_from([Unit.MINUTES, Unit.WORKING_MINUTES])),
    st.builds(Span, st.integers(0, 30), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS, Unit.WORKING_DAY_ENDS])),
)


@st.composite
def pauses_after(draw, start):
    found = []
    at = start
    for _ in range(draw(st.integers(0, 3))):
        at += timedelta(minutes=draw(st.integers(0, 5000)))
        end = at + timedelta(minutes=draw(st.integers(0, 3000)))
        found.append(Pause(at, end))
        at = end
    return found


@stable
@given(calendars(), instants, st.integers(0, 6 * 1440), spans)
def test_who_comes_later_is_never_due_earlier(calendar, start, later, span):
    assert due(calendar, start, span) <= due(calendar, start + timedelta(minutes=later), span)


@stable
@given(calendars(), instants, spans, st.integers(0, 100))
def test_more_time_is_never_due_earlier(calendar, start, span, more):
    assert start <= due(calendar, start, span) <= due(calendar, start, Span(span.amount + more, span.unit))


@stable
@given(calendars(), instants, minutes, minutes, st.data())
def test_one_span_after_another_is_both_at_once(calendar, start, first, second, data):
    pauses = data.draw(pauses_after(start))
    unit = Unit.WORKING_MINUTES
    middle = due(calendar, start, Span(first, unit), pauses)
    assert due(calendar, middle, Span(second, unit), pauses) == due(
        calendar, start, Span(first + second, unit), pauses
    )


@stable
@given(calendars(), instants, st.integers(0, 40), st.integers(0, 40))
def test_working_days_add_up_where_every_day_has_the_same_hours(calendar, start, first, second):
    same = Calendar.from_data(
        {"tz": "UTC", "hours": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in WEEKDAYS[:5]}}
    )
    middle = due(same, start, Span(first, Unit.WORKING_DAYS))
    both = due(same, start, Span(first + second, Unit.WORKING_DAYS))
    assert due(same, middle, Span(second, Unit.WORKING_DAYS)) == both
    assert calendar.working_day(calendar.working_day(start.date(), first), second) == calendar.working_day(
        start.date(), first + second
    )


@stable
@given(calendars(), instants, instants, instants)
def test_elapsed_time_adds_up(calendar, a, b, c):
    assert elapsed(calendar, a, b) + elapsed(calendar, b, c) == elapsed(calendar, a, c)
    assert elapsed(calendar, a, b) == -elapsed(calendar, b, a)


@stable
@given(calendars(), instants, working_minutes, st.data())
def test_what_was_added_is_what_is_measured(calendar, start, span, data):
    pauses = data.draw(pauses_after(start))
    end = due(calendar, start, span, pauses)
    assert elapsed(calendar, start, end, span, pauses) == timedelta(minutes=span.amount)


@stable
@given(calendars(), instants, working_minutes, st.data())
def test_backwards_undoes_forwards(calendar, start, span, data):
    pauses = data.draw(pauses_after(start))
    start = due(calendar, start, Span(0, Unit.WORKING_MINUTES), pauses)
    assert due(calendar, due(calendar, start, span, pauses), -span, pauses) == start


@stable
@given(calendars(), instants, working_minutes, st.integers(0, 8000), st.integers(0, 8000))
def test_a_pause_leaves_exactly_what_was_left(calendar, start, span, until, length):
    whole = due(calendar, start, span)
    stop = start + timedelta(minutes=until)
    go = stop + timedelta(minutes=length)
    assume(stop < whole)
    end = due(calendar, start, span, [Pause(stop, go)])
    assert elapsed(calendar, stop, whole) == elapsed(calendar, go, end)


@stable
@given(calendars(), instants, spans, st.data())
def test_a_pause_while_closed_changes_nothing(calendar, start, span, data):
    assume(span.clock is Clock.WORKING)
    end = due(calendar, start, span)
    opened = periods(calendar, start - timedelta(days=3), end + timedelta(days=3))
    gaps = [Pause(a, b) for (_, a), (b, _) in pairwise(opened)]
    assume(gaps)
    pauses = data.draw(st.lists(st.sampled_from(gaps), min_size=1))
    assert due(calendar, start, span, pauses) == end


@stable
@given(calendars(), instants, spans, st.integers(0, 8000), st.integers(0, 3000), st.integers(0, 3000))
def test_a_pause_in_two_pieces_is_the_same_pause(calendar, start, span, until, first, second):
    stop = start + timedelta(minutes=until)
    middle = stop + timedelta(minutes=first)
    go = middle + timedelta(minutes=second)
    assert due(calendar, start, span, [Pause(stop, go)]) == due(
        calendar, start, span, [Pause(middle, go), Pause(stop, middle)]
    )


@stable
@given(calendars(), instants, spans, st.data())
def test_a_pause_never_makes_anything_due_earlier(calendar, start, span, data):
    assert due(calendar, start, span, data.draw(pauses_after(start))) >= due(calendar, start, span)


@stable
@given(calendars(), instants, spans, st.sampled_from(ZONES))
def test_it_does_not_matter_in_which_zone_an_instant_is_written(calendar, start, span, zone):
    elsewhere = start.astimezone(ZoneInfo(zone))
    end = due(calendar, start, span)
    assert due(calendar, elsewhere, span) == end
    assert end.tzinfo is UTC
    assert elapsed(calendar, elsewhere, end.astimezone(ZoneInfo(zone)), span) == elapsed(calendar, start, end, span)


@stable
@given(st.sampled_from(ZONES), instants, st.integers(0, 60 * 24 * 400))
def test_around_the_clock_no_minute_is_lost_at_midnight_or_when_clocks_change(zone, start, amount):
    calendar = Calendar.always_open(zone)
    end = start + timedelta(minutes=amount)
    assert elapsed(calendar, start, end) == end - start
    assert due(calendar, start, Span(amount, Unit.WORKING_MINUTES)) == end
    assert due(calendar, end, Span(-amount, Unit.WORKING_MINUTES)) == start
    assert periods(calendar, start, end) == ([(start, end)] if amount else [])


@stable
@given(calendars(zones=STEADY_ZONES), instants)
def test_it_agrees_with_looking_at_the_clock_every_quarter_of_an_hour(calendar, start):
    start = start.replace(minute=0, second=0)
    quarters = [start + timedelta(minutes=15 * i) for i in range(4 * 24 * 9)]
    opened = [shows_open(calendar, instant) for instant in quarters]
    assert [is_open(calendar, instant) for instant in quarters] == opened
    assert elapsed(calendar, start, start + timedelta(days=9)) == timedelta(minutes=15) * sum(opened)


def shows_open(calendar, instant):
    """Read the calendar as a person would: the date, the clock on the wall, and the evening before."""
    wall = instant.astimezone(calendar.zone)
    minute = wall.hour * 60 + wall.minute
    today = wall.date()
    yesterday = today - timedelta(days=1)
    closed = [on in calendar.holidays and on not in calendar.overrides for on in (yesterday, today)]
    if closed[1] or (today in calendar.overrides and not calendar.overrides[today].windows):
        return False
    if today in calendar.breaks and any(a <= minute < b for a, b in calendar.breaks[today].windows):
        return False
    hours = [
        calendar.overrides[on].windows if on in calendar.overrides else calendar.hours[on.weekday()]
        for on in (yesterday, today)
    ]
    late = not closed[0] and any(a <= minute + 1440 < b for a, b in hours[0])
    return late or any(a <= minute < b for a, b in hours[1])


@stable
@given(calendars(), instants, spans, st.data())
def test_an_explanation_leaves_no_gap_and_adds_up(calendar, start, span, data):
    pauses = data.draw(pauses_after(start))
    end = due(calendar, start, span, pauses)
    segments = explain(calendar, start, end, span, pauses)
    assume(segments)
    assert segments[0].start == start
    assert segments[-1].end == end
    assert all(a.end == b.start for a, b in pairwise(segments))
    ran = sum((segment.length for segment in segments if segment.kind == "run"), timedelta())
    assert ran == elapsed(calendar, start, end, span, pauses)


@stable
@given(calendars(), instants, st.integers(0, 60))
def test_working_days_end_in_opening_hours_of_the_right_date(calendar, start, amount):
    end = due(calendar, start, Span(amount, Unit.WORKING_DAYS))
    assert is_open(calendar, end) or elapsed(calendar, end - timedelta(minutes=1), end) > timedelta()
    opening = due(calendar, start, Span(0, Unit.WORKING_DAYS))
    nights = any(window.end > 1440 for day in calendar.hours for window in day)
    if not nights:
        first = opening.astimezone(calendar.zone).date()
        # Closing time of a window that ends at midnight shows the next date.
        last = (end - timedelta(microseconds=1)).astimezone(calendar.zone).date()
        goal = calendar.working_day(first, amount)
        assert goal in (last, end.astimezone(calendar.zone).date())
