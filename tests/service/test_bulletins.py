"""A bulletin: written by one, released by another, given to everybody who wants it, once, so many a minute."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notify import audience, batching, delivery, webhook
from services.notify.channels import NeverTaken, NoAnswer
from shared.store import Conflict
from shared.tables import store
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.receipting import REFUSED, of_mail
from tests.service.subscribed import (
    AUTHOR,
    LEADER,
    MAIL,
    act,
    draft,
    follow,
    minute,
    release,
    seen,
    subscribe,
    written,
)
from tests.service.world import staff

OPERATOR = staff("operator-1", "operator")


def many(world, number: int, **body) -> list[str]:
    addresses = [f"reader-{place}@example.org" for place in range(number)]
    for address in addresses:
        subscribe(world, address, **body)
    return addresses


def got(world, addresses) -> list[int]:
    """How many bulletins each of them got."""
    return [sum("Two homes" in said for said in written(world, one)) for one in addresses]


def slowly(world, a_minute: int) -> None:
    world.amend_pack(lambda care: care.update(a_minute=a_minute), ".care")


@pytest.mark.requirement("TELL-08")
def test_a_bulletin_goes_to_subscribers_of_its_theme_and_communities_once_each(world):
    wanted = {
        "all@example.org": {},
        "harbour@example.org": {"communities": ["harbour"]},
        "both@example.org": {"communities": ["gardens", "harbour"]},
    }
    others = {
        "hills@example.org": {"communities": ["hills"]},
        "traffic@example.org": {"themes": ["traffic"]},
    }
    for address, body in {**wanted, **others}.items():
        subscribe(world, address, **body)
    number = release(world, communities=["harbour", "gardens"])
    minute(world)
    assert got(world, wanted) == [1, 1, 1]
    assert got(world, others) == [0, 0]
    assert seen(world, number)["progress"]["queued"] == 3


@pytest.mark.requirement("TELL-08")
def test_it_speaks_the_language_of_its_reader_where_it_can(world):
    subscribe(world, "ar@example.org", language="ar")
    subscribe(world, "zh@example.org", language="zh")
    release(world)
    minute(world)
    assert "دخل لصوص منزلين" in written(world, "ar@example.org")[-1]
    assert "Two homes were entered" in written(world, "zh@example.org")[-1]


@pytest.mark.requirement("TELL-08")
def test_before_it_is_released_its_length_and_its_readers_are_shown(world):
    subscribe(world, MAIL)
    subscribe(world, "+971501234567", language="ar")
    subscribe(world, "+971501234568", language="zh")
    number = draft(world).body["number"]
    shown = seen(world, number)
    recipients = shown["recipients"]
    assert (recipients["number"], recipients["email"], recipients["sms"]) == (3, 1, 2)
    assert recipients["in_another_language"] == 1
    parts = {language: one["sms"]["parts"] for language, one in shown["preview"].items()}
    assert recipients["sms_parts"] == parts["ar"] + parts["en"]
    assert shown["preview"]["ar"]["sms"]["encoding"] == "UCS-2"
    assert 'dir="rtl"' in shown["preview"]["ar"]["mail"]["html"]


@pytest.mark.requirement("TELL-08")
def test_whoever_wrote_it_does_not_release_it_and_only_who_leads_does(world):
    own = draft(world, LEADER).body["number"]
    refused = act(world, own, "release")
    assert (refused.status, refused.body["type"]) == (403, "urn:ahd:problem:four-eyes")
    number = draft(world).body["number"]
    assert act(world, number, "release", OPERATOR).status == 403
    assert seen(world, number)["state"] == "draft"
    released = act(world, number, "release").body
    assert (released["state"], released["author"], released["released_by"]) == (
        "running",
        "officer-1",
        "supervisor-1",
    )


@pytest.mark.requirement("TELL-08")
def test_it_is_handed_out_so_many_a_minute_and_everybody_sees_how_far_it_is(world):
    slowly(world, 3)
    addresses = many(world, 7)
    number = release(world)
    steps = []
    for _ in range(4):
        minute(world)
        steps.append((seen(world, number)["progress"]["queued"], sum(got(world, addresses))))
        world.at(datetime.now(UTC) + timedelta(minutes=1))
    assert steps == [(3, 3), (6, 6), (7, 7), (7, 7)]
    assert seen(world, number)["state"] == "finished"
    assert seen(world, number)["progress"] == {
        "queued": 7,
        "delivered": 0,
        "sent": 7,
        "failed": 0,
        "unknown": 0,
        "left_out": 0,
        "under_way": 0,
    }
    assert got(world, addresses) == [1] * 7


@pytest.mark.requirement("TELL-08", "TELL-09")
def test_stopped_it_goes_to_nobody_else_not_even_to_those_it_was_handed_out_to(world):
    slowly(world, 3)
    addresses = many(world, 7)
    number = release(world)
    minute(world)
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    world.tick("notify")  # handed out, and not heard yet
    assert act(world, number, "stop").body["state"] == "stopped"
    world.settle()
    world.pass_time(timedelta(minutes=1))
    assert sum(got(world, addresses)) == 3
    progress = seen(world, number)["progress"]
    assert (progress["queued"], progress["sent"], progress["left_out"], progress["under_way"]) == (6, 3, 3, 0)
    assert act(world, number, "resume").body["allowed"] == []


@pytest.mark.requirement("TELL-08")
def test_nobody_is_offered_what_they_may_not_do(world):
    written = draft(world, LEADER)
    assert written.body["allowed"] == ["withdraw"]  # another one releases what they wrote
    path = f"/staff/v1/bulletins/{written.body['number']}"
    for who, allowed in (
        (LEADER, ["withdraw"]),
        (AUTHOR, ["withdraw"]),
        (staff("leader-1", "duty-leader"), ["release", "withdraw"]),
    ):
        assert world.http("notify.staff", "GET", path, staff=who).body["allowed"] == allowed


@pytest.mark.requirement("TELL-08")
def test_paused_it_goes_on_where_it_stood(world):
    slowly(world, 3)
    addresses = many(world, 5)
    number = release(world)
    minute(world)
    act(world, number, "pause")
    world.pass_time(timedelta(hours=2))
    assert sum(got(world, addresses)) == 3
    act(world, number, "resume")
    world.pass_time(timedelta(minutes=1))
    assert got(world, addresses) == [1] * 5


@pytest.mark.requirement("TELL-08", "TELL-09")
def test_portions_that_come_twice_and_a_reaction_that_breaks_off_double_and_lose_nothing(world, monkeypatch):
    addresses = many(world, 30)
    number = release(world)
    world.tick("notify")
    world.relay("notify")
    batch = world.receive("notify")
    assert len(batch) == 2
    begin = delivery.begin
    begun: list[Any] = []

    def breaks(*given):
        if len(begun) == 7:
            raise RuntimeError("the function was stopped")
        begun.append(given)
        begin(*given)

    with monkeypatch.context() as broken:
        broken.setattr(delivery, "begin", breaks)
        failed = world.deliver("notify", batch)["batchItemFailures"]
    assert failed
    for _ in range(2):
        assert world.deliver("notify", batch)["batchItemFailures"] == []
    assert got(world, addresses) == [1] * 30
    progress = seen(world, number)["progress"]
    assert (progress["queued"], progress["sent"], progress["left_out"]) == (30, 30, 0)


@pytest.mark.requirement("TELL-08", "TELL-09")
def test_when_there_is_no_time_to_send_a_portion_the_clock_sends_the_rest(world, monkeypatch):
    addresses = many(world, 4)
    number = release(world)
    monkeypatch.setattr(batching, "_TRYING", -1)
    minute(world)
    assert sum(got(world, addresses)) == 0
    assert seen(world, number)["progress"]["under_way"] == 4
    minute(world)
    assert got(world, addresses) == [1] * 4
    assert seen(world, number)["progress"]["sent"] == 4


@pytest.mark.requirement("TELL-08")
def test_what_does_not_arrive_is_counted_and_nobody_is_called_for_it(world, providers):
    subscribe(world, MAIL)
    subscribe(world, "other@example.org")
    providers(email=Provider(NeverTaken("MessageRejected"), NoAnswer("ReadTimeoutError")))
    number = release(world)
    minute(world)
    progress = seen(world, number)["progress"]
    assert (progress["failed"], progress["under_way"]) == (1, 1)
    world.pass_time(timedelta(minutes=2))
    world.pass_time(timedelta(minutes=10))
    progress = seen(world, number)["progress"]
    assert (progress["failed"], progress["unknown"], progress["under_way"]) == (1, 1, 0)
    calls = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OPERATOR).body["callbacks"]
    assert calls == []


@pytest.mark.requirement("TELL-04", "TELL-08")
def test_at_night_only_what_is_urgent_goes_out(world):
    addresses = many(world, 1)
    world.at(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))  # 21:00 in Dubai
    number = release(world)
    minute(world)
    assert got(world, addresses) == [0]
    release(world, urgent=True)
    minute(world)
    assert got(world, addresses) == [1]
    world.at(datetime(2026, 11, 24, 3, 59, tzinfo=UTC))
    minute(world)
    assert seen(world, number)["progress"]["queued"] == 0
    world.at(datetime(2026, 11, 24, 4, 0, tzinfo=UTC))  # 08:00
    minute(world)
    assert got(world, addresses) == [2]


@pytest.mark.requirement("TELL-09")
def test_two_ticks_at_once_hand_out_nothing_twice(world, monkeypatch):
    slowly(world, 3)
    addresses = many(world, 5)
    number = release(world)
    with world.function_of("notify", "clock"):
        identity, turn = number.replace("-", ""), audience.turn
        others = iter([None])

        def meanwhile(*given):
            if next(others, "over") is None:
                batching.look(identity, datetime.now(UTC))
            return turn(*given)

        with monkeypatch.context() as patch:
            patch.setattr(audience, "turn", meanwhile)
            with pytest.raises(Conflict):
                batching.look(identity, datetime.now(UTC))
    world.settle()
    assert sum(got(world, addresses)) == 3
    world.pass_time(timedelta(minutes=1))
    assert got(world, addresses) == [1] * 5


@pytest.mark.requirement("TELL-08")
def test_who_leaves_while_it_is_on_its_way_gets_it_no_more(world):
    subscribe(world, MAIL)
    release(world)
    minute(world)
    number = release(world)
    world.tick("notify")  # handed out, and not heard yet
    follow(world, written(world, MAIL)[-1])
    progress = seen(world, number)["progress"]
    assert (progress["queued"], progress["left_out"], progress["sent"]) == (1, 1, 0)


def test_a_draft_is_kept_once_and_withdrawn(world):
    first = draft(world, key="the-same-key")
    assert (first.status, draft(world, key="the-same-key").body) == (201, first.body)
    other = draft(world, key="the-same-key", words={"en": {"subject": "x", "text": "y", "short": "z"}})
    assert other.status == 422
    number = first.body["number"]
    listed = world.http("notify.staff", "GET", "/staff/v1/bulletins", staff=OPERATOR).body["bulletins"]
    assert [one["number"] for one in listed] == [number]
    assert act(world, number, "withdraw", AUTHOR).body["state"] == "withdrawn"
    refused = act(world, number, "release")
    assert (refused.status, refused.body["allowed"]) == (409, [])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"theme": "gossip"}, "/theme"),
        ({"communities": ["atlantis"]}, "/communities/0"),
        ({"words": {}}, "/words"),
        ({"words": {"fr": {"subject": "x", "text": "y", "short": "z"}}}, "/words"),
        ({"words": {"en": {"subject": "one\ntwo", "text": "y", "short": "z"}}}, "/words/en/subject"),
        ({"words": {"en": {"subject": "x", "text": "", "short": "z"}}}, "/words/en/text"),
        ({"words": {"en": {"subject": "x", "text": "y", "short": "z" * 401}}}, "/words/en/short"),
    ],
)
def test_what_can_be_no_bulletin_is_refused_with_where_and_why(world, body, pointer):
    answer = draft(world, **body)
    assert answer.status == 422
    assert any(one["pointer"].startswith(pointer) for one in answer.body["faults"]), answer.body


def test_words_with_braces_are_words(world):
    subscribe(world, MAIL)
    release(world, words={"en": {"subject": "{x}", "text": "Use {name} and {0}.", "short": "{y}"}})
    minute(world)
    assert "Use {name} and {0}." in written(world, MAIL)[-1]


def test_a_tick_reads_no_more_of_a_list_than_its_turn(world, monkeypatch):
    slowly(world, 2)
    many(world, 6)
    number = release(world)
    asked: list[int] = []
    with world.function_of("notify", "clock"):
        read = store().client.query

        def query(**question):
            asked.append(question["Limit"])
            return read(**question)

        with monkeypatch.context() as patch:
            patch.setattr(store().client, "query", query)
            batching.look(number.replace("-", ""), datetime.now(UTC))
    assert asked == [2]


@pytest.mark.requirement("TELL-03", "TELL-08")
def test_what_providers_tell_of_a_bulletin_afterwards_is_counted(world, providers):
    many(world, 3)
    email = Provider()
    providers(email=email)
    number = release(world)
    minute(world)
    back, signed_for, _ = email.tries
    world.tell_receipt(of_mail("Bounce", back, bounce=REFUSED))
    body = json.dumps({"message": signed_for.mark, "channel": "email", "fate": "delivered"})
    assert webhooked(world, body).status == 202
    progress = seen(world, number)["progress"]
    assert (progress["queued"], progress["delivered"], progress["sent"], progress["failed"]) == (3, 1, 1, 1)


def webhooked(world, body: str) -> Any:
    """A receipt by HTTP, as a carrier signs it."""
    seconds = int(datetime.now(UTC).timestamp())
    with world.function_of("notify"):
        key = webhook.key_of("carrier-x")
    signature = hmac.new(key, f"{seconds}.{body}".encode(), "sha256").hexdigest()
    sent = {"desk-signature": f"t={seconds},v1={signature}"}
    return world.http("notify.webhook", "POST", "/v1/receipts/carrier-x", raw=body, sent=sent)
