"""Receipts by HTTP: signed, of now, once. Anything else changes nothing and is never an error of ours."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notify import webhook
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.test_main_path import REPORT, report
from tests.service.test_receipts import BOTH, message

PATH = "/v1/receipts/carrier-x"


@pytest.fixture
def sent(world, providers):
    """What a carrier was given and tells of."""
    sms = Provider()
    providers(sms=sms)
    report(world, contact={**REPORT["contact"], "email": None, "preferred": "sms"})
    world.settle()
    return sms


def told(sms: Provider, **more: Any) -> str:
    return json.dumps({"message": sms.tries[0].mark, "channel": "sms", "fate": "delivered", **more})


def signed(world, body: str, provider: str = "carrier-x", at: datetime | None = None) -> str:
    seconds = int((at or datetime.now(UTC)).timestamp())
    with world.function_of("notify"):
        key = webhook.key_of(provider)
    return f"t={seconds},v1={hmac.new(key, f'{seconds}.{body}'.encode(), 'sha256').hexdigest()}"


def post(world, body: str | None, signature: str | None, path: str = PATH) -> Any:
    sent = {"desk-signature": signature} if signature is not None else {}
    return world.http("notify.webhook", "POST", path, raw=body, sent=sent)


@pytest.mark.requirement("TELL-03")
def test_a_signed_receipt_counts_and_counts_once(world, sent):
    body = told(sent)
    answers = [post(world, body, signed(world, body)) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].body == answers[1].body
    assert message(world)["state"] == "delivered"
    unknown = told(sent, message="ZXZlbnQueCAx")
    assert post(world, unknown, signed(world, unknown)).body == answers[0].body


@pytest.mark.requirement("TELL-03")
def test_what_is_forged_late_or_not_signed_changes_nothing(world, sent):
    body, before = told(sent, fate="undelivered"), message(world)
    good = signed(world, body)
    bad = {
        "none": None,
        "empty": "",
        "nonsense": "t=x,v1=y",
        "other body": signed(world, body + " "),
        "other provider": signed(world, body, "carrier-y"),
        "other key": good[:-1] + ("0" if good[-1] != "0" else "1"),
        "late": signed(world, body, at=MONDAY_MORNING - timedelta(minutes=6)),
        "of tomorrow": signed(world, body, at=MONDAY_MORNING + timedelta(days=1)),
        "another time": good.replace("t=1", "t=01"),
    }
    answers = {name: post(world, body, signature) for name, signature in bad.items()}
    assert {name: answer.status for name, answer in answers.items()} == dict.fromkeys(bad, 401)
    assert all("Desk-Signature" in answer.body["detail"] for answer in answers.values())
    assert post(world, body, signed(world, body, "Carrier"), "/v1/receipts/Carrier").status == 401
    assert post(world, body, signed(world, body, "carrier-y"), "/v1/receipts/carrier-y%00").status == 401
    assert message(world) == before


@pytest.mark.parametrize(
    "body", ["{", "[]", "null", "{}", '{"message": "?", "channel": "sms", "fate": "delivered"}', '{"fate": 1}', "é"]
)
def test_what_is_signed_but_no_receipt_says_how_one_is_written(world, sent, body):
    before = message(world)
    answer = post(world, body, signed(world, body))
    assert (answer.status, answer.body["type"]) == (422, "urn:ahd:problem:no-receipt")
    assert message(world) == before


def test_nothing_and_too_much_are_refused(world, sent):
    assert post(world, None, None).status == 400
    large = "x" * 70_000
    assert post(world, large, signed(world, large)).status == 413


def test_a_receipt_of_another_way_is_taken_for_what_it_says(world, providers):
    """A carrier can't settle the mail of a message whose text it never had: the try's number says which it was."""
    email = Provider()
    providers(email=email)
    report(world, contact=BOTH)
    world.settle()
    body = told(email, message=email.tries[0].mark.replace(email.tries[0].mark[-3:], "AAA"))
    assert post(world, body, signed(world, body)).status in {202, 422}
    assert message(world)["state"] == "sent"
