"""A calendar or pack that changes moves what is open: first looked at, then recorded; never what is settled."""

from datetime import UTC, datetime, timedelta

from shared import promises
from shared.promises import Rung
from shared.worktime import Calendar

WEEK = {"tz": "Asia/Dubai", "hours": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
BEFORE = Calendar.from_data(WEEK)
AFTER = Calendar.from_data({**WEEK, "holidays": {"2026-11-24": "Commemoration Day"}})
LADDER = (Rung("supervisor", {"working_hours": 4}),)


def dubai(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November 2026; the 23rd is a Monday, the 24th becomes a holiday."""
    return datetime(2026, 11, day, hour - 4, minute, tzinfo=UTC)


NOW = dubai(23, 9)


def answer(**clock: int) -> promises.Promises:
    return promises.make((), "answer", "officer", clock or {"working_days": 1}, BEFORE, NOW, rules="police@1")


def recalculated(owed, calendar=AFTER, now=NOW, **more):
    return promises.recalculate(owed, calendar, now, rules="police@2", reason="a holiday was added", **more)


def test_the_preview_says_which_promises_move_from_when_to_when():
    owed = promises.make(answer(), "visit", "officer", {"working_hours": 2}, BEFORE, NOW)
    (shift,) = recalculated(owed).moved
    assert (shift.before.name, shift.before.due, shift.after.due) == ("answer", dubai(24, 9), dubai(25, 9))


def test_what_moves_keeps_a_record_and_the_new_pack_version():
    (promise,) = recalculated(answer()).promises
    assert promise.rules == "police@2"
    (move,) = promise.moves
    assert (move.by, move.reason, move.was, move.due) == (
        "recalculation",
        "a holiday was added",
        dubai(24, 9),
        dubai(25, 9),
    )


def test_what_does_not_move_is_untouched_and_keeps_the_version_it_was_made_under():
    owed = answer(working_hours=2)
    assert recalculated(owed).promises == owed


def test_twice_is_once():
    once = recalculated(answer())
    again = recalculated(once.promises)
    assert (again.promises, again.moved) == (once.promises, ())


def test_a_holiday_taken_back_brings_the_date_forward():
    (promise,) = recalculated(recalculated(answer()).promises, BEFORE).promises
    assert promise.due == dubai(24, 9)
    assert [move.due for move in promise.moves] == [dubai(25, 9), dubai(24, 9)]


def test_a_date_that_would_have_passed_already_stays_and_is_said_to():
    owed = promises.make((), "answer", "officer", {"working_days": 1}, AFTER, NOW)
    found = recalculated(owed, BEFORE, dubai(24, 10))
    assert found.promises == owed
    assert [(shift.before.due, shift.after.due) for shift in found.left] == [(dubai(25, 9), dubai(24, 9))]


def test_what_is_past_its_date_is_not_rescued_even_before_a_tick_broke_it():
    owed = answer()
    assert recalculated(owed, now=dubai(24, 9)).promises == owed


def test_what_is_broken_stays_broken_and_the_rung_that_owes_it_moves():
    owed, _ = promises.miss(answer(working_hours=6), LADDER, BEFORE, dubai(23, 15))
    found = recalculated(owed, now=dubai(23, 15))
    assert found.promises[0] == owed[0]
    assert [(shift.before.rung, shift.after.due) for shift in found.moved] == [(1, dubai(25, 11))]


def test_what_is_kept_or_waived_never_changes():
    for settled in (promises.keep(answer(), "answer", NOW), promises.waive(answer(), "answer", NOW, "withdrawn")):
        assert recalculated(settled).promises == settled


def test_an_agreed_date_stays():
    owed = promises.move(answer(), "answer", dubai(24, 12), BEFORE, NOW, "agreed by phone", "officer-1")
    assert recalculated(owed).promises == owed


def test_what_stands_still_is_counted_on_the_new_calendar_when_it_is_resumed():
    owed = promises.pause(answer(), "answer", dubai(23, 10), "documents are awaited")
    assert recalculated(owed).promises == owed
    (promise,) = promises.resume(owed, "answer", AFTER, dubai(23, 12))
    assert promise.due == dubai(25, 11)


def test_pauses_so_far_are_not_dropped():
    owed = promises.pause(answer(), "answer", dubai(23, 10), "documents are awaited")
    owed = promises.resume(owed, "answer", BEFORE, dubai(23, 12))
    (promise,) = recalculated(owed, now=dubai(23, 12)).promises
    assert promise.due == dubai(25, 11)


def test_its_warnings_move_with_it():
    owed = promises.make((), "answer", "officer", {"working_days": 1}, BEFORE, NOW, warn=({"working_hours": 1},))
    assert promises.next_look(recalculated(owed).promises) == dubai(25, 8)


def test_a_pack_with_another_span_moves_what_it_says_and_the_span_before_is_kept():
    found = recalculated(answer(), BEFORE, spans=lambda one: {"working_days": 3} if one.name == "answer" else None)
    (promise,) = found.promises
    assert (promise.due, promise.clock) == (dubai(26, 9), {"working_days": 3})
    assert promise.moves[0].clock == {"working_days": 1}


def test_a_settled_promise_under_a_changed_calendar_says_that_today_it_would_be_another_date():
    (kept,) = promises.keep(answer(), "answer", NOW + timedelta(hours=1))
    assert promises.explanation(kept, BEFORE)["counted"]
    assert not promises.explanation(kept, AFTER)["counted"]
