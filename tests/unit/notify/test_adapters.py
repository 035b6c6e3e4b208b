"""One suite for every way out: the same happens on the wire and to us, whoever the provider is.

Real clients of botocore write the request, by the service's model, and read the answer; only the wire is ours. What
the local outbox shows of the same request is held to be the same message.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from infra.local import outbox
from services.notify import eum, ses, sns
from services.notify.channels import Provider
from services.notify.letter import Letter
from services.notify.mark import MARK, Which
from services.notify.outcomes import NeverTaken, NoAnswer, NotTaken
from shared import aws
from shared.settings import settings

LETTER = Letter("لدينا بلاغك", "مرحبا,\n\nwe have it — 收到.\n", "لدينا بلاغك 收到 {[€]}", "ar")
WHICH = Which("0b6bd3ff-6ab6-4f6d-8d44-6a3fe43cbd0e.acknowledgement", 3)


class Raw:
    """The body of an answer, as urllib3 would hand it over."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def in_json(code: str) -> bytes:
    return json.dumps({"__type": code, "message": "no"}).encode()


def in_xml(code: str) -> bytes:
    return f"<ErrorResponse><Error><Code>{code}</Code></Error><RequestId>r</RequestId></ErrorResponse>".encode()


TAKEN = b"<PublishResponse><PublishResult><MessageId>id-1</MessageId></PublishResult></PublishResponse>"


@dataclass(frozen=True)
class Adapter:
    """One way out, and how its provider speaks."""

    name: str
    provider: Provider
    service: str
    address: str
    throttled: str
    refused: str
    denied: str
    broken: str
    taken: bytes = b'{"MessageId": "id-1"}'
    error: Any = in_json


ADAPTERS = (
    Adapter(
        *("ses", ses.Email(), "sesv2", "amal@example.org"),
        throttled="TooManyRequestsException",
        refused="MessageRejected",
        denied="AccessDeniedException",
        broken="InternalFailure",
    ),
    Adapter(
        *("sns", sns.Sns(), "sns", "+971501234567"),
        throttled="Throttled",
        refused="InvalidParameter",
        denied="AuthorizationError",
        broken="InternalError",
        taken=TAKEN,
        error=in_xml,
    ),
    Adapter(
        *("eum", eum.Eum(), "pinpoint-sms-voice-v2", "+971501234567"),
        throttled="ThrottlingException",
        refused="ValidationException",
        denied="AccessDeniedException",
        broken="InternalServerException",
    ),
)
every_adapter = pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)


class Wire:
    """Answers with this, or fails like this; keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[AWSPreparedRequest] = []
        self.answer: tuple[int, bytes] | Exception = (200, b"")

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        status, body = self.answer
        return AWSResponse(
            request.url, status, HTTPHeaders.from_dict({"content-type": "application/json"}), Raw(body)
        )


@pytest.fixture
def wire(monkeypatch) -> Iterator[Wire]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AHD_MAIL_FROM": "desk@example.org",
        "AHD_SMS_SENDER": "AHD",
        "AHD_URL": "https://desk.example",
        "AHD_RECEIPTS": "AhdNotify",
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    aws.client_once.cache_clear()
    ours = Wire()
    for adapter in ADAPTERS:
        aws.client_once(adapter.service).meta.events.register_first("before-send", ours)
    yield ours
    settings.cache_clear()
    aws.client_once.cache_clear()


def send(adapter: Adapter) -> str:
    return adapter.provider.send(adapter.address, LETTER, WHICH)


@every_adapter
def test_what_is_taken_has_the_provider_s_id_and_is_asked_for_once(wire, adapter):
    wire.answer = (200, adapter.taken)
    assert send(adapter) == "id-1"
    assert len(wire.asked) == 1


@every_adapter
@pytest.mark.parametrize(
    ("what", "status", "means"),
    [
        ("throttled", 400, NotTaken),
        ("denied", 403, NotTaken),
        ("refused", 400, NeverTaken),
        ("broken", 500, NoAnswer),
    ],
)
def test_a_refusal_means_the_same_whoever_refuses_and_is_not_asked_again(wire, adapter, what, status, means):
    wire.answer = (status, adapter.error(getattr(adapter, what)))
    with pytest.raises(means):
        send(adapter)
    assert len(wire.asked) == 1


@every_adapter
@pytest.mark.parametrize("status", [200, 400, 429, 503])
def test_an_answer_that_nobody_can_read_is_no_answer_or_judged_by_its_status(wire, adapter, status):
    wire.answer = (status, b"<html>")
    with pytest.raises((NotTaken, NeverTaken) if adapter.name != "sns" and status in {400, 429} else NoAnswer):
        send(adapter)


@every_adapter
@pytest.mark.parametrize(
    ("error", "means"),
    [
        (ReadTimeoutError(endpoint_url="https://x"), NoAnswer),
        (ConnectTimeoutError(endpoint_url="https://x"), NotTaken),
        (EndpointConnectionError(endpoint_url="https://x"), NotTaken),
    ],
)
def test_only_what_went_out_may_have_been_taken(wire, adapter, error, means):
    wire.answer = error
    with pytest.raises(means):
        send(adapter)
    assert len(wire.asked) == 1


@every_adapter
def test_what_the_outbox_shows_is_what_was_sent(wire, adapter):
    wire.answer = (200, adapter.taken)
    send(adapter)
    (request,) = wire.asked
    headers = {name.lower().encode(): _bytes(one) for name, one in request.headers.items()}
    path = "/" + request.url.partition("://")[2].partition("/")[2]
    assert outbox.is_send(request.method, path, headers)
    shown = outbox.message_of(path, headers, _bytes(request.body))
    assert shown is not None
    assert shown["to"] == [adapter.address]
    said = LETTER.text if adapter.name == "ses" else LETTER.sms
    assert shown["text"].replace("\r\n", "\n") == said
    assert shown["sender"] == ("desk@example.org" if adapter.name == "ses" else "AHD")


def _bytes(text: Any) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode()


@pytest.mark.parametrize("adapter", [one for one in ADAPTERS if one.name != "sns"], ids=lambda adapter: adapter.name)
def test_receipts_can_say_which_try_they_are_of_and_nothing_of_a_person(wire, adapter):
    wire.answer = (200, adapter.taken)
    send(adapter)
    asked = json.loads(wire.asked[0].body)
    marks = asked.get("Context") or {tag["Name"]: tag["Value"] for tag in asked["EmailTags"]}
    assert Which.marked(marks[MARK]) == WHICH
    assert set(marks) == {MARK}
    assert asked["ConfigurationSetName"] == "AhdNotify"


def test_no_model_calls_these_codes_otherwise():
    """The codes that the suite speaks are the models' own."""
    known: Mapping[str, set[str]] = {
        adapter.name: {shape.error_code for shape in _operation(adapter).error_shapes} for adapter in ADAPTERS
    }
    for adapter in ADAPTERS:
        assert {adapter.throttled, adapter.refused} & known[adapter.name], adapter.name


def _operation(adapter: Adapter) -> Any:
    name = {"sesv2": "SendEmail", "sns": "Publish"}.get(adapter.service, "SendTextMessage")
    return botocore.session.get_session().get_service_model(adapter.service).operation_model(name)
