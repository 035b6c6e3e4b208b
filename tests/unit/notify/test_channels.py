"""The ways out: what a provider's answer means, and that nothing anybody wrote becomes a header."""

from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker

from services.notify import channels
from services.notify.channels import CODES, Email, Letter, NeverTaken, NoAnswer, NotTaken, Sms, meaning
from shared.settings import settings

LETTER = Letter("We have your report", "Hello,\n\nthank you.\n", "Thank you.", "en")
BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x1c", "\u2028", "\x85")


def modelled(service: str, operation: str) -> dict[str, int]:
    """The codes on the wire, and HTTP status, of every error that AWS says this operation may answer with."""
    shapes: list[Any] = (
        botocore.session.get_session().get_service_model(service).operation_model(operation).error_shapes
    )
    return {shape.error_code: shape.metadata["error"]["httpStatusCode"] for shape in shapes}


class Client:
    """Answers every call in the same way and keeps what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: dict[str, Any] = {}

    def send_email(self, **asked):
        self.asked = asked
        if self.error:
            raise self.error
        return {"MessageId": "1"}

    publish = send_email


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("AHD_MAIL_FROM", "desk@example.org")
    monkeypatch.setenv("AHD_URL", "https://desk.example")
    settings.cache_clear()

    def answering(error: Exception | None = None, region: str = "AE") -> Client:
        client = Client(error)
        monkeypatch.setattr(channels, "client_once", lambda _service: client)
        monkeypatch.setattr(channels, "pack", lambda: type("Pack", (), {"region": region}))
        return client

    yield answering
    settings.cache_clear()


def refusal(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Send")


@pytest.mark.parametrize(("service", "operation"), [("sesv2", "SendEmail"), ("sns", "Publish")])
def test_every_error_that_aws_documents_was_thought_about(service, operation):
    codes = modelled(service, operation)
    assert codes
    assert codes.keys() - CODES.keys() == set()
    for code, status in codes.items():
        if status in {401, 403, 429}:
            assert CODES[code] is NotTaken, code
        if status >= 500:
            assert CODES[code] is NoAnswer, code


@pytest.mark.parametrize("code", vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"])
def test_too_much_at_once_is_for_now(code):
    assert meaning(code, 400) is NotTaken


@pytest.mark.parametrize(
    "code",
    [
        "AuthorizationError", "AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException",
        "RequestExpired", "InvalidClientTokenId", "SignatureDoesNotMatch", "Throttled",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [400, 403])
def test_a_slip_in_our_own_permissions_loses_no_message(provider, code, status):
    provider(refusal(code, status))
    with pytest.raises(NotTaken):
        Sms().send("+971501234567", LETTER)


@pytest.mark.parametrize(
    ("code", "status", "means"),
    [
        ("SomethingNew", 400, NeverTaken),
        ("SomethingNew", 401, NotTaken),
        ("SomethingNew", 403, NotTaken),
        ("SomethingNew", 429, NotTaken),
        ("SomethingNew", 503, NoAnswer),
        ("MessageRejected", 400, NeverTaken),
        ("InternalError", 500, NoAnswer),
    ],
)
def test_what_nobody_knows_is_judged_by_its_status(provider, code, status, means):
    provider(refusal(code, status))
    with pytest.raises(means):
        Email().send("amal@example.org", LETTER)


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (ConnectTimeoutError(endpoint_url="https://email"), NotTaken),
        (NoCredentialsError(), NotTaken),
        (ReadTimeoutError(endpoint_url="https://email"), NoAnswer),
    ],
)
def test_only_what_was_sent_may_have_been_taken(provider, error, means):
    provider(error)
    with pytest.raises(means):
        Email().send("amal@example.org", LETTER)


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("amal@example.org", "amal@example.org"),
        ("info@مثال.إختبار", "info@xn--mgbh0fb.xn--kgbechtv"),
        # IDNA 2003 would make this strasse.de, which is somebody else's.
        ("karl@straße.de", "karl@xn--strae-oqa.de"),
        ("a@Bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_a_domain_goes_out_as_dns_has_it(provider, address, on_the_wire):
    client = provider()
    Email().send(address, LETTER)
    assert client.asked["Destination"] == {"ToAddresses": [on_the_wire]}
    mail = message_from_bytes(client.asked["Content"]["Raw"]["Data"])
    assert mail["To"] == on_the_wire


@pytest.mark.parametrize(
    "address",
    ["", "amal", "@example.org", "amal@", "ämal@example.org", "a@b@c", "a@[10.0.0.1]", "a@b.c, d@e.f", "<a@b.c>"]
    + [f"amal@example.org{line_break}Bcc: all@example.org" for line_break in BREAKS]
    + [f"amal{line_break}Bcc: all@example.org" for line_break in BREAKS],
)
def test_what_is_no_one_mailbox_is_never_written_to(provider, address):
    client = provider()
    with pytest.raises(NeverTaken):
        Email().send(address, LETTER)
    assert client.asked == {}


@pytest.mark.parametrize("line_break", BREAKS)
def test_no_line_break_in_any_value_makes_a_header(provider, line_break):
    client = provider()
    evil = f"x{line_break}Bcc: all@example.org{line_break}{line_break}body"
    Email().send("amal@example.org", Letter(evil, evil, evil, evil))
    raw = client.asked["Content"]["Raw"]["Data"]
    mail = message_from_bytes(raw, policy=SMTP)
    ours = {"From", "To", "Subject", "Auto-Submitted", "Content-Language"}
    assert set(mail.keys()) == ours | {"Content-Type", "MIME-Version"}
    assert len(mail.keys()) == 7
    assert mail["Subject"] == "x Bcc: all@example.org body"
    assert mail["Content-Language"] == "en"
    assert b"\nBcc" not in raw.split(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("number", "region", "sent"),
    [
        ("+971501234567", "AE", True),
        ("+447700900123", "AE", False),
        ("+18765551234", "US", False),
        ("+12025550123", "US", True),
        ("", "AE", False),
    ],
)
def test_a_text_goes_to_the_pack_s_own_country(provider, number, region, sent):
    client = provider(region=region)
    if sent:
        assert Sms().send(number, LETTER) == "1"
    else:
        with pytest.raises(NeverTaken, match="CountryNotServed"):
            Sms().send(number, LETTER)
    assert bool(client.asked) is sent


def test_the_deployment_may_add_countries(provider, monkeypatch):
    provider(region="AE")
    monkeypatch.setenv("AHD_SMS_COUNTRIES", "OM,GB")
    settings.cache_clear()
    assert Sms().send("+447700900123", LETTER) == "1"
    with pytest.raises(NeverTaken):
        Sms().send("+18765551234", LETTER)
