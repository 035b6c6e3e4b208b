"""A pause stops the clock of one promise exactly; while it stands still nothing is due and nobody is warned."""

from datetime import UTC, datetime, timedelta

import pytest

from shared import promises
from shared.promises import PromiseState, Rung
from shared.worktime import Calendar

OFFICE = Calendar.from_data(
    {
        "tz": "Asia/Dubai",
        "hours": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
)
LADDER = (Rung("supervisor", {"working_hours": 4}),)


def dubai(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour - 4, minute, tzinfo=UTC)


def answer(**clock: int) -> promises.Promises:
    return promises.make((), "answer", "officer", clock or {"working_hours": 4}, OFFICE, dubai(23, 9))


def stop_and_go(owed: promises.Promises, stop: datetime, go: datetime) -> promises.Promises:
    return promises.resume(promises.pause(owed, "answer", stop, "documents are awaited"), "answer", OFFICE, go)


def test_what_is_paused_is_not_due_however_late_it_gets():
    owed = promises.pause(answer(), "answer", dubai(23, 10), "documents are awaited")
    assert promises.next_due(owed) is None
    assert promises.next_look(owed) is None
    assert promises.still_since(owed) == dubai(23, 10)
    assert promises.miss(owed, LADDER, OFFICE, dubai(30, 10)) == (owed, ())


def test_what_is_paused_is_still_owed():
    owed = promises.pause(answer(), "answer", dubai(23, 10), "documents are awaited")
    assert promises.is_open(owed, "answer")
    assert promises.is_paused(owed, "answer")


def test_on_resuming_as_much_time_is_left_as_there_was():
    (made,) = stop_and_go(answer(), dubai(23, 10), dubai(24, 9, 30))
    assert made.due == dubai(24, 12, 30)


def test_a_pause_by_night_costs_no_working_time():
    (made,) = stop_and_go(answer(working_hours=10), dubai(23, 20), dubai(24, 7))
    assert made.due == dubai(24, 11)


def test_a_pause_moves_a_date_counted_in_days_by_the_working_time_it_took():
    (made,) = stop_and_go(answer(working_days=2), dubai(23, 10), dubai(23, 13))
    assert made.due == dubai(25, 12)


def test_several_pauses_add_up():
    once = stop_and_go(answer(), dubai(23, 10), dubai(23, 11))
    (made,) = stop_and_go(once, dubai(23, 12), dubai(23, 14))
    assert made.due == dubai(23, 16)


def test_an_agreed_date_moves_by_the_working_time_of_the_pause():
    agreed = promises.move(answer(), "answer", dubai(25, 12), OFFICE, dubai(23, 10), "agreed by phone", "officer-1")
    (made,) = stop_and_go(agreed, dubai(24, 10), dubai(24, 12, 30))
    assert made.due == dubai(25, 14, 30)


def test_an_agreed_date_is_kept_to_the_microsecond():
    agreed = promises.move(answer(), "answer", dubai(25, 12), OFFICE, dubai(23, 10), "agreed by phone", "officer-1")
    stop = dubai(24, 10) + timedelta(microseconds=7)
    (made,) = stop_and_go(agreed, stop, stop + timedelta(microseconds=3))
    assert made.due == dubai(25, 12) + timedelta(microseconds=3)


def test_a_holiday_that_came_up_during_the_pause_counts_on_resuming():
    owed = promises.pause(answer(working_hours=10), "answer", dubai(23, 10), "documents are awaited")
    with_holiday = Calendar.from_data(
        {"tz": OFFICE.tz, "hours": {"mon": [["08:00", "16:00"]], "wed": [["08:00", "16:00"]]}}
    )
    (made,) = promises.resume(owed, "answer", with_holiday, dubai(23, 12))
    assert made.due == dubai(25, 13)


def test_nothing_is_late_at_the_moment_it_is_resumed_unless_no_time_was_left():
    midnight = promises.make((), "answer", "officer", {"working_days": 1}, OFFICE, dubai(23, 9))
    midnight = promises.move(midnight, "answer", dubai(24, 6), OFFICE, dubai(23, 10), "before opening", "officer-1")
    (made,) = stop_and_go(midnight, dubai(24, 5), dubai(24, 12))
    assert made.due == dubai(24, 12)


def test_a_date_at_opening_time_that_passed_during_the_pause_is_due_when_it_is_resumed():
    owed = promises.make((), "answer", "officer", {"working_days": 1}, OFFICE, dubai(23, 6))
    assert promises.next_due(owed) == dubai(24, 8)
    (made,) = stop_and_go(owed, dubai(24, 5), dubai(24, 12))
    assert made.due == dubai(24, 12)


def test_pausing_one_promise_leaves_the_clock_of_another_running():
    both = promises.make(answer(), "visit", "officer", {"working_hours": 6}, OFFICE, dubai(23, 9))
    owed = promises.pause(both, "answer", dubai(23, 10), "documents are awaited")
    assert owed[1] == both[1]
    assert promises.next_due(owed) == dubai(23, 15)
    assert promises.still_since(owed) is None
    assert promises.resume(owed, "answer", OFFICE, dubai(23, 12))[1] == both[1]


def test_what_is_done_while_it_stands_still_is_kept_and_its_pause_is_over():
    owed = promises.pause(answer(), "answer", dubai(23, 10), "documents are awaited")
    (kept,) = promises.keep(owed, "answer", dubai(27, 10))
    assert (kept.state, kept.pauses[0].until) == (PromiseState.KEPT, dubai(27, 10))
    assert promises.still_since((kept,)) is None


def test_the_explanation_shows_what_stood_still_and_why():
    (made,) = stop_and_go(answer(), dubai(23, 10), dubai(24, 9, 30))
    told = promises.explanation(made, OFFICE)
    assert [(segment["kind"], segment.get("name")) for segment in told["segments"]] == [
        ("run", None),
        ("paused", "documents are awaited"),
        ("run", None),
    ]
    assert told["pauses"] == [
        {
            "from": dubai(23, 10).isoformat(),
            "to": dubai(24, 9, 30).isoformat(),
            "reason": "documents are awaited",
        }
    ]
    assert told["counted"]


def test_a_promise_that_stands_still_can_be_explained_too():
    (owed,) = promises.pause(answer(), "answer", dubai(23, 10), "documents are awaited")
    told = promises.explanation(owed, OFFICE)
    assert told["paused"]
    assert told["pauses"][0]["to"] is None
    assert [segment["kind"] for segment in told["segments"]] == ["run", "paused"]


class TestRefusals:
    def test_what_stands_still_cannot_be_stopped_again(self):
        owed = promises.pause(answer(), "answer", dubai(23, 10), "documents are awaited")
        with pytest.raises(promises.StandsStill, match="has stood still since 2026-11-23T06:00"):
            promises.pause(owed, "answer", dubai(23, 11), "documents are awaited")

    def test_what_runs_cannot_be_resumed(self):
        with pytest.raises(promises.NotPaused, match="does not stand still"):
            promises.resume(answer(), "answer", OFFICE, dubai(23, 10))

    def test_a_pause_does_not_save_what_is_late(self):
        with pytest.raises(promises.DatePassed, match="that has passed"):
            promises.pause(answer(), "answer", dubai(23, 13), "documents are awaited")

    def test_a_pause_has_a_reason(self):
        with pytest.raises(promises.NoReason, match="without a reason"):
            promises.pause(answer(), "answer", dubai(23, 10), "  ")

    @pytest.mark.parametrize("settle", [promises.keep, lambda owed, name, now: promises.waive(owed, name, now, "so")])
    def test_what_is_settled_cannot_be_stopped_or_started(self, settle):
        settled = settle(answer(), "answer", dubai(23, 10))
        with pytest.raises(promises.NotOwed, match="'answer' is not owed"):
            promises.pause(settled, "answer", dubai(23, 11), "documents are awaited")
        with pytest.raises(promises.NotOwed):
            promises.resume(settled, "answer", OFFICE, dubai(23, 11))
