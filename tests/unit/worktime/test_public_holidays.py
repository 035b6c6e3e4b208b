"""Public holidays become dates when a pack is compiled."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from infra.holidays_of import HolidaysError, closed_days, make_up_days, with_public_holidays
from shared.worktime import Calendar, is_open

EXPECTED = json.loads((Path(__file__).parent / "public-holidays.json").read_text(encoding="utf-8"))
YEARS = [2024, 2025, 2026, 2027]
OFFICE = [["09:00", "18:00"]]


@pytest.mark.parametrize("country", sorted(EXPECTED))
def test_the_holidays_of_a_country_are_its_published_ones(country):
    assert closed_days({"country": country, "years": YEARS}) == EXPECTED[country]


def test_a_subdivision_adds_its_own_holidays():
    days = closed_days({"country": "US", "subdivision": "MA", "years": [2026]})
    assert days["2026-04-20"] == "Patriots' Day"


def test_an_organisation_adds_its_own_dates():
    spec = {
        "country": "AE",
        "years": [2026],
        "own": {"2026-06-01": "Founders' Day", date(2026, 7, 1): "Move"},
    }
    days = closed_days(spec)
    assert days["2026-06-01"] == "Founders' Day"
    assert days["2026-07-01"] == "Move"
    assert list(days) == sorted(days)


def test_names_come_in_the_language_asked_for():
    assert closed_days({"country": "CN", "years": [2026], "language": "zh_CN"})["2026-10-01"] == "国庆节"


def test_years_that_were_not_asked_for_stay_out():
    assert {day[:4] for day in closed_days({"country": "GB", "years": [2026]})} == {"2026"}


def test_chinas_make_up_days_are_worked():
    worked = make_up_days({"country": "CN", "years": [2025], "make_up_hours": OFFICE})
    assert list(worked) == ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"]


def test_without_hours_no_make_up_day_is_worked():
    assert make_up_days({"country": "CN", "years": [2025]}) == {}


def test_a_compiled_calendar_knows_holidays_and_make_up_days():
    weekdays = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)
    written = {
        "tz": "Asia/Shanghai",
        "hours": weekdays,
        "holidays": {"country": "CN", "years": [2025], "make_up_hours": OFFICE},
        "overrides": {"2025-10-11": {"name": "inventory", "hours": [["09:00", "12:00"]]}},
    }
    calendar = Calendar.from_data(with_public_holidays(written))
    assert not is_open(calendar, datetime(2025, 10, 1, 2, tzinfo=UTC))
    assert is_open(calendar, datetime(2025, 9, 28, 2, tzinfo=UTC))
    assert calendar.day(date(2025, 10, 11)).name == "inventory"


@pytest.mark.parametrize("calendar", [{"tz": "UTC"}, {"holidays": {"2026-12-02": "National Day"}}])
def test_a_calendar_that_lists_its_dates_is_left_alone(calendar):
    assert with_public_holidays(calendar) == calendar


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"country": "XX", "years": [2026]}, "public holidays of XX are not known"),
        ({"country": "US", "subdivision": "ZZ", "years": [2026]}, "US/ZZ are not known"),
        ({"country": "AE", "years": 2026}, r"holidays.years must list years"),
        ({"country": "AE", "years": [2026], "jahre": []}, "holidays.jahre is not a key here"),
        ({"country": "AE", "years": [2026], "own": {"soon": "x"}}, "'soon' is not a date"),
    ],
)
def test_what_cannot_be_computed_is_named(spec, says):
    with pytest.raises(HolidaysError, match=says):
        closed_days(spec)
