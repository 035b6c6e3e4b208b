"""Receipts that SNS brings by HTTPS: signed by SNS, for our topic, with a certificate from its own hosts."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from services.notify import fetching, snspost
from tests.service.conftest import MONDAY_MORNING
from tests.service.receipting import of_mail
from tests.service.test_main_path import report
from tests.service.test_messages import Provider, providers
from tests.service.test_receipts import BOTH, message

__all__ = ["providers"]
TOPIC = "arn:aws:sns:me-central-1:123456789012:receipts"
CERTIFICATE = "https://sns.me-central-1.amazonaws.com/SimpleNotificationService-0123.pem"


@cache
def key(name: str) -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key, and a certificate for it; made once, because that takes a second."""
    made = rsa.generate_private_key(65537, 1024 if name == "short" else 2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.amazonaws.com")])
    builder = x509.CertificateBuilder(who, who, made.public_key(), x509.random_serial_number())
    from_, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    signed = builder.not_valid_before(from_).not_valid_after(until).sign(made, hashes.SHA256())
    return made, signed.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def email(world, providers, monkeypatch):
    """A mail that went out; SNS' host answers with its certificate and says what it was asked for."""
    email = Provider()
    providers(email=email)
    report(world, contact=BOTH)
    world.settle()
    fetching.certificate.cache_clear()
    email.got = []  # type: ignore[attr-defined]

    def get(address: str) -> bytes:
        assert snspost.is_of_sns(address)
        email.got.append(address)  # type: ignore[attr-defined]
        return key("sns")[1]

    monkeypatch.setattr(fetching, "get", get)
    yield email
    fetching.certificate.cache_clear()


def posted(text: str, version: str = "2", signer: str = "sns", **more: Any) -> dict[str, Any]:
    body = {
        "Type": "Notification",
        "MessageId": "22b80b92",
        "TopicArn": TOPIC,
        "Message": text,
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **more,
    }
    names = sorted(body.keys() - {"SignatureVersion", "SigningCertURL"})
    said = "".join(f"{name}\n{body[name]}\n" for name in names).encode()
    hashed = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303  what SNS signs with
    return {**body, "Signature": b64encode(key(signer)[0].sign(said, padding.PKCS1v15(), hashed)).decode()}


def post(world, body: Any) -> int:
    answer = world.http("notify.webhook", "POST", "/v1/receipts/sns", body)
    return int(answer.status)


@pytest.mark.requirement("TELL-03")
@pytest.mark.parametrize("more", [{"version": "1"}, {"version": "2"}, {"Subject": "Amazon SES"}])
def test_what_sns_signed_counts(world, email, more):
    assert post(world, posted(of_mail("Delivery", email.tries[0]), **more)) == 202
    assert message(world)["state"] == "delivered"


@pytest.mark.requirement("TELL-03")
def test_what_sns_did_not_sign_for_us_changes_nothing(world, email):
    told = of_mail("Delivery", email.tries[0])
    good, before = posted(told), message(world)
    old = f"{MONDAY_MORNING - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    bad: list[Any] = [
        {**good, "Message": told.replace("Delivery", "Bounce")},
        {**good, "Signature": "AAAA"},
        {**good, "Signature": "é"},
        {**good, "Signature": b64encode(bytes(256)).decode()},
        {**good, "SignatureVersion": "1"},
        {**good, "SignatureVersion": "3"},
        posted(told, signer="stranger"),
        posted(told, TopicArn="arn:aws:sns:me-central-1:999999999999:theirs"),
        posted(told, Timestamp=old),
        *(
            posted(told, SigningCertURL=address)
            for address in (
                "http://sns.me-central-1.amazonaws.com/a.pem",
                "https://sns.me-central-1.amazonaws.com.example.org/a.pem",
                "https://example.org/sns.me-central-1.amazonaws.com/a.pem",
                "https://s3.amazonaws.com/bucket/a.pem",
                "https://sns.me-central-1.amazonaws.com@example.org/a.pem",
                "https://sns.me-central-1.amazonaws.com:8443/a.pem",
                "https://sns.me-central-1.amazonaws.com\\.example.org/a.pem",
                "https://[/a.pem",
                "https://sns.me-central-1.amazonaws.com/a.crt",
            )
        ),
        {},
        [],
        "x",
    ]
    assert [post(world, one) for one in bad] == [401] * len(bad)
    assert message(world) == before
    assert set(email.got) <= {CERTIFICATE}


def test_a_new_subscription_of_our_topic_is_confirmed_at_sns_and_nowhere_else(world, email):
    where = "https://sns.me-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    wanted = {"Type": "SubscriptionConfirmation", "Token": "t"}
    assert post(world, posted("Confirm.", **wanted, SubscribeURL=where)) == 202
    assert where in email.got


def test_a_confirmation_elsewhere_is_not_followed(monkeypatch):
    monkeypatch.setattr(fetching, "HTTPSConnection", None)
    with pytest.raises(snspost.NotSigned, match="elsewhere"):
        fetching.get("https://example.org/?Action=ConfirmSubscription")


def test_a_host_that_is_not_there_is_no_signature(monkeypatch):
    class Dead:
        def __init__(self, *_: Any, **__: Any) -> None: ...

        def request(self, *_: Any) -> None:
            raise TimeoutError

        def close(self) -> None: ...

    monkeypatch.setattr(fetching, "HTTPSConnection", Dead)
    with pytest.raises(snspost.NotSigned, match="out of reach"):
        fetching.get(CERTIFICATE)


@pytest.mark.parametrize("broken", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", b"\xff"])
def test_a_certificate_that_is_none_is_no_signature(broken):
    post = snspost.read(posted("x"), frozenset({TOPIC}), datetime.now(UTC), 10)
    with pytest.raises(snspost.NotSigned):
        snspost.verify(post, lambda _: broken)


def test_a_key_that_is_too_short_signs_nothing():
    with pytest.raises(snspost.NotSigned, match="forged"):
        snspost.verify(
            snspost.read(posted("x", signer="short"), frozenset({TOPIC}), datetime.now(UTC), 10),
            lambda _: key("short")[1],
        )


def test_the_key_in_a_certificate_is_the_one_that_others_read():
    made, certificate = key("sns")
    numbers = made.public_key().public_numbers()
    assert snspost.key_of(certificate) == (numbers.n, numbers.e)
