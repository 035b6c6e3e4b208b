"""Promises: kept, broken, waived; a broken one hands what it owed to the next rung; nothing falls off the ladder."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import promises
from shared.promises import Promise, PromiseState, Rung
from shared.worktime import Calendar

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ALWAYS = Calendar.always_open()
LADDER = (Rung("supervisor", {"hours": 4}), Rung("duty-leader", {"hours": 24}, end=True))


def answer_in(hours: int) -> promises.Promises:
    return promises.make((), "answer", "officer", {"hours": hours}, ALWAYS, NOW)


def test_a_promise_says_who_owes_what_until_when():
    (made,) = answer_in(2)
    assert (made.name, made.role, made.due) == ("answer", "officer", NOW + timedelta(hours=2))


def test_a_kept_promise_is_owed_no_more():
    kept = promises.keep(answer_in(2), "answer", NOW + timedelta(hours=1))
    assert promises.next_due(kept) is None
    assert kept[0].settled == NOW + timedelta(hours=1)


def test_keeping_one_promise_leaves_another_alone():
    both = promises.make(answer_in(2), "visit", "officer", {"hours": 5}, ALWAYS, NOW)
    assert promises.next_due(promises.keep(both, "answer", NOW)) == NOW + timedelta(hours=5)


def test_a_promise_not_yet_due_does_not_break():
    made = answer_in(2)
    assert promises.miss(made, LADDER, ALWAYS, NOW + timedelta(minutes=119)) == (made, ())


def test_a_missed_promise_goes_to_the_next_rung_which_has_its_own_time():
    late = NOW + timedelta(hours=2)
    after, (miss,) = promises.miss(answer_in(2), LADDER, ALWAYS, late)
    assert miss.broken.state is PromiseState.BROKEN
    assert (miss.successor.role, miss.successor.due) == ("supervisor", late + timedelta(hours=4))
    assert promises.next_due(after) == late + timedelta(hours=4)


def test_keeping_it_after_it_went_up_leaves_the_broken_ones_broken():
    after, _ = promises.miss(answer_in(2), LADDER, ALWAYS, NOW + timedelta(hours=2))
    kept = promises.keep(after, "answer", NOW + timedelta(hours=3))
    assert [promise.state for promise in kept] == [PromiseState.BROKEN, PromiseState.KEPT]


def test_a_waived_promise_keeps_its_reason():
    (waived,) = promises.waive(answer_in(2), "answer", NOW, "withdrawn by the customer")
    assert (waived.state, waived.reason) == (PromiseState.WAIVED, "withdrawn by the customer")


@given(st.lists(st.integers(min_value=0, max_value=60 * 48), max_size=30))
def test_however_ticks_come_something_is_always_owed_until_it_is_kept_and_no_rung_is_skipped(minutes):
    owed, now = answer_in(2), NOW
    for later in minutes:
        now += timedelta(minutes=later)
        owed, _ = promises.miss(owed, LADDER, ALWAYS, now)
        assert len([promise for promise in owed if promise.state is PromiseState.OPEN]) == 1
    assert [promise.rung for promise in owed] == list(range(len(owed)))
    kept = promises.keep(owed, "answer", now)
    assert promises.next_due(kept) is None


def test_why_a_date_is_what_it_is_can_be_told():
    (made,) = answer_in(2)
    segments = promises.why(made, ALWAYS)
    assert segments[0]["from"].startswith("2026-11-23T06:00:00")


def test_what_is_done_after_its_date_is_broken_even_when_no_tick_came_in_between():
    (done,) = promises.keep(answer_in(2), "answer", NOW + timedelta(hours=2, seconds=1))
    assert (done.state, done.settled) == (PromiseState.BROKEN, NOW + timedelta(hours=2, seconds=1))
    (punctual,) = promises.keep(answer_in(2), "answer", NOW + timedelta(hours=2))
    assert punctual.state is PromiseState.KEPT


def test_what_nobody_owes_any_more_lapses_without_a_rung_after_it():
    (lapsed,) = promises.lapse(answer_in(2), "answer", NOW + timedelta(hours=3), "the customer never sent it")
    assert (lapsed.state, lapsed.reason) == (PromiseState.BROKEN, "the customer never sent it")


def test_promises_of_one_thing_climb_ladders_of_their_own_and_what_has_none_waits():
    owed = promises.make(answer_in(2), "visit", "officer", {"hours": 1}, ALWAYS, NOW)
    owed = promises.make(owed, "document", "customer", {"hours": 1}, ALWAYS, NOW)
    ladders = {"answer": LADDER, "visit": (Rung("planner", {"hours": 8}),)}
    after, misses = promises.miss(owed, ladders, ALWAYS, NOW + timedelta(hours=2))
    assert [(miss.broken.name, miss.successor.role) for miss in misses] == [
        ("answer", "supervisor"),
        ("visit", "planner"),
    ]
    assert promises.is_open(after, "document")


def test_a_ladder_without_a_rung_is_refused_when_something_would_fall_off_it():
    with pytest.raises(ValueError, match="has no rung"):
        promises.miss(answer_in(2), (), ALWAYS, NOW + timedelta(hours=2))


def test_a_promise_without_anything_special_is_stored_in_few_words():
    (made,) = answer_in(2)
    assert json.loads(made.model_dump_json(exclude_defaults=True)) == {
        "name": "answer",
        "role": "officer",
        "made": "2026-11-23T06:00:00Z",
        "due": "2026-11-23T08:00:00Z",
        "clock": {"hours": 2},
    }


def test_a_promise_that_was_stored_before_there_were_pauses_moves_and_warnings_is_read():
    stored = (
        '{"name":"answer","role":"officer","made":"2026-11-23T06:00:00Z","due":"2026-11-23T08:00:00Z",'
        '"clock":{"hours":2},"rung":1,"state":"waived","settled":"2026-11-23T07:00:00Z","reason":"withdrawn"}'
    )
    read = Promise.model_validate_json(stored)
    assert (read.state, read.pauses, read.moves, read.warnings) == (PromiseState.WAIVED, (), (), ())
    assert read.model_dump_json(exclude_defaults=True) == stored
