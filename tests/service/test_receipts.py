"""Receipts: what was in doubt is settled by them, what came back takes the next way, and nothing else happens."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notify.channels import NeverTaken, NoAnswer
from services.notify.mark import Which
from tests.service.providing import Provider
from tests.service.receipting import MAILBOX_FULL, ON_HOLIDAY, REFUSED, SPAM, of_mail, of_text
from tests.service.test_main_path import OFFICER, REPORT, follow, promises, report, whats

BOTH = {**REPORT["contact"], "preferred": "email"}
LOST = NoAnswer("ReadTimeoutError")


def later(world, minutes: int) -> None:
    """So many ticks, a minute between them."""
    start = datetime.now(UTC)  # the clock of the world
    for minute in range(1, minutes + 1):
        world.at(start + timedelta(minutes=minute))
        world.tick("notify")
    world.settle()


def message(world) -> Any:
    """The one message there is, as it is stored."""
    (state,) = (
        json.loads(item["doc"]["S"])
        for item in world.items("notify")
        if item["pk"]["S"].startswith("MESSAGE#") and item["sk"]["S"] == "STATE"
    )
    return state


def kinds(world) -> list[str]:
    """The lines of every message."""
    return [
        json.loads(item["doc"]["S"])["type"].removesuffix(".v1")
        for item in world.items("notify")
        if item["pk"]["S"].startswith("MESSAGE#") and item["sk"]["S"].startswith("EV#")
    ]


def calls(world) -> Any:
    return world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER).body["callbacks"]


@pytest.fixture
def mailed(world, providers):
    """A report that was acknowledged by mail: the providers, and the try that it was sent with."""
    email, sms = Provider(), Provider()
    providers(email=email, sms=sms)
    receipt = report(world, contact=BOTH)
    world.settle()
    return receipt, email, sms


@pytest.mark.requirement("TELL-03")
def test_what_arrived_is_known_to_have_arrived(world, mailed):
    _, email, sms = mailed
    world.tell_receipt(of_mail("Send", email.tries[0]), of_mail("Delivery", email.tries[0], delivery={}))
    assert message(world)["state"] == "delivered"
    later(world, 10)
    assert (len(email.taken), len(sms.taken)) == (1, 0)


@pytest.mark.requirement("TELL-03")
@pytest.mark.parametrize("bounce", [REFUSED, MAILBOX_FULL])
def test_mail_that_comes_back_is_sent_as_a_text_and_a_text_that_does_not_arrive_becomes_a_call(world, mailed, bounce):
    receipt, email, sms = mailed
    world.tell_receipt(of_mail("Bounce", email.tries[0], bounce=bounce))
    later(world, 1)
    assert [address for address, _ in sms.taken] == ["+971501234567"]
    world.tell_receipt(of_text("TEXT_UNREACHABLE", sms.tries[0]))
    world.settle()
    (call,) = calls(world)
    assert (call["case"], call["reason"]) == (receipt["number"], "undelivered: acknowledgement")
    later(world, 30)
    assert (len(email.taken), len(sms.taken), len(calls(world))) == (1, 1, 1)


def test_mail_may_bounce_after_it_was_delivered(world, mailed):
    _, email, sms = mailed
    world.tell_receipt(of_mail("Delivery", email.tries[0]))
    world.tell_receipt(of_mail("Bounce", email.tries[0], bounce=REFUSED))
    later(world, 1)
    assert len(sms.taken) == 1


def test_what_came_back_did_not_arrive_whatever_is_said_of_it_afterwards(world, mailed):
    _, email, sms = mailed
    back = of_mail("Bounce", email.tries[0], bounce=REFUSED)
    world.tell_receipt(back, of_mail("Delivery", email.tries[0]), of_mail("Send", email.tries[0]), back)
    later(world, 2)
    assert len(sms.taken) == 1
    assert kinds(world).count("MessageReceipt") == 1


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "Bounce", "bounce": ON_HOLIDAY},
        {"kind": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull"}},
        {"kind": "Complaint", "complaint": {"complaintFeedbackType": "not-spam"}},
        {"kind": "Open", "open": {}},
    ],
)
def test_an_automatic_answer_or_a_delay_changes_nothing(world, mailed, told):
    _, email, sms = mailed
    before = message(world)
    world.tell_receipt(of_mail(told.pop("kind"), email.tries[0], **told))
    later(world, 10)
    assert message(world) == before
    assert (len(email.taken), len(sms.taken)) == (1, 0)


@pytest.mark.requirement("TELL-09")
def test_a_receipt_settles_what_was_in_doubt_and_nothing_is_sent_twice(world, providers):
    email = Provider(LOST)
    providers(email=email)
    receipt = report(world, contact=BOTH)
    world.settle()
    later(world, 3)
    assert promises(follow(world, receipt))["acknowledge"] == "open"
    world.tell_receipt(of_mail("Delivery", email.tries[0]))
    world.settle()
    later(world, 30)
    assert email.asked == 1
    assert promises(follow(world, receipt))["acknowledge"] == "kept"
    assert kinds(world).count("MessageSent") == 1


@pytest.mark.requirement("TELL-09")
def test_a_receipt_that_comes_before_the_claim_ends_counts(world, providers):
    email = Provider(LOST)
    providers(email=email)
    report(world, contact=BOTH)
    world.settle()
    world.tell_receipt(of_mail("Send", email.tries[0]))
    later(world, 30)
    assert email.asked == 1
    assert message(world)["state"] == "sent"


def test_a_bounce_of_what_was_in_doubt_takes_the_next_way(world, providers):
    email, sms = Provider(LOST), Provider()
    providers(email=email, sms=sms)
    report(world, contact=BOTH)
    world.settle()
    later(world, 2)
    world.tell_receipt(of_mail("Bounce", email.tries[0], bounce=REFUSED))
    later(world, 30)
    assert (email.asked, len(sms.taken)) == (1, 1)


def test_a_receipt_of_the_first_try_ends_the_tries_after_it(world, providers):
    email = Provider(LOST, LOST, LOST)
    providers(email=email)
    report(world, contact=BOTH)
    world.settle()
    later(world, 7)
    assert email.asked == 2
    world.tell_receipt(of_mail("Delivery", email.tries[0]))
    later(world, 30)
    assert email.asked == 2
    assert message(world)["state"] == "delivered"


@pytest.mark.requirement("TELL-09")
def test_what_must_not_come_twice_is_left_in_doubt_and_a_late_receipt_still_tells(world, providers, capsys):
    email = Provider()
    providers(email=email)
    receipt = report(world, contact={"email": "amal@example.org"})
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.settle()

    class Sorting(Provider):
        def send(self, address: str, letter: Any, which: Any) -> str:
            self.refusals = [LOST] if "/survey/" in letter.text else []
            return super().send(address, letter, which)

    sorting = Sorting()
    providers(email=sorting)
    done = {"outcome": "solved", "text": "The pipe is mended."}
    world.http("intake.staff", "POST", f"{path}/close", done, staff=OFFICER)
    world.settle()
    later(world, 60)
    (survey,) = (one for one in sorting.tries if ".survey" in one.message)
    assert "left in doubt" in capsys.readouterr().out
    before = len(kinds(world))
    world.tell_receipt(of_mail("Delivery", survey))
    assert len(kinds(world)) > before
    assert sorting.asked == 2


@pytest.mark.requirement("TELL-03")
def test_whoever_calls_it_spam_is_not_written_to_there_again_but_for_decisions(world, mailed):
    receipt, email, sms = mailed
    world.tell_receipt(*[of_mail("Complaint", email.tries[0], complaint=SPAM)] * 2)
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.settle()
    assert (len(email.taken), len(sms.taken)) == (1, 1)
    world.http("intake.staff", "POST", f"{path}/close", {"outcome": "solved", "text": "Done."}, staff=OFFICER)
    world.settle()
    assert "Done." in email.taken[-1][1].text


def forged(which: Which) -> list[str]:
    right = json.loads(of_mail("Bounce", which, bounce=REFUSED))
    unmarked = {**right, "mail": {**right["mail"], "tags": {}}}
    other = [Which(which.message + "x", 1), Which(which.message, 7), Which("no-such-message", 1)]
    return [
        "",
        "null",
        "[]",
        "{",
        '{"eventType": "Bounce"}',
        '{"eventType": "TEXT_INVALID", "context": {}}',
        json.dumps(unmarked),
        json.dumps({**right, "mail": {**right["mail"], "tags": {"desk-message": ["%00", "'"]}}}),
        json.dumps({**right, "eventType": "Bounce\n{}"}),
        *(of_mail("Bounce", one, bounce=REFUSED) for one in other),
        of_mail("Bounce", which, bounce={"bounceType": "Permanent"}).replace(which.mark, which.mark + "="),
    ]


@pytest.mark.requirement("TELL-03")
def test_what_is_no_receipt_or_of_no_message_changes_nothing_and_is_seen(world, mailed, capsys):
    _, email, sms = mailed
    before = message(world)
    bodies = forged(email.tries[0])
    capsys.readouterr()
    assert world.tell_receipt(*bodies)["batchItemFailures"] == []
    later(world, 10)
    assert message(world) == before
    assert (len(email.taken), len(sms.taken)) == (1, 0)
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    said = [line["event"] for line in logged if "receipt" in line["event"]]
    assert len(said) == len(bodies)
    assert not any("amal" in json.dumps(line) for line in logged)


def test_a_receipt_about_somebody_who_was_erased_brings_nothing_back(world, mailed, providers):
    receipt, email, sms = mailed
    supervisor = {"sub": "supervisor-1", "cognito:groups": "[supervisor]"}
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.settle()
    world.http("intake.staff", "POST", f"{path}/close", {"outcome": "solved", "text": "Done."}, staff=OFFICER)
    world.settle()
    erased = world.http(
        "intake.staff", "POST", f"{path}/erase", {"reason": "asked"}, staff=supervisor, key="erase-01"
    )
    assert erased.status == 200, erased.body
    world.settle()
    sent = len(sms.taken)
    world.tell_receipt(of_mail("Bounce", email.tries[0], bounce=REFUSED))
    later(world, 10)
    assert len(sms.taken) == sent


def test_a_receipt_overtakes_the_provider_s_own_answer(world, providers):
    class Slow(Provider):
        """SES tells of the delivery before its answer is back."""

        def send(self, address: str, letter: Any, which: Any) -> str:
            world.tell_receipt(of_mail("Send", which), of_mail("Delivery", which))
            return super().send(address, letter, which)

    email = Slow()
    providers(email=email)
    receipt = report(world, contact=BOTH)
    world.settle()
    later(world, 10)
    assert (email.asked, message(world)["state"]) == (1, "delivered")
    assert promises(follow(world, receipt))["acknowledge"] == "kept"
    assert whats(follow(world, receipt)).count("AcknowledgementSent") == 1


def test_staff_hear_again_within_a_minute_when_nobody_knows_whether_they_did(world, providers):
    email = Provider(LOST)
    providers(email=email)
    report(world, category="P7", contact=None)
    world.settle()
    later(world, 2)
    assert len(email.taken) >= 1


def test_ways_that_never_will_are_not_asked_again_by_a_receipt(world, providers):
    providers(email=Provider(NeverTaken("MessageRejected")), sms=Provider(NeverTaken("OptedOut")))
    report(world, contact=BOTH)
    world.settle()
    identity = message(world)["id"]
    which = Which(identity, 2)
    world.tell_receipt(of_mail("Bounce", which, bounce=REFUSED), of_text("TEXT_INVALID", which))
    world.settle()
    assert len(calls(world)) == 1
