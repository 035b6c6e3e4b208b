"""Where the rota has holes: whatever the shifts, a moment is in a gap when nobody is there who has to be."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from infra.packs import PACKS, compiled
from services.notify.cover import gaps
from services.notify.shift import Shift, State
from shared.packs.pack import Cover, Roster
from shared.worktime import Calendar

PACK = compiled(PACKS / "police").pack
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
HOURS = st.integers(-12, 60)


def shift(begins: int, length: int, role: str = "duty-leader", state: State = State.PLANNED) -> Shift:
    at = MIDNIGHT + timedelta(hours=begins)
    return Shift(
        id=f"{begins}", role=role, staff="x", begins=at, ends=at + timedelta(hours=length), state=state, salt=None
    )


@given(
    st.lists(
        st.builds(
            shift, HOURS, st.integers(1, 24), st.sampled_from(["duty-leader", "operator"]), st.sampled_from(State)
        )
    )
)
def test_every_hour_is_in_a_gap_or_somebody_is_there(shifts):
    found = gaps(PACK, Calendar.always_open(), shifts, MIDNIGHT, MIDNIGHT + timedelta(hours=48))
    for hour in range(48):
        at = MIDNIGHT + timedelta(hours=hour, minutes=30)
        bare = any(gap.begins <= at < gap.ends for gap in found)
        assert bare == (not any(one.role == "duty-leader" and one.runs_at(at) for one in shifts))
    assert all(gap.begins < gap.ends for gap in found)


def test_what_is_wanted_in_opening_hours_only_is_no_gap_at_night():
    roster = Roster(cover=(Cover(role="operator", hours="opening-hours"),))
    pack = PACK.model_copy(update={"roster": roster})
    week = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = Calendar.from_data({"name": "x", "tz": "UTC", "hours": week})
    found = gaps(pack, calendar, [shift(8, 4, "operator")], MIDNIGHT, MIDNIGHT + timedelta(hours=24))
    assert [(gap.begins.hour, gap.ends.hour) for gap in found] == [(12, 16)]
