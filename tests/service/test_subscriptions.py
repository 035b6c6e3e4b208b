"""News is for whoever asked for it and said so by the link that was sent: nobody is signed up by somebody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from services.notify import subscribing
from services.notify.channels import NotTaken
from shared.store import Cause
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.subscribed import MAIL, ask, follow, link, minute, release, subscribe, written
from tests.service.texting import texted

PHONE = "+971501234567"


@pytest.mark.requirement("TELL-08")
@pytest.mark.parametrize("to", [MAIL, PHONE])
def test_whoever_asks_is_sent_one_link_and_nothing_else_until_they_confirm(world, to):
    answer = ask(world, **{"phone" if to == PHONE else "email": to})
    assert (answer.status, list(answer.body)) == (202, ["next"])
    (said,) = written(world, to)
    release(world)
    minute(world)
    assert written(world, to) == [said]
    assert follow(world, said).body["state"] == "active"


@pytest.mark.requirement("TELL-08")
def test_looking_at_a_link_changes_nothing(world):
    ask(world, email=MAIL)
    (said,) = written(world, MAIL)
    before = world.items("notify")
    assert follow(world, said, "GET").body["state"] == "asked"
    assert world.items("notify") == before
    follow(world, said)
    release(world)
    minute(world)
    bulletin = written(world, MAIL)[-1]
    assert follow(world, bulletin, "GET").body["state"] == "active"


@pytest.mark.requirement("TELL-08")
def test_every_message_ends_the_subscription_by_its_link_and_nothing_comes_after_that(world):
    subscribe(world, MAIL)
    release(world)
    minute(world)
    assert follow(world, written(world, MAIL)[-1]).body["state"] == "ended"
    sent = len(written(world, MAIL))
    release(world)
    minute(world)
    assert len(written(world, MAIL)) == sent
    assert follow(world, written(world, MAIL)[-1]).body["state"] == "ended"


def test_who_left_can_come_again(world):
    subscribe(world, MAIL)
    release(world)
    minute(world)
    follow(world, written(world, MAIL)[-1])
    minute(world)
    subscribe(world, MAIL, themes=["fraud"])
    release(world, theme="fraud")
    minute(world)
    assert "Two homes" in written(world, MAIL)[-1]


def test_links_that_end_work_for_years_those_that_confirm_for_two_days(world):
    subscribe(world, MAIL)
    release(world)
    minute(world)
    old = written(world, MAIL)[-1]
    world.at(datetime(2029, 1, 5, 9, tzinfo=UTC))
    assert follow(world, old).body["state"] == "ended"
    ask(world, email="late@example.org")
    (asked,) = written(world, "late@example.org")
    world.at(datetime(2029, 1, 7, 10, tzinfo=UTC))
    refused = follow(world, asked)
    assert (refused.status, refused.body["type"]) == (410, "urn:ahd:problem:lapsed")
    assert "again" in refused.body["detail"]


@pytest.mark.requirement("TELL-08")
def test_what_nobody_confirms_is_erased(world):
    ask(world, email=MAIL)
    (said,) = written(world, MAIL)
    _, identity, _ = link(said)
    world.pass_time(timedelta(days=2, minutes=1))
    world.pass_time(timedelta(minutes=1))
    items = [item for item in world.items("notify") if item["pk"]["S"] == f"SUBSCRIBER#{identity}"]
    assert items
    assert not any("private" in item for item in items)
    assert "salt" not in json.loads(next(item for item in items if item["sk"]["S"] == "STATE")["doc"]["S"]) or (
        json.loads(next(item for item in items if item["sk"]["S"] == "STATE")["doc"]["S"])["salt"] is None
    )
    assert follow(world, said).status == 410


@pytest.mark.requirement("TELL-08")
def test_the_address_of_whoever_left_is_erased(world):
    subscribe(world, MAIL)
    release(world)
    minute(world)
    _, identity, _ = link(written(world, MAIL)[-1])
    follow(world, written(world, MAIL)[-1])
    minute(world)
    left = [item for item in world.items("notify") if item["pk"]["S"] == f"SUBSCRIBER#{identity}"]
    assert not any("private" in item for item in left)


def test_a_provider_that_says_they_want_no_more_ends_it_as_well(world):
    subscribe(world, MAIL)
    with world.function_of("notify", "reactions"):
        for address in (MAIL, "nobody@example.org"):
            subscribing.end_address("email", address, Cause(MONDAY_MORNING, "receipt", "test"))
    sent = len(written(world, MAIL))
    release(world)
    minute(world)
    assert len(written(world, MAIL)) == sent


def test_an_address_stands_nowhere_in_the_clear(world):
    subscribe(world, MAIL)
    release(world)
    minute(world)
    assert "amal" not in repr(world.items("notify"))


@pytest.mark.requirement("TELL-08")
def test_a_stranger_changes_nothing_of_what_was_confirmed(world):
    subscribe(world, MAIL)
    ask(world, email=MAIL, themes=["traffic"])
    release(world)
    release(world, theme="traffic")
    minute(world)
    assert sum("Two homes" in said for said in written(world, MAIL)) == 1


@pytest.mark.requirement("TELL-08")
def test_what_a_stranger_asks_for_is_not_shown_as_what_was_confirmed(world):
    subscribe(world, MAIL, themes=["safety"])
    release(world)
    minute(world)
    ending = written(world, MAIL)[-1]
    ask(world, email=MAIL, themes=["traffic"], language="zh")
    shown = follow(world, ending, "GET").body
    assert (shown["themes"], shown["language"]) == (["safety"], "en")
    assert follow(world, written(world, MAIL)[-1], "GET").body["themes"] == ["traffic"]


@pytest.mark.requirement("TELL-04", "TELL-08")
def test_a_number_that_texted_stop_is_sent_no_confirmation_whoever_asks(world):
    texted(world, PHONE, "STOP")
    assert ask(world, phone=PHONE).status == 202
    assert world.sms(PHONE) == []
    texted(world, PHONE, "START", "message-2")
    subscribe(world, PHONE)
    assert len(world.sms(PHONE)) == 1


@pytest.mark.requirement("TELL-04", "TELL-08")
def test_a_bulletin_that_is_tried_again_in_the_night_waits_for_the_morning_and_an_urgent_one_does_not(
    world, providers
):
    world.amend_pack(lambda care: care.update(hours={"after": "08:00", "until": "22:00"}), ".care")
    subscribe(world, PHONE)
    world.at(MONDAY_MORNING + timedelta(hours=10, minutes=58))  # 20:58 in Dubai
    provider = Provider(NotTaken("Throttled"), NotTaken("Throttled"))
    providers(sms=provider)
    release(world)
    for _ in range(10):
        world.pass_time(timedelta(minutes=1))
    assert (provider.asked, provider.taken) == (1, [])
    release(world, urgent=True)
    for _ in range(3):
        world.pass_time(timedelta(minutes=1))
    assert (provider.asked, len(provider.taken)) == (3, 1)
    world.at(MONDAY_MORNING + timedelta(hours=22))  # 08:00
    minute(world)
    assert len(provider.taken) == 2


def test_nobody_is_flooded_with_confirmations(world):
    answers = {ask(world, email=MAIL, themes=[theme]).status for theme in ("safety", "fraud", "traffic") * 4}
    assert (answers, len(written(world, MAIL))) == ({202}, 3)
    world.at(MONDAY_MORNING + timedelta(days=1, hours=1))
    ask(world, email=MAIL)
    assert len(written(world, MAIL)) == 4


def test_an_answer_tells_nothing_of_an_address(world):
    new = ask(world, email="new@example.org")
    subscribe(world, MAIL)
    known = ask(world, email=MAIL)
    assert (new.status, new.body) == (known.status, known.body)


def test_an_address_is_one_however_it_is_written(world):
    subscribe(world, MAIL)
    ask(world, email="Amal@Example.org")
    assert len(written(world, MAIL)) + len(written(world, "Amal@example.org")) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/email"),
        ({"email": MAIL, "phone": PHONE}, "/email"),
        ({"email": "nobody"}, "/email"),
        ({"phone": "12"}, "/phone"),
        ({"email": MAIL, "themes": []}, "/themes"),
        ({"email": MAIL, "themes": ["gossip"]}, "/themes/0"),
        ({"email": MAIL, "communities": ["atlantis"]}, "/communities/0"),
        ({"email": MAIL, "language": "fr"}, "/language"),
        ({"email": MAIL, "name": "Amal"}, "/name"),
    ],
)
def test_what_can_be_no_subscription_is_refused_with_where_and_why(world, body, pointer):
    answer = ask(world, **body)
    assert answer.status == 422
    assert any(one["pointer"].startswith(pointer) for one in answer.body["faults"]), answer.body
    assert world.items("notify") == []


def test_a_wrong_token_and_an_unknown_subscriber_are_answered_alike(world):
    ask(world, email=MAIL)
    _, identity, token = link(written(world, MAIL)[0])
    for path, secret in (
        (f"/v1/subscriptions/{identity}", "x" * 20),
        ("/v1/subscriptions/" + "x" * 20, token),
        (f"/v1/subscriptions/{identity}", None),
    ):
        answers = [
            world.http("notify.subscriptions", "GET", path, secret=secret),
            world.http("notify.subscriptions", "POST", f"{path}/confirmation", secret=secret),
            world.http("notify.subscriptions", "POST", f"{path}/end", secret=secret),
        ]
        assert [one.status for one in answers] == [404, 404, 404]


def test_what_there_is_to_subscribe_to_is_told_in_a_language(world):
    told = world.http("notify.subscriptions", "GET", "/v1/subscriptions", query="lang=ar").body
    assert {"code": "fraud", "name": "الاحتيال والنصب"} in told["themes"]
    assert len(told["communities"]) == 4


class TestWithoutCare:
    @pytest.fixture
    def pack(self):
        return "retail"

    def test_a_desk_that_offers_none_says_so(self, world):
        answer = ask(world, email=MAIL)
        assert answer.status == 422
        assert "none" in answer.body["faults"][0]["message"]
