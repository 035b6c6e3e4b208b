"""Whatever is done to promises, in whatever order and however the clock ticks, these hold."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared import promises
from shared.promises import DatePassed, Promise, Promises, PromiseState, Refusal, Rung
from shared.worktime import Calendar, elapsed

START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
_WEEK = {
    "tz": "Europe/London",
    "hours": {
        "mon": [["08:30", "12:00"], ["13:00", "17:00"]],
        "tue": [["08:30", "17:00"]],
        "thu": [["08:30", "17:00"]],
        "fri": [["22:00", "06:00"]],
    },
}
OFFICE = Calendar.from_data(_WEEK)
WITH_HOLIDAYS = Calendar.from_data({**_WEEK, "holidays": {"2026-11-24": "one", "2026-12-03": "two"}})
CALENDARS = (OFFICE, WITH_HOLIDAYS, Calendar.always_open("Asia/Dubai"))
LADDER = (Rung("supervisor", {"working_hours": 4}, ({"hours": 1},)), Rung("duty-leader", {"hours": 24}, end=True))
NAMES = ("answer", "visit", "follow-up")

spans = st.one_of(
    st.builds(lambda n: {"working_days": n}, st.integers(1, 5)),
    st.builds(lambda n: {"working_hours": n}, st.integers(1, 30)),
    st.builds(lambda n: {"working_minutes": n}, st.integers(1, 600)),
    st.builds(lambda n: {"hours": n}, st.integers(1, 100)),
    st.builds(lambda n: {"days": n}, st.integers(1, 5)),
)
timed = st.one_of(
    st.builds(lambda n: {"working_hours": n}, st.integers(1, 30)),
    st.builds(lambda n: {"hours": n}, st.integers(1, 99)),
)
minutes = st.integers(0, 60 * 24 * 6)


class Desk(RuleBasedStateMachine):
    """Three promises of one thing, and everything that can be done to them."""

    @initialize(clocks=st.tuples(spans, spans, spans), warn=st.lists(spans, max_size=2))
    def promise(self, clocks, warn):
        self.calendar = OFFICE
        self.now = START
        self.owed: Promises = ()
        self.told: set[tuple[str, int, str, datetime]] = set()
        for name, clock in zip(NAMES, clocks, strict=True):
            self.owed = promises.make(self.owed, name, "officer", clock, OFFICE, START, warn=tuple(warn))

    @rule(later=minutes)
    def time_passes(self, later):
        self.now += timedelta(minutes=later)

    @rule(times=st.integers(1, 2))
    def tick(self, times):
        for _ in range(times):
            self.owed, warned = promises.warnings(self.owed, self.now)
            for one in warned:
                identity = (one.promise.name, one.promise.rung, str(one.warning.before), one.warning.at)
                assert one.promise.due > self.now
                self.warned_once(identity)
            before = self.owed
            self.owed, misses = promises.miss(self.owed, LADDER, self.calendar, self.now)
            assert [miss.broken.name for miss in misses] == [one.name for one in before if self._late(one)]

    def warned_once(self, identity):
        # Two warnings may be of the same span and so of the same time: each promise tells those together.
        assert identity not in self.told or self._twins(identity)
        self.told.add(identity)

    def _twins(self, identity) -> bool:
        befores = [
            str(one.before) for promise in self.owed if promise.name == identity[0] for one in promise.warnings
        ]
        return befores.count(identity[2]) > 1

    def _late(self, promise: Promise) -> bool:
        return promise.running and promise.due <= self.now

    def change(self, name, act):
        others = [one for one in self.owed if one.name != name]
        with suppress(Refusal):
            self.owed = act()
        assert [one for one in self.owed if one.name != name] == others

    @rule(name=st.sampled_from(NAMES))
    def pause(self, name):
        self.change(name, lambda: promises.pause(self.owed, name, self.now, "waiting"))

    @rule(name=st.sampled_from(NAMES))
    def resume(self, name):
        self.change(name, lambda: promises.resume(self.owed, name, self.calendar, self.now))

    @rule(name=st.sampled_from(NAMES), to=st.one_of(spans, minutes))
    def move(self, name, to):
        until = self.now + timedelta(minutes=to) if isinstance(to, int) else to
        late = any(one.name == name and (self._late(one) or one.rung) and one.running for one in self.owed)
        if late:
            with pytest.raises(DatePassed):
                promises.move(self.owed, name, until, self.calendar, self.now, "because", "officer-1")
        self.change(
            name, lambda: promises.move(self.owed, name, until, self.calendar, self.now, "because", "officer")
        )

    @rule(name=st.sampled_from(NAMES))
    def keep(self, name):
        late = [one for one in self.owed if one.name == name and self._late(one)]
        self.change(name, lambda: promises.keep(self.owed, name, self.now))
        punctual = PromiseState.BROKEN if late and late[0].due < self.now else PromiseState.KEPT
        ended = [one for one in self.owed if one.name == name and one.settled == self.now]
        assert not late or ended[-1].state is punctual

    @rule(name=st.sampled_from(NAMES))
    def waive(self, name):
        self.change(name, lambda: promises.waive(self.owed, name, self.now, "withdrawn"))

    @rule(calendar=st.sampled_from(CALENDARS))
    def recalculate(self, calendar):
        self.calendar = calendar
        found = promises.recalculate(self.owed, calendar, self.now)
        assert promises.recalculate(found.promises, calendar, self.now).moved == ()
        for before, after in zip(self.owed, found.promises, strict=True):
            assert before == after or (before.running and self.now < before.due and self.now < after.due)
        self.owed = found.promises

    @precondition(lambda self: hasattr(self, "owed"))
    @invariant()
    def nothing_is_forgotten(self):
        for name in NAMES:
            ladder = [one for one in self.owed if one.name == name]
            assert [one.rung for one in ladder] == list(range(len(ladder)))
            assert all(one.state is PromiseState.BROKEN for one in ladder[:-1])
        look = promises.next_look(self.owed)
        assert (look is not None) == any(one.running for one in self.owed)
        assert (promises.still_since(self.owed) is not None) == (look is None and any(one.open for one in self.owed))

    @precondition(lambda self: hasattr(self, "owed"))
    @invariant()
    def every_date_is_explained_without_a_gap(self):
        for promise in self.owed:
            segments = promises.why(promise, self.calendar)
            seconds = sum(segment["seconds"] for segment in segments)
            assert seconds == pytest.approx((promise.due - promise.made).total_seconds(), abs=1e-3)
            assert all(a["to"] == b["from"] for a, b in pairwise(segments))

    @precondition(lambda self: hasattr(self, "owed"))
    @invariant()
    def it_is_read_as_it_was_stored(self):
        for promise in self.owed:
            assert Promise.model_validate_json(promise.model_dump_json(exclude_defaults=True)) == promise

    def teardown(self):
        if hasattr(self, "owed"):
            ended = promises.waive_all(self.owed, self.now, "closed")
            assert all(one.settled and not one.open for one in ended)
            assert promises.next_look(ended) is None
            assert promises.still_since(ended) is None


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(timed, st.lists(st.tuples(minutes, minutes), max_size=5), st.sampled_from(CALENDARS))
@settings(deadline=None)
def test_a_pause_is_neutral_the_segments_that_ran_sum_to_the_span(clock, gaps, calendar):
    owed, now = promises.make((), "answer", "officer", clock, calendar, START), START
    for run, stand in gaps:
        now += timedelta(minutes=run)
        if owed[0].due <= now:
            break
        owed = promises.pause(owed, "answer", now, "waiting")
        now += timedelta(minutes=stand)
        left = elapsed(calendar, owed[0].pauses[-1].since, owed[0].due, owed[0].span)
        owed = promises.resume(owed, "answer", calendar, now)
        assert elapsed(calendar, now, owed[0].due, owed[0].span) == left
    ran = sum(segment["seconds"] for segment in promises.why(owed[0], calendar) if segment["kind"] == "run")
    assert ran == 3600 * next(iter(clock.values()))


@given(spans, spans, st.lists(minutes, min_size=1, max_size=12))
@settings(deadline=None)
def test_each_rung_is_reached_once_however_ticks_come_late_early_doubled_or_not_at_all(clock, warn, gaps):
    owed, now = promises.make((), "answer", "officer", clock, OFFICE, START, warn=(warn,)), START
    climbed: list[tuple[int, int]] = []
    warned: list[tuple[int, int]] = []
    for gap in gaps:
        now += timedelta(minutes=gap)
        for _ in range(2):
            owed, near = promises.warnings(owed, now)
            owed, misses = promises.miss(owed, LADDER, OFFICE, now)
            warned += [(one.promise.rung, one.promise.again) for one in near]
            climbed += [(miss.successor.rung, miss.successor.again) for miss in misses]
    top = len(LADDER)
    assert climbed == [(min(times, top), max(0, times - top)) for times in range(1, len(climbed) + 1)]
    assert len(owed) <= top + 1
    assert len(warned) == len(set(warned))
