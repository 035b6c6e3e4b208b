"""Whoever owes something can be warned ahead of its date: once for each date, and not when it is too late."""

from datetime import UTC, datetime, timedelta

from shared import promises
from shared.promises import Rung
from shared.worktime import Calendar

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ALWAYS = Calendar.always_open()
OFFICE = Calendar.from_data(
    {"tz": "Asia/Dubai", "hours": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)


def after(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def answer(*warn: dict[str, int], within: int = 10) -> promises.Promises:
    return promises.make((), "answer", "officer", {"hours": within}, ALWAYS, NOW, warn=warn)


def test_the_clock_looks_when_a_warning_is_owed_and_then_at_the_date():
    owed = answer({"hours": 2})
    assert promises.next_look(owed) == after(8)
    assert promises.next_due(owed) == after(10)
    owed, _ = promises.warnings(owed, after(8))
    assert promises.next_look(owed) == after(10)


def test_a_warning_comes_at_its_time_and_once():
    owed = answer({"hours": 2})
    assert promises.warnings(owed, after(7.9)) == (owed, ())
    owed, (warned,) = promises.warnings(owed, after(8))
    assert (warned.promise.role, warned.warning.before) == ("officer", {"hours": 2})
    assert promises.warnings(owed, after(9))[1] == ()


def test_several_warnings_come_each_at_its_time():
    owed = answer({"hours": 5}, {"hours": 1})
    owed, first = promises.warnings(owed, after(6))
    owed, second = promises.warnings(owed, after(9.5))
    assert [[one.warning.before for one in warned] for warned in (first, second)] == [[{"hours": 5}], [{"hours": 1}]]


def test_a_warning_counts_working_time_backwards():
    owed = promises.make((), "answer", "officer", {"working_days": 1}, OFFICE, NOW, warn=({"working_hours": 4},))
    assert promises.next_look(owed) == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_nobody_is_warned_of_what_is_late():
    owed, warned = promises.warnings(answer({"hours": 2}), after(10))
    assert warned == ()
    assert promises.next_look(owed) == after(8)
    _, misses = promises.miss(owed, (Rung("supervisor", {"hours": 4}, ({"hours": 1},)),), ALWAYS, after(10))
    assert promises.next_look([misses[0].successor]) == after(13)


def test_a_warning_that_would_come_before_the_promise_is_told_by_it():
    assert promises.next_look(answer({"hours": 10}, within=2)) == after(2)


def test_nobody_is_warned_of_what_is_done_or_stands_still():
    owed = answer({"hours": 2})
    assert promises.warnings(promises.keep(owed, "answer", after(1)), after(9))[1] == ()
    assert promises.warnings(promises.pause(owed, "answer", after(1), "waiting"), after(9))[1] == ()


def test_a_warning_moves_with_the_date():
    owed = promises.pause(answer({"hours": 2}), "answer", after(1), "waiting")
    owed = promises.resume(owed, "answer", ALWAYS, after(4))
    assert promises.next_look(owed) == after(11)


def test_who_was_warned_before_a_pause_is_not_warned_again_after_it():
    owed, _ = promises.warnings(answer({"hours": 2}), after(8))
    owed = promises.pause(owed, "answer", after(8.5), "waiting")
    owed = promises.resume(owed, "answer", ALWAYS, after(20))
    assert promises.next_look(owed) == promises.next_due(owed) == after(21.5)


def test_a_date_that_was_put_off_is_warned_of_again():
    owed, _ = promises.warnings(answer({"hours": 2}), after(8))
    owed = promises.move(owed, "answer", after(30), ALWAYS, after(9), "agreed by phone", "officer-1")
    assert promises.next_look(owed) == after(28)
    assert len(promises.warnings(owed, after(29))[1]) == 1


def test_a_date_brought_forward_past_its_warning_is_warned_of_at_once():
    owed = promises.move(answer({"hours": 2}), "answer", after(2), ALWAYS, after(1), "it is urgent", "officer-1")
    assert len(promises.warnings(owed, after(1))[1]) == 1


def test_a_date_put_off_and_brought_back_is_not_warned_of_twice():
    owed, _ = promises.warnings(answer({"hours": 2}), after(8))
    for date in (after(30), after(10)):
        owed = promises.move(owed, "answer", date, ALWAYS, after(9), "agreed by phone", "officer-1")
    assert promises.warnings(owed, after(9.5))[1] == ()
