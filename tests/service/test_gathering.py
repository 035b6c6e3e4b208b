"""Whoever is watched while their telephone rings is written to once for all that happens in a few minutes; and what
was not written by itself counts as told only as long as the message that stands for it arrived.
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.notify import burst, delivery, gathering, receiving, ways
from services.notify.burst import SPAN
from services.notify.channels import NeverTaken, NoAnswer
from services.notify.mark import Which
from services.notify.way import Way
from shared.clock import utc_now
from shared.store import Cause
from shared.tables import store
from tests.service.casework import MAIL, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.receipting import of_text
from tests.service.test_wishes import BOOKING, BOTH, NEWS, ONLY_PHONE, PHONE, calls, wishes
from tests.service.world import World

LATER = SPAN + timedelta(seconds=1)


def told(world: World, what: str = "MessageSent") -> list[str]:
    """The templates of which this was told, in the order of their messages."""
    docs = [json.loads(item["doc"]["S"]) for item in world.items("notify") if item["sk"]["S"].startswith("EV#")]
    return sorted(doc["data"]["template"] for doc in docs if doc["type"] == f"{what}.v1")


def after_a_second(world: World, seconds: float = 1) -> None:
    world.clock.shift(timedelta(seconds=seconds))


@pytest.fixture
def watched(world):
    """A victim whose report was acknowledged, and to whom eight things happen within eight seconds."""
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    assert len(world.sms(PHONE)) == 1
    after_a_second(world)
    case.do("open")
    for _ in range(7):
        after_a_second(world)
        case.do("notes", NEWS)
    return case


@pytest.mark.requirement("TELL-04")
def test_a_burst_of_news_rings_once_and_all_of_it_counts_as_told(world, watched):
    assert len(world.sms(PHONE)) == 1
    for _ in range(2):
        world.pass_time(LATER)
    assert len(world.sms(PHONE)) == 2
    assert told(world) == ["acknowledgement", "opened", *["progressed"] * 7]
    assert calls(world) == []


@pytest.mark.requirement("TELL-04")
def test_a_date_that_binds_loses_no_time_and_tells_of_what_waited(world, watched):
    after_a_second(world)
    watched.do("appointments", BOOKING)
    assert len(world.sms(PHONE)) == 2
    for _ in range(2):
        world.pass_time(LATER)
    assert len(world.sms(PHONE)) == 2
    assert told(world) == ["acknowledgement", "appointment_made", "opened", *["progressed"] * 7]


@pytest.mark.requirement("TELL-04")
def test_what_comes_after_the_ring_rings_again(world, watched):
    world.pass_time(LATER)
    assert len(world.sms(PHONE)) == 2
    after_a_second(world)
    watched.do("notes", NEWS)
    world.pass_time(SPAN - timedelta(seconds=2))
    assert len(world.sms(PHONE)) == 2
    world.pass_time(timedelta(seconds=2))
    assert len(world.sms(PHONE)) == 3


@pytest.mark.requirement("TELL-04")
def test_one_ring_tells_of_every_case_of_the_same_number(world, watched):
    other = report(world, contact=ONLY_PHONE)
    assert len(world.sms(PHONE)) == 2  # our word that we have a report waits for nothing
    after_a_second(world)
    other.do("open")
    other.do("notes", NEWS)
    watched.do("notes", NEWS)
    for _ in range(3):
        world.pass_time(LATER)
    assert len(world.sms(PHONE)) == 3
    assert told(world, "MessageFailed") == []
    assert told(world).count("progressed") == 9


@pytest.mark.requirement("TELL-04")
def test_what_waited_for_the_morning_rings_once_decisions_too(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    world.at(MONDAY_MORNING + timedelta(hours=15))  # 01:00 in Dubai
    for act, body in (("open", None), ("notes", NEWS), ("appointments", BOOKING)):
        case.do(act, body)
        after_a_second(world)
    case.do("close", {"outcome": "solved", "text": "The thief is found.", "appointments": "cancel"})
    world.at(MONDAY_MORNING + timedelta(hours=23))  # 09:00
    for _ in range(3):
        world.pass_time(timedelta(minutes=1))
    assert len(world.sms(PHONE)) == 2
    assert set(told(world)) >= {"opened", "progressed", "appointment_made", "closed"}


@pytest.mark.requirement("TELL-04")
def test_when_the_one_that_rang_comes_back_all_that_it_stood_for_is_told_again_or_called(world, providers):
    sms = Provider()
    providers(sms=sms)
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    after_a_second(world)
    case.do("open")
    case.do("notes", NEWS)
    after_a_second(world)
    case.do("appointments", BOOKING)
    world.pass_time(LATER)
    assert len(sms.taken) == 2
    stood = sms.tries[-1]
    assert stood.message.endswith(".appointment_made")
    back = of_text("TEXT_UNREACHABLE", Which(stood.message, stood.number))
    world.tell_receipt(back)
    world.tell_receipt(back)  # queues bring it twice
    world.settle()
    for _ in range(3):
        world.pass_time(timedelta(minutes=1))
    assert [call["reason"] for call in calls(world)] == ["undelivered: appointment_made"]
    assert len(sms.taken) == 3  # one of both news for both
    assert told(world).count("opened") == told(world).count("progressed") == 2
    world.tell_receipt(back)
    world.pass_time(timedelta(minutes=1))
    assert len(sms.taken) == 3


@pytest.mark.requirement("TELL-04")
def test_two_ticks_at_once_ring_once(world, watched, monkeypatch):
    read, begun = ways.rang_last, [False]

    def while_another_tick_is_quicker(address: str) -> str:
        before = read(address)
        if not begun[0]:
            begun[0] = True
            *_, other = store().due("MESSAGE", utc_now(), 50)
            delivery.look(other.id, utc_now())
        return before

    monkeypatch.setattr(ways, "rang_last", while_another_tick_is_quicker)
    world.pass_time(LATER)
    assert begun == [True]
    assert len(world.sms(PHONE)) == 2
    assert told(world) == ["acknowledgement", "opened", *["progressed"] * 7]


@pytest.mark.requirement("TELL-04")
def test_the_first_two_at_an_address_are_not_in_each_others_way(world, monkeypatch):
    report(world, contact=ONLY_PHONE, classes=["victim"])
    address, keep = "omar@example.org", ways._with

    def while_another_is_quicker(known: Way, **changed: Any) -> Way:
        if "rang" in changed:
            monkeypatch.setattr(ways, "_with", keep)
            ways.give_turn(address, "", "another", Cause(utc_now(), "clock", "tick"))
        return keep(known, **changed)

    monkeypatch.setattr(ways, "_with", while_another_is_quicker)
    report(world, contact={"name": "Omar", "phone": PHONE, "email": address, "preferred": "email"})
    assert len(world.mails(address)) == 1


@pytest.mark.requirement("TELL-04")
def test_who_was_told_by_a_shared_telephone_is_told_again_although_its_owner_got_a_mail_meanwhile(
    world, providers, monkeypatch
):
    """What follows from the receipt breaks off, and when it is heard again, its message went another way."""
    sms, email = Provider(), Provider()
    providers(sms=sms, email=email)
    one = report(world, contact={**BOTH, "preferred": "sms"}, classes=["victim"])
    other = report(world, contact={"name": "Omar", "phone": PHONE, "email": "omar@example.org"})
    after_a_second(world)
    other.do("notes", NEWS)
    after_a_second(world)
    one.do("appointments", BOOKING)
    world.pass_time(LATER)
    stood, rang = sms.tries[-1], len(sms.taken)
    assert stood.message.endswith(".appointment_made")
    assert told(world).count("progressed") == 1
    back = of_text("TEXT_UNREACHABLE", Which(stood.message, stood.number))
    with monkeypatch.context() as broken:
        broken.setattr(gathering, "release", lambda *_: None)
        world.tell_receipt(back)
    world.pass_time(timedelta(minutes=1))
    assert [to for to, _ in email.taken] == [MAIL]
    world.tell_receipt(back)
    world.pass_time(timedelta(minutes=1))
    assert len(sms.taken) == rang + 1
    assert sms.tries[-1].message.endswith(".progressed")


@pytest.mark.requirement("TELL-04")
def test_a_receipt_at_the_very_moment_leaves_nothing_told_that_was_not(world, providers, monkeypatch):
    sms = Provider()
    providers(sms=sms)
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    after_a_second(world)
    case.do("open")
    after_a_second(world)
    case.do("appointments", BOOKING)
    decide = burst.turn

    def while_it_comes_back(*asked: Any) -> Any:
        decided = decide(*asked)
        monkeypatch.setattr(burst, "turn", decide)
        receiving.take(of_text("TEXT_UNREACHABLE", sms.tries[-1]), "eum")
        return decided

    monkeypatch.setattr(burst, "turn", while_it_comes_back)
    world.pass_time(LATER)
    assert len(sms.taken) == 3
    assert told(world).count("opened") == 1
    assert [call["reason"] for call in calls(world)] == ["undelivered: appointment_made"]


@pytest.mark.requirement("TELL-04")
def test_news_that_comes_while_a_ring_is_in_doubt_is_not_told_by_it(world, providers):
    sms = Provider()
    providers(sms=sms)
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    after_a_second(world)
    case.do("open")
    sms.refusals = [NoAnswer()]
    world.pass_time(SPAN)
    assert (sms.asked, len(sms.taken)) == (2, 1)
    after_a_second(world, 30)
    case.do("notes", NEWS)
    world.pass_time(timedelta(minutes=1))
    world.tell_receipt(of_text("TEXT_DELIVERED", sms.tries[-1]))
    assert len(sms.taken) == 1
    world.pass_time(SPAN)
    assert len(sms.taken) == 2
    assert told(world).count("progressed") == 1


@pytest.mark.requirement("TELL-04")
def test_a_ring_that_was_in_doubt_tells_of_what_came_before_it_rang_for_certain(world, providers):
    sms = Provider()
    providers(sms=sms)
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    after_a_second(world)
    case.do("open")
    sms.refusals = [NoAnswer()]
    world.pass_time(SPAN)
    after_a_second(world, 30)
    case.do("notes", NEWS)
    for _ in range(12):
        world.pass_time(timedelta(minutes=1))
    assert len(sms.taken) == 2
    assert told(world) == ["acknowledgement", "opened", "progressed"]


@pytest.mark.requirement("TELL-04")
def test_what_a_ring_stood_for_is_told_again_when_whoever_heard_that_it_came_back_broke_off(
    world, providers, monkeypatch
):
    sms, email = Provider(), Provider()
    providers(sms=sms, email=email)
    case, other = report(world, contact=BOTH, classes=["victim"]), report(world, contact=ONLY_PHONE)
    after_a_second(world)
    other.do("notes", NEWS)
    after_a_second(world)
    case.do("appointments", BOOKING)
    world.pass_time(LATER)
    rang = len(sms.taken)
    assert told(world).count("progressed") == 1
    back = of_text("TEXT_UNREACHABLE", sms.tries[-1])

    def break_off(*_asked: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(gathering, "release", break_off)
        assert world.tell_receipt(back)["batchItemFailures"]
    world.pass_time(timedelta(minutes=1))
    assert len(email.taken) == 1
    assert len(sms.taken) == rang
    for _ in range(3):
        world.tell_receipt(back)
        world.pass_time(timedelta(minutes=1))
    assert len(sms.taken) == rang + 1
    assert told(world).count("progressed") == 2


@pytest.mark.requirement("TELL-04")
def test_a_receipt_that_comes_twice_takes_nothing_back_that_the_next_way_told(world, providers):
    sms, email = Provider(), Provider()
    providers(sms=sms, email=email)
    case = report(world, contact=BOTH, classes=["victim"])
    after_a_second(world)
    case.do("appointments", BOOKING)
    back = of_text("TEXT_UNREACHABLE", sms.tries[-1])
    wishes(case, preferred="email", safe={})
    after_a_second(world)
    case.do("notes", NEWS)
    world.tell_receipt(back)
    after_a_second(world)
    world.pass_time(timedelta(seconds=1))
    world.pass_time(LATER)
    assert len(email.taken) == 1
    assert told(world).count("progressed") == 1
    world.tell_receipt(back)
    world.pass_time(LATER)
    assert len(email.taken) == 1
    assert told(world).count("progressed") == 1


@pytest.mark.requirement("TELL-04")
def test_what_waited_overnight_rings_once_when_another_tick_looks_while_it_is_sent(world, providers):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    world.at(MONDAY_MORNING + timedelta(hours=15))  # 01:00 in Dubai
    for _ in range(3):
        case.do("notes", NEWS)
        after_a_second(world)

    class Slow(Provider):
        def send(self, address: str, letter: Any, which: Any) -> str:
            for place in store().due("MESSAGE", utc_now(), 50):
                delivery.look(place.id, utc_now())
            return super().send(address, letter, which)

    sms = Slow()
    providers(sms=sms)
    world.at(MONDAY_MORNING + timedelta(hours=23))  # 09:00
    for _ in range(3):
        world.pass_time(timedelta(minutes=1))
    assert len(sms.taken) == 1
    assert told(world).count("progressed") == 3


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize("second", [0, 30, 59])
@pytest.mark.parametrize("minute", [54, 56, 57, 58])
def test_news_shortly_before_the_safe_hours_end_waits_for_no_morning(world, minute, second):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    world.at(MONDAY_MORNING + timedelta(hours=7, minutes=minute, seconds=second))  # 17:57 in Dubai
    for _ in range(3):
        case.do("notes", NEWS)
    last = MONDAY_MORNING + timedelta(hours=8) - timedelta(seconds=1)
    while utc_now() < last:
        world.pass_time(min(timedelta(minutes=1), last - utc_now()))
    # The last moments leave no time to gather.
    assert len(world.sms(PHONE)) == (2 if (minute, second) < (58, 0) else 4)
    assert told(world).count("progressed") == 3
    assert told(world, "MessageHeld") == []


@pytest.mark.requirement("TELL-04")
def test_nothing_counts_as_told_by_a_message_that_no_provider_took(world, providers):
    case = report(world, contact=BOTH, classes=["victim"])
    wishes(case, preferred="sms", safe={})
    email = Provider()
    providers(sms=Provider(*[NeverTaken("OptedOut")] * 9), email=email)
    after_a_second(world)
    case.do("notes", NEWS)
    case.do("notes", NEWS)
    for _ in range(3):
        world.pass_time(LATER)
    assert [to for to, _ in email.taken] == [MAIL]
    assert told(world).count("progressed") == 2


@pytest.mark.requirement("TELL-04")
def test_whoever_may_be_named_is_told_everything_at_once(world):
    case = report(world, contact=ONLY_PHONE)
    for _ in range(3):
        case.do("notes", NEWS)
    assert len(world.sms(PHONE)) == 4


@pytest.mark.requirement("TELL-04")
def test_an_emergency_is_acknowledged_at_once_however_often_it_rang(world, watched):
    urgent: dict[str, Any] = {"category": "P7", "place": {"address": "the old harbour"}}
    before = len(world.sms(PHONE))
    report(world, contact=ONLY_PHONE, **urgent)
    assert len(world.sms(PHONE)) == before + 1


def test_that_messages_are_gathered_is_nowhere_in_clear(world, watched):
    world.pass_time(LATER)
    world.pass_time(LATER)
    assert told(world, "MessageHeld") == []
    kept = [item for item in world.items("notify") if item["sk"]["S"] == "STATE"]
    for clear in ("covered", "stands", "rang", "neutral", '"by"'):
        assert clear not in str(kept), clear
