"""Triage as people meet it: what is proposed, what is asked, what applies and why, and what comes of it."""

from typing import Any

import pytest
import yaml

from infra.packs import PACKS
from tests.service.casework import mailed, report
from tests.service.complaining import LEADER
from tests.service.world import World, staff

SHIPPED = yaml.safe_load((PACKS / "police" / "categories.yaml").read_text(encoding="utf-8"))
TABLE = [
    *(f"D{n}" for n in range(1, 7)),
    *(f"H{n}" for n in range(1, 4)),
    *(f"N{n}" for n in range(1, 5)),
    *(f"P{n}" for n in range(1, 11)),
    *(f"Z{n}" for n in range(1, 5)),
    *(f"T{n}" for n in range(1, 10)),
    *(f"S{n}" for n in range(1, 4)),
    *(f"O{n}" for n in range(1, 5)),
]
SCOPES = ("E1", "E2", "E3", "E4")
CLERK = staff("clerk-1", "operator")


def ask(world: World, code: str, **body: Any) -> Any:
    return world.http("intake.api", "POST", f"/v1/categories/{code}/questions", {"facts": {}, **body})


def propose(world: World, text: str, **body: Any) -> list[str]:
    answer = world.http("intake.api", "POST", "/v1/categories/proposals", {"text": text, **body})
    assert answer.status == 200, answer.body
    return [one["code"] for one in answer.body["proposals"]]


@pytest.mark.requirement("TRI-01")
def test_all_forty_three_categories_are_there_and_every_one_answers_what_it_calls_for(world):
    assert len(TABLE) == 43
    for code in TABLE:
        decision = ask(world, code).body["decision"]
        assert decision["dispositions"], code
        assert decision["rules"][0] == f"{code}-plain", code
    assert {one["code"] for one in SHIPPED} >= {*TABLE, *SCOPES}


@pytest.mark.requirement("TRI-02")
def test_every_disposition_that_applies_the_strongest_first_and_the_rule_that_gave_it(world):
    decision = ask(world, "D1", facts={"hostage": True}).body["decision"]
    assert decision["dispositions"][:2] == ["dispatch", "duty"]
    assert decision["leading"] == "dispatch"
    assert "urgent-hostage" in decision["rules"]
    assert any("urgent-hostage" in sentence for sentence in decision["because"])


@pytest.mark.requirement("TRI-02")
def test_whoever_is_referred_is_told_to_whom_with_a_telephone_number(world):
    receipt = world.http(
        "intake.api", "POST", "/v1/cases", {"category": "Z1", "description": "Drills at night."}
    ).body
    assert receipt["refer_to"] == receipt["contacts"][0]
    assert all(one["phone"] for one in receipt["contacts"])


@pytest.mark.requirement("TRI-02")
def test_once_somebody_is_sent_advice_to_turn_elsewhere_falls_away(world):
    body = {"category": "Z1", "description": "They threaten me.", "facts": {"weapon": True}}
    receipt = world.http("intake.api", "POST", "/v1/cases", body).body
    assert receipt["urgent"]
    assert "refer" not in receipt["dispositions"]
    assert receipt["refer_to"] is None


@pytest.mark.requirement("TRI-03")
def test_only_what_can_still_change_the_answer_is_asked(world):
    asked = {one["fact"] for one in ask(world, "D2").body["questions"]}
    assert {"fight", "grave", "weapon"} <= asked
    after = {one["fact"] for one in ask(world, "D2", facts={"weapon": True}).body["questions"]}
    assert after < asked
    assert "weapon" not in after


@pytest.mark.requirement("TRI-03")
def test_an_urgent_question_comes_before_all_others(world):
    first = ask(world, "Z4").body["questions"][0]["fact"]
    assert first in {"danger_to_life", "weapon", "fire", "hostage", "child_alone"}


@pytest.mark.requirement("TRI-04")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("My neighbour plays loud music every night and nobody can sleep", "Z4"),
        ("المصعد توقف بنا بين الطوابق ونحن محبوسون", "P9"),
        ("有人掉到河里了，快来救人", "P5"),
    ],
)
def test_categories_are_proposed_from_what_people_say(world, text, code):
    assert code in propose(world, text)[:3]


@pytest.mark.requirement("TRI-04")
def test_nothing_is_proposed_for_what_nobody_understands(world):
    assert propose(world, "zzzqx wvvk 12345") == []


@pytest.mark.requirement("TRI-05")
def test_a_case_keeps_the_version_of_the_catalogue_and_the_rules_that_decided(world):
    case = report(world, category="D2", facts={"fight": True})
    file = case.file()
    assert file["pack"].startswith("police@")
    assert file["events"][0]["private"]["rules"] == ["D2-plain", "D2-fight"]
    assert file["decision"]["rules"] == ["D2-plain", "D2-fight"]


@pytest.mark.requirement("TRI-06")
def test_dissatisfaction_with_officers_who_came_becomes_a_complaint_at_once(world):
    case = report(world, category="O2", description="They shouted at my mother.")
    (complaint,) = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=LEADER).body["complaints"]
    assert complaint["kind"] == "attitude"
    assert "ComplaintNoted" in case.whats()
    whole = world.http("complaints.staff", "GET", f"/staff/v1/complaints/{complaint['number']}", staff=LEADER).body
    assert whole["events"][0]["private"]["said"]["text"] == "They shouted at my mother."


@pytest.mark.requirement("TRI-06")
def test_a_station_that_handled_a_case_badly_becomes_a_complaint_when_the_customer_says_so(world):
    report(world, category="O3", description="They lost my file.")
    assert not world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=LEADER).body["complaints"]
    report(world, category="O3", description="It is a complaint.", facts={"says_complaint": True})
    (complaint,) = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=LEADER).body["complaints"]
    assert complaint["kind"] == "case-handling"


@pytest.mark.requirement("TRI-06")
def test_an_officers_violence_now_is_a_dispatch_and_the_duty_leader_is_told(world):
    case = report(world, category="O1", description="He is hitting somebody.")
    assert {"dispatch", "duty"} <= set(case.file()["dispositions"])
    assert any("URGENT" in mail.upper() for mail in mailed(world, "duty@example.org"))


@pytest.mark.requirement("TRI-07")
@pytest.mark.parametrize("scope", SCOPES)
def test_the_four_emergency_scopes_are_always_accepted(world, scope):
    receipt = world.http("intake.api", "POST", "/v1/cases", {"category": scope, "description": "Help."})
    assert receipt.status == 201
    assert receipt.body["urgent"]
    assert receipt.body["state"] == "open"


def test_what_is_about_the_call_itself_is_chosen_by_staff_alone(world):
    listed = world.http("intake.api", "GET", "/v1/categories").body["categories"]
    assert not {"N1", "N2", "N3", "N4"} & {one["code"] for one in listed}
    body = {"category": "N1", "description": "A prank."}
    assert world.http("intake.api", "POST", "/v1/cases", body).status == 422
    keyed = {**body, "channel": "phone", "read_back": True}
    assert world.http("intake.staff", "POST", "/staff/v1/cases", keyed, staff=CLERK).status == 201


def test_an_unknown_category_is_no_crash(world):
    answer = ask(world, "Q99")
    assert (answer.status, answer.body["type"]) == (404, "urn:ahd:problem:unknown-category")
