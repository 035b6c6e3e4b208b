"""The ways out: what a provider's answer means, and that nothing anybody wrote becomes a header."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker

from services.notify import channels, eum, ses, sns
from services.notify.channels import PROVIDERS, Email, Letter, NeverTaken, NoAnswer, NotTaken, Texts
from services.notify.mark import Which
from services.notify.outcomes import meaning
from shared.settings import settings

WHICH = Which("event.acknowledgement", 1)
LETTER = Letter("We have your report", "Hello,\n\nthank you.\n", "Thank you.", "en")
BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x1c", "\u2028", "\x85")


def modelled(service: str, operation: str) -> dict[str, int]:
    """The codes on the wire, and HTTP status, of every error that AWS says this operation may answer with."""
    shapes: list[Any] = (
        botocore.session.get_session().get_service_model(service).operation_model(operation).error_shapes
    )
    return {shape.error_code: shape.metadata.get("error", {}).get("httpStatusCode", 400) for shape in shapes}


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

    publish = send_text_message = send_email


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("AHD_MAIL_FROM", "desk@example.org")
    monkeypatch.setenv("AHD_URL", "https://desk.example")
    settings.cache_clear()

    def answering(error: Exception | None = None, region: str = "AE") -> Client:
        client = Client(error)
        for module in (ses, sns, eum):
            monkeypatch.setattr(module, "client_once", lambda _service: client)
        monkeypatch.setattr(channels, "pack", lambda: type("Pack", (), {"region": region}))
        return client

    yield answering
    settings.cache_clear()


def refusal(code: str, status: int, **more: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(answer, "Send")


@pytest.mark.parametrize(
    ("service", "operation", "ours"),
    [
        ("sesv2", "SendEmail", ses),
        ("sns", "Publish", sns),
        ("pinpoint-sms-voice-v2", "SendTextMessage", eum),
    ],
)
def test_every_error_that_aws_documents_was_thought_about(service, operation, ours):
    codes = modelled(service, operation)
    assert codes
    for code, status in codes.items():
        # A code that nobody thought about would be judged by the two statuses differently.
        assert meaning(code, 400, ours.CODES) is meaning(code, 500, ours.CODES), code
        if status in {401, 403, 429}:
            assert meaning(code, status, ours.CODES) is NotTaken, code
        if status >= 500:
            assert meaning(code, status, ours.CODES) is NoAnswer, code


def test_no_reason_is_misspelled():
    model: Any = botocore.session.get_session().get_service_model("pinpoint-sms-voice-v2")
    said = {
        reason
        for shape in ("ValidationExceptionReason", "ConflictExceptionReason")
        for reason in model.shape_for(shape).enum
    }
    assert eum.REASONS.keys() - said == set()


@pytest.mark.parametrize("code", vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"])
def test_too_much_at_once_is_for_now(code):
    assert {meaning(code, 400, one.CODES) for one in (ses, sns, eum)} == {NotTaken}


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
        PROVIDERS["sms"].send("+971501234567", LETTER, WHICH)


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
        Email().send("amal@example.org", LETTER, WHICH)


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
        Email().send("amal@example.org", LETTER, WHICH)


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
    Email().send(address, LETTER, WHICH)
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
        Email().send(address, LETTER, WHICH)
    assert client.asked == {}


@pytest.mark.parametrize("line_break", BREAKS)
def test_no_line_break_in_any_value_makes_a_header(provider, line_break):
    client = provider()
    evil = f"x{line_break}Bcc: all@example.org{line_break}{line_break}body"
    Email().send("amal@example.org", Letter(evil, evil, evil, evil), WHICH)
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
        assert PROVIDERS["sms"].send(number, LETTER, WHICH) == "1"
    else:
        with pytest.raises(NeverTaken, match="CountryNotServed"):
            PROVIDERS["sms"].send(number, LETTER, WHICH)
    assert bool(client.asked) is sent


def test_the_deployment_may_add_countries(provider, monkeypatch):
    provider(region="AE")
    monkeypatch.setenv("AHD_SMS_COUNTRIES", "OM,GB")
    settings.cache_clear()
    assert PROVIDERS["sms"].send("+447700900123", LETTER, WHICH) == "1"
    with pytest.raises(NeverTaken):
        PROVIDERS["sms"].send("+18765551234", LETTER, WHICH)


class Carrier:
    """One of two that send texts: does what it is told, once each, and then takes everything."""

    def __init__(self, *does: Exception) -> None:
        self.does, self.asked = list(does), 0

    def send(self, _address: str, _letter: Letter, _which: Which) -> str:
        self.asked += 1
        if self.does:
            raise self.does.pop(0)
        return "1"


@pytest.fixture
def both(provider, monkeypatch):
    provider()

    def use(sns: Carrier, eum: Carrier, order: str = "sns,eum") -> Texts:
        monkeypatch.setenv("AHD_SMS_PROVIDERS", order)
        settings.cache_clear()
        return Texts({"sns": sns, "eum": eum})

    return use


NUMBER = "+971501234567"


def test_the_other_stands_by_when_the_first_refuses_for_now(both):
    first, second = Carrier(NotTaken("Throttling")), Carrier()
    assert both(first, second).send(NUMBER, LETTER, WHICH) == "1"
    assert (first.asked, second.asked) == (1, 1)


@pytest.mark.parametrize("ends", [NeverTaken("OptedOut"), NoAnswer("ReadTimeoutError")])
def test_nobody_else_is_asked_when_the_receiver_will_not_or_it_may_be_sent_already(both, ends):
    first, second = Carrier(ends), Carrier()
    with pytest.raises(type(ends)):
        both(first, second).send(NUMBER, LETTER, WHICH)
    assert second.asked == 0


@pytest.mark.parametrize("second", [NeverTaken("ValidationException"), NotTaken("Throttling")])
def test_when_neither_takes_it_the_refusal_for_now_counts(both, second):
    with pytest.raises(NotTaken, match="AccessDenied"):
        both(Carrier(NotTaken("AccessDenied")), Carrier(second)).send(NUMBER, LETTER, WHICH)


def test_after_a_try_in_doubt_the_other_goes_first(both):
    first, second = Carrier(), Carrier()
    both(first, second).send(NUMBER, LETTER, Which("event.acknowledgement", 2, turn=1))
    assert (first.asked, second.asked) == (0, 1)


def test_the_deployment_says_who_goes_first(both):
    first, second = Carrier(), Carrier()
    both(first, second, "eum,sns").send(NUMBER, LETTER, WHICH)
    assert (first.asked, second.asked) == (0, 1)


@pytest.mark.parametrize(
    ("reason", "means"),
    [("DESTINATION_PHONE_NUMBER_OPTED_OUT", NeverTaken), ("RESOURCE_NOT_ACTIVE", NotTaken), (None, NotTaken)],
)
def test_a_conflict_is_the_receivers_will_or_a_setting_of_ours(provider, reason, means):
    provider(reasoned("ConflictException", reason))
    with pytest.raises(means):
        eum.Eum().send(NUMBER, LETTER, WHICH)


@pytest.mark.parametrize(
    ("reason", "means"),
    [
        ("SENDER_ID_REQUIRES_REGISTRATION", NotTaken),
        ("INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", NotTaken),
        ("INVALID_PARAMETER", NeverTaken),
        ("MAXIMUM_SIZE_EXCEEDED", NeverTaken),
        (None, NeverTaken),
    ],
)
def test_what_does_not_validate_is_the_message_or_a_setting_of_ours(provider, reason, means):
    provider(reasoned("ValidationException", reason))
    with pytest.raises(means):
        eum.Eum().send(NUMBER, LETTER, WHICH)


def test_a_setting_that_is_wrong_with_one_carrier_lets_the_other_stand_by(provider, monkeypatch):
    taking = provider()
    refusing = Client(reasoned("ValidationException", "SENDER_ID_REQUIRES_REGISTRATION"))
    monkeypatch.setattr(eum, "client_once", lambda _service: refusing)
    monkeypatch.setenv("AHD_SMS_PROVIDERS", "eum,sns")
    settings.cache_clear()
    assert PROVIDERS["sms"].send(NUMBER, LETTER, WHICH) == "1"
    assert refusing.asked
    assert taking.asked["PhoneNumber"] == NUMBER


def reasoned(code: str, reason: str | None) -> ClientError:
    return refusal(code, 400, Reason=reason)


def test_the_link_of_one_click_goes_out_in_one_piece_however_long_it_is(provider):
    client = provider()
    link = f"https://desk.example/contact/stop/0123456789AB/progress/{'x' * 60}"
    subject = "نحن لدينا تقريرك " * 9
    Email().send("amal@example.org", replace(LETTER, subject=subject, unsubscribe=link), WHICH)
    raw = client.asked["Content"]["Raw"]["Data"]
    head = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    # As bytes: what decodes the pieces of a folded link is this library, and no mail program.
    assert f"List-Unsubscribe: <{link}>".encode() in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    # A word in another script is never longer than this (RFC 2047): mail programs would show it as it is.
    assert all(len(word) <= 75 for line in head for word in line.split() if word.startswith(b"=?"))
    assert message_from_bytes(raw, policy=SMTP)["Subject"] == subject.strip()
