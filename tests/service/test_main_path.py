"""The desk's main job from end to end: report, case, word, complaint, escalation, answer, closing, survey, score."""

from datetime import timedelta
from email import message_from_string
from email.policy import default
from typing import Any

import pytest

from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World, staff

OFFICER = staff("officer-1", "officer", "unit-west")
SUPERVISOR = staff("supervisor-1", "supervisor")
REPORT: dict[str, Any] = {
    "category": "P8",
    "description": "Water comes through the kitchen ceiling.",
    "contact": {"name": "Amal", "email": "amal@example.org", "phone": "+971501234567", "preferred": "email"},
    "place": {"address": "12 Harbour Street"},
}


def report(world: World, **changed):
    answer = world.http("intake.api", "POST", "/v1/cases", {**REPORT, **changed})
    assert answer.status == 201, answer.body
    return answer.body


def follow(world: World, receipt):
    answer = world.http("intake.api", "GET", f"/v1/cases/{receipt['number']}", secret=receipt["secret"])
    assert answer.status == 200, answer.body
    return answer.body


def whats(case) -> list[str]:
    return [line["what"] for line in case["timeline"]]


def promises(case) -> dict[str, str]:
    return {promise["what"]: promise["state"] for promise in case["promises"]}


@pytest.mark.requirement("CASE-01", "CASE-02")
def test_a_report_is_answered_with_number_secret_and_what_is_promised(world):
    receipt = report(world)
    assert receipt["state"] == "received"
    assert receipt["refer_to"]["name"] == "Housing office"
    assert [(promise["what"], promise["due"]) for promise in receipt["promises"]] == [
        ("acknowledge", (MONDAY_MORNING + timedelta(minutes=10)).isoformat()),
        ("review", (MONDAY_MORNING + timedelta(hours=24)).isoformat()),
    ]
    assert follow(world, receipt)["timeline"][0]["text"] == REPORT["description"]


def test_the_customer_is_told_once_and_the_case_says_so(world):
    receipt = report(world)
    world.settle()
    (mail,) = world.mails("amal@example.org")
    assert receipt["number"] in mail
    case = follow(world, receipt)
    assert whats(case) == ["CaseReported", "AcknowledgementSent"]
    assert promises(case) == {"acknowledge": "kept", "review": "open"}


def words_of(mail: str) -> list[str]:
    """What a mail says, as a reader sees it."""
    read = message_from_string(mail, policy=default).get_body(("plain",))
    assert read is not None
    return str(read.get_content()).split()


@pytest.mark.requirement("CASE-05")
def test_the_whole_path_from_a_report_to_the_score(world):
    receipt = report(world)
    number, secret = receipt["number"], receipt["secret"]
    world.settle()

    opened = world.http("intake.staff", "POST", f"/staff/v1/cases/{number}/open", staff=OFFICER)
    assert (opened.status, opened.body["state"]) == (200, "open")
    world.settle()

    voiced = world.http(
        "intake.api",
        "POST",
        f"/v1/cases/{number}/grievances",
        {"text": "Nobody came."},
        secret=secret,
        key="grievance-1",
    )
    assert voiced.status == 202
    world.settle()

    complaints = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=SUPERVISOR).body["complaints"]
    (complaint,) = complaints
    assert complaint["case"] == number
    # Three working days after Monday 10:00 in Dubai is Thursday 10:00.
    assert complaint["answer_due"] == (MONDAY_MORNING + timedelta(days=3)).isoformat()

    world.at(MONDAY_MORNING + timedelta(days=3, minutes=1))
    world.tick()
    world.settle()
    case = follow(world, receipt)
    assert "ComplaintRose" in whats(case)
    risen = world.http(
        "complaints.staff", "GET", f"/staff/v1/complaints/{complaint['number']}", staff=SUPERVISOR
    ).body
    assert (risen["rung"], risen["owed_by"], risen["chain_whole"]) == (1, "duty-leader", True)
    assert any("LATE" in mail for mail in world.mails("duty@example.org"))
    assert any("We are late with your complaint" in mail for mail in world.mails("amal@example.org"))

    answered = world.http(
        "complaints.staff",
        "POST",
        f"/staff/v1/complaints/{complaint['number']}/answer",
        {"finding": "substantiated", "text": "The team came to the wrong house."},
        staff=SUPERVISOR,
    )
    assert (answered.status, answered.body["state"]) == (200, "answered")
    world.settle()
    spoken = {"reached": True, "told": "The right team comes today."}
    for act, body in (("contacts", spoken), ("close", None)):
        path = f"/staff/v1/complaints/{complaint['number']}/{act}"
        closed = world.http("complaints.staff", "POST", path, body, staff=SUPERVISOR)
    assert closed.status == 200
    done = world.http(
        "intake.staff",
        "POST",
        f"/staff/v1/cases/{number}/close",
        {"outcome": "solved", "text": "The pipe is mended."},
        staff=OFFICER,
    )
    assert done.status == 200
    world.settle()

    mails = world.mails("amal@example.org")
    (about_case,) = [mail for mail in mails if "How was it?" in mail]
    assert len([mail for mail in mails if "How did we handle your complaint?" in mail]) == 1
    link = next(word for word in words_of(about_case) if "/survey/" in word)
    invitation, token = link.split("/")[-2:]
    answer = world.http(
        "survey.api",
        "POST",
        f"/v1/surveys/{invitation}/answers",
        {"satisfaction": 2, "comment": "It took long."},
        secret=token,
    )
    assert answer.status == 201
    world.settle()

    scores = world.http("survey.staff", "GET", "/staff/v1/scores", query="month=2026-11", staff=SUPERVISOR).body
    assert [(row["answers"], row["satisfaction"]) for row in scores["scores"]] == [(1, 2.0)]
    callbacks = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=SUPERVISOR).body["callbacks"]
    # Whoever had the case is who the complaint is about: they do not call the customer back.
    assert world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER).body["callbacks"] == []
    assert [(call["case"], call["reason"]) for call in callbacks] == [(number, "not satisfied")]
    again = world.http("survey.api", "POST", f"/v1/surveys/{invitation}/answers", {"satisfaction": 5}, secret=token)
    assert again.status == 409
    chain = world.http("intake.staff", "GET", f"/staff/v1/cases/{number}/chain", staff=SUPERVISOR).body
    assert chain["whole"] is True
    for service in world.queues:
        assert world.dead(service) == []
