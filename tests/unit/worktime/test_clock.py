"""Due times and elapsed time, by example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.worktime import (
    Calendar,
    Clock,
    EndlessError,
    Pause,
    Span,
    SpanError,
    Unit,
    due,
    elapsed,
    is_open,
    next_open,
    periods,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Calendar.from_data(
    {
        "tz": "Asia/Dubai",
        "hours": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in WEEKDAYS[:4]}
        | {"fri": [["08:00", "12:00"]]},
        "holidays": {"2026-12-02": "National Day", "2026-12-03": "National Day"},
    }
)
NIGHTS = Calendar.from_data({"tz": "Europe/London", "hours": {day: [["22:00", "06:00"]] for day in WEEKDAYS}})
BERLIN = Calendar.always_open("Europe/Berlin")


def at(calendar, text):
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)


def due_at(calendar, start, span, pauses=()):
    stops = [Pause(at(calendar, a), at(calendar, b)) for a, b in pauses]
    got = due(calendar, at(calendar, start), Span.parse(span), stops)
    assert got.tzinfo is UTC
    return got.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        # 30 November 2026 is a Monday.
        ("2026-11-30 09:15", {"working_days": 1}, "2026-12-01 09:15"),
        ("2026-12-01 09:15", {"working_days": 1}, "2026-12-04 09:15"),  # over two holidays
        ("2026-12-01 15:15", {"working_days": 1}, "2026-12-04 12:00"),  # clipped to the half day
        ("2026-11-30 18:00", {"working_days": 1}, "2026-12-04 08:00"),  # from after hours
        ("2026-11-28 11:00", {"working_days": 3}, "2026-12-07 08:00"),  # from a Saturday
        ("2026-11-30 12:30", {"working_days": 1}, "2026-12-01 13:00"),  # from the lunch break
        ("2026-11-30 12:30", {"working_days": 0}, "2026-11-30 13:00"),
        ("2026-11-30 11:30", {"working_day_ends": 1}, "2026-11-30 17:00"),  # over the lunch break
        ("2026-11-30 16:59", {"working_day_ends": 1}, "2026-11-30 17:00"),
        ("2026-11-30 17:00", {"working_day_ends": 1}, "2026-12-01 17:00"),  # after hours: the next day's
        ("2026-12-01 16:00", {"working_day_ends": 2}, "2026-12-04 12:00"),  # over two holidays to the half day
        ("2026-11-28 11:00", {"working_day_ends": 1}, "2026-11-30 17:00"),  # from a Saturday
        ("2026-11-30 12:30", {"working_day_ends": 0}, "2026-11-30 13:00"),
        ("2026-11-30 16:00", {"working_hours": 1}, "2026-11-30 17:00"),  # closing time is closing time
        ("2026-11-30 16:00", {"working_hours": 2}, "2026-12-01 09:00"),
        ("2026-11-30 11:30", {"working_minutes": 45}, "2026-11-30 13:15"),
        ("2026-11-30 17:00", {"working_minutes": 0}, "2026-12-01 08:00"),
        ("2026-11-30 23:50", {"minutes": 20}, "2026-12-01 00:10"),
        ("2026-11-30 23:50", {"hours": 24}, "2026-12-01 23:50"),
        ("2026-11-30 23:50", {"days": 7}, "2026-12-07 23:50"),
        ("2026-12-31 09:00", {"months": 2}, "2027-02-28 09:00"),  # no 31st
        ("2026-11-30 09:00", {"months": 14}, "2028-01-30 09:00"),
        ("2026-11-30 09:00", {"days": 0}, "2026-11-30 09:00"),
    ],
)
def test_a_span_is_due(start, span, expected):
    assert due_at(OFFICE, start, span) == expected


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2026-12-04 09:15", Span(-1, Unit.WORKING_DAYS), "2026-12-01 09:15"),
        ("2026-12-05 09:15", Span(-1, Unit.WORKING_DAYS), "2026-12-01 12:00"),  # Friday noon, the day before
        ("2026-12-01 09:15", Span(-1, Unit.WORKING_DAY_ENDS), "2026-11-30 17:00"),
        ("2026-12-01 08:00", Span(-1, Unit.WORKING_HOURS), "2026-11-30 16:00"),
        ("2026-12-01 09:00", Span(-1, Unit.WORKING_HOURS), "2026-12-01 08:00"),  # opening time stays
        ("2026-12-01 09:00", -Span(2, Unit.MONTHS), "2026-10-01 09:00"),
        ("2026-01-31 09:00", -Span(11, Unit.MONTHS), "2025-02-28 09:00"),
    ],
)
def test_a_span_counts_backwards(start, span, expected):
    got = due(OFFICE, at(OFFICE, start), span)
    assert got == at(OFFICE, expected)


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        # 2 November 2026 is a Monday; its window ends on Tuesday morning.
        ("2026-11-02 23:00", {"working_hours": 6}, "2026-11-03 05:00"),
        ("2026-11-02 23:00", {"working_hours": 8}, "2026-11-03 23:00"),
        ("2026-11-03 02:00", {"working_days": 1}, "2026-11-04 02:00"),
        ("2026-11-07 02:00", {"working_days": 1}, "2026-11-10 02:00"),  # Friday's night to Monday's
        ("2026-11-03 12:00", {"working_days": 1}, "2026-11-04 22:00"),
    ],
)
def test_a_night_belongs_to_the_evening_on_which_it_began(start, span, expected):
    assert due_at(NIGHTS, start, span) == expected


@pytest.mark.parametrize(
    ("start", "span", "pauses", "expected"),
    [
        (
            "2026-11-30 09:00",
            {"working_hours": 2},
            [("2026-11-30 09:30", "2026-11-30 10:00")],
            "2026-11-30 11:30",
        ),
        (
            "2026-11-30 09:00",
            {"working_hours": 2},
            [("2026-11-30 11:00", "2026-11-30 12:00")],
            "2026-11-30 11:00",
        ),
        (
            "2026-11-30 09:00",
            {"working_hours": 0},
            [("2026-11-30 08:00", "2026-11-30 11:00")],
            "2026-11-30 11:00",
        ),
        (
            "2026-11-30 06:00",
            {"working_hours": 0},
            [("2026-11-30 07:00", "2026-11-30 12:30")],
            "2026-11-30 13:00",
        ),
        # Overlapping pauses stop the clock once.
        (
            "2026-11-30 09:00",
            {"hours": 2},
            [("2026-11-30 09:30", "2026-11-30 10:00"), ("2026-11-30 09:45", "2026-11-30 10:30")],
            "2026-11-30 12:00",
        ),
        # Working days move on by the working time that the pause took.
        (
            "2026-11-30 09:00",
            {"working_days": 1},
            [("2026-11-30 10:00", "2026-11-30 11:30")],
            "2026-12-01 10:30",
        ),
        (
            "2026-11-30 09:00",
            {"working_days": 1},
            [("2026-11-30 18:00", "2026-12-01 07:00")],
            "2026-12-01 09:00",
        ),
        (
            "2026-11-30 09:00",
            {"working_days": 1},
            [("2026-12-01 08:00", "2026-12-01 14:00")],
            "2026-12-01 15:00",
        ),
        ("2026-11-30 09:00", {"days": 1}, [("2026-11-30 18:00", "2026-11-30 19:00")], "2026-12-01 10:00"),
    ],
)
def test_a_pause_stops_the_clock(start, span, pauses, expected):
    assert due_at(OFFICE, start, span, pauses) == expected


def test_pauses_stop_the_clock_backwards_too():
    pause = Pause(at(OFFICE, "2026-11-30 10:00"), at(OFFICE, "2026-11-30 11:00"))
    end = at(OFFICE, "2026-11-30 12:00")
    assert due(OFFICE, end, Span(-2, Unit.WORKING_HOURS), [pause]) == at(OFFICE, "2026-11-30 09:00")
    assert due(OFFICE, end, Span(-1, Unit.WORKING_HOURS), [pause]) == at(OFFICE, "2026-11-30 11:00")
    late = at(OFFICE, "2026-12-01 10:00")
    assert due(OFFICE, late, Span(-1, Unit.WORKING_DAYS), [pause]) == at(OFFICE, "2026-11-30 09:00")


def test_a_pause_without_an_end_has_no_due_time_unless_it_came_too_late():
    start = at(OFFICE, "2026-11-30 09:00")
    still = Pause(at(OFFICE, "2026-11-30 10:00"))
    assert due(OFFICE, start, Span(1, Unit.HOURS), [still]) == at(OFFICE, "2026-11-30 10:00")
    for span in (Span(2, Unit.HOURS), Span(1, Unit.WORKING_DAYS)):
        with pytest.raises(EndlessError, match="stood still since 2026-11-30T06:00"):
            due(OFFICE, start, span, [still])
    with pytest.raises(EndlessError, match="stood still"):
        due(OFFICE, start, Span(0, Unit.HOURS), [Pause(start)])
    assert elapsed(OFFICE, start, at(OFFICE, "2026-12-01 09:00"), pauses=[still]) == timedelta(hours=1)


def test_a_pause_that_ends_before_it_starts_is_refused():
    now = datetime(2026, 11, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="ends before that"):
        due(OFFICE, now, Span(1, Unit.HOURS), [Pause(now, now - timedelta(hours=1))])


def test_a_day_open_around_the_clock_has_25_hours_when_the_clocks_go_back():
    start, end = at(BERLIN, "2026-10-25 00:00"), at(BERLIN, "2026-10-26 00:00")
    assert elapsed(BERLIN, start, end) == timedelta(hours=25)
    assert due_at(BERLIN, "2026-10-25 00:00", {"working_hours": 25}) == "2026-10-26 00:00"
    assert due_at(BERLIN, "2026-10-24 12:00", {"hours": 24}) == "2026-10-25 11:00"
    assert due_at(BERLIN, "2026-10-24 12:00", {"days": 1}) == "2026-10-25 12:00"
    assert due_at(BERLIN, "2026-10-24 12:00", {"working_days": 1}) == "2026-10-25 12:00"


def test_a_day_open_around_the_clock_has_23_hours_when_the_clocks_go_forward():
    start, end = at(BERLIN, "2026-03-29 00:00"), at(BERLIN, "2026-03-30 00:00")
    assert elapsed(BERLIN, start, end) == timedelta(hours=23)
    assert due_at(BERLIN, "2026-03-28 02:30", {"working_days": 1}) == "2026-03-29 03:00"


def test_hours_that_the_clocks_jump_over_do_not_exist():
    early = Calendar.from_data({"tz": "Europe/Berlin", "hours": {"sun": [["02:00", "02:45"], ["02:50", "04:00"]]}})
    day = at(early, "2026-03-29 00:00")
    assert [
        (a.astimezone(early.zone).strftime("%H:%M"), b.astimezone(early.zone).strftime("%H:%M"))
        for a, b in periods(early, day, day + timedelta(days=1))
    ] == [("03:00", "04:00")]


def test_a_date_that_a_zone_skipped_is_no_working_day():
    samoa = Calendar.always_open("Pacific/Apia")
    assert due_at(samoa, "2011-12-29 09:00", {"working_days": 1}) == "2011-12-31 09:00"
    assert due_at(samoa, "2011-12-29 23:00", {"working_hours": 2}) == "2011-12-31 01:00"


def test_in_the_hour_shown_twice_a_later_start_is_not_due_earlier():
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 45, tzinfo=berlin)
    second = datetime(2026, 10, 25, 2, 15, tzinfo=berlin, fold=1)
    for unit in (Unit.WORKING_DAYS, Unit.DAYS):
        assert due(BERLIN, first, Span(1, unit)) < due(BERLIN, second, Span(1, unit))


def test_opening_is_open_and_closing_is_closed():
    assert is_open(OFFICE, at(OFFICE, "2026-11-30 08:00"))
    assert not is_open(OFFICE, at(OFFICE, "2026-11-30 12:00"))
    assert next_open(OFFICE, at(OFFICE, "2026-11-30 12:00")) == at(OFFICE, "2026-11-30 13:00")
    assert next_open(OFFICE, at(OFFICE, "2026-11-30 14:00")) == at(OFFICE, "2026-11-30 14:00")


def test_periods_are_cut_to_what_was_asked_and_joined_where_they_touch():
    start, end = at(BERLIN, "2026-10-24 12:00"), at(BERLIN, "2026-10-27 12:00")
    assert periods(BERLIN, start, end) == [(start, end)]
    start, end = at(OFFICE, "2026-11-30 10:00"), at(OFFICE, "2026-11-30 14:00")
    noon, one = at(OFFICE, "2026-11-30 12:00"), at(OFFICE, "2026-11-30 13:00")
    assert periods(OFFICE, start, end) == [(start, noon), (one, end)]
    assert periods(OFFICE, noon, one) == []


def test_elapsed_is_negative_when_the_end_is_earlier():
    start, end = at(OFFICE, "2026-11-30 10:00"), at(OFFICE, "2026-12-01 09:00")
    assert elapsed(OFFICE, start, end) == timedelta(hours=7)
    assert elapsed(OFFICE, end, start) == timedelta(hours=-7)
    assert elapsed(OFFICE, start, end, Clock.WALL) == timedelta(hours=23)
    assert elapsed(OFFICE, start, end, Span(3, Unit.HOURS)) == timedelta(hours=23)


def test_fractions_of_a_second_are_kept():
    start = at(OFFICE, "2026-11-30 16:59:59.750001")
    assert due(OFFICE, start, Span(1, Unit.WORKING_SECONDS)) == at(OFFICE, "2026-12-01 08:00:00.750001")


def test_a_calendar_that_stops_opening_says_so():
    once = Calendar.from_data(
        {
            "tz": "UTC",
            "hours": {},
            "overrides": {"2026-11-30": {"name": "fair", "hours": [["09:00", "17:00"]]}},
        }
    )
    before, after = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert due(once, before, Span(8, Unit.WORKING_HOURS)) == datetime(2026, 11, 30, 17, tzinfo=UTC)
    for start, span in (
        (before, Span(9, Unit.WORKING_HOURS)),
        (before, Span(1, Unit.WORKING_DAYS)),
        (after, Span(0, Unit.WORKING_DAYS)),
    ):
        with pytest.raises(EndlessError, match="does not open again after"):
            due(once, start, span)
    for span in (Span(-1, Unit.WORKING_HOURS), Span(-1, Unit.WORKING_DAYS)):
        with pytest.raises(EndlessError, match="is not open before"):
            due(once, before, span)


def test_a_due_time_beyond_all_time_says_so():
    start = datetime(2026, 11, 30, tzinfo=UTC)
    for span in (
        Span(10**12, Unit.HOURS),
        Span(10**9, Unit.DAYS),
        Span(10**9, Unit.MONTHS),
        Span(-(10**9), Unit.MONTHS),
    ):
        with pytest.raises(EndlessError):
            due(BERLIN, start, span)
    with pytest.raises(EndlessError, match="beyond every calendar"):
        is_open(BERLIN, datetime(9999, 6, 1, tzinfo=UTC))


def test_a_datetime_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no zone"):
        due(OFFICE, datetime(2026, 11, 30), Span(1, Unit.HOURS))  # noqa: DTZ001 - the point


def test_a_span_reads_back_what_it_writes():
    for unit in Unit:
        span = Span(3, unit)
        assert Span.parse(span.as_dict()) == span


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "names exactly one unit"),
        ({}, "names exactly one unit"),
        ({"hours": 1, "minutes": 5}, "names exactly one unit"),
        ({"fortnights": 1}, "'fortnights' is not a unit of time; use one of seconds, minutes"),
        ({"hours": 1.5}, "hours takes a whole number from 0 up; got 1.5"),
        ({"hours": True}, "hours takes a whole number"),
        ({"hours": -1}, "hours takes a whole number from 0 up; got -1"),
        ({"hours": "8"}, "got '8'"),
    ],
)
def test_a_span_that_cannot_be_read_says_what_would_be_right(data, says):
    with pytest.raises(SpanError, match=says.replace("(", r"\(")):
        Span.parse(data)


def test_a_working_day_that_lands_on_the_start_of_a_break_is_due_then():
    calendar = Calendar.from_data(
        {"tz": "UTC", "hours": {"mon": [["08:00", "17:00"]], "tue": [["08:00", "12:00"], ["13:00", "17:00"]]}}
    )
    assert due_at(calendar, "2026-11-30 12:00", {"working_days": 1}) == "2026-12-01 12:00"
    assert due_at(calendar, "2026-11-30 12:01", {"working_days": 1}) == "2026-12-01 13:00"


def test_a_break_cuts_the_night_that_runs_into_its_date():
    calendar = Calendar.from_data(
        {
            "tz": "UTC",
            "hours": {"mon": [["22:00", "06:00"]]},
            "breaks": {"2026-12-01": {"name": "power cut", "hours": [["02:00", "03:30"]]}},
        }
    )
    assert due_at(calendar, "2026-11-30 23:00", {"working_hours": 4}) == "2026-12-01 04:30"


def test_a_midnight_that_the_clocks_jumped_over_loses_nothing():
    # In 1919 Toronto's clocks went from 23:30 to 00:30.
    toronto = Calendar.always_open("America/Toronto")
    start, end = at(toronto, "1919-03-30 12:00"), at(toronto, "1919-03-31 12:00")
    assert elapsed(toronto, start, end) == timedelta(hours=23)
    assert periods(toronto, start, end) == [(start, end)]
    night = Calendar.from_data({"tz": "America/Toronto", "hours": {"sat": [["23:50", "23:45"]]}})
    assert elapsed(night, at(night, "1919-03-29 12:00"), end) == timedelta(hours=23, minutes=40)
