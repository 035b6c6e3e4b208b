"""What text messages may cost in a day: over it mail or a call tells, and an emergency has money of its own."""

import json
from datetime import timedelta

import pytest

from services.notify.channels import NoAnswer, NotTaken
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.test_main_path import OFFICER, follow, promises, report
from tests.template import template

NUMBER = "+971501234567"
BY_TEXT = {"phone": NUMBER, "email": "amal@example.org", "preferred": "sms"}
ONLY_TEXT = {"phone": NUMBER}


@pytest.fixture
def purse(world):
    """Sets what there is for a day, in hundredths; a part costs 10."""

    def has(day: str, urgent: str = "0", prices: str = "*=10") -> None:
        world.environments["notify"] |= {
            "AHD_SMS_DAY": day,
            "AHD_SMS_DAY_URGENT": urgent,
            "AHD_SMS_PRICES": prices,
        }

    return has


def calls(world) -> list[str]:
    answer = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OFFICER)
    return [one["reason"] for one in answer.body["callbacks"]]


def spent(world) -> dict[str, int]:
    return {
        item["sk"]["S"]: int(item["messages"]["N"])
        for item in world.items("notify")
        if item["pk"]["S"] == "SPENT#sms"
    }


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
    assert spent(world) == {"DAY#2026-11-23": sum(spent(world).values())}
    assert sum(spent(world).values()) <= 25_000
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
    assert list(spent(world)) == ["DAY#2026-11-23#URGENT"]
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
    assert spent(world) == {"DAY#2026-11-23": 0}
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    world.tick("notify")
    once = spent(world)["DAY#2026-11-23"]
    assert once > 0
    for minutes in (2, 7, 8):
        world.at(MONDAY_MORNING + timedelta(minutes=minutes))
        world.tick("notify")
    assert len(sms.taken) == 1
    assert spent(world) == {"DAY#2026-11-23": 2 * once}


def test_the_line_that_says_so_reaches_ops():
    alarms = template().of_type("notify", "AWS::CloudWatch::Alarm").values()
    (alarm,) = (one["Properties"] for one in alarms if one["Properties"]["MetricName"] == "day-spent")
    assert alarm["AlarmActions"]
    filters = template().of_type("notify", "AWS::Logs::MetricFilter").values()
    patterns = {one["Properties"]["FilterPattern"] for one in filters}
    assert '{ $.event = "day spent" }' in patterns
