"""Calendar data: what is refused, and which hours a date has."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.worktime import Calendar, CalendarError, is_open

NINE_TO_FIVE = [["09:00", "17:00"]]
PLAIN = {"name": "plain", "tz": "UTC", "hours": {"mon": NINE_TO_FIVE}}


def problems(changes):
    data = {key: value for key, value in (PLAIN | changes).items() if value is not ...}
    with pytest.raises(CalendarError) as refused:
        Calendar.from_data(data)
    return {problem.key: problem.what for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("changes", "key", "says"),
    [
        ({"tz": "Asia/Atlantis"}, "tz", "'Asia/Atlantis' is not a time zone; use an IANA name"),
        ({"tz": "../etc/passwd"}, "tz", "is not a time zone"),
        ({"tz": ...}, "tz", "is missing; name an IANA time zone"),
        ({"hours": ...}, "hours", "is missing; give opening hours by weekday"),
        ({"hours": [["09:00", "17:00"]]}, "hours", "must be a mapping"),
        ({"hours": {"monday": NINE_TO_FIVE}}, "hours.monday", "is not a weekday; use mon, tue"),
        ({"hours": {}}, "hours", "no opening hours at all"),
        ({"hours": {"mon": "9-5"}}, "hours.mon", "must be a list of windows"),
        ({"hours": {"mon": ["09:00", "17:00"]}}, "hours.mon[0]", "a window is a start and an end"),
        ({"hours": {"mon": [["9:00", "17:00"]]}}, "hours.mon[0]", "'9:00' is not a time of day"),
        ({"hours": {"mon": [[540, 1020]]}}, "hours.mon[0]", "540 is not a time of day; write 00:00 to 24:00"),
        ({"hours": {"mon": [["09:00", "24:30"]]}}, "hours.mon[0]", "is not a time of day"),
        (
            {"hours": {"mon": [["09:00", "09:00"]]}},
            "hours.mon[0]",
            "has no length; a whole day is 00:00-24:00",
        ),
        ({"hours": {"mon": [["24:00", "02:00"]]}}, "hours.mon[0]", "cannot start at 24:00"),
        (
            {"hours": {"mon": [["13:00", "17:00"], ["09:00", "13:30"]]}},
            "hours.mon[0]",
            "13:00-17:00 overlaps 09:00-13:30; join them or move one",
        ),
        (
            {"hours": {"mon": [["22:00", "06:00"]], "tue": [["05:00", "09:00"]]}},
            "hours.tue[0]",
            "05:00-09:00 overlaps 22:00-06:00 of the evening before",
        ),
        (
            {"hours": {"sun": [["22:00", "06:00"]], "mon": [["05:00", "09:00"]]}},
            "hours.mon[0]",
            "of the evening before",
        ),
        ({"closed": {"2026-13-01": "x"}}, "closed.2026-13-01", "is not a date; write it as 2026-12-02"),
        ({"closed": {"20261201": "x"}}, "closed.20261201", "is not a date"),
        ({"closed": {"2026-12-01": ""}}, "closed.2026-12-01", "needs a name that people can read"),
        ({"holidays": ["2026-12-01"]}, "holidays", "must be a mapping"),
        (
            {"overrides": {"2026-12-01": {"hours": []}}},
            "overrides.2026-12-01.name",
            "is missing; say what it is",
        ),
        ({"overrides": {"2026-12-01": {"name": "x"}}}, "overrides.2026-12-01.hours", "is missing"),
        (
            {"overrides": {"2026-12-01": {"name": "x", "hours": [], "why": ""}}},
            "overrides.2026-12-01.why",
            "is not a key here; known are name, hours",
        ),
        (
            {"overrides": {"2026-12-01": {"name": "x", "hours": []}}, "closed": {"2026-12-01": "y"}},
            "overrides.2026-12-01",
            "is also in `closed`; keep one of the two",
        ),
        (
            {
                "hours": {"mon": [["22:00", "06:00"]]},
                "overrides": {"2026-12-01": {"name": "early", "hours": [["05:00", "09:00"]]}},
            },
            "overrides",
            "on 2026-12-01 05:00-09:00 overlaps 22:00-06:00 of the evening before; give 2026-11-30 or",
        ),
        ({"breaks": {"2026-12-01": {"name": "x", "hours": []}}}, "breaks.2026-12-01.hours", "is empty"),
        ({"seasons": {}}, "seasons", "must be a list"),
        (
            {"seasons": [{"name": "R", "from": "2026-03-01", "to": "2026-02-01", "hours": {}}]},
            "seasons[0].to",
            "2026-02-01 is before 2026-03-01",
        ),
        (
            {"seasons": [{"from": "2026-03-01", "to": "2026-03-02", "hours": {}}]},
            "seasons[0].name",
            "is missing",
        ),
        (
            {"seasons": [{"name": "R", "from": "2026-03-01", "to": "2026-03-02"}]},
            "seasons[0].hours",
            "is missing",
        ),
        (
            {
                "seasons": [
                    {"name": "R", "from": "2026-03-10", "to": "2026-04-01", "hours": {}},
                    {"name": "S", "from": "2026-03-01", "to": "2026-03-10", "hours": {}},
                ]
            },
            "seasons[0].from",
            "2026-03-10 lies within seasons[1], which ends 2026-03-10",
        ),
        ({"weekend": ["sat"]}, "weekend", "is not a key here; known are name, tz, hours"),
        ({"name": 7}, "name", "must be text"),
    ],
)
def test_what_cannot_be_right_is_named_with_what_to_do(changes, key, says):
    found = problems(changes)
    assert says in found[key]


def test_everything_wrong_is_said_at_once():
    assert set(problems({"tz": "Mars", "hours": {"moon": []}, "extra": 1})) == {"tz", "hours.moon", "extra"}


def test_the_message_names_the_calendar():
    with pytest.raises(CalendarError, match=r"calendar 'plain': tz: 'Mars' is not a time zone"):
        Calendar.from_data({**PLAIN, "tz": "Mars"})


def test_a_calendar_that_is_no_mapping_is_refused():
    with pytest.raises(CalendarError, match="must be a mapping"):
        Calendar.from_data([])  # type: ignore[arg-type]


def test_dates_may_be_dates_as_yaml_reads_them():
    calendar = Calendar.from_data({**PLAIN, "closed": {date(2026, 11, 30): "moving"}})
    assert calendar.day(date(2026, 11, 30)).name == "moving"


def test_the_nearest_word_on_a_date_decides_its_hours():
    monday = {"name": "R", "from": "2026-11-01", "to": "2026-11-30", "hours": {"mon": [["10:00", "14:00"]]}}
    calendar = Calendar.from_data(
        {
            **PLAIN,
            "seasons": [monday],
            "holidays": {"2026-11-16": "holiday", "2026-11-23": "holiday", "2026-11-30": "holiday"},
            "overrides": {"2026-11-23": {"name": "open anyway", "hours": [["10:00", "12:00"]]}},
            "closed": {"2026-11-30": "moving"},
        }
    )
    decided = {on: calendar.day(date(2026, *on)).because.value for on in ((11, 9), (11, 16), (11, 23), (11, 30))}
    assert decided == {(11, 9): "season", (11, 16): "holiday", (11, 23): "override", (11, 30): "closed"}
    assert calendar.day(date(2026, 12, 7)).because.value == "week"


def test_working_days_are_counted_and_found_by_date():
    calendar = Calendar.from_data({**PLAIN, "closed": {"2026-11-16": "moving"}})
    assert calendar.working_day(date(2026, 11, 9), 1) == date(2026, 11, 23)
    assert calendar.working_day(date(2026, 11, 10), 0) == date(2026, 11, 23)
    assert calendar.working_day(date(2026, 11, 20), -1) == date(2026, 11, 2)
    assert calendar.working_day(date(2026, 11, 9), 500) == date(2036, 6, 16)
    assert calendar.working_day(date(2036, 6, 16), -500) == date(2026, 11, 9)
    assert calendar.working_days(date(2026, 11, 1), date(2026, 11, 30)) == 3
    assert calendar.is_working_day(date(2026, 11, 9))
    assert not calendar.is_working_day(date(2026, 11, 16))


def test_a_break_over_all_hours_makes_a_date_no_working_day():
    calendar = Calendar.from_data(
        {**PLAIN, "breaks": {"2026-11-09": {"name": "audit", "hours": [["08:00", "18:00"]]}}}
    )
    assert not calendar.is_working_day(date(2026, 11, 9))


def test_what_opened_the_evening_before_closes_at_midnight_on_a_closed_date():
    calendar = Calendar.from_data(
        {
            "tz": "UTC",
            "hours": {"thu": [["22:00", "06:00"]], "fri": [["22:00", "06:00"]]},
            "closed": {"2026-11-06": "x"},
        }
    )
    opened = [
        is_open(calendar, datetime(2026, 11, day, hour, tzinfo=UTC))
        for day, hour in ((5, 23), (6, 3), (6, 23), (7, 3), (12, 23), (13, 3))
    ]
    assert opened == [True, False, False, False, True, True]


def test_an_always_open_calendar_never_closes():
    assert is_open(Calendar.always_open("Asia/Dubai"), datetime(2026, 1, 1, 3, tzinfo=UTC))


def test_calendars_with_the_same_hours_are_equal_and_cannot_be_changed():
    one, other = Calendar.from_data(PLAIN), Calendar.from_data(PLAIN)
    assert one == other
    assert hash(one) == hash(other)
    with pytest.raises(TypeError):
        one.closed[date(2026, 1, 1)] = "x"  # type: ignore[index]
    with pytest.raises(AttributeError):
        one.tz = "Asia/Dubai"  # type: ignore[misc]
