"""Police: how a complaint about an officer is handled, as the police pack says."""

from datetime import timedelta

import pytest

from tests.service.complaining import (
    CLERK,
    LEADER,
    MAIL,
    MANAGER,
    MINUTE,
    OFFICER,
    Matter,
    complain,
    key_in,
    let_pass,
    mailed,
    told,
)
from tests.service.conftest import MONDAY_MORNING
from tests.service.test_main_path import REPORT
from tests.service.world import staff

MORNING = MONDAY_MORNING  # 10:00 in Dubai
HANDLER = staff("officer-1", "officer", "unit-patrol")
COLLEAGUE = staff("supervisor-2", "supervisor", "unit-patrol")


@pytest.mark.requirement("CMP-01", "CMP-04")
def test_whoever_complains_has_a_number_a_date_and_a_way_to_follow_at_once(world):
    matter = complain(world, text="Nobody listened to me.", kind="attitude")
    assert matter.receipt["answer_due"] == (MORNING + timedelta(days=3)).isoformat()
    (mail,) = mailed(world, "Your complaint")
    assert matter.number in mail
    seen = matter.seen()
    assert (seen["state"], seen["kind_name"], seen["grade"]) == ("accepted", "How I was treated", "general")
    promised = {one["what"]: one["due"] for one in seen["promises"]}
    assert promised == {
        "reach-customer": (MORNING + timedelta(days=1)).isoformat(),
        "answer": (MORNING + timedelta(days=3)).isoformat(),
    }
    (answer,) = [one for one in seen["promises"] if one["what"] == "answer"]
    assert answer["name"] == "You have an answer"
    assert answer["why"][0]["kind"] == "run"
    assert {one.get("reason") for one in answer["why"]} >= {"night"}
    wrong = world.http("complaints.api", "GET", f"/v1/complaints/{matter.number}", secret="wrong")
    nobody = world.http("complaints.api", "GET", "/v1/complaints/0000-0000-0000", secret="wrong")
    assert (wrong.status, wrong.body) == (nobody.status, nobody.body) == (404, wrong.body)


@pytest.mark.requirement("CMP-01", "CMP-18")
def test_at_the_counter_the_record_is_read_back_before_it_is_taken(world):
    unread = {"text": "He shouted at my mother.", "channel": "counter", "read_back": False}
    refused = world.http("complaints.staff", "POST", "/staff/v1/complaints", unread, staff=CLERK)
    assert (refused.status, refused.body["faults"][0]["pointer"]) == (422, "/read_back")
    matter = key_in(
        world,
        channel="counter",
        text="He shouted at my mother.",
        told="We look into it and call you tomorrow.",
        on_behalf_of={"name": "Huda", "relation": "her son"},
    )
    (line,) = [one for one in matter.seen()["timeline"] if one["what"] == "ComplaintAccepted"]
    assert (line["text"], line["told"]) == ("He shouted at my mother.", "We look into it and call you tomorrow.")
    assert matter.seen()["to_confirm"] == []

    matter.do("contacts", {"reached": True, "said": "It was on Sunday.", "told": "Thank you."})
    assert matter.seen()["to_confirm"] == [2]
    assert matter.says("confirm", {"correction": "It was on Saturday."}).body["to_confirm"] == []
    assert [line["text"] for line in matter.seen()["timeline"] if line["what"] == "RecordConfirmed"] == [
        "It was on Saturday."
    ]
    assert matter.says("confirm", {}).status == 409


@pytest.mark.requirement("CMP-02", "CMP-03", "CMP-04")
def test_force_by_an_officer_is_major_at_once_and_the_leader_on_duty_has_it(world):
    matter = complain(world, text="He hit me.", kind="violence")
    file = matter.file(LEADER)
    assert (file["grade"], file["held_by"]) == ("major", "duty-leader")
    assert matter.due("answer") == MORNING + timedelta(days=2)
    assert matter.owed()["answer"] == "duty-leader"
    assert told(world, ": violence")
    assert told(world, ": major")


@pytest.mark.requirement("CMP-02", "CMP-03")
def test_a_complaint_is_classified_and_graded_and_its_clocks_count_from_when_it_came(world):
    matter = complain(world, text="It was bad.")
    assert matter.file()["kind"] is None
    world.at(MORNING + timedelta(hours=2))
    unknown = matter.try_to("classify", {"kind": "weather"})
    assert (unknown.status, unknown.body["faults"][0]["pointer"]) == (422, "/kind")
    matter.do("classify", {"kind": "violence", "facts": {}})
    assert matter.file()["grade"] == "major"
    assert matter.due("answer") == MORNING + timedelta(days=2)  # from its acceptance, not from its classification
    matter.do("classify", {"kind": "efficiency", "people": 7})
    assert matter.file()["grade"] == "major"  # many people
    matter.do("grade", {"grade": "general", "reason": "They are one family."})
    assert matter.file()["grade"] == "general"


@pytest.mark.requirement("CMP-05", "CMP-06")
def test_not_substantiated_needs_evidence_and_is_explained_with_it(world):
    matter = complain(world, kind="conduct")
    matter.do("subjects", {"subjects": ["officer-1", "unit-patrol"]}, LEADER)
    refused = matter.try_to("assign", {"investigators": ["officer-1"]}, LEADER)
    assert (refused.status, refused.body["faults"][0]["code"]) == (422, "is_subject")
    matter.do("assign", {"investigators": ["officer-7"]}, LEADER)
    other = matter.try_to("evidence", {"text": "A photo."}, staff("officer-8", "officer"))
    assert (other.status, other.body["type"]) == (403, "urn:ahd:problem:not-assigned")
    for hidden_from in (HANDLER, COLLEAGUE):
        assert matter.try_to("evidence", {"text": "A photo."}, hidden_from).status == 404

    hearing = {"side": "subject", "who": "officer-1", "text": "I was polite."}
    matter.do("interviews", hearing, OFFICER)
    matter.do("interviews", {"side": "customer", "who": "Lin", "text": "He was not."}, OFFICER)
    bare = {"finding": "not-substantiated", "text": "Nothing of it can be seen."}
    assert matter.try_to("findings", bare, OFFICER).body["faults"][0]["pointer"] == "/evidence"
    matter.do("evidence", {"text": "The body camera's recording.", "kept": "Store 4, shelf 2"}, OFFICER)
    assert matter.owed()["hear-both-sides"] == "supervisor"
    matter.do("findings", {**bare, "evidence": [1]}, OFFICER)
    assert "hear-both-sides" not in matter.owed()
    assert matter.file()["guidance"] == "Explain what was found and enclose the evidence."
    assert matter.seen()["finding"] is None  # until they have the answer

    matter.do("answer", {"text": "The recording shows a polite conversation."})
    assert mailed(world, "polite conversation")
    assert (matter.seen()["state"], matter.seen()["finding"]) == ("answered", "not-substantiated")
    words = str(matter.seen()["timeline"])
    assert "I was polite" not in words


@pytest.mark.requirement("CMP-07", "CMP-16")
def test_from_the_answer_to_the_lesson(world):
    matter = complain(world, kind="attitude")
    early = matter.try_to("close")
    assert (early.status, early.body["allowed"]) == (409, ["handle", "record", "find", "answer"])
    matter.do("answer", {"finding": "substantiated", "text": "We apologise; he was trained again."})
    assert matter.owed()["settle"] == "supervisor"

    reworked = matter.says("rework", {"text": "Nobody apologised to my mother."})
    assert reworked.body["state"] == "reworked"
    assert matter.owed()["answer"] == "duty-leader"
    assert mailed(world, "handles your complaint")
    assert told(world, "AGAIN complaint")
    matter.do("contacts", {"reached": True, "told": "The chief calls on her today."}, LEADER)
    matter.do("answer", {"finding": "substantiated", "text": "The chief has called on her."}, LEADER)
    matter.do("close", who=LEADER)
    assert matter.due("return-visit") > MORNING
    assert list(matter.owed()) == ["return-visit"]
    let_pass(world, matter.due("return-visit") - MINUTE)
    asked = {"satisfied": True, "settled": True, "text": "Thank you."}
    matter.do("return-visit", asked, CLERK)
    assert matter.owed() == {}
    matter.do("lessons", {"text": "Speak to the elderly sitting down."}, LEADER)
    (lesson,) = told(world, "LEARNT from a complaint about attitude")
    assert "sitting down" in lesson
    assert "supervisor, duty-leader" in lesson  # who pass it on to the units


@pytest.mark.requirement("CMP-15")
def test_whoever_wants_no_calls_gets_none(world):
    matter = complain(world, kind="attitude", contact={"email": MAIL, "phone": "+971501234567"})
    assert "reach-customer" in matter.owed()
    assert matter.says("wish", {"calls": False}).body["calls"] is False
    assert "reach-customer" not in matter.owed()
    refused = matter.try_to("contacts", {"reached": False})
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:wants-no-calls")
    matter.do("answer", {"finding": "substantiated", "text": "We apologise."})
    matter.do("close")
    assert matter.owed() == {}  # no return visit either
    texts = world.sms("+971501234567")
    link = next(word for text in texts for word in text.split() if "/survey/" in word)
    invitation, token = link.split("/")[-2:]
    low = world.http("survey.api", "POST", f"/v1/surveys/{invitation}/answers", {"satisfaction": 1}, secret=token)
    assert low.status == 201
    world.settle()
    assert world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=MANAGER).body["callbacks"] == []


@pytest.mark.requirement("CMP-17")
def test_ten_complaints_about_a_department_within_a_day_start_the_contingency_playbook_once(world):
    for minute in range(9):
        world.at(MORNING + minute * MINUTE)
        complain(world, kind="attitude", contact=None)
    assert told(world, "SURGE") == []
    complain(world, kind="conduct", contact=None)
    (surge,) = told(world, "SURGE")
    assert "contingency" in surge
    complain(world, kind="attitude", contact=None)
    assert len(told(world, "SURGE")) == 1


@pytest.mark.requirement("CMP-13")
def test_a_second_complaint_about_the_same_case_starts_with_the_leader_on_duty(world):
    report = world.http("intake.api", "POST", "/v1/cases", REPORT).body
    world.settle()
    for number, text in enumerate(["Nobody came.", "Still nobody came."]):
        world.at(MORNING + timedelta(days=number))
        path = f"/v1/cases/{report['number']}/grievances"
        world.http("intake.api", "POST", path, {"text": text}, secret=report["secret"], key=f"grievance-{number}")
        world.settle()
    listed = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=LEADER).body["complaints"]
    read = [Matter(world, one["number"], "").file(LEADER) for one in listed]
    assert sorted(one["about_the_same"] for one in read) == [1, 2]
    (second,) = [one for one in read if one["about_the_same"] == 2]
    assert second["held_by"] == "duty-leader"


@pytest.mark.requirement("CMP-04")
def test_a_date_is_moved_before_it_passes_with_a_reason_that_the_customer_reads(world):
    matter = complain(world, kind="attitude")
    later = (MORNING + timedelta(days=7)).isoformat()
    unreasoned = matter.try_to("promises/answer/move", {"to": later})
    assert (unreasoned.status, unreasoned.body["type"]) == (422, "urn:ahd:problem:reason-missing")
    reason = "The only witness is back on Sunday."
    matter.do("promises/answer/move", {"to": later, "reason": reason})
    assert matter.due("answer") == MORNING + timedelta(days=7)
    (mail,) = mailed(world, "A new date")
    assert reason in mail
    (seen,) = [one for one in matter.seen()["promises"] if one["what"] == "answer"]
    assert seen["explained"]["moves"][0]["reason"] == reason
    assert "by" not in seen["explained"]["moves"][0]
    let_pass(world, MORNING + timedelta(days=7))
    passed = matter.try_to("promises/answer/move", {"to": "2026-12-24T06:00:00Z", "reason": reason})
    assert (passed.status, passed.body["type"]) == (409, "urn:ahd:problem:date-passed")
