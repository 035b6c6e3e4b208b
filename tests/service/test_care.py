"""Greetings of the season to whoever wants them, thanks for a tip or a deed, recognition after years."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.service.casework import mailed, report
from tests.service.subscribed import LEADER, MAIL, act, follow, minute, release, seen, subscribe, written
from tests.service.world import staff

PHONE = "+971501234567"
OFFICER = staff("officer-1", "officer")
AUDITOR = staff("auditor-1", "auditor")


def thank(world, case, reason="tip", who=OFFICER, key=None):
    answer = world.http(
        "notify.staff", "POST", "/staff/v1/thanks", {"case": case, "reason": reason}, staff=who, key=key
    )
    world.settle()
    return answer


@pytest.mark.requirement("TELL-08")
@pytest.mark.parametrize(
    ("day", "said"),
    [
        (datetime(2026, 12, 2, 5, 0, tzinfo=UTC), "National Day"),
        (datetime(2027, 2, 6, 5, 0, tzinfo=UTC), "Spring Festival"),
        (datetime(2027, 3, 9, 5, 0, tzinfo=UTC), "Eid al-Fitr"),
        (datetime(2027, 5, 16, 5, 0, tzinfo=UTC), "Eid al-Adha"),
    ],
)
def test_who_wants_greetings_is_greeted_on_the_day_once(world, day, said):
    subscribe(world, MAIL, themes=["greetings"])
    subscribe(world, "other@example.org")
    world.at(day - timedelta(minutes=1))  # 08:59 in Dubai
    minute(world)
    assert len(written(world, MAIL)) == 1
    world.at(day)
    for _ in range(3):
        minute(world)
    world.at(day + timedelta(hours=3))
    minute(world)
    assert [said in one for one in written(world, MAIL)] == [False, True]
    assert len(written(world, "other@example.org")) == 1


@pytest.mark.requirement("TELL-08")
def test_greetings_speak_the_language_of_their_reader(world):
    for language in ("ar", "zh"):
        subscribe(world, f"{language}@example.org", themes=["greetings"], language=language)
    world.at(datetime(2027, 2, 6, 5, 0, tzinfo=UTC))
    minute(world)
    minute(world)
    assert "عيد ربيع سعيد" in written(world, "ar@example.org")[-1]
    assert "春节快乐" in written(world, "zh@example.org")[-1]


def test_a_greeting_can_be_seen_and_stopped_like_any_bulletin(world):
    world.amend_pack(lambda care: care.update(a_minute=1), ".care")
    for place in range(3):
        subscribe(world, f"reader-{place}@example.org", themes=["greetings"])
    world.at(datetime(2026, 12, 2, 5, 0, tzinfo=UTC))
    minute(world)
    minute(world)
    number = "national-day.2026-12-02"
    assert (seen(world, number)["state"], seen(world, number)["progress"]["sent"]) == ("running", 1)
    assert act(world, number, "stop", LEADER).status == 200
    world.pass_time(timedelta(minutes=5))
    assert seen(world, number)["progress"]["sent"] == 1


def test_a_desk_that_was_down_greets_the_same_day_and_not_the_next(world):
    subscribe(world, MAIL, themes=["greetings"])
    world.at(datetime(2026, 12, 3, 5, 0, tzinfo=UTC))
    minute(world)
    minute(world)
    assert len(written(world, MAIL)) == 1


@pytest.mark.requirement("TELL-08")
def test_who_has_been_a_subscriber_for_a_year_and_for_five_is_thanked_for_it_once_each(world):
    subscribe(world, MAIL)
    world.at(datetime(2027, 11, 23, 5, 59, tzinfo=UTC))
    minute(world)
    assert len(written(world, MAIL)) == 1
    world.at(datetime(2027, 11, 23, 6, 0, tzinfo=UTC))
    for _ in range(3):
        minute(world)
    assert "For a year now" in written(world, MAIL)[-1]
    assert len(written(world, MAIL)) == 2
    world.at(datetime(2031, 11, 23, 6, 0, tzinfo=UTC))
    minute(world)
    minute(world)
    assert "For five years" in written(world, MAIL)[-1]
    assert len(written(world, MAIL)) == 3


def test_who_left_is_not_thanked_and_who_changes_what_they_want_does_not_begin_anew(world):
    subscribe(world, MAIL)
    subscribe(world, "gone@example.org")
    world.at(datetime(2027, 6, 1, 6, 0, tzinfo=UTC))
    subscribe(world, MAIL, themes=["fraud"])
    world.at(datetime(2027, 11, 23, 6, 0, tzinfo=UTC))
    minute(world)
    assert "For a year now" in written(world, MAIL)[-1]
    follow(world, written(world, MAIL)[-1])
    sent = len(written(world, MAIL))
    world.at(datetime(2031, 11, 23, 6, 0, tzinfo=UTC))
    minute(world)
    assert len(written(world, MAIL)) == sent


@pytest.mark.requirement("TELL-04", "TELL-08")
def test_nobody_is_texted_in_the_night_that_they_have_been_a_subscriber_for_long(world):
    world.at(datetime(2026, 11, 23, 18, 30, tzinfo=UTC))  # 22:30 in Dubai
    subscribe(world, PHONE)
    world.at(datetime(2027, 11, 23, 18, 31, tzinfo=UTC))
    minute(world)
    minute(world)
    assert len(world.sms(PHONE)) == 1
    world.at(datetime(2027, 11, 24, 4, 0, tzinfo=UTC))
    minute(world)
    assert "year" in world.sms(PHONE)[-1]
    assert len(world.sms(PHONE)) == 2


def test_whoever_thanks_a_second_time_is_told_that_nothing_is_sent(world):
    case = report(world)
    assert thank(world, case.number, key="thanks-00001").status == 201
    assert thank(world, case.number, key="thanks-00001").status == 201
    for who, key in ((OFFICER, "thanks-00002"), (OFFICER, None), (staff("officer-2", "officer"), "thanks-00001")):
        refused = thank(world, case.number, who=who, key=key)
        assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:thanked-before")
    assert sum("Thank" in one for one in mailed(world)) == 2, mailed(world)


def thanks_after(world, contacts):
    """The pack thanks for so many contacts and for nothing else."""
    words = {"en": "You told us often.", "ar": "أخبرتمونا كثيرًا.", "zh": "您常告诉我们。"}
    often = {"id": "often", "contacts": contacts, "subject": words, "words": words, "short": words}
    world.amend_pack(lambda care: care.update(recognition=[often]), ".care")


def reports_daily(world, days, **changed):
    for _ in range(days):
        report(world, **changed)
        world.pass_time(timedelta(days=1))


def thanked(world, to=MAIL):
    return sum("You told us often" in one for one in written(world, to))


@pytest.mark.requirement("TELL-08")
@pytest.mark.parametrize(
    "contact", [{"email": "AMAL@example.org"}, {"email": "x@example.org", "phone": "+447700900123"}]
)
def test_who_told_us_often_enough_while_subscribed_is_thanked_for_it_once_and_not_on_the_day_itself(world, contact):
    thanks_after(world, 3)
    to = contact.get("phone", MAIL)
    reports_daily(world, 1, contact=contact)
    subscribe(world, to)
    reports_daily(world, 3, contact=contact)
    assert thanked(world, to) == 0
    world.pass_time(timedelta(days=10))
    assert thanked(world, to) == 0
    world.pass_time(timedelta(days=3))
    reports_daily(world, 4, contact=contact)
    world.pass_time(timedelta(days=20))
    assert thanked(world, to) == 1


def test_ten_reports_in_a_day_are_one_and_an_event_heard_twice_is_too(world):
    thanks_after(world, 2)
    subscribe(world, MAIL)
    for _ in range(5):
        report(world)
    world.pass_time(timedelta(days=20))
    assert thanked(world) == 0
    deliver = world.deliver
    world.deliver = lambda service, messages: (deliver(service, messages), deliver(service, messages))[1]
    report(world)
    world.pass_time(timedelta(days=20))
    assert thanked(world) == 1


@pytest.mark.parametrize("who", ["a victim", "somebody else", "who left", "nobody who is counted"])
def test_what_is_not_counted(world, who):
    thanks_after(world, 2)
    if who == "nobody who is counted":
        world.amend_pack(lambda care: care.update(recognition=[]), ".care")
    subscribe(world, MAIL)
    if who == "who left":
        release(world)
        minute(world)
        follow(world, written(world, MAIL)[-1])
    case: dict[str, dict[str, Any]] = {
        "a victim": {"classes": ["victim"]},
        "somebody else": {"contact": {"email": "other@example.org"}},
    }
    reports_daily(world, 3, **case.get(who, {}))
    world.pass_time(timedelta(days=20))
    assert thanked(world) == 0
    assert ("ContactCounted" in str(world.items("notify"))) is False


@pytest.mark.requirement("TELL-08")
@pytest.mark.parametrize(("reason", "said"), [("tip", "for what you told us"), ("deed", "for what you did")])
def test_staff_thank_a_customer_for_a_tip_or_a_deed_once(world, reason, said):
    case = report(world)
    answer = thank(world, case.number, reason)
    assert (answer.status, answer.body) == (201, {"case": case.number, "reason": reason})
    again = thank(world, case.number, reason, who=LEADER)
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:thanked-before")
    assert sum(said in one for one in mailed(world)) == 1


def test_who_gave_no_address_can_not_be_thanked_and_staff_are_told(world):
    case = report(world, contact=None)
    assert thank(world, case.number).body["type"] == "urn:ahd:problem:nobody-to-tell"
    assert thank(world, "0000-0000-0000").status == 404
    assert thank(world, "nonsense").status == 404
    assert thank(world, case.number, who=AUDITOR).status == 403
