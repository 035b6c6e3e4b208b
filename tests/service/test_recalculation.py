"""Dates counted anew over a service's table: looked at first, then carried out, once, whatever comes in between."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.case import Case
from shared import promises, recalculation
from shared.recalculation import NewRules, Outcome, PromiseRecalculated, Row, Walk
from shared.rules import calendar
from shared.store import Conflict, Line, Store
from shared.worktime import Calendar
from tests.service.conftest import MONDAY_MORNING
from tests.service.owed import LADDER, OFFICE, Happened, Owed, answer, change, put, table
from tests.service.test_main_path import REPORT, follow, report
from tests.service.world import World

NOW = MONDAY_MORNING
TUESDAY = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
MANY = 120
NEW = Calendar.from_data(
    {
        "tz": "Asia/Dubai",
        "hours": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": {"2026-11-24": "Commemoration Day"},
    }
)


@pytest.fixture
def store(world: World):
    with table(world) as found:
        yield found


def walk(store: Store, calendar: Calendar = NEW, now: datetime = NOW, **more) -> Walk:
    rules = NewRules(calendar, "a holiday was added", "police@2")
    return Walk(store, {Owed.KIND: Owed}, rules, "supervisor-1", lambda: now, **more)


def fill(store: Store, many: int = 6) -> None:
    """Things that a holiday on Tuesday moves, and some that it does not."""
    for place in range(many):
        put(store, f"{place:03}", answer(NOW, working_days=1), NOW)
    put(store, "today", answer(NOW, working_hours=2), NOW)
    done = put(store, "done", answer(NOW, working_days=1), NOW)
    change(store, done, promises.keep(done.promises, "answer", NOW), "kept", NOW)
    broken, _ = promises.miss(answer(NOW - timedelta(days=3), hours=1), LADDER, OFFICE, NOW)
    put(store, "broken", broken, NOW)


def dates(store: Store, many: int = 6) -> set[datetime]:
    return {store.load(Owed, f"{place:03}").promises[0].due for place in range(many)}


def test_more_than_a_page_of_promises_moves_whole_although_the_walk_was_broken_off(world, store):
    fill(store, MANY)
    before = world.items("intake")
    assert len(list(walk(store).preview_all())) == MANY
    assert world.items("intake") == before
    first = walk(store).apply(limit=30)
    assert 0 < len(first.rows) <= 30
    rows, mark = list(first.rows), first.mark
    while mark is not None:
        page = walk(store).apply(mark, limit=30)
        rows += page.rows
        mark = page.mark
    assert len({row.aggregate for row in rows}) == MANY
    assert dates(store, MANY) == {WEDNESDAY}
    assert list(walk(store).carry_out()) == []


def test_a_preview_says_what_would_move_from_when_to_when_and_writes_nothing(world, store):
    fill(store)
    before = world.items("intake")
    rows = list(walk(store).preview_all())
    assert len(rows) == 6
    assert Row("OWED#003", Outcome.MOVED, "answer", 0, TUESDAY, WEDNESDAY) in rows
    assert world.items("intake") == before


def test_carried_out_every_open_promise_moves_and_says_so_in_its_chain(store):
    fill(store)
    rows = list(walk(store).carry_out())
    assert len(rows) == 6
    assert dates(store) == {WEDNESDAY}
    moved, events = store.history(Owed, "003")
    (promise,) = moved.promises
    assert (promise.rules, promise.moves[0].by, promise.moves[0].was) == ("police@2", "supervisor-1", TUESDAY)
    assert events[-1].type == PromiseRecalculated.detail_type()
    assert events[-1].data["was_due"] == "2026-11-24T06:00:00Z"
    assert events[-1].data["reason"] == "a holiday was added"


def test_what_is_done_broken_or_does_not_move_is_not_written(store):
    fill(store)
    before = [store.load(Owed, identity) for identity in ("today", "done", "broken")]
    list(walk(store).carry_out())
    assert [store.load(Owed, identity) for identity in ("today", "done", "broken")] == before


def test_carried_out_twice_is_carried_out_once(store):
    fill(store)
    list(walk(store).carry_out())
    assert list(walk(store).carry_out()) == []
    assert list(walk(store).preview_all()) == []


def test_the_clock_looks_at_the_new_date(store):
    fill(store)
    list(walk(store).carry_out())
    assert [place.id for place in store.due(Owed.KIND, TUESDAY, 200) if place.id != "broken"] == ["today"]
    assert len(store.due(Owed.KIND, WEDNESDAY, 200)) == 6 + 2


def test_who_gets_in_between_is_decided_upon_again(store, monkeypatch):
    put(store, "1", answer(NOW, working_days=1), NOW)
    load = Store.load
    meddled: list[str] = []

    def meddling(self, kind, identity):
        found = load(self, kind, identity)
        if not meddled:
            meddled.append(identity)
            more = promises.make(found.promises, "visit", "officer", {"working_days": 1}, OFFICE, NOW)
            change(store, found, more, "a visit was promised", NOW)
        return found

    monkeypatch.setattr(Store, "load", meddling)
    rows = list(walk(store).carry_out())
    assert sorted(row.promise for row in rows) == ["answer", "visit"]
    assert {promise.due for promise in load(store, Owed, "1").promises} == {WEDNESDAY}


def test_what_others_keep_changing_is_said_to_be_contended_and_met_by_the_next_walk(store, monkeypatch):
    put(store, "1", answer(NOW, working_days=1), NOW)
    write = Store.change
    tries: list[int] = []

    def beaten(self, *arguments, **more):
        tries.append(1)
        if len(tries) <= 5:
            raise Conflict
        return write(self, *arguments, **more)

    monkeypatch.setattr(Store, "change", beaten)
    rows = list(walk(store).carry_out())
    assert [(row.aggregate, row.outcome) for row in rows] == [
        ("OWED#1", Outcome.CONTENDED),
        ("OWED#1", Outcome.MOVED),
    ]


def test_two_recalculations_that_undo_each_other_are_noticed(store, monkeypatch):
    put(store, "1", answer(NOW, working_days=1), NOW)
    apply = Walk.apply
    calendars: list[Calendar] = []

    def undone(_self, mark=None, limit=recalculation.PAGE):
        if mark is None:
            calendars.append(OFFICE if calendars and calendars[-1] is NEW else NEW)
        return apply(walk(store, calendars[-1]), mark, limit)

    monkeypatch.setattr(Walk, "apply", undone)
    with pytest.raises(recalculation.Unsettled, match="Run it again"):
        list(walk(store).carry_out())


def test_a_date_that_would_have_passed_stays_and_is_listed(store):
    put(store, "1", promises.make((), "answer", "officer", {"working_days": 1}, NEW, NOW), NOW)
    later = TUESDAY + timedelta(hours=1)
    rows = list(walk(store, OFFICE, later).carry_out())
    assert rows == [Row("OWED#1", Outcome.LEFT, "answer", 0, WEDNESDAY, TUESDAY)]
    assert store.load(Owed, "1").promises[0].due == WEDNESDAY


def test_a_service_tells_whom_it_wants_in_the_same_transaction(store):
    put(store, "1", answer(NOW, working_days=1), NOW)

    def tell(after, shifts):
        return [Line(Happened(what=f"{after.id}: {len(shifts)} moved"))]

    list(walk(store, tell=tell).carry_out())
    _, events = store.history(Owed, "1")
    assert [event.type for event in events] == ["Happened.v1", "PromiseRecalculated.v1", "Happened.v1"]
    assert events[-1].data["what"] == "1: 1 moved"


def test_a_customer_sees_the_date_that_a_new_holiday_gives_and_why(world, tmp_path):
    receipt = report(world, category="D5", contact=None)
    (before,) = follow(world, receipt)["promises"]
    written = json.loads((world.compiled_packs / "police.json").read_bytes())
    written["calendar"]["closed"] = {"2026-11-24": "Commemoration Day"}
    (tmp_path / "police.json").write_text(json.dumps(written), encoding="utf-8")
    world.environments["intake"]["AHD_PACKS"] = str(tmp_path)
    with table(world) as store:
        rules = NewRules(calendar(), "a holiday was added", "police@2")
        list(Walk(store, {Case.KIND: Case}, rules, "supervisor-1", lambda: NOW).carry_out())
    (after,) = follow(world, receipt)["promises"]
    assert (before["due"], after["due"]) == ("2026-11-25T06:00:00+00:00", "2026-11-26T06:00:00+00:00")
    assert "Commemoration Day" in [segment.get("name") for segment in after["why"]]


def test_a_report_sent_again_is_answered_with_the_date_it_was_first_answered_with(world):
    first = world.http("intake.api", "POST", "/v1/cases", REPORT, key="report-0001")
    with table(world) as store:
        rules = NewRules(Calendar.always_open(), "hours were changed", spans_of=lambda _: lambda _: {"hours": 36})
        assert list(Walk(store, {Case.KIND: Case}, rules, "supervisor-1", lambda: NOW).carry_out())
    assert follow(world, first.body)["promises"] != first.body["promises"]
    assert world.http("intake.api", "POST", "/v1/cases", REPORT, key="report-0001").body == first.body
