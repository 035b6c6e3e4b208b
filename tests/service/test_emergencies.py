"""Emergencies: the nearest free unit is sent with the report, says that it comes, arrives, and is clear again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.counting import Meter
from services.intake import fleet, reporting, sending
from services.intake.case import Case
from services.intake.reported import ReportRequest
from services.intake.unit import Position, Unit, UnitState, nearest_first
from shared import ids
from shared.clock import utc_now
from shared.store import Conflict
from shared.tables import store
from tests.service.conftest import MONDAY_MORNING
from tests.service.test_main_path import OFFICER, SUPERVISOR, follow, promises, report, whats
from tests.service.world import World, staff

OPERATOR = staff("operator-1", "operator")
LEADER = staff("leader-1", "duty-leader")
HARBOUR = {"lat": 25.2600, "long": 55.3000}
NORTH = {"lat": 25.2690, "long": 55.3000}
"""A kilometre north of the harbour."""
FAR = {"lat": 25.0800, "long": 55.1400}


def sign_on(world: World, unit: str, where: dict[str, float] | None = None):
    body: dict[str, Any] = {"name": unit.removeprefix("unit-").title()}
    if where:
        body["position"] = where
    answer = world.http("intake.staff", "PUT", f"/staff/v1/units/{unit}", body, staff=OPERATOR)
    assert answer.status == 200, answer.body
    return answer.body


def unit(world: World, identity: str):
    return world.http("intake.staff", "GET", f"/staff/v1/units/{identity}", staff=OPERATOR).body


def units(world: World, state: str) -> list[str]:
    answer = world.http("intake.staff", "GET", "/staff/v1/units", query=f"state={state}", staff=OPERATOR)
    assert answer.status == 200, answer.body
    return [one["unit"] for one in answer.body["units"]]


def emergency(world: World, where: dict[str, float] | None = HARBOUR, **changed):
    place = {"address": "the harbour", **(where or {})}
    return report(world, category="P7", place=place, **changed)


def do(world: World, receipt, act: str, body: Any = None, who=OFFICER):
    return world.http("intake.staff", "POST", f"/staff/v1/cases/{receipt['number']}/{act}", body, staff=who)


def done(world: World, receipt, act: str, body: Any = None, who=OFFICER):
    answer = do(world, receipt, act, body, who)
    assert answer.status == 200, answer.body
    return answer.body


def told(world: World, words: str) -> list[str]:
    return [mail for mail in world.mails("duty@example.org") if words in mail]


def events(world: World, receipt, what: str) -> list[dict[str, Any]]:
    case = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt['number']}", staff=SUPERVISOR).body
    return [event["facts"] for event in case["events"] if event["what"].startswith(f"{what}.")]


def pass_minutes(world: World, minutes: float) -> None:
    world.at(MONDAY_MORNING + timedelta(minutes=minutes))
    world.tick()
    world.settle()


@pytest.mark.requirement("CASE-04")
def test_the_nearest_free_unit_is_sent_by_the_report_itself_and_the_duty_leader_told(world):
    sign_on(world, "unit-far", FAR)
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    assert promises(receipt) == {"acknowledge": "open", "arrive": "open", "resolve": "open"}
    sent = unit(world, "unit-north")
    assert (sent["state"], sent["case"]) == ("sent", receipt["number"])
    assert (units(world, "free"), units(world, "sent")) == (["unit-far"], ["unit-north"])
    world.settle()
    (mail,) = told(world, "UNIT unit-north sent")
    assert receipt["number"] in mail
    assert len(told(world, "URGENT")) == 1
    case = follow(world, receipt)
    assert whats(case)[:2] == ["CaseReported", "UnitDispatched"]
    assert case["timeline"][1]["facts"] == {}  # never who comes
    (dispatched,) = events(world, receipt, "UnitDispatched")
    assert (dispatched["unit"], 990 < dispatched["metres"] < 1010) == ("unit-north", True)


@pytest.mark.requirement("CASE-04")
def test_a_unit_answers_arrives_within_five_minutes_and_is_clear_again(world):
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    world.at(MONDAY_MORNING + timedelta(seconds=40))
    done(world, receipt, "on-the-way")
    assert do(world, receipt, "on-the-way").status == 409
    world.at(MONDAY_MORNING + timedelta(minutes=4))
    done(world, receipt, "arrived")
    assert unit(world, "unit-north")["state"] == "on-scene"
    case = follow(world, receipt)
    assert whats(case) == ["CaseReported", "UnitDispatched", "UnitOnTheWay", "SomebodyArrived"]
    assert promises(case)["arrive"] == "kept"
    assert "acknowledge-dispatch" not in promises(case)  # staff owe that one another
    done(world, receipt, "clear", {})
    assert (unit(world, "unit-north")["state"], unit(world, "unit-north")["case"]) == ("free", None)
    refused = do(world, receipt, "clear", {})
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:no-unit")


@pytest.mark.requirement("CASE-04")
def test_without_a_free_unit_the_duty_leader_is_told_and_the_first_that_is_free_is_sent(world):
    receipt = emergency(world)
    world.settle()
    assert len(told(world, "NO UNIT FREE")) == 1
    assert promises(follow(world, receipt))["send"] == "open"
    assert whats(follow(world, receipt))[1] == "UnitWanted"
    world.at(MONDAY_MORNING + timedelta(seconds=10))
    second = emergency(world, NORTH)
    world.at(MONDAY_MORNING + timedelta(seconds=30))
    sign_on(world, "unit-north", NORTH)
    assert unit(world, "unit-north")["case"] == receipt["number"]  # whoever waits longest, not whoever is nearest
    assert promises(follow(world, receipt))["send"] == "kept"
    world.at(MONDAY_MORNING + timedelta(seconds=50))
    done(world, receipt, "arrived")
    done(world, receipt, "close", {"outcome": "solved", "text": "The tap was closed."})
    assert unit(world, "unit-north")["case"] == second["number"]  # the case that was closed freed it
    world.settle()
    assert len(told(world, "UNIT unit-north sent")) == 2


@pytest.mark.requirement("CASE-04")
def test_while_no_unit_is_free_the_clock_tells_the_duty_leader_again_and_sends_the_next(world):
    receipt = emergency(world)
    pass_minutes(world, 1)
    (late,) = told(world, "LATE send")
    assert receipt["number"] in late
    pass_minutes(world, 5)
    assert len(told(world, "LATE send")) == 2
    assert told(world, "LATE arrive of")
    with world.function_of("intake"):  # it got free, and whoever freed it broke off before looking who waits
        store().write([fleet.write(None, Unit("unit-lost", "Lost", UnitState.FREE, utc_now(), by="operator-1"))])
    pass_minutes(world, 6)
    assert unit(world, "unit-lost")["case"] == receipt["number"]
    assert promises(follow(world, receipt))["send"] == "kept"
    before = len(world.items("intake"))
    pass_minutes(world, 6.5)
    assert len(world.items("intake")) == before  # nobody waits any more: nothing is written


@pytest.mark.requirement("CASE-04")
def test_a_unit_that_does_not_answer_is_replaced_by_the_next_nearest(world):
    sign_on(world, "unit-north", NORTH)
    sign_on(world, "unit-far", FAR)
    receipt = emergency(world)
    pass_minutes(world, 1)
    assert (unit(world, "unit-north")["state"], unit(world, "unit-far")["state"]) == ("off", "sent")
    assert unit(world, "unit-far")["case"] == receipt["number"]
    (mail,) = told(world, "instead of unit-north")
    assert "until it signs on again" in mail.replace("\n", " ")
    assert sign_on(world, "unit-north", NORTH)["state"] == "free"


@pytest.mark.requirement("CASE-04")
def test_an_unanswered_dispatch_goes_up_and_the_next_unit_that_is_free_is_sent(world):
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    pass_minutes(world, 1)
    assert unit(world, "unit-north")["state"] == "sent"  # nobody else is there: it may be driving
    assert told(world, "NO ANSWER from unit-north")
    (late,) = told(world, "LATE acknowledge-dispatch")
    assert "duty-leader" in late
    assert not [mail for mail in world.mails("amal@example.org") if "late" in mail.casefold()]
    sign_on(world, "unit-far", FAR)
    assert unit(world, "unit-far")["case"] == receipt["number"]
    assert unit(world, "unit-north")["state"] == "off"


@pytest.mark.requirement("CASE-04")
def test_a_unit_that_answers_late_is_not_replaced_any_more(world):
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    pass_minutes(world, 1)
    done(world, receipt, "on-the-way")
    sign_on(world, "unit-far", FAR)
    pass_minutes(world, 2)
    assert (unit(world, "unit-north")["state"], unit(world, "unit-far")["state"]) == ("sent", "free")
    assert promises(follow(world, receipt))["send"] == "waived"


@pytest.mark.requirement("CASE-04")
def test_somebody_who_passes_by_arrives_without_having_been_sent(world):
    receipt = emergency(world)
    done(world, receipt, "arrived")
    sign_on(world, "unit-north", NORTH)
    world.tick()
    assert unit(world, "unit-north")["state"] == "free"
    assert promises(follow(world, receipt)) == {
        "acknowledge": "open",
        "arrive": "kept",
        "resolve": "open",
        "send": "waived",
    }


@pytest.mark.requirement("CASE-04")
def test_staff_raise_an_emergency_on_a_case_that_was_none(world):
    sign_on(world, "unit-far", FAR)
    sign_on(world, "unit-north", NORTH)
    receipt = report(world, category="P8", place={"address": "12 Harbour Street", **HARBOUR})
    raised = done(world, receipt, "dispatch", {"reason": "The ceiling is coming down."}, OPERATOR)
    assert (raised["state"], raised["urgent"], raised["dispositions"][:2]) == ("open", True, ["dispatch", "duty"])
    case = follow(world, receipt)
    owed = {"acknowledge": "open", "review": "kept", "arrive": "open"}
    assert owed.items() <= promises(case).items()
    assert whats(case) == ["CaseReported", "CaseOpened", "UnitDispatched"]
    assert unit(world, "unit-north")["case"] == receipt["number"]
    again = do(world, receipt, "dispatch", {})
    assert (again.status, again.body["unit"]) == (409, "unit-north")
    missing = do(world, receipt, "clear", {})
    assert (missing.status, missing.body["type"]) == (422, "urn:ahd:problem:reason-missing")
    done(world, receipt, "clear", {"reason": "The plumber is there.", "called_off": True})
    assert promises(follow(world, receipt))["arrive"] == "waived"
    done(world, receipt, "dispatch", {"unit": "unit-far"})
    assert unit(world, "unit-far")["case"] == receipt["number"]


@pytest.mark.requirement("CASE-04")
def test_when_the_unit_that_was_sent_does_not_get_there_another_one_goes(world):
    sign_on(world, "unit-far", FAR)
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    done(world, receipt, "clear", {"reason": "Our tyre burst."})
    assert unit(world, "unit-far")["case"] == receipt["number"]
    assert unit(world, "unit-north")["state"] == "off"  # until it signs on again
    assert promises(follow(world, receipt))["arrive"] == "open"
    done(world, receipt, "clear", {"reason": "Ours, too."})
    world.settle()
    assert {"arrive": "open", "send": "open"}.items() <= promises(follow(world, receipt)).items()
    assert "UnitWanted" in whats(follow(world, receipt))
    sign_on(world, "unit-north", NORTH)
    world.tick("intake")
    assert unit(world, "unit-north")["case"] == receipt["number"]


def test_all_units_are_listed_and_those_in_one_state(world):
    sign_on(world, "unit-far", FAR)
    sign_on(world, "unit-north", NORTH)
    emergency(world)

    def listed(query: str = "") -> set[tuple[str, str]]:
        units = world.http("intake.staff", "GET", "/staff/v1/units", staff=OFFICER, query=query).body["units"]
        return {(one["unit"], one["state"]) for one in units}

    assert listed() == {("unit-far", "free"), ("unit-north", "sent")}
    assert listed("state=free") == {("unit-far", "free")}


def test_a_unit_that_is_not_free_can_not_be_sent_by_name(world):
    sign_on(world, "unit-north", NORTH)
    emergency(world)
    other = report(world)
    refused = do(world, other, "dispatch", {"unit": "unit-north"})
    assert (refused.status, refused.body["state"]) == (409, "sent")
    assert do(world, other, "dispatch", {"unit": "unit-nobody"}).status == 404
    assert do(world, other, "dispatch", {"unit": "the-army"}).status == 422
    assert follow(world, other)["state"] == "received"


def test_without_coordinates_the_unit_that_is_free_longest_goes(world):
    sign_on(world, "unit-far", FAR)
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world, None)
    assert unit(world, "unit-far")["case"] == receipt["number"]
    world.settle()
    (mail,) = told(world, "UNIT unit-far sent")
    assert "is not known" in mail.replace("\n", " ")


def test_a_unit_without_a_position_goes_when_nobody_else_can(world):
    sign_on(world, "unit-dark")
    sign_on(world, "unit-far", FAR)
    assert unit(world, "unit-far")["case"] is None
    first, second = emergency(world), emergency(world)
    assert unit(world, "unit-far")["case"] == first["number"]
    assert unit(world, "unit-dark")["case"] == second["number"]


def test_a_unit_that_moves_is_the_nearest_from_where_it_is_now(world):
    sign_on(world, "unit-far", FAR)
    sign_on(world, "unit-north", NORTH)
    near = {"lat": 25.2601, "long": 55.3001}
    moved = world.http("intake.staff", "POST", "/staff/v1/units/unit-far/position", near, staff=OPERATOR)
    assert moved.body["position"] == {**near, "at": MONDAY_MORNING.isoformat()}
    receipt = emergency(world)
    assert unit(world, "unit-far")["case"] == receipt["number"]


def test_units_sign_off_and_on_but_not_while_they_are_on_a_case(world):
    sign_on(world, "unit-north", NORTH)
    path = "/staff/v1/units/unit-north/state"
    assert world.http("intake.staff", "POST", path, {"state": "off"}, staff=OPERATOR).body["state"] == "off"
    assert units(world, "off") == ["unit-north"]
    assert sign_on(world, "unit-north")["position"]["lat"] == NORTH["lat"]
    receipt = emergency(world)
    refused = world.http("intake.staff", "POST", path, {"state": "off"}, staff=OPERATOR)
    assert (refused.status, refused.body["case"]) == (409, receipt["number"])
    assert sign_on(world, "unit-north", FAR)["state"] == "sent"


def test_officers_speak_for_their_own_unit_only_and_auditors_for_none(world):
    body = {"name": "North"}
    path = "/staff/v1/units/unit-north"
    own, other = staff("officer-2", "officer", "unit-north"), staff("officer-3", "officer", "unit-south")
    assert world.http("intake.staff", "PUT", path, body, staff=own).status == 200
    assert world.http("intake.staff", "PUT", path, body, staff=other).status == 403
    assert world.http("intake.staff", "PUT", path, body, staff=staff("auditor-1", "auditor")).status == 403
    assert world.http("intake.staff", "GET", path, staff=staff("auditor-1", "auditor")).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/staff/v1/units/army", {"name": "Army"}, 422),
        ("PUT", "/staff/v1/units/unit-north", {"name": ""}, 422),
        ("PUT", "/staff/v1/units/unit-north", {"name": "N", "position": {"lat": 91, "long": 0}}, 422),
        ("POST", "/staff/v1/units/unit-nobody/position", NORTH, 404),
        ("POST", "/staff/v1/units/unit-nobody/state", {"state": "off"}, 404),
        ("POST", "/staff/v1/units/unit-nobody/state", {"state": "sent"}, 422),
        ("GET", "/staff/v1/units/unit-nobody", None, 404),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_stored(world, method, path, body, status):
    before = len(world.items("intake"))
    assert world.http("intake.staff", method, path, body, staff=OPERATOR).status == status
    assert len(world.items("intake")) == before


def test_the_unit_that_was_sent_is_among_whom_a_complaint_is_about(world):
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    world.http(
        "intake.api",
        "POST",
        f"/v1/cases/{receipt['number']}/grievances",
        {"text": "They were rude."},
        secret=receipt["secret"],
        key="grievance-1",
    )
    (voiced,) = events(world, receipt, "GrievanceVoiced")
    assert voiced["units"] == ["unit-north"]


def test_the_same_report_sent_twice_sends_one_unit(world):
    sign_on(world, "unit-north", NORTH)
    sign_on(world, "unit-far", FAR)
    body = {"category": "P7", "description": "Gas.", "place": HARBOUR}
    first, second = (world.http("intake.api", "POST", "/v1/cases", body, key="emergency-1") for _ in range(2))
    assert (first.status, first.body) == (second.status, second.body)
    assert units(world, "free") == ["unit-far"]


def test_an_emergency_costs_one_query_more_than_any_other_report_and_others_nothing(world):
    sign_on(world, "unit-north", NORTH)
    sign_on(world, "unit-far", FAR)
    with Meter(world).attached() as meter, meter.warm("intake"):
        emergency(world)
        assert meter.measure(lambda: emergency(world)).calls == {
            "dynamodb.Query": 1,
            "dynamodb.TransactWriteItems": 1,
        }
        assert meter.measure(lambda: report(world)).calls == {"dynamodb.TransactWriteItems": 1}


# Races ------------------------------------------------------------------------------------------------


def take(number: int, where: Position | None) -> str:
    place = {"lat": where.lat, "long": where.long} if where else {"address": "somewhere"}
    body = {"category": "P7", "description": f"Gas {number}", "place": place}
    request = ReportRequest.model_validate(body)
    return reporting.report(request, None, utc_now(), f"race-{number}").number


@contextmanager
def one_call_at_a_time() -> Iterator[None]:
    """Calls of AWS come one after the other, as the table takes them; what is between them runs as threads like."""
    lock, client = threading.Lock(), store().client
    names = ("transact_write_items", "query", "get_item")
    plain = {name: getattr(client, name) for name in names}

    def locked(call):
        def run(**arguments):
            with lock:
                return call(**arguments)

        return run

    for name, call in plain.items():
        setattr(client, name, locked(call))
    try:
        yield
    finally:
        for name, call in plain.items():
            setattr(client, name, call)


@pytest.mark.requirement("CASE-04")
def test_emergencies_that_come_at_once_never_get_the_same_unit(world):
    for number in range(4):
        sign_on(world, f"unit-{number}", {"lat": 25.26 + number / 1000, "long": 55.3})
    with world.function_of("intake"):
        take(0, None)  # everything is warm
        with one_call_at_a_time(), ThreadPoolExecutor(6) as pool:
            numbers = list(pool.map(lambda number: take(number, Position(25.26, 55.3)), range(1, 7)))
        on = [fleet.load(f"unit-{number}").case for number in range(4)]
        wanting = fleet.wanting()
    assert len(set(on)) == 4
    assert None not in on
    assert set(numbers) <= {*on, *wanting}
    assert len(wanting) == 3


@pytest.mark.requirement("CASE-04")
@given(
    stations=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5),
    places=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)) | st.none(), min_size=1, max_size=6),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reports_that_all_saw_the_same_free_units_each_get_the_nearest_that_is_left(world, stations, places):
    """The index is behind for all of them: every report thinks that every unit is free."""

    def at(square: tuple[int, int] | None) -> Position | None:
        return Position(25 + square[0] / 10, 55 + square[1] / 10) if square else None

    with world.function_of("intake"), pytest.MonkeyPatch.context() as patch:
        for number in range(5):
            state = UnitState.FREE if number < len(stations) else UnitState.OFF
            where = at(stations[number]) if number < len(stations) else None
            name = f"unit-{number}"
            try:
                known = fleet.load(name)
            except LookupError:
                known = None
            store().write([fleet.write(known, Unit(name, name, state, utc_now(), position=where, by="test"))])
        seen = fleet.free()
        patch.setattr(fleet, "free", lambda: list(seen))
        left = {one.id: one for one in seen}
        for number, square in enumerate(places):
            case = take(number, at(square))
            on = {name: fleet.load(name) for name in left}
            taken = [name for name, unit in on.items() if unit.case == case]
            if not left:
                assert taken == []
                continue
            assert taken == [nearest_first(left.values(), at(square))[0].id]
            del left[taken[0]]


def test_a_tick_that_the_arrival_overtakes_gives_way_to_it(world):
    """Found by `tests.faults`: it failed with an error of units, and somebody was called for nothing."""
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    sign_on(world, "unit-far", FAR)
    with world.function_of("intake"):
        read = store().load(Case, ids.heard(receipt["number"]) or "")
    done(world, receipt, "arrived")
    with world.function_of("intake"), pytest.raises(Conflict):
        sending.see_to_unanswered(read, MONDAY_MORNING + timedelta(minutes=2))
    assert units(world, "free") == ["unit-far"]
