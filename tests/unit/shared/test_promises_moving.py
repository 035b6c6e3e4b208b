"""A date can be moved before it passes, for a reason; who moved it, when and why is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from shared import promises
from shared.promises import Rung
from shared.worktime import Calendar, SpanError

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ALWAYS = Calendar.always_open()
LADDER = (Rung("supervisor", {"hours": 4}),)


def after(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def answer() -> promises.Promises:
    return promises.make((), "answer", "officer", {"hours": 2}, ALWAYS, NOW, rules="police@1")


def moved(owed, to, now=NOW, reason="the laboratory needs a day"):
    return promises.move(owed, "answer", to, ALWAYS, now, reason, "officer-1")


def test_a_date_is_moved_and_the_record_says_who_when_why_from_and_to():
    (promise,) = moved(answer(), after(26), after(1))
    assert promise.due == after(26)
    assert promises.explanation(promise, ALWAYS)["moves"] == [
        {
            "at": after(1).isoformat(),
            "by": "officer-1",
            "reason": "the laboratory needs a day",
            "from": after(2).isoformat(),
            "to": after(26).isoformat(),
        }
    ]


def test_the_pack_version_a_date_was_counted_under_is_told():
    (promise,) = answer()
    assert promises.explanation(promise, ALWAYS)["rules"] == "police@1"


def test_a_new_span_is_counted_from_when_it_was_promised_because_the_customers_clock_never_restarts():
    (promise,) = moved(answer(), {"hours": 26}, after(1))
    assert (promise.due, promise.clock) == (after(26), {"hours": 26})
    assert promises.explanation(promise, ALWAYS)["moves"][0]["clock_before"] == {"hours": 2}


def test_a_new_span_counts_the_pauses_there_were():
    owed = promises.pause(answer(), "answer", after(1), "documents are awaited")
    owed = promises.resume(owed, "answer", ALWAYS, after(4))
    (promise,) = moved(owed, {"hours": 26}, after(4))
    assert promise.due == after(29)


def test_a_date_may_come_earlier():
    (promise,) = moved(answer(), after(1))
    assert promise.due == after(1)


def test_a_date_may_be_moved_twice_and_both_are_kept():
    (promise,) = moved(moved(answer(), after(26)), after(50), after(20))
    assert [(move.was, move.due) for move in promise.moves] == [(after(2), after(26)), (after(26), after(50))]


def test_an_agreed_date_is_not_said_to_be_counted():
    (promise,) = moved(answer(), after(26))
    told = promises.explanation(promise, ALWAYS)
    assert (told["agreed"], told["counted"]) == (True, False)


def test_a_span_after_an_agreed_date_is_counted_again():
    (promise,) = moved(moved(answer(), after(26)), {"hours": 5}, after(1))
    assert (promise.due, promise.agreed) == (after(5), False)


def test_moving_one_promise_leaves_another_alone():
    both = promises.make(answer(), "visit", "officer", {"hours": 5}, ALWAYS, NOW)
    assert moved(both, after(26))[1] == both[1]


def test_what_has_become_of_a_promise_can_be_left_out():
    (made,) = answer()
    (promise,) = promises.keep(moved(moved((made,), {"hours": 26}), {"hours": 50}), "answer", after(1))
    assert promise.first(made.due) == made


class TestRefusals:
    @pytest.mark.parametrize("late", [after(2), after(2.5)])
    def test_after_its_date_passed_and_says_so(self, late):
        with pytest.raises(promises.DatePassed, match="was due at 2026-11-23T08:00:00") as refused:
            moved(answer(), after(26), late)
        assert refused.value.code == "date-passed"
        assert "stays late" in refused.value.advice

    def test_after_it_went_up_the_ladder_although_the_next_rung_still_has_time(self):
        owed, _ = promises.miss(answer(), LADDER, ALWAYS, after(2))
        with pytest.raises(promises.DatePassed, match="was due at 2026-11-23T08:00:00"):
            moved(owed, after(26), after(3))

    @pytest.mark.parametrize("reason", ["", " ", "\n\t"])
    def test_without_a_reason_and_says_so(self, reason):
        with pytest.raises(promises.NoReason, match="without a reason") as refused:
            moved(answer(), after(26), after(1), reason)
        assert refused.value.code == "reason-missing"

    def test_into_the_past(self):
        with pytest.raises(promises.IntoThePast, match="which has passed"):
            moved(answer(), after(1), after(1))

    def test_by_a_span_that_is_over_already(self):
        with pytest.raises(promises.IntoThePast):
            moved(answer(), {"minutes": 30}, after(1))

    def test_while_it_stands_still(self):
        owed = promises.pause(answer(), "answer", after(1), "documents are awaited")
        with pytest.raises(promises.StandsStill) as refused:
            moved(owed, after(26), after(1))
        assert refused.value.advice == "Resume it first."

    def test_when_nothing_is_owed_by_that_name(self):
        with pytest.raises(promises.NotOwed, match="'answer' is not owed"):
            moved(promises.keep(answer(), "answer", NOW), after(26))

    def test_by_a_span_that_is_none(self):
        with pytest.raises(SpanError):
            moved(answer(), {"fortnights": 1})
