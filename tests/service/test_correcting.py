"""What was taken down wrongly is put right, and a secret that went astray opens nothing any more."""

import json
from typing import Any

import pytest

from tests.service.casework import CLERK, OFFICER, SUPERVISOR, Matter, mailed, report
from tests.service.test_customers import AUDITOR, OTHER, PHONE, ask, find, numbers, read
from tests.service.world import World

WRONG, RIGHT = "somebody.else@example.org", "amal.right@example.org"


def follow_link(mail: str) -> str:
    return next(word for word in mail.split() if "/follow/" in word).rpartition("/")[2]


@pytest.mark.requirement("CASE-19")
def test_a_mail_address_that_was_taken_down_wrongly_is_put_right_and_the_stranger_sees_nothing_more(world):
    case = report(world, contact={"name": "Amal", "email": WRONG})
    before = len(mailed(world, WRONG))
    case.do("correct", {"contact": {"name": "Amal", "email": RIGHT}, "reason": "Misheard."}, CLERK)
    answer = world.http("intake.api", "GET", f"/v1/cases/{case.number}", secret=case.secret)
    assert answer.status == 404
    (mail,) = mailed(world, RIGHT)
    case.secret = follow_link(mail)
    assert case.whats()[-1] == "ContactChanged"
    case.do("notes", {"text": "We come on Tuesday.", "public": True})
    assert "Tuesday" in mailed(world, RIGHT)[-1]
    assert len(mailed(world, WRONG)) == before


@pytest.mark.requirement("CASE-19")
def test_what_was_said_is_put_right_for_customer_and_staff_and_the_first_words_stay_for_auditors(world):
    case = report(world)
    right = {"description": "Water comes through the BATHROOM ceiling.", "place": {"address": "Flat 9"}}
    case.do("correct", {**right, "reason": "The caller rang again."}, CLERK)
    last = case.seen()["timeline"][-1]
    assert (last["what"], last["text"]) == ("StatementCorrected", right["description"])
    first, corrected = case.events("CaseReported")[0], case.events("StatementCorrected")[0]
    assert first["private"]["said"]["description"] == "Water comes through the kitchen ceiling."
    assert corrected["private"]["reason"] == "The caller rang again."
    assert corrected["by"] == "clerk-1"
    incident = world.http("intake.staff", "GET", f"/staff/v1/cases/{case.number}/incident.json", staff=OFFICER)
    assert "BATHROOM" in str(incident.body)


def test_a_customer_without_a_way_to_be_reached_gets_a_new_secret_from_whoever_serves_them(world):
    case = report(world, contact=None)
    path = f"/staff/v1/cases/{case.number}/secret"
    answer = world.http("intake.staff", "POST", path, staff=CLERK, key="renew-at-the-counter")
    assert answer.status == 200
    again = world.http("intake.staff", "POST", path, staff=CLERK, key="renew-at-the-counter")
    assert again.body["secret"] == answer.body["secret"]
    assert world.http("intake.api", "GET", f"/v1/cases/{case.number}", secret=case.secret).status == 404
    case.secret = answer.body["secret"]
    assert case.seen()["state"] == "received"


def test_a_customer_who_can_be_reached_gets_their_new_secret_themselves(world):
    case = report(world)
    path = f"/staff/v1/cases/{case.number}/secret"
    answer = world.http("intake.staff", "POST", path, staff=CLERK, key="renew-by-phone")
    assert answer.body["secret"] is None
    world.settle()
    case.secret = follow_link(mailed(world)[-1])
    assert case.whats()[-1] == "ContactChanged"
    assert case.secret not in str(case.file())


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"contact": {"phone": "12"}}, "/contact/phone"),
        ({"contact": {"email": "nobody"}}, "/contact/email"),
        ({"happened_at": "2031-01-01T00:00:00Z"}, "/happened_at"),
        ({"place": {"lat": 25.0}}, "/place"),
        ({"place": {"lat": 125.0, "long": 1}}, "/place/lat"),
        ({}, ""),
    ],
)
def test_what_cannot_be_is_not_taken_as_a_correction(world, wrong, where):
    case = report(world)
    before = len(case.file()["events"])
    answer = case.try_to("correct", {**wrong, "reason": "Misheard."}, CLERK, key="correct-1")
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.body["faults"]] == [where]
    assert len(case.file()["events"]) == before


def test_nothing_is_kept_of_whoever_gave_a_tip_even_as_a_correction(world):
    case = report(world, category="T1", contact=None)
    answer = case.try_to("correct", {"contact": {"email": RIGHT}, "reason": "They called."}, CLERK, key="correct-1")
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (409, "anonymous")


def test_an_erased_case_is_corrected_no_more(world):
    case: Matter = report(world)
    case.do("decline", {"reason": "Not ours."})
    case.do("erase", {"reason": "asked"}, SUPERVISOR)
    for path in ("correct", "secret"):
        body = {"description": "Else", "reason": "Why"} if path == "correct" else None
        answer = case.try_to(path, body, CLERK, key=f"late-{path}")
        assert (answer.status, answer.body["type"].rpartition(":")[2]) == (410, "erased")


def test_a_name_is_put_right_without_another_secret_and_without_losing_how_they_are_reached(world):
    case = report(world)
    before = len(mailed(world))
    case.do("correct", {"contact": {"name": "Amal Haddad"}, "reason": "Misspelt."}, CLERK)
    assert case.whats()[-1] == "ContactChanged"
    assert len(mailed(world)) == before
    case.do("notes", {"text": "We come on Tuesday.", "public": True})
    assert "Amal Haddad" in mailed(world)[-1]


def test_a_way_that_is_not_theirs_is_taken_out(world):
    case = report(world, contact={"name": "Amal", "email": WRONG, "phone": "+447700900123"})
    case.do("correct", {"contact": {"email": None}, "reason": "Not hers."}, CLERK)
    assert "follow" in world.sms("+447700900123")[-1]
    assert case.file()["events"][-1]["private"]["contact"] == {"name": "Amal", "phone": "+447700900123"}


def test_a_correction_that_arrives_late_does_not_undo_the_one_after_it(world):
    case = report(world, contact={"name": "Amal", "email": "first@example.org"})
    for mail in (WRONG, RIGHT):
        body = {"contact": {"email": mail}, "reason": "Misheard."}
        assert case.try_to("correct", body, CLERK, key=f"correct-{mail}").status == 200
    world.relay("intake")
    changes = [one for one in world.receive("notify") if "ContactChanged" in one["Body"]]
    changes.sort(key=lambda one: int(json.loads(one["Body"])["detail"]["sequence"]), reverse=True)
    assert len(changes) == 2
    for change in changes:
        world.deliver("notify", [change])
    case.do("notes", {"text": "We come on Tuesday.", "public": True})
    assert "Tuesday" in mailed(world, RIGHT)[-1]
    assert mailed(world, WRONG) == []


@pytest.mark.parametrize("what", ["secret", "correct"])
def test_whoever_handled_a_case_does_not_come_by_its_link(world, what):
    case = report(world, contact=None)
    case.do("open")
    body = {"contact": {"email": "officer@example.org"}, "reason": "Mine."} if what == "correct" else None
    answer = case.try_to(what, body, OFFICER, key="by-the-handler")
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (403, "handled-by-you")
    assert world.http("intake.api", "GET", f"/v1/cases/{case.number}", secret=case.secret).status == 200


def put_right(world: World, case: Matter, **contact: str) -> None:
    """The contact is corrected; what follows from it is heard three times."""
    body = {"contact": contact, "reason": "Misheard."}
    assert case.try_to("correct", body, SUPERVISOR, f"put-right-{case.number}").status == 200
    world.relay("intake")
    heard = world.receive("intake")
    for _ in range(3):
        assert world.deliver("intake", heard)["batchItemFailures"] == []
    world.settle()


def acts(world: World, file: Any) -> list[str]:
    history = ask(world, f"{file['id']}/history", who=AUDITOR).body
    assert history["whole"]
    return [event["what"].removesuffix(".v1") for event in history["events"]]


@pytest.mark.requirement("CASE-19")
def test_a_case_that_a_wrong_number_put_into_a_strangers_file_goes_into_one_of_its_own(world):
    theirs = [report(world, contact={"name": "Omar", "phone": PHONE}, category=one) for one in ("P8", "Z4")]
    case = report(world, contact={"name": "Amal", "phone": PHONE}, classes=["victim"])
    put_right(world, case, name="Amal", phone=OTHER)
    [stranger], [own] = find(world, SUPERVISOR, phone=PHONE), find(world, SUPERVISOR, phone=OTHER)
    assert (stranger["names"], stranger["contacts"], stranger["classes"]) == (
        ["Omar"],
        [{"phone": PHONE}],
        ["reporter"],
    )
    assert (own["names"], own["contacts"], own["classes"]) == (["Amal"], [{"phone": OTHER}], ["victim"])
    assert numbers(read(world, stranger["id"])) == sorted(one.number for one in theirs)
    assert numbers(read(world, own["id"])) == [case.number]
    assert case.file()["customers"] == [{"id": own["id"], "classes": ["victim"]}]
    assert acts(world, stranger) == ["CaseFiled", "CaseFiled", "CaseFiled", "FileSplit"]
    assert acts(world, own) == ["CaseFiled"]


@pytest.mark.requirement("CASE-19")
def test_a_case_in_a_strangers_file_goes_into_the_file_that_the_right_number_leads_to(world):
    for category in ("P8", "Z4"):
        report(world, contact={"name": "Omar", "phone": PHONE}, category=category)
    before = report(world, contact={"name": "Amal", "phone": OTHER}, category="Z4")
    case = report(world, contact={"name": "Amal", "phone": PHONE})
    put_right(world, case, name="Amal", phone=OTHER)
    [stranger], [own] = find(world, phone=PHONE), find(world, phone=OTHER)
    assert numbers(read(world, own["id"])) == sorted([before.number, case.number])
    assert (stranger["names"], stranger["cases"], own["cases"]) == (["Omar"], 2, 2)
    assert acts(world, own) == ["CaseFiled", "CaseFiled"]


@pytest.mark.requirement("CASE-19")
def test_whoever_is_reached_as_before_in_another_way_keeps_their_file_when_a_number_is_put_right(world):
    contact = {"name": "Amal", "phone": PHONE, "email": RIGHT}
    report(world, contact=contact, category="Z4")
    case = report(world, contact=contact)
    put_right(world, case, **{**contact, "phone": OTHER})
    [file] = find(world, phone=OTHER)
    assert [one["id"] for one in find(world, email=RIGHT)] == [file["id"]]
    assert (file["cases"], file["contacts"]) == (2, [{"phone": PHONE}, {"email": RIGHT}, {"phone": OTHER}])


@pytest.mark.requirement("CASE-19")
def test_where_the_right_number_leads_to_another_file_each_says_that_it_may_be_the_same_persons(world):
    report(world, contact={"name": "Amal", "phone": OTHER}, category="Z4")
    case = report(world, contact={"name": "Amal", "phone": PHONE})
    [wrong], [right] = find(world, phone=PHONE), find(world, phone=OTHER)
    put_right(world, case, name="Amal", phone=OTHER)
    assert find(world, phone=PHONE) == []
    assert find(world, phone=OTHER)[0]["perhaps_same"] == [wrong["id"]]
    assert read(world, wrong["id"])["perhaps_same"] == [right["id"]]
    assert numbers(read(world, wrong["id"])) == [case.number]
    assert acts(world, wrong) == ["CaseFiled", "CustomerCorrected", "PerhapsSame"]
    assert acts(world, right) == ["CaseFiled", "PerhapsSame"]
