"""Messages: the preferred way first, the next one when it never will, later when it may, and never in silence."""

from datetime import timedelta
from typing import Any

import pytest

from services.notify import channels
from services.notify.channels import NeverTaken, NoAnswer, NotTaken
from tests.service.conftest import MONDAY_MORNING
from tests.service.test_main_path import OFFICER, REPORT, follow, promises, report, whats


class Provider:
    """A provider that does what the test tells it: raise these, one a call, then take everything."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.taken: list[tuple[str, Any]] = []
        self.asked = 0

    def send(self, address: str, letter: Any) -> str:
        self.asked += 1
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append((address, letter))
        return f"provider-{len(self.taken)}"


@pytest.fixture
def providers(monkeypatch):
    def use(**ways: Provider) -> None:
        for name, provider in ways.items():
            monkeypatch.setitem(channels.PROVIDERS, name, provider)

    return use


@pytest.mark.requirement("TELL-01")
def test_the_preferred_way_is_taken(world):
    report(world, contact={**REPORT["contact"], "preferred": "sms"})
    world.settle()
    assert world.mails("amal@example.org") == []
    (text,) = world.sms("+971501234567")
    assert "https://desk.example/follow/" in text


@pytest.mark.requirement("TELL-01")
def test_when_a_way_never_will_the_next_is_tried_at_once(world, providers):
    email, sms = Provider(NeverTaken("MessageRejected")), Provider()
    providers(email=email, sms=sms)
    receipt = report(world)
    world.settle()
    assert [address for address, _ in sms.taken] == ["+971501234567"]
    assert promises(follow(world, receipt))["acknowledge"] == "kept"


def test_what_was_refused_for_now_is_tried_again_by_the_clock(world, providers):
    email = Provider(NotTaken("Throttling"))
    providers(email=email)
    report(world)
    world.settle()
    assert email.taken == []
    world.tick("notify")
    assert email.asked == 1  # too early
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    world.tick("notify")
    assert len(email.taken) == 1
    world.at(MONDAY_MORNING + timedelta(hours=5))
    world.tick("notify")
    assert len(email.taken) == 1


def test_an_acknowledgement_without_an_answer_is_sent_again_after_its_claim(world, providers):
    email = Provider(NoAnswer("ReadTimeoutError"))
    providers(email=email)
    receipt = report(world)
    world.settle()
    world.at(MONDAY_MORNING + timedelta(seconds=59))
    world.tick("notify")
    assert email.taken == []
    for minutes in (1, 2, 3):
        world.at(MONDAY_MORNING + timedelta(minutes=minutes))
        world.tick("notify")
    assert len(email.taken) == 1
    world.settle()
    assert promises(follow(world, receipt))["acknowledge"] == "kept"


def test_a_survey_without_an_answer_is_never_sent_twice(world, providers):
    receipt = report(world)
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.settle()
    answers = {"CaseClosed": Provider(), "survey": Provider(NoAnswer("ReadTimeoutError"))}

    class Sorting:
        def send(self, address: str, letter: Any) -> str:
            return answers["survey" if "/survey/" in letter.text else "CaseClosed"].send(address, letter)

    providers(email=Sorting())
    done = {"outcome": "solved", "text": "The pipe is mended."}
    world.http("intake.staff", "POST", f"{path}/close", done, staff=OFFICER)
    world.settle()
    for hours in range(1, 6):
        world.at(MONDAY_MORNING + timedelta(hours=hours))
        world.tick("notify")
    assert (answers["survey"].asked, answers["CaseClosed"].asked) == (1, 1)


@pytest.mark.requirement("TELL-03", "TELL-05")
def test_what_no_way_can_deliver_an_operator_says_by_telephone(world, providers):
    providers(email=Provider(NeverTaken("MessageRejected")), sms=Provider(NeverTaken("OptedOut")))
    receipt = report(world)
    world.settle()
    (call,) = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER).body["callbacks"]
    assert (call["case"], call["reason"]) == (receipt["number"], "undelivered: acknowledgement")
    path = f"/staff/v1/callbacks/{call['number']}"
    whom = world.http("notify.staff", "GET", path, staff=OFFICER).body["call"]
    assert whom == {"name": "Amal", "phone": "+971501234567", "language": "en"}
    tried = world.http("notify.staff", "POST", f"{path}/outcome", {"outcome": "no-answer"}, staff=OFFICER)
    assert (tried.body["state"], tried.body["tries"]) == ("promised", 1)
    reached = world.http("notify.staff", "POST", f"{path}/outcome", {"outcome": "reached"}, staff=OFFICER)
    assert reached.body["state"] == "reached"
    world.settle()
    case = follow(world, receipt)
    assert "CustomerCalled" in whats(case)
    assert promises(case)["acknowledge"] == "kept"
    again = world.http("notify.staff", "POST", f"{path}/outcome", {"outcome": "reached"}, staff=OFFICER)
    assert again.status == 409


def test_a_call_that_does_not_happen_in_time_goes_up_and_the_customer_sees_it(world, providers):
    providers(email=Provider(NeverTaken("MessageRejected")), sms=Provider(NeverTaken("OptedOut")))
    receipt = report(world)
    world.settle()
    providers(email=Provider(), sms=Provider())
    world.at(MONDAY_MORNING + timedelta(hours=24, minutes=1))
    world.tick("notify")
    world.settle()
    assert "CallbackWasMissed" in whats(follow(world, receipt))
    (call,) = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER).body["callbacks"]
    assert call["owed_by"] == "supervisor"


def test_nobody_who_gave_no_contact_is_written_to_or_asked(world):
    receipt = report(world, contact=None)
    assert "acknowledge" not in promises(follow(world, receipt))
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.http("intake.staff", "POST", f"{path}/close", {"outcome": "solved", "text": "Done."}, staff=OFFICER)
    world.settle()
    assert world.items("survey") == []
    assert world.mails("amal@example.org") == []
    assert [line["text"] for line in follow(world, receipt)["timeline"]][-1] == "Done."


@pytest.mark.requirement("CASE-04")
def test_an_urgent_report_tells_the_duty_leader_at_once(world):
    receipt = report(world, category="P7")
    assert receipt["urgent"] is True
    world.settle()
    (mail,) = world.mails("duty@example.org")
    assert "URGENT" in mail
    assert receipt["number"] in mail


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_the_customer_is_written_to_in_their_language(world, language):
    report(world, language=language, contact={"email": "amal@example.org"})
    world.settle()
    (mail,) = world.mails("amal@example.org")
    assert f"Content-Language: {language}" in mail
