"""When a call may be made: whatever the hour, the zone and the calendar."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.packs import PACKS, read
from services.notify import window
from services.notify.hours import Hours
from services.notify.window import LENGTH, NOTICE, SHORTEST, Part
from shared.worktime import Calendar, periods

CALENDARS = [Calendar.from_data(read(PACKS / name).calendar) for name in ("police", "retail", "drill")]
ZONES = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
TIMES = st.integers(0, 500 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
EARLIEST, LATEST = 8, 21


@pytest.mark.requirement("TELL-05")
@given(calendar=st.sampled_from(CALENDARS), zone=ZONES, now=TIMES)
def test_what_is_offered_lies_in_opening_times_and_never_in_the_night(calendar, zone, now):
    last = now + NOTICE
    for one in window.offered(calendar, Hours(zone, zone), now):
        assert periods(calendar, one.since, one.until) == [(one.since, one.until)]
        assert one.since >= last, "they do not overlap"
        assert SHORTEST <= one.until - one.since <= LENGTH
        since, until = one.since.astimezone(zone), one.until.astimezone(zone)
        assert since.hour >= EARLIEST
        assert (until.hour, until.minute) <= (LATEST, 0)
        assert since.date() == until.date()
        last = one.until


@pytest.mark.requirement("TELL-05")
@given(
    calendar=st.sampled_from(CALENDARS),
    zone=ZONES,
    now=TIMES,
    hours=st.integers(1, 72),
    tried=st.sets(st.sampled_from(Part)),
)
def test_the_next_try_is_before_the_date_and_at_another_part_of_the_day_where_there_is_one(
    calendar, zone, now, hours, tried
):
    due = now + timedelta(hours=hours)
    plan = window.planned(calendar, Hours(zone, zone), now, due, tried)
    assert now <= plan.since < plan.until <= due
    if window.untried(Hours(zone, zone), now, due, tried):
        assert window.part_of(plan.since, zone) not in tried


@pytest.mark.requirement("TELL-05")
@given(calendar=st.sampled_from(CALENDARS), now=TIMES)
def test_the_next_days_call_is_on_a_later_day_while_the_desk_is_open(calendar, now):
    here = Hours(calendar.zone, calendar.zone)
    today = window.planned(calendar, here, now, now + window.AHEAD, set())
    tomorrow = window.next_day(calendar, here, today, now)
    assert tomorrow.since.astimezone(calendar.zone).date() > now.astimezone(calendar.zone).date()
    assert periods(calendar, tomorrow.since, tomorrow.until) == [(tomorrow.since, tomorrow.until)]
