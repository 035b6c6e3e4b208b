"""Procedures beside a complaint, through staff's routes: notice, ledger, corrective action, injury, press."""

from base64 import b64decode
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count

import pytest
import time_machine
from moto import mock_aws

from services.complaints import shelf
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World, staff
from tests.template import template

CLERK = staff("clerk-1", "operator")
INSPECTOR = staff("inspector-1", "officer")
OTHER_INSPECTOR = staff("inspector-2", "officer")
MANAGER = staff("manager-1", "supervisor")
DIRECTOR = staff("director-1", "duty-leader")
AUDITOR = staff("auditor-1", "auditor")


@pytest.fixture
def desk_of(compiled_packs, monkeypatch):
    """A desk of this organisation on Monday morning."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    with time_machine.travel(MONDAY_MORNING, tick=False) as clock, mock_aws():
        built = []

        def build(pack):
            built.append(World(clock, compiled_packs, pack, template()))
            built[-1].build()
            return Desk(built[-1])

        yield build
        assert [one for world in built for one in world.iam.refused] == []


class Desk:
    """What staff do at a desk, in as few words as the tests need."""

    def __init__(self, world) -> None:
        self.world = world
        self._customers = count(100)

    def complaint(self, kind, reference=None, customer=None, **more):
        """A customer complains; answers with the complaint's number."""
        phone = customer or f"+97150000{next(self._customers):04d}"
        body = {"text": "It leaks again.", "kind": kind, "contact": {"phone": phone}, **more}
        if reference:
            body["reference"] = reference
        answer = self.world.http("complaints.api", "POST", "/v1/complaints", body)
        assert answer.status == 201, answer.body
        return answer.body["number"]

    def act(self, number, action, who, **body):
        return self.world.http(
            "complaints.staff", "POST", f"/staff/v1/complaints/{number}/{action}", body or None, staff=who
        )

    def done(self, number, action, who, **body):
        answer = self.act(number, action, who, **body)
        assert answer.status == 200, answer.body
        return self.read(number)

    def read(self, number, who=AUDITOR):
        answer = self.world.http("complaints.staff", "GET", f"/staff/v1/complaints/{number}", staff=who)
        assert answer.status == 200, answer.body
        return answer.body

    def paper(self, number, who=MANAGER, form=".pdf", language="en"):
        path = f"/staff/v1/documents/complaints/{number}/notice{form}"
        event = {
            "version": "2.0",
            "routeKey": "GET /staff/v1/documents/{proxy+}",
            "rawPath": path,
            "rawQueryString": f"lang={language}",
            "headers": {},
            "queryStringParameters": {"lang": language},
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": "GET", "path": path, "sourceIp": "127.0.0.1"},
                "stage": "$default",
                "authorizer": {"jwt": {"claims": who}},
            },
            "body": None,
            "isBase64Encoded": False,
        }
        with self.world.function_of("complaints", "documents"):
            return import_module("services.complaints.documents").handler(event, None)

    def later(self, **delta):
        self.world.at(datetime.now(tz=MONDAY_MORNING.tzinfo) + timedelta(**delta))


def promise(complaint, name):
    return next(one for one in complaint["promises"] if one["what"] == name)


def problem(answer):
    return answer.status, answer.body["type"].rpartition(":")[2]


# ── the rectification notice ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CMP-10")
def test_a_notice_is_numbered_keeps_its_promise_and_is_printed_in_three_scripts(desk_of):
    desk = desk_of("works")
    number = desk.complaint("plumbing", "Rose Court 12")

    after = desk.done(number, "notice", INSPECTOR, text="Replace the seal. 更换密封材料。 استبدل العازل.")

    assert after["notice"]["number"] == "RN-2026-000001"
    assert (after["notice"]["to"], after["notice"]["responsible"]) == ("service", "works")
    assert promise(after, "notice")["state"] == "kept"
    page = desk.paper(number, form="", language="ar")
    assert page["statusCode"] == 200
    assert 'dir="rtl"' in page["body"]
    for said in ("إشعار تصحيح", "RN-2026-000001", "قسم الأعمال", "更换密封材料"):
        assert said in page["body"]
    for language in ("en", "ar", "zh"):
        paper = desk.paper(number, language=language)
        assert paper["statusCode"] == 200
        assert paper["headers"]["Content-Type"] == "application/pdf"
        assert b64decode(paper["body"]).startswith(b"%PDF")


@pytest.mark.requirement("CMP-10")
@pytest.mark.parametrize("due", ["2026-11-23T06:00:00Z", "2026-11-22T00:00:00+08:00"])
def test_nothing_can_be_asked_to_be_put_right_by_yesterday(desk_of, due):
    desk = desk_of("works")
    number = desk.complaint("plumbing", "Rose Court 12")
    refused = desk.act(number, "notice", INSPECTOR, text="Replace the seal.", due=due)
    assert problem(refused) == (422, "invalid")
    assert (refused.body["faults"][0]["pointer"], desk.read(number)["notice"]) == ("/due", None)
    asked = desk.done(number, "notice", INSPECTOR, text="Replace the seal.", due="2026-11-24T06:00:00Z")
    assert asked["notice"]["number"] == "RN-2026-000001"


@pytest.mark.requirement("CMP-10")
def test_a_complaint_has_one_notice_and_the_next_complaint_the_next_number(desk_of):
    desk = desk_of("works")
    first, second = desk.complaint("plumbing", "Rose Court 12"), desk.complaint("design", "Rose Court 14")
    desk.done(first, "notice", MANAGER, text="Replace the seal.")

    assert problem(desk.act(first, "notice", MANAGER, text="Once more.")) == (409, "not-now")
    assert desk.done(second, "notice", MANAGER, text="Draw it anew.")["notice"]["number"] == "RN-2026-000002"


@pytest.mark.requirement("CMP-10")
def test_numbers_neither_double_nor_skip_when_two_issue_at_the_same_moment(desk_of, monkeypatch):
    desk = desk_of("works")
    first, second = desk.complaint("plumbing", "Rose Court 12"), desk.complaint("design", "Rose Court 14")
    read, reads = shelf.last_in_series, []

    def read_then_overtaken(key):
        last = read(key)
        reads.append(last)
        if len(reads) == 1:
            overtaking = desk.act(second, "notice", MANAGER, text="Draw it anew.")
            assert overtaking.status == 200, overtaking.body
        return last

    monkeypatch.setattr(shelf, "last_in_series", read_then_overtaken)
    slow = desk.done(first, "notice", MANAGER, text="Replace the seal.")

    assert reads == [0, 0, 1]
    assert (desk.read(second)["notice"]["number"], slow["notice"]["number"]) == ("RN-2026-000001", "RN-2026-000002")


def test_the_same_command_again_gives_no_second_notice_and_uses_no_number(desk_of):
    desk = desk_of("works")
    first, second = desk.complaint("plumbing", "Rose Court 12"), desk.complaint("design", "Rose Court 14")
    path, said = f"/staff/v1/complaints/{first}/notice", {"text": "Replace the seal."}

    for _ in range(2):
        answer = desk.world.http("complaints.staff", "POST", path, said, staff=MANAGER, key="command-0001")
        assert answer.status == 200

    assert desk.done(second, "notice", MANAGER, text="Draw it anew.")["notice"]["number"] == "RN-2026-000002"


def test_whoever_a_complaint_is_about_can_print_nothing_of_it(desk_of):
    desk = desk_of("works")
    number = desk.complaint("plumbing", "Rose Court 12")
    desk.done(number, "notice", MANAGER, text="Replace the seal.")
    desk.done(number, "subjects", DIRECTOR, subjects=["manager-1"])

    assert desk.paper(number, who=MANAGER)["statusCode"] == 404
    assert desk.paper(number, who=MANAGER, form="")["statusCode"] == 404
    assert desk.paper(number, who=INSPECTOR)["statusCode"] == 200
    assert desk.paper(number, who=CLERK)["statusCode"] == 403


def test_where_no_notice_was_issued_there_is_none_to_print(desk_of):
    desk = desk_of("works")

    assert desk.paper(desk.complaint("plumbing", "Rose Court 12"))["statusCode"] == 404


def test_an_organisation_without_notices_says_so(desk_of):
    desk = desk_of("retail")

    assert problem(desk.act(desk.complaint("goods-price"), "notice", MANAGER, text="x")) == (409, "not-asked")


# ── the ledger ───────────────────────────────────────────────────────────────────────────────────────────────────


def ledger_of(complaint):
    return [
        (
            line["penalty"],
            line["amount"]["minor"] // 100,
            line["department"],
            [one["exemption"] for one in line["exemptions"]],
        )
        for line in complaint["ledger"]
    ]


def found(desk, number, kind, *facts):
    """Staff say what holds, and find the complaint substantiated."""
    desk.done(number, "classify", INSPECTOR, kind=kind, facts=dict.fromkeys(facts, True))
    return desk.done(number, "findings", INSPECTOR, finding="substantiated", text="As the customer says.")


@pytest.mark.requirement("CMP-12", "CMP-13")
def test_a_second_complaint_within_the_two_months_counts_against_quality_control_and_the_first_does_not(desk_of):
    desk, site = desk_of("works"), "Rose Court 12"
    owner = "+971500009999"
    first = desk.complaint("finish", site, owner)
    desk.done(first, "milestones", INSPECTOR, milestone="finished", at="2026-11-20T08:00:00+00:00")
    once = found(desk, first, "finish")
    desk.later(days=5)
    twice = found(desk, desk.complaint("finish", site, owner), "finish", "repairs", "not_solved_in_time")

    assert (once["about_the_same"], twice["about_the_same"]) == (1, 2)
    assert ledger_of(once) == [("quality-control-pledge", 0, None, ["first-in-warranty"])]
    assert ledger_of(twice) == [
        ("repairs-not-solved", 100, "quality-control", []),
        ("quality-control-pledge", 0, "quality-control", []),
    ]


@pytest.mark.requirement("CMP-12")
def test_once_the_notice_was_there_and_the_project_manager_idle_it_is_not_quality_controls(desk_of):
    desk, site, owner = desk_of("works"), "Rose Court 12", "+971500009999"
    desk.complaint("finish", site, owner)
    second = desk.complaint("finish", site, owner)

    before = found(desk, second, "finish", "not_solved_in_time")
    after = found(desk, second, "finish", "notice_came", "project_manager_idle")

    assert ledger_of(before) == [("not-solved", 100, "quality-control", [])]
    assert ledger_of(after) == [("not-solved", 100, "projects", ["project-manager-did-not-act"])]
    told = [event["what"] for event in after["events"] if event["what"].startswith("Penalty")]
    assert told == ["PenaltyRecorded.v1", "PenaltyWithdrawn.v1", "PenaltyRecorded.v1"]


@pytest.mark.requirement("CMP-12")
def test_each_cause_is_told_once_with_its_amount_however_often_the_findings_are_given(desk_of):
    desk = desk_of("works")
    number = desk.complaint("design", "Rose Court 12")

    found(desk, number, "design", "designer_at_fault")
    again = found(desk, number, "design")

    assert ledger_of(again) == [("designer", 200, "design", [])]
    told = [event["facts"] for event in again["events"] if event["what"] == "PenaltyRecorded.v1"]
    assert [(one["penalty"], one["minor"], one["currency"]) for one in told] == [("designer", 20000, "CNY")]


# ── corrective action ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CMP-11")
def test_goods_are_contained_analysed_reviewed_approved_mended_and_verified(desk_of):
    desk = desk_of("manufacturing")
    number = desk.complaint("malfunction", "batch 7", people=3)
    accepted = desk.read(number)
    assert accepted["grade"] == "major"
    assert promise(accepted, "containment")["clock"] == {"working_hours": 8}
    assert promise(accepted, "permanent-measure")["clock"] == {"working_days": 2}
    desk.done(number, "form", DIRECTOR, text="Batch 7 stops after an hour.")

    desk.done(number, "corrective", INSPECTOR, move="contain", text="Batch 7 is held back; the customer has another.")
    desk.done(number, "corrective", INSPECTOR, move="plan", text="A relay overheats: another supplier.")
    returned = desk.done(number, "corrective", OTHER_INSPECTOR, move="send-back", text="Why does it overheat?")
    assert (returned["corrective"]["stage"], returned["corrective"]["sent_back"]) == ("open", 1)
    assert returned["corrective"]["allowed"] == ["plan"]
    desk.done(number, "corrective", INSPECTOR, move="plan", text="It is mounted the wrong way round.")
    desk.done(number, "corrective", OTHER_INSPECTOR, move="forward", text="The cause is shown.")
    desk.done(number, "corrective", DIRECTOR, move="approve", text="Go.")
    desk.done(number, "corrective", INSPECTOR, move="carry-out", text="The line mounts it the right way round.")
    whole = desk.done(number, "corrective", OTHER_INSPECTOR, move="verify", text="A hundred hours without a stop.")

    assert (whole["corrective"]["stage"], whole["corrective"]["allowed"]) == ("verified", [])
    steps = ("containment", "root-cause", "review", "approval", "permanent-measure", "verification")
    assert {name: promise(whole, name)["state"] for name in steps} == dict.fromkeys(steps, "kept")


@pytest.mark.requirement("CMP-11")
def test_containment_that_is_not_in_place_in_eight_working_hours_goes_up(desk_of):
    desk = desk_of("manufacturing")
    number = desk.complaint("malfunction", "batch 7", people=3)
    due = datetime.fromisoformat(promise(desk.read(number), "containment")["due"])

    desk.world.at(due)
    desk.world.tick("complaints")

    states = [one["state"] for one in desk.read(number)["promises"] if one["what"] == "containment"]
    assert states == ["broken", "open"]


@pytest.mark.requirement("CMP-11")
def test_nobody_reviews_their_own_plan_and_no_step_is_skipped(desk_of):
    desk = desk_of("manufacturing")
    number = desk.complaint("malfunction", "batch 7")
    skipped = desk.act(number, "corrective", DIRECTOR, move="approve", text="Go.")
    desk.done(number, "corrective", INSPECTOR, move="plan", text="A relay overheats.")

    assert problem(skipped) == (409, "illegal-move")
    assert skipped.body["allowed"] == ["contain", "plan"]
    assert problem(desk.act(number, "corrective", INSPECTOR, move="forward", text="Fine.")) == (403, "not-your-role")
    assert problem(desk.act(number, "corrective", DIRECTOR, move="forward", text="Fine.")) == (403, "not-your-role")
    unsaid = desk.act(number, "corrective", OTHER_INSPECTOR, move="send-back")
    assert (unsaid.status, unsaid.body["faults"][0]["pointer"]) == (422, "/text")


def test_service_behaviour_has_no_corrective_action(desk_of):
    desk = desk_of("manufacturing")
    number = desk.complaint("service-behaviour", "order 1")

    assert problem(desk.act(number, "corrective", INSPECTOR, move="plan", text="x")) == (409, "not-asked")


# ── injury and press ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CMP-14")
def test_somebody_was_hurt_witness_decision_scene_insurer_and_opinion(desk_of):
    desk = desk_of("retail")
    number = desk.complaint("safety-surroundings")

    hurt = desk.done(
        number, "injury", INSPECTOR, item="witness", text="She slipped on water.", contact="+971500001111"
    )
    assert hurt["grade"] == "major"
    assert [one["item"] for one in hurt["injury"] if not one["done"]] == ["decision", "scene", "insurer", "opinion"]
    early = desk.act(number, "injury", INSPECTOR, item="opinion", cover="covered", text="They pay.")
    assert problem(early) == (409, "not-now")
    refused = desk.act(number, "injury", INSPECTOR, item="decision", company=True, text="She goes by taxi.")
    assert problem(refused) == (403, "not-your-role")
    advance = {"minor": 50000, "currency": "CNY"}
    desk.done(number, "injury", MANAGER, item="decision", company=True, advance=advance, text="Mei goes with her.")
    desk.done(number, "injury", INSPECTOR, item="scene", text="Roped off; the camera's film is kept.")
    desk.done(number, "injury", INSPECTOR, item="insurer", text="By telephone, 10:20.")
    whole = desk.done(number, "injury", INSPECTOR, item="opinion", cover="partly", text="Half, on the bills.")

    assert [one["item"] for one in whole["injury"] if not one["done"]] == []
    assert {name: promise(whole, name)["state"] for name in ("witness", "scene")} == {
        "witness": "kept",
        "scene": "kept",
    }
    told = [event["facts"]["roles"] for event in whole["events"] if event["facts"].get("rule") == "injury"]
    assert told == [["manager-on-duty", "department-head"]]


@pytest.mark.requirement("CMP-14")
def test_what_a_witness_said_lies_encrypted_in_the_table(desk_of):
    desk = desk_of("retail")
    number = desk.complaint("safety-surroundings")
    desk.done(number, "injury", INSPECTOR, item="witness", text="She slipped on water.", contact="+971500001111")

    everything = str(desk.world.items("complaints"))

    assert "slipped" not in everything
    assert "+971500001111" not in everything


@pytest.mark.requirement("CMP-14")
def test_only_the_named_person_talks_to_the_press_and_is_told_when_it_asks(desk_of):
    desk = desk_of("works")
    number = desk.complaint("plumbing", "Rose Court 12")

    asked = desk.done(number, "press", INSPECTOR, what="asked", text="The Daily asks whether the house is safe.")
    told = [event["facts"]["roles"] for event in asked["events"] if event["facts"].get("rule") == "press"]
    assert told == [["general-manager"]]
    assert problem(desk.act(number, "press", MANAGER, what="answered", text="It is.")) == (403, "not-your-role")
    answered = desk.done(number, "press", DIRECTOR, what="no-comment", text="Not while it is investigated.")

    spoken = [event["facts"]["what"] for event in answered["events"] if event["what"] == "PressSpoken.v1"]
    assert spoken == ["asked", "no-comment"]
