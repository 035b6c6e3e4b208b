"""What holds for a person who said different things about their safety."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.notify.quoting import quoted
from services.notify.shelter import in_common, together
from services.notify.wishes import Safe, within
from shared.packs import Daily

clocks = st.builds(lambda hour, minute: f"{hour:02d}:{minute:02d}", st.integers(0, 23), st.integers(0, 59))
ends = st.lists(clocks, min_size=2, max_size=2, unique=True)
daily = st.builds(lambda both: Daily(after=both[0], until=both[1]), ends)
UTC_ZONE = ZoneInfo("UTC")
DAY = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute) for minute in range(24 * 60)]


@given(daily, daily)
def test_no_minute_is_safe_that_one_of_them_forbids_unless_they_have_none_in_common(one, other):
    common = in_common(one, other)
    both = [at for at in DAY if within(one, at, UTC_ZONE) and within(other, at, UTC_ZONE)]
    if not both:
        assert common == other
        return
    held = [at for at in DAY if within(common, at, UTC_ZONE)]
    assert held
    assert set(held) <= set(both)


@given(daily)
def test_the_same_hours_stay_what_they_are(one):
    assert in_common(one, one) == one


@given(st.lists(st.builds(Safe, hours=st.none() | daily, word=st.none() | st.just("bluebird")), max_size=4))
def test_whoever_asked_once_is_safe_and_hours_that_were_named_are_not_forgotten(asked):
    held = together(asked)
    assert (held is None) == (not asked)
    if held is None:
        return
    assert (held.hours is None) == (not any(one.hours for one in asked))
    assert (held.word is None) == (not any(one.word for one in asked))


def test_what_was_written_is_quoted_without_its_links():
    text = (
        "Follow it: \u2066https://desk.example/follow/K7M29QXD4T8V/secret\u2069.\nAnd http://127.0.0.1:8311/x?y=z now"
    )
    assert quoted(text) == "Follow it: \u2066[…]\u2069.\nAnd […] now"
    assert quoted(None) is None
