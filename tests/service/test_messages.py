"""Messages: the preferred way first, the next one when it never will, later when it may, and never in silence."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.notify import ceiling, message
from services.notify.channels import NeverTaken, NoAnswer, NotTaken
from services.notify.delivery import STAFF_UNTOLD
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.test_main_path import OFFICER, REPORT, follow, promises, report, whats
from tests.template import template


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


def test_an_acknowledgement_without_an_answer_is_sent_again_when_no_receipt_came(world, providers):
    email = Provider(NoAnswer("ReadTimeoutError"))
    providers(email=email)
    receipt = report(world)
    world.settle()
    for minutes in range(6):
        world.at(MONDAY_MORNING + timedelta(minutes=minutes))
        world.tick("notify")
    assert email.taken == []
    for minutes in (6, 7, 8):
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
        def send(self, address: str, letter: Any, which: Any) -> str:
            return answers["survey" if "/survey/" in letter.text else "CaseClosed"].send(address, letter, which)

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
    (mail,) = [mail for mail in world.mails("duty@example.org") if "URGENT" in mail]
    assert receipt["number"] in mail


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_the_customer_is_written_to_in_their_language(world, language):
    report(world, language=language, contact={"email": "amal@example.org"})
    world.settle()
    (mail,) = world.mails("amal@example.org")
    assert f"Content-Language: {language}" in mail


def cries(capsys) -> list[dict[str, Any]]:
    """The lines logged since the last look that the template's filter makes a metric of."""
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in logged if line["event"] == "staff untold"]


DANGER = {"danger_to_life": True}
WITHOUT_UNITS = pytest.mark.parametrize("pack", ["works"])
"""Of an urgent report staff get one message there: no unit has to be sent."""


def hourly(world, first: int, last: int) -> None:
    for hours in range(first, last + 1):
        world.at(MONDAY_MORNING + timedelta(hours=hours))
        world.tick("notify")


@WITHOUT_UNITS
def test_staff_whose_mail_is_refused_for_good_are_called_by_ops_and_told_when_the_way_is_mended(
    world, providers, capsys
):
    email = Provider(NeverTaken("MessageRejected"), NeverTaken("MessageRejected"))
    providers(email=email)
    report(world, category="X9", facts=DANGER, contact=None)
    world.settle()
    (cry,) = cries(capsys)
    assert (cry["template"], cry["level"]) == ("duty_urgent", "error")
    world.at(MONDAY_MORNING + timedelta(minutes=59))
    world.tick("notify")
    assert email.asked == 1
    hourly(world, 1, 1)
    assert len(cries(capsys)) == 1
    hourly(world, 2, 4)
    assert cries(capsys) == []
    ((address, letter),) = email.taken
    assert (address, letter.subject[:6]) == ("duty@example.org", "URGENT")


@WITHOUT_UNITS
def test_staff_whose_mail_is_refused_for_now_are_called_by_ops_within_three_minutes(world, providers, capsys):
    providers(email=Provider(*(NotTaken("Throttling") for _ in range(3))))
    report(world, category="X9", facts=DANGER, contact=None)
    world.settle()
    for minutes in (1, 2):
        world.at(MONDAY_MORNING + timedelta(minutes=minutes))
        world.tick("notify")
    assert cries(capsys) == []
    world.at(MONDAY_MORNING + timedelta(minutes=3))
    world.tick("notify")
    assert len(cries(capsys)) == 1


@WITHOUT_UNITS
def test_a_mail_to_staff_is_given_up_in_the_end_and_ops_have_heard_of_it_every_hour(
    world, providers, capsys, monkeypatch
):
    monkeypatch.setattr(message, "STAFF_ATTEMPTS", message.ATTEMPTS + 4)
    email = Provider(*(NeverTaken("MessageRejected") for _ in range(100)))
    providers(email=email)
    report(world, category="X9", facts=DANGER, contact=None)
    world.settle()
    hourly(world, 1, 6)
    assert len(cries(capsys)) == email.asked == 5
    kept = [
        json.loads(item["doc"]["S"])["type"] for item in world.items("notify") if item["sk"]["S"].startswith("EV#")
    ]
    assert kept.count("StaffUntold.v1") == 1


def test_the_line_that_says_so_reaches_ops():
    (alarm,) = (
        properties["Properties"]
        for properties in template().of_type("notify", "AWS::CloudWatch::Alarm").values()
        if properties["Properties"]["MetricName"] == "staff-untold"
    )
    assert alarm["AlarmActions"]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
    filters = [
        properties["Properties"]
        for properties in template().of_type("notify", "AWS::Logs::MetricFilter").values()
        if properties["Properties"]["MetricTransformations"][0]["MetricName"] == "staff-untold"
    ]
    assert {one["FilterPattern"] for one in filters} == {f'{{ $.event = "{STAFF_UNTOLD}" }}'}
    assert {one["MetricTransformations"][0]["MetricNamespace"] for one in filters} == {alarm["Namespace"]}
    sends = {
        json.dumps(function["Properties"]["LoggingConfig"]["LogGroup"])
        for function in template().of_type("notify", "AWS::Lambda::Function").values()
        if "AHD_MAIL_FROM" in function["Properties"]["Environment"]["Variables"]
    }
    assert sends <= {json.dumps(one["LogGroupName"]) for one in filters}


ONLY_MAIL = {"email": "amal@example.org"}


@pytest.mark.requirement("TELL-11")
def test_no_stranger_can_have_an_address_written_to_more_than_so_often_a_day(world, monkeypatch):
    monkeypatch.setattr(ceiling, "A_DAY", 2)
    receipts = [report(world, contact=ONLY_MAIL) for _ in range(3)]
    report(world, contact={"email": "badr@example.org"})
    world.settle()
    assert len(world.mails("amal@example.org")) == 2
    assert len(world.mails("badr@example.org")) == 1
    # What was not sent is seen: by the case, and by staff.
    (mail,) = world.mails("duty@example.org")
    unsent = ["AcknowledgementSent" in whats(follow(world, receipt)) for receipt in receipts].index(False)
    assert receipts[unsent]["number"] in mail
    # The next day it goes again.
    world.at(MONDAY_MORNING + timedelta(hours=18))
    report(world, contact=ONLY_MAIL)
    world.settle()
    assert len(world.mails("amal@example.org")) == 3
    assert "amal" not in json.dumps([item["pk"] for item in world.items("notify")])


@pytest.mark.requirement("TELL-11")
def test_over_the_ceiling_of_one_way_the_next_is_taken_and_without_one_somebody_calls(world, monkeypatch):
    monkeypatch.setattr(ceiling, "A_DAY", 1)
    for _ in range(3):
        report(world)
    world.settle()
    assert (len(world.mails("amal@example.org")), len(world.sms("+971501234567"))) == (1, 1)
    (call,) = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER).body["callbacks"]
    assert call["reason"] == "undelivered: acknowledgement"


@pytest.mark.requirement("TELL-11")
def test_a_decision_is_told_whatever_else_was_sent_that_day(world, monkeypatch):
    monkeypatch.setattr(ceiling, "A_DAY", 1)
    receipt = report(world, contact=ONLY_MAIL)
    world.settle()
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.http("intake.staff", "POST", f"{path}/close", {"outcome": "solved", "text": "Done."}, staff=OFFICER)
    world.settle()
    subjects = [mail.partition("Subject: ")[2].splitlines()[0] for mail in world.mails("amal@example.org")]
    assert subjects == [f"We have your report {receipt['number']}", f"What came of {receipt['number']}"]


def test_a_message_that_is_tried_again_counts_once(world, providers, monkeypatch):
    monkeypatch.setattr(ceiling, "A_DAY", 2)
    email = Provider(NotTaken("Throttling"), NoAnswer("ReadTimeoutError"))
    providers(email=email)
    report(world, contact=ONLY_MAIL)
    world.settle()
    for minutes in (1, 2, 7, 8):
        world.at(MONDAY_MORNING + timedelta(minutes=minutes))
        world.tick("notify")
    report(world, contact=ONLY_MAIL)
    world.settle()
    assert len(email.taken) == 2


@pytest.mark.requirement("TELL-11")
def test_whoever_has_a_number_abroad_gets_mail_and_without_an_address_a_call(world):
    abroad = {"phone": "+12025550123", "preferred": "sms"}
    report(world, contact={**abroad, **ONLY_MAIL})
    report(world, contact=abroad)
    world.settle()
    assert world.sms("+12025550123") == []
    assert len(world.mails("amal@example.org")) == 1
    (call,) = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER).body["callbacks"]
    assert call["reason"] == "undelivered: acknowledgement"


def test_the_customer_hears_of_lateness_when_somebody_new_has_it_and_staff_each_time(world):
    report(world)
    world.settle()
    for hours in (25, 30, 55, 80, 105):
        world.at(MONDAY_MORNING + timedelta(hours=hours))
        world.tick("intake")
        world.settle()
    late = [mail for mail in world.mails("amal@example.org") if "We are late" in mail]
    assert len(late) == 2
    assert len([mail for mail in world.mails("duty@example.org") if "LATE review" in mail]) == 5
