"""Ticks over a table: early, late, doubled, missed or failing, what is owed is looked at in time, and once."""

from datetime import datetime, timedelta

import pytest

from shared import promises, ticking
from shared.place import Place
from shared.store import Conflict
from tests.service.conftest import MONDAY_MORNING
from tests.service.owed import LADDER, OFFICE, Owed, answer, change, put, table
from tests.service.world import World


def plenty() -> float:
    """Seconds that a tick has left."""
    return 30.0


NOW = MONDAY_MORNING


def after(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


class Looks:
    """A service's look at something owed: warns, breaks, and keeps what it did."""

    def __init__(self, store) -> None:
        self.store = store
        self.seen: list[str] = []
        self.done: list[str] = []

    def __call__(self, identity: str, now: datetime) -> None:
        self.seen.append(identity)
        before = self.store.load(Owed, identity)
        owed, warned = promises.warnings(before.promises, now)
        owed, misses = promises.miss(owed, LADDER, OFFICE, now)
        what = [f"warned {one.promise.role}" for one in warned]
        what += [f"{miss.successor.role} has it" for miss in misses]
        if what:
            change(self.store, before, owed, ", ".join(what), now)
            self.done += what

    def tick(self, now: datetime) -> int:
        return ticking.tick({Owed.KIND: self}, now, plenty)


@pytest.fixture
def looks(world: World):
    with table(world) as store:
        yield Looks(store)


def test_the_clock_looks_at_a_warning_then_at_the_date_and_never_in_vain(looks):
    put(looks.store, "1", answer(NOW, warn=({"hours": 2},), hours=10), NOW)
    for minute in range(0, 11 * 60, 10):
        looks.tick(NOW + timedelta(minutes=minute))
    assert looks.done == ["warned officer", "supervisor has it"]
    assert len(looks.seen) == 2


def test_a_tick_that_comes_twice_does_everything_once(looks):
    put(looks.store, "1", answer(NOW, warn=({"hours": 2},), hours=10), NOW)
    for now in (after(8), after(8), after(10), after(10)):
        looks.tick(now)
    assert looks.done == ["warned officer", "supervisor has it"]


def test_after_ticks_that_were_missed_what_is_late_is_late_and_nobody_is_warned_of_it(looks):
    put(looks.store, "1", answer(NOW, warn=({"hours": 2},), hours=10), NOW)
    looks.tick(after(24 * 7))
    assert looks.done == ["supervisor has it"]


def test_two_ticks_at_once_do_it_once(looks):
    put(looks.store, "1", answer(NOW, hours=10), NOW)

    def overtaken(identity: str, now: datetime) -> None:
        before = looks.store.load(Owed, identity)
        looks(identity, now)
        owed, _ = promises.miss(before.promises, LADDER, OFFICE, now)
        change(looks.store, before, owed, "by the other", now)

    assert ticking.tick({Owed.KIND: overtaken}, after(10), plenty) == 1
    stored, events = looks.store.history(Owed, "1")
    assert [promise.rung for promise in stored.promises] == [0, 1]
    assert [event.data["what"] for event in events] == ["made", "supervisor has it"]


def test_what_stands_still_is_not_looked_at_but_can_be_found(looks):
    made = put(looks.store, "1", answer(NOW, hours=10), NOW)
    paused = promises.pause(made.promises, "answer", after(1), "documents are awaited")
    stopped = change(looks.store, made, paused, "paused", after(1))
    assert looks.tick(after(100)) == 0
    assert [place for _, place in looks.store.in_order(Owed.KIND, still=True)] == [Place(after(1), "1")]
    going = promises.resume(paused, "answer", OFFICE, after(100))
    change(looks.store, stopped, going, "resumed", after(100))
    assert list(looks.store.in_order(Owed.KIND, still=True)) == []
    assert looks.tick(after(108.9)) == 0
    assert looks.tick(after(109)) == 1
    assert looks.done == ["supervisor has it"]


def test_what_is_settled_leaves_the_index(looks):
    made = put(looks.store, "1", answer(NOW, hours=10), NOW)
    change(looks.store, made, promises.keep(made.promises, "answer", NOW), "kept", NOW)
    assert looks.tick(after(100)) == 0
    assert looks.store.running([Owed.KIND], 10)[0] == []


def test_one_that_fails_does_not_make_another_late(looks):
    for identity in ("1", "2", "3"):
        put(looks.store, identity, answer(NOW, hours=10), NOW)

    def look(identity: str, now: datetime) -> None:
        if identity == "2":
            raise ValueError("out of order")
        looks(identity, now)

    with pytest.raises(ExceptionGroup, match="1 of 3 could not be looked at"):
        ticking.tick({Owed.KIND: look}, after(10), plenty)
    assert sorted(looks.seen) == ["1", "3"]


def test_what_fails_again_and_again_does_not_keep_what_is_due_after_it_waiting(looks, monkeypatch):
    monkeypatch.setattr(ticking, "AT_MOST", 4)
    monkeypatch.setattr(ticking, "_WAITED_LONGEST", 2)
    for place in range(10):
        put(looks.store, f"broken-{place}", answer(NOW, hours=place + 1), NOW)
    put(looks.store, "sound", answer(NOW, hours=20), NOW)

    def look(identity: str, now: datetime) -> None:
        if identity != "sound":
            raise ValueError("out of order")
        looks(identity, now)

    with pytest.raises(ExceptionGroup):
        ticking.tick({Owed.KIND: look}, after(20), plenty)
    assert looks.seen == ["sound"]


def test_a_jam_is_worked_off_tick_by_tick(looks, monkeypatch):
    monkeypatch.setattr(ticking, "AT_MOST", 4)
    monkeypatch.setattr(ticking, "_WAITED_LONGEST", 2)
    for place in range(10):
        put(looks.store, str(place), answer(NOW, minutes=place + 1), NOW)
    assert [looks.tick(after(1)) for _ in range(4)] == [4, 4, 2, 0]
    assert sorted(looks.seen) == [str(place) for place in range(10)]


def test_somebody_who_was_quicker_is_no_failure(looks):
    put(looks.store, "1", answer(NOW, hours=10), NOW)

    def beaten(_identity: str, _now: datetime) -> None:
        raise Conflict

    assert ticking.tick({Owed.KIND: beaten}, after(10), plenty) == 1


def test_a_tick_stops_in_good_time_and_the_next_one_goes_on(looks):
    for identity in ("1", "2", "3"):
        put(looks.store, identity, answer(NOW, hours=10), NOW)
    left = iter((30.0, 12.0, 9.0))
    assert ticking.tick({Owed.KIND: looks}, after(10), lambda: next(left)) == 2
    assert looks.tick(after(10)) == 1
    assert sorted(looks.seen) == ["1", "2", "3"]
