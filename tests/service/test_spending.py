"""What text messages may cost in a day: over it mail or a call tells, and an emergency has money of its own."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from services.notify.channels import NeverTaken, NoAnswer, NotTaken
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.subscribed import minute, release, subscribe
from tests.service.test_main_path import OFFICER, follow, promises, report
from tests.service.world import staff
from tests.template import template

NUMBER = "+971501234567"
BY_TEXT = {"phone": NUMBER, "email": "amal@example.org", "preferred": "sms"}
ONLY_TEXT = {"phone": NUMBER}
LEADER = staff("leader-1", "duty-leader")


@pytest.fixture
def purse(world):
    """Sets what there is for a day, in hundredths; a part costs 10."""

    def has(day: str, urgent: str = "0", prices: str = "*=10", staff: str = "0", subscribers: str = "0") -> None:
        world.environments["notify"] |= {
            "AHD_SMS_DAY": day,
            "AHD_SMS_DAY_URGENT": urgent,
            "AHD_SMS_DAY_STAFF": staff,
            "AHD_SMS_DAY_SUBSCRIBERS": subscribers,
            "AHD_SMS_PRICES": prices,
        }

    return has


def calls(world) -> list[str]:
    answer = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER)
    return [one["reason"] for one in answer.body["callbacks"]]


def spent(world) -> Counter[str]:
    """What went out of each purse today; that of every day has no name."""
    counted: Counter[str] = Counter()
    for item in world.items("notify"):
        if item["pk"]["S"].startswith("SPENT#sms"):
            counted[item["pk"]["S"].removeprefix("SPENT#sms").strip("#")] += int(item["messages"]["N"])
    return counted


def by_day(world) -> Counter[str]:
    counted: Counter[str] = Counter()
    for item in world.items("notify"):
        if item["pk"]["S"].startswith("SPENT#sms"):
            counted[item["sk"]["S"].split("#")[1]] += int(item["messages"]["N"])
    return counted


@pytest.mark.requirement("TELL-11")
def test_when_the_day_is_spent_mail_tells_and_without_an_address_a_call_and_ops_hear_of_it(world, purse, capsys):
    purse("25")
    receipts = [report(world, contact=BY_TEXT) for _ in range(2)]
    report(world, contact=ONLY_TEXT)
    world.settle()
    # Two parts of an English acknowledgement would be 20: it is one text that the purse has room for.
    sent = len(world.sms(NUMBER))
    assert sent + len(world.mails("amal@example.org")) + len(calls(world)) == 3
    assert sent >= 1
    assert sent < 3
    assert set(spent(world)) == {""}
    assert spent(world)[""] <= 25_000
    cries = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "day spent" in line]
    assert [cry["level"] for cry in cries] == ["error"] * (3 - sent)
    assert all(promises(follow(world, receipt))["acknowledge"] == "kept" for receipt in receipts)


@pytest.mark.requirement("TELL-11")
def test_the_next_day_has_money_again(world, purse):
    purse("25", urgent="0")
    for _ in range(3):
        report(world, contact=BY_TEXT)
    world.settle()
    before = len(world.sms(NUMBER))
    world.at(MONDAY_MORNING + timedelta(hours=18))
    report(world, contact=BY_TEXT)
    world.settle()
    assert len(world.sms(NUMBER)) == before + 1


@pytest.mark.requirement("TELL-11")
def test_an_emergency_has_money_of_its_own_and_a_number_may_be_reached_about_it(world, purse, monkeypatch):
    purse("0.001", urgent="1000")
    report(world, contact=ONLY_TEXT)
    receipt = report(world, category="P7", contact=ONLY_TEXT)
    assert receipt["urgent"] is True
    world.settle()
    assert len(world.sms(NUMBER)) == 1
    assert list(spent(world)) == ["URGENT"]
    assert calls(world) == ["undelivered: acknowledgement"]


@pytest.mark.requirement("TELL-11")
def test_a_dear_country_takes_more_of_it(world, purse):
    purse("1000", prices="GB=600,*=10")
    report(world, contact={"phone": "+447700900123"})
    report(world, contact=ONLY_TEXT)
    world.settle()
    assert len(world.sms(NUMBER)) == 1
    # Two parts at six each are more than a whole day has: that is seen at once, and needs no counting.
    assert (world.sms("+447700900123"), calls(world)) == ([], ["undelivered: acknowledgement"])


def test_what_was_refused_costs_nothing_and_what_may_have_been_sent_does(world, purse, providers):
    purse("5000")
    sms = Provider(NotTaken("Throttling"), NoAnswer("ReadTimeoutError"))
    providers(sms=sms)
    report(world, contact=ONLY_TEXT)
    world.settle()
    assert spent(world) == {"": 0}
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    world.tick("notify")
    once = spent(world)[""]
    assert once > 0
    for minutes in (2, 7, 8):
        world.at(MONDAY_MORNING + timedelta(minutes=minutes))
        world.tick("notify")
    assert len(sms.taken) == 1
    assert spent(world) == {"": 2 * once}


def test_the_line_that_says_so_reaches_ops():
    alarms = template().of_type("notify", "AWS::CloudWatch::Alarm").values()
    (alarm,) = (one["Properties"] for one in alarms if one["Properties"]["MetricName"] == "day-spent")
    assert alarm["AlarmActions"]
    filters = template().of_type("notify", "AWS::Logs::MetricFilter").values()
    patterns = {one["Properties"]["FilterPattern"] for one in filters}
    assert '{ $.event = "day spent" }' in patterns


@pytest.mark.requirement("TELL-11")
def test_staff_and_bulletins_have_money_of_their_own(world, purse):
    purse("0.001", urgent="0.001", staff="1000")
    contact = {"email": None, "phone": "+447700900123"}
    answer = world.http("notify.staff", "PUT", "/staff/v1/roster/contacts/leader-1", contact, staff=LEADER)
    assert answer.status == 200
    shift = {
        "role": "duty-leader",
        "staff": "leader-1",
        "begins": (MONDAY_MORNING - timedelta(hours=1)).isoformat(),
        "ends": (MONDAY_MORNING + timedelta(hours=8)).isoformat(),
    }
    answer = world.http("notify.staff", "POST", "/staff/v1/roster/shifts", shift, staff=LEADER, key="shift-of-one")
    assert answer.status == 201, answer.body
    report(world, category="P7", contact=ONLY_TEXT)
    world.settle()
    # The emergency's own purse is empty: its customer is called. Whoever is on duty is texted all the same.
    assert world.sms(NUMBER) == []
    assert [text for text in world.sms("+447700900123") if "URGENT" in text]
    assert set(spent(world)) == {"STAFF"}


@pytest.mark.requirement("TELL-11")
def test_one_bulletin_does_not_use_up_what_customers_and_staff_are_told_with(world, purse):
    purse("1000", subscribers="400")
    numbers = [f"+97150123456{place}" for place in range(4)]
    for number in numbers:
        subscribe(world, number)
    confirmed = spent(world)["SUBSCRIBERS"]
    assert confirmed > 0
    purse("1000", subscribers=str(confirmed / 1000 + 25))
    release(world)
    minute(world)
    assert set(spent(world)) == {"SUBSCRIBERS"}
    assert 0 < spent(world)["SUBSCRIBERS"] - confirmed <= 25_000
    assert len([number for number in numbers if any("Lock your doors" in text for text in world.sms(number))]) < 4


def test_what_is_refused_after_midnight_is_given_back_to_the_day_it_was_taken_from(world, purse, providers):
    purse("5000")

    class SlowRefusal(Provider):
        def send(self, address, letter, which):
            world.at(datetime.now(UTC) + timedelta(seconds=7))
            return super().send(address, letter, which)

    providers(sms=SlowRefusal(*[NotTaken("Throttling")] * 4))
    world.at(datetime(2026, 11, 23, 23, 58, 0, tzinfo=UTC))
    for _ in range(2):
        report(world, contact=ONLY_TEXT)
    world.settle()
    world.at(datetime(2026, 11, 23, 23, 59, 57, tzinfo=UTC))
    # One tick looks at both, the second one after midnight.
    world.tick("notify")
    assert by_day(world) == {"2026-11-23": 0}


def test_money_that_cannot_be_given_back_does_not_turn_a_refusal_into_doubt(
    world, purse, providers, monkeypatch, capsys
):
    purse("5000")
    sms, email = Provider(NeverTaken("OptedOut")), Provider()
    providers(sms=sms, email=email)
    client: Any = BaseClient
    ask = client._make_api_call

    def busy(self, operation, asked):
        if "SPENT#" in str(asked) and "{'N': '-" in str(asked):
            why = [
                {"Code": "TransactionConflict" if "SPENT#" in str(one) else "None"} for one in asked["TransactItems"]
            ]
            error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": why}
            raise ClientError(error, operation)
        return ask(self, operation, asked)

    monkeypatch.setattr(BaseClient, "_make_api_call", busy)
    report(world, contact=BY_TEXT)
    world.settle()
    # At once, not after the claim ended: that it was refused is known.
    assert (sms.asked, len(email.taken)) == (1, 1)
    assert "not given back" in capsys.readouterr().out


@pytest.mark.requirement("TELL-11")
def test_texts_sent_side_by_side_count_in_different_places(world, purse):
    purse("5000")
    for _ in range(12):
        report(world, contact={"phone": NUMBER, "email": None})
    world.settle()
    places = [item for item in world.items("notify") if item["pk"]["S"].startswith("SPENT#sms")]
    assert len(places) > 3
    assert sum(int(item["messages"]["N"]) for item in places) == spent(world)[""]


@pytest.mark.requirement("TELL-06", "TELL-11")
def test_whoever_calls_knows_what_went_by_mail_when_the_day_was_spent(world, purse, providers):
    purse("0.001")
    email = Provider()
    providers(email=email)
    receipt = report(world, contact=BY_TEXT)
    world.settle()
    assert len(email.taken) == 1
    booking = {"case": receipt["number"], "reason": "asked-for"}
    answer = world.http("notify.staff", "POST", "/staff/v1/callbacks", booking, staff=OFFICER, key="call-of-one")
    assert answer.status == 201, answer.body
    path = f"/staff/v1/callbacks/{answer.body['number']}"
    script = world.http("notify.staff", "GET", path, staff=OFFICER).body["script"]
    assert "acknowledgement" in str(script)
