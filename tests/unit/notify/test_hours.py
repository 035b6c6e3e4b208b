"""At which hours somebody may be rung: whatever they wished for, wherever they are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.packs import PACKS, read
from services.notify import window
from services.notify.hours import Hours, hours_of
from services.notify.window import SHORTEST, Part
from services.notify.wishes import within
from shared.contracts.notify import CallWindow
from shared.packs import Daily
from shared.worktime import Calendar

CALENDARS = [Calendar.from_data(read(PACKS / name).calendar) for name in ("police", "retail", "drill")]
ZONES = st.sampled_from(["UTC", "Asia/Dubai", "Europe/London", "America/New_York", "Asia/Kathmandu"]).map(ZoneInfo)
TIMES = st.integers(0, 500 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
CLOCK = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
DAILY = st.tuples(CLOCK, CLOCK).filter(lambda ends: ends[0] != ends[1]).map(lambda e: Daily(after=e[0], until=e[1]))
MINUTE = timedelta(minutes=1)


@st.composite
def wished(draw: st.DrawFn) -> tuple[Hours, Daily | None, Daily | None, ZoneInfo]:
    """The hours of somebody who wished for some, and what they wished for."""
    zone = draw(ZONES)
    safe, quiet = draw(st.one_of(st.tuples(DAILY, st.none() | DAILY), st.tuples(st.none(), DAILY)))
    house = draw(st.none() | st.just(Daily(after="21:00", until="08:00")))
    return hours_of(zone, zone, safe=safe, quiet=quiet, house=house), safe, quiet, zone


def rung(at: CallWindow) -> list[datetime]:
    """Moments at which an operator may think that they may ring."""
    length = (at.until - at.since) // 24
    return [at.since, *(at.since + step * length for step in range(1, 24)), at.until - MINUTE / 60]


@pytest.mark.requirement("TELL-04", "TELL-05")
@settings(deadline=None)
@given(
    calendar=st.sampled_from(CALENDARS),
    said=wished(),
    now=TIMES,
    hours=st.integers(1, 72),
    tried=st.sets(st.sampled_from(Part)),
)
def test_no_moment_of_a_promised_window_is_outside_the_hours_that_a_customer_wished_for(
    calendar, said, now, hours, tried
):
    theirs, safe, quiet, zone = said
    promised = window.within(calendar, theirs, now, now + timedelta(hours=hours), tried)
    assert now <= promised.since < promised.until
    for one in (promised, *window.offered(calendar, theirs, now), window.next_day(calendar, theirs, promised, now)):
        assert theirs.hold(one)
        for moment in rung(one):
            if safe:
                assert within(safe, moment, zone)
            if quiet and (not safe or _share_a_minute(safe, quiet)):
                assert not within(quiet, moment, zone)


@pytest.mark.requirement("TELL-05")
@settings(deadline=None)
@given(calendar=st.sampled_from(CALENDARS), said=wished(), now=TIMES, hours=st.integers(1, 72))
def test_a_promised_window_is_long_enough_to_ring_in(calendar, said, now, hours):
    theirs = said[0]
    promised = window.within(calendar, theirs, now, now + timedelta(hours=hours), set())
    longest = max(one.until - one.since for one in theirs.stretches(now, now + window.AHEAD))
    assert promised.until - promised.since >= min(SHORTEST, longest)


@settings(deadline=None)
@given(said=wished(), now=TIMES)
def test_times_at_which_somebody_may_be_rung_stand_in_order_and_apart(said, now):
    theirs, last = said[0], now - MINUTE
    for one in theirs.stretches(now, now + timedelta(days=3)):
        assert last < one.since < one.until <= now + timedelta(days=3)
        last = one.until


def test_safe_hours_at_night_are_hours_to_ring_and_daytime_is_not():
    zone = ZoneInfo("Asia/Dubai")
    night = hours_of(zone, zone, safe=Daily(after="22:00", until="01:00"))
    assert night.allow(datetime(2026, 1, 1, 20, tzinfo=UTC))
    assert not night.allow(datetime(2026, 1, 1, 8, tzinfo=UTC))


def test_whoever_asks_for_quiet_all_day_is_rung_when_they_are_awake():
    zone = ZoneInfo("Asia/Dubai")
    shift = hours_of(zone, zone, quiet=Daily(after="07:00", until="22:00"))
    assert shift.allow(datetime(2026, 1, 1, 19, tzinfo=UTC))
    assert not shift.allow(datetime(2026, 1, 1, 8, tzinfo=UTC))


def _share_a_minute(safe: Daily, quiet: Daily) -> bool:
    """Whether safe hours have a minute that is not quiet."""
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    quarters = (midnight + 15 * minute * MINUTE for minute in range(24 * 4))
    utc = ZoneInfo("UTC")
    return any(within(safe, at, utc) and not within(quiet, at, utc) for at in quarters)
