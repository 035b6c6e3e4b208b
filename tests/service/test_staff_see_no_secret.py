"""What staff read to call a customer: never what opens the customer's case, and of whom a message can harm how they
are reached only when they are about to call.
"""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.notify.channels import NeverTaken
from tests.service.casework import CLERK, SUPERVISOR, Matter, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.test_wishes import BOOKING, wishes
from tests.service.world import Answer, World, staff

PHONE = "+971501234567"
BOTH = {"name": "Amal", "phone": PHONE, "email": "amal@example.org"}
COLLEAGUE = staff("clerk-2", "operator")
NEWS = {"text": "Read https://elsewhere.example/help and come.", "public": True}


def booked(case: Matter) -> str:
    body = {"case": case.number, "reason": "news"}
    answer = case.world.http("notify.staff", "POST", "/staff/v1/callbacks", body, staff=CLERK, key="booking-1")
    assert answer.status == 201, answer.body
    case.world.settle()
    return str(answer.body["number"])


def read(world: World, number: str, who: Any = CLERK) -> Any:
    return world.http("notify.staff", "GET", f"/staff/v1/callbacks/{number}", staff=who).body


def take(world: World, number: str, who: Any = CLERK) -> Answer:
    return world.http("notify.staff", "POST", f"/staff/v1/callbacks/{number}/take", {}, staff=who)


@pytest.mark.requirement("TELL-06")
@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_the_script_says_what_was_written_without_the_links_that_open_it(world, language):
    case = report(world, contact=BOTH, language=language)
    case.do("open")
    case.do("notes", NEWS)
    case.do("close", {"outcome": "solved", "text": "The pipe is mended."})
    call = read(world, booked(case))
    before = [one for one in call["script"]["said_before"] if one["what"] == "message"]
    assert len(before) > 2
    assert {one["channel"] for one in before} == {"sms"}
    texts = [re.sub(r"https?://[^\s\u2066-\u2069]+", "[…]", text) for text in world.sms(PHONE)]
    assert sorted(one["said"] for one in before) == sorted(texts)
    everything = str(call)
    assert case.secret not in everything
    assert "https://" not in everything
    assert "/survey/" not in everything
    assert "/contact/" not in everything


@pytest.mark.requirement("TELL-06")
def test_the_script_quotes_a_mail_as_a_mail_and_says_of_what_nobody_got_that_it_was_not_said(world, providers):
    case = report(world, contact={**BOTH, "preferred": "email"})
    providers(sms=Provider(NeverTaken("OptedOut")), email=Provider(NeverTaken("MessageRejected")))
    case.do("appointments", BOOKING)
    before = read(world, booked(case))["script"]["said_before"]
    first, failed = sorted(before, key=lambda one: one["template"])
    assert (first["channel"], first["unsaid"]) == ("email", None)
    assert "We are sorry" in first["said"] or "Thank you" in first["said"]
    assert (failed["outcome"], failed["channel"], failed["said"]) == ("failed", None, None)
    assert "Bring what the thief left." in failed["unsaid"]
    assert case.secret not in failed["unsaid"]


@pytest.mark.requirement("TELL-04", "TELL-06")
def test_the_script_quotes_neutral_words_where_those_were_sent(world):
    case = report(world, contact=BOTH)
    world.at(MONDAY_MORNING + timedelta(hours=15))  # 01:00 in Dubai
    case.do("notes", {"text": "The pipe is being mended.", "public": True})
    world.at(MONDAY_MORNING + timedelta(hours=15, seconds=1))
    case.do("appointments", BOOKING)
    wishes(case, preferred="sms", safe={})
    world.at(MONDAY_MORNING + timedelta(hours=23))
    world.tick("notify")
    world.settle()
    call = take(world, booked(case)).body
    messages = [one for one in call["script"]["said_before"] if one["what"] == "message"][-2:]
    assert len(world.sms(PHONE)) == 2
    assert [(one["said"], one["channel"]) for one in messages] == [(world.sms(PHONE)[-1], "sms")] * 2


@pytest.mark.requirement("TELL-06")
def test_whoever_calls_a_victim_takes_the_call_to_read_how_they_are_reached(world):
    case = report(world, contact=BOTH, classes=["victim"])
    number = booked(case)
    before = read(world, number)
    assert before["contact_hidden"] is True
    assert before["call"] == {"name": None, "phone": None, "language": "en"}
    assert before["script"] is None
    assert "Amal" not in str(before)
    assert PHONE not in str(before)
    answer = take(world, number)
    assert answer.status == 200, answer.body
    assert (answer.body["call"]["phone"], answer.body["call"]["name"]) == (PHONE, "Amal")
    assert read(world, number)["call"]["phone"] == PHONE
    for other in (COLLEAGUE, SUPERVISOR):
        assert PHONE not in str(read(world, number, other))
    listed = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=CLERK).body
    assert PHONE not in str(listed)
    assert [one["taken_by"] for one in listed["callbacks"]] == ["clerk-1"]


@pytest.mark.requirement("TELL-06")
def test_who_took_a_call_is_on_its_record_and_taking_ends_with_the_call(world):
    case = report(world, contact=BOTH, classes=["witness"])
    number = booked(case)
    take(world, number)
    take(world, number)
    take(world, number, COLLEAGUE)
    assert PHONE not in str(read(world, number))
    assert read(world, number, COLLEAGUE)["call"]["phone"] == PHONE
    path = f"/staff/v1/callbacks/{number}/outcome"
    world.at(MONDAY_MORNING + timedelta(hours=1))
    assert world.http("notify.staff", "POST", path, {"outcome": "no-answer"}, staff=COLLEAGUE).status == 200
    again = read(world, number, COLLEAGUE)
    assert PHONE not in str(again)
    assert [one["by"] for one in again["taken"]] == ["clerk-1", "clerk-2"]
    assert take(world, number, staff("auditor-1", "auditor")).status == 403


def test_a_call_to_anybody_else_needs_no_taking(world):
    case = report(world, contact=BOTH)
    call = read(world, booked(case))
    assert (call["contact_hidden"], call["call"]["phone"]) == (False, PHONE)


def test_nobody_takes_a_call_that_is_settled_or_is_not_theirs_to_know_of(world):
    case = report(world, contact=BOTH, classes=["victim"])
    number = booked(case)
    assert take(world, "0000-0000-0000").status == 404
    path = f"/staff/v1/callbacks/{number}/outcome"
    assert world.http("notify.staff", "POST", path, {"outcome": "reached"}, staff=CLERK).status == 200
    assert take(world, number).status == 409
