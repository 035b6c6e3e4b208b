"""Why this date: segments that a person can follow."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from shared.worktime import Calendar, Clock, Pause, Span, Unit, due, explain

WEEKDAYS = ("mon", "tue", "wed", "thu")
OFFICE = Calendar.from_data(
    {
        "tz": "Asia/Dubai",
        "hours": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in WEEKDAYS} | {"fri": [["08:00", "12:00"]]},
        "seasons": [
            {
                "name": "Ramadan hours",
                "from": "2026-02-18",
                "to": "2026-03-19",
                "hours": {day: [["09:00", "14:00"]] for day in (*WEEKDAYS, "fri")},
            }
        ],
        "overrides": {
            "2026-12-05": {"name": "open Saturday", "hours": [["10:00", "14:00"]]},
            "2026-12-11": {"name": "audit", "hours": []},
        },
        "holidays": {"2026-12-02": "National Day", "2026-12-03": "National Day"},
        "closed": {"2026-12-08": "moving"},
        "breaks": {"2026-12-09": {"name": "assembly", "hours": [["10:00", "10:30"]]}},
    }
)


def at(calendar, text):
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)


def told(calendar, start, end, on=Clock.WORKING, pauses=()):
    """Give the segments as `Mon 08:00 run`, in the calendar's zone."""
    segments = explain(calendar, at(calendar, start), at(calendar, end), on, pauses)
    return [
        " ".join(
            filter(
                None,
                (
                    segment.start.astimezone(calendar.zone).strftime("%a %H:%M"),
                    segment.kind.value,
                    segment.reason.value if segment.reason else "",
                    segment.name,
                    f"{segment.clock_change:+}" if segment.clock_change else "",
                ),
            )
        )
        for segment in segments
    ]


def test_nights_breaks_weekends_and_holidays_are_told_apart():
    assert told(OFFICE, "2026-11-27 11:00", "2026-12-01 09:00") == [
        "Fri 11:00 run",
        "Fri 12:00 closed night",
        "Sat 00:00 closed weekend",
        "Mon 00:00 closed night",
        "Mon 08:00 run",
        "Mon 12:00 closed break",
        "Mon 13:00 run",
        "Mon 17:00 closed night",
        "Tue 08:00 run",
    ]
    assert told(OFFICE, "2026-12-01 16:00", "2026-12-04 09:00") == [
        "Tue 16:00 run",
        "Tue 17:00 closed night",
        "Wed 00:00 closed holiday National Day",
        "Fri 00:00 closed night",
        "Fri 08:00 run",
    ]


def test_special_hours_are_named_where_they_open_and_where_they_close():
    assert told(OFFICE, "2026-02-17 16:00", "2026-02-19 09:00") == [
        "Tue 16:00 run",
        "Tue 17:00 closed night",
        "Wed 08:00 closed override Ramadan hours",
        "Wed 09:00 run override Ramadan hours",
        "Wed 14:00 closed override Ramadan hours",
        "Wed 17:00 closed night",
        "Thu 08:00 closed override Ramadan hours",
    ]
    assert told(OFFICE, "2026-12-05 09:00", "2026-12-05 15:00") == [
        "Sat 09:00 closed night",
        "Sat 10:00 run override open Saturday",
        "Sat 14:00 closed night",
    ]


def test_closures_and_dated_breaks_are_named():
    assert told(OFFICE, "2026-12-08 09:00", "2026-12-09 11:00") == [
        "Tue 09:00 closed closed moving",
        "Wed 00:00 closed night",
        "Wed 08:00 run",
        "Wed 10:00 closed break assembly",
        "Wed 10:30 run",
    ]
    assert told(OFFICE, "2026-12-11 09:00", "2026-12-11 10:00") == ["Fri 09:00 closed override audit"]


def test_a_night_lost_to_a_holiday_is_the_holidays():
    nights = Calendar.from_data(
        {
            "tz": "Europe/London",
            "hours": {day: [["22:00", "06:00"]] for day in ("mon", "tue", "wed")},
            "holidays": {"2026-11-03": "Founders' Day"},
        }
    )
    assert told(nights, "2026-11-02 23:00", "2026-11-04 23:00") == [
        "Mon 23:00 run",
        "Tue 00:00 closed holiday Founders' Day",
        "Wed 06:00 closed night",
        "Wed 22:00 run",
    ]


def test_a_pause_is_told_whole_with_its_reason():
    pauses = [
        Pause(at(OFFICE, "2026-11-30 11:00"), at(OFFICE, "2026-12-01 09:00"), "waiting for the customer"),
        Pause(at(OFFICE, "2026-12-01 08:30"), None, "still waiting"),
    ]
    assert told(OFFICE, "2026-11-30 10:00", "2026-12-01 12:00", Clock.WORKING, pauses) == [
        "Mon 10:00 run",
        "Mon 11:00 paused waiting for the customer",
        "Tue 09:00 paused still waiting",
    ]


def test_on_the_wall_clock_only_pauses_stop():
    pause = Pause(at(OFFICE, "2026-11-30 20:00"), at(OFFICE, "2026-11-30 21:00"))
    assert told(OFFICE, "2026-11-30 10:00", "2026-12-01 10:00", Span(23, Unit.HOURS), [pause]) == [
        "Mon 10:00 run",
        "Mon 20:00 paused",
        "Mon 21:00 run",
    ]


def test_a_clock_change_is_told_on_the_segment_in_which_it_fell():
    berlin = Calendar.always_open("Europe/Berlin")
    assert told(berlin, "2026-10-24 12:00", "2026-10-26 12:00") == ["Sat 12:00 run -3600"]
    assert told(berlin, "2026-03-28 12:00", "2026-03-30 12:00", Clock.WALL) == ["Sat 12:00 run +3600"]
    office = Calendar.from_data({"tz": "Europe/Berlin", "hours": {"fri": [["09:00", "17:00"]]}})
    assert told(office, "2026-10-23 16:00", "2026-10-26 12:00") == [
        "Fri 16:00 run",
        "Fri 17:00 closed night",
        "Sat 00:00 closed weekend -3600",
    ]


def test_nothing_is_told_of_no_time():
    assert told(OFFICE, "2026-11-30 10:00", "2026-11-30 10:00") == []
    assert told(OFFICE, "2026-11-30 10:00", "2026-11-30 09:00") == []


@pytest.mark.parametrize("span", [Span(3, Unit.WORKING_DAYS), Span(20, Unit.WORKING_HOURS), Span(3, Unit.DAYS)])
def test_segments_are_json_and_follow_one_another(span):
    start = at(OFFICE, "2026-12-01 10:00")
    pause = Pause(start + timedelta(hours=1), start + timedelta(hours=3), "waiting")
    end = due(OFFICE, start, span, [pause])
    data = json.loads(json.dumps([segment.as_dict() for segment in explain(OFFICE, start, end, span, [pause])]))
    assert data[0]["from"] == "2026-12-01T06:00:00+00:00"
    assert data[1] == {
        "from": "2026-12-01T07:00:00+00:00",
        "to": "2026-12-01T09:00:00+00:00",
        "kind": "paused",
        "seconds": 7200,
        "name": "waiting",
    }
    assert [piece["to"] for piece in data[:-1]] == [piece["from"] for piece in data[1:]]
    assert datetime.fromisoformat(data[-1]["to"]) == end
