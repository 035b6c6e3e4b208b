"""The calendars that packs may be like: when the UAE, China and a plain office are open."""

import shutil
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from infra.packs import PACKS, check, compiled
from shared.worktime import Calendar, Span, due

DUBAI, SHANGHAI = ZoneInfo("Asia/Dubai"), ZoneInfo("Asia/Shanghai")


def calendar(like, tmp_path) -> Calendar:
    folder = tmp_path / "police"
    shutil.copytree(PACKS / "police", folder)
    (folder / "calendar.yaml").write_text(f"like: {like}\n")
    return Calendar.from_data(compiled(folder).pack.calendar)


def minutes(calendar, on):
    return sum(end - start for start, end in calendar.open_windows(on))


def test_friday_is_half_a_day_in_the_uae_and_the_weekend_is_saturday_and_sunday(tmp_path):
    uae = calendar("uae", tmp_path)
    week = [minutes(uae, date(2026, 11, day)) for day in range(23, 30)]
    assert week == [480, 480, 480, 480, 270, 0, 0]


@pytest.mark.parametrize(
    ("on", "hours"),
    [
        (date(2026, 2, 17), 8),
        (date(2026, 2, 18), 5.5),
        (date(2026, 2, 20), 3),
        (date(2026, 3, 18), 5.5),
        (date(2026, 3, 24), 8),
        (date(2027, 2, 8), 5.5),
        (date(2028, 1, 31), 5.5),
    ],
)
def test_ramadan_has_hours_of_its_own_every_year(on, hours, tmp_path):
    assert minutes(calendar("uae", tmp_path), on) == hours * 60


@pytest.mark.parametrize("on", [date(2026, 3, 20), date(2026, 12, 2), date(2027, 12, 2)])
def test_the_public_holidays_of_the_uae_are_closed(on, tmp_path):
    assert not calendar("uae", tmp_path).is_working_day(on)


def test_three_working_days_from_thursday_in_the_uae_are_tuesday(tmp_path):
    asked = datetime(2026, 11, 26, 9, 0, tzinfo=DUBAI)
    promised = due(calendar("uae", tmp_path), asked, Span.parse({"working_days": 3}))
    assert promised == datetime(2026, 12, 1, 9, 0, tzinfo=DUBAI).astimezone(UTC)


@pytest.mark.parametrize("on", [date(2026, 2, 14), date(2026, 9, 20), date(2026, 10, 10)])
def test_china_works_on_weekend_days_in_exchange_for_bridging_days(on, tmp_path):
    china = calendar("china", tmp_path)
    assert (on.weekday() >= 5, minutes(china, on)) == (True, 480)


@pytest.mark.parametrize("on", [date(2026, 2, 17), date(2026, 10, 1), date(2026, 10, 5), date(2027, 5, 1)])
def test_the_public_holidays_of_china_are_closed(on, tmp_path):
    assert not calendar("china", tmp_path).is_working_day(on)


def test_a_plain_calendar_is_monday_to_friday_from_nine_to_five(tmp_path):
    plain = calendar("plain", tmp_path)
    assert [minutes(plain, date(2026, 11, day)) for day in range(23, 30)] == [480] * 5 + [0] * 2


def test_what_a_pack_says_itself_wins_over_the_calendar_it_is_like():
    motor = Calendar.from_data(compiled(PACKS / "motor").pack.calendar)
    assert (motor.tz, motor.is_working_day(date(2026, 11, 28))) == ("Asia/Shanghai", True)


def test_packs_elsewhere_may_have_calendars_of_their_own(library):
    shared = library.parent / "calendars"
    shared.mkdir()
    (shared / "night.yaml").write_text('tz: UTC\nhours: { mon: [["22:00", "06:00"]] }\n')
    (library / "calendar.yaml").write_text("like: night\n")
    whole, problems = check(library)
    assert (problems, whole is not None and whole.pack.calendar["tz"]) == ([], "UTC")


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2028, 8, 1), []),
        (date(2028, 10, 1), ["look at: holidays and seasons end 2028-12-31; add the next year soon"]),
        (date(2029, 1, 1), ["holidays and seasons ended 2028-12-31; add what comes after"]),
    ],
)
def test_holidays_that_run_out_are_noticed_in_time(today, says, library):
    assert [str(problem).split(": ", 1)[1] for problem in check(library, today)[1]] == says
