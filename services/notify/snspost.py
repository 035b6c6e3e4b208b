"""A message of SNS that came by HTTPS: whether SNS signed it, by the certificate it names. Pure.

SNS signs with RSA, PKCS #1 v1.5 (RFC 8017, 8.2.2): what must have been signed is encoded and compared as a whole, so
that nothing of a forged signature is ever parsed.
"""

import hmac
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha1, sha256
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?")
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_INFO = {
    "1": (sha1, bytes.fromhex("3021300906052b0e03021a05000414")),
    "2": (sha256, bytes.fromhex("3031300d060960864801650304020105000420")),
}
_SHORTEST_KEY = 2048


class NotSigned(ValueError):
    """SNS did not sign this, or not for us; why is its argument."""


class SnsPost(BaseModel):
    """The body of a POST of SNS, as far as it is read."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True, alias_generator=to_pascal)

    type: Literal["Notification", "SubscriptionConfirmation"]
    message: str
    message_id: str
    topic_arn: str
    timestamp: AwareDatetime
    signature: str
    signature_version: Literal["1", "2"]
    signing_cert_url: Annotated[str, Field(alias="SigningCertURL")]
    subscribe_url: Annotated[str, Field(alias="SubscribeURL")] = ""
    raw: Annotated[Mapping[str, Any], Field(exclude=True)] = {}

    def signed(self) -> bytes:
        """What SNS signs of it."""
        names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        if self.type == "Notification":
            names = [name for name in names if name not in {"SubscribeURL", "Token"}]
        return "".join(f"{name}\n{self.raw[name]}\n" for name in names if self.raw.get(name) is not None).encode()


def read(body: Mapping[str, Any], topics: frozenset[str], now: datetime, lately: float) -> SnsPost:
    """A post to one of our topics, of now; nobody has looked at its signature. Raises `NotSigned`."""
    try:
        post = SnsPost.model_validate({**body, "Raw": body})
    except ValidationError:
        raise NotSigned("unreadable") from None
    if post.topic_arn not in topics:
        # Whoever has an AWS account can have SNS sign what they like, for a topic of their own.
        raise NotSigned("not our topic")
    if abs((now - post.timestamp).total_seconds()) > lately:
        raise NotSigned("not of now")
    return post


def is_of_sns(address: str) -> bool:
    """Whether an address is on a host of SNS, and nothing else."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "https" and port is None and parts.username is None and parts.netloc == parts.hostname
    return plain and bool(_HOST.fullmatch(parts.netloc))


def verify(post: SnsPost, fetch: Callable[[str], bytes]) -> None:
    """Raises `NotSigned`. `fetch` reads a certificate (PEM), from a host of SNS only."""
    address = post.signing_cert_url
    if not (is_of_sns(address) and address.endswith(".pem")):
        raise NotSigned("certificate from elsewhere")
    try:
        modulus, exponent = key_of(fetch(address))
        signature = b64decode(post.signature, validate=True)
    except ValueError:
        raise NotSigned("unreadable") from None
    size = (modulus.bit_length() + 7) // 8
    if modulus.bit_length() < _SHORTEST_KEY or len(signature) != size:
        raise NotSigned("forged")
    hashed, info = _INFO[post.signature_version]
    tail = info + hashed(post.signed()).digest()
    right = b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail
    found = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    if not hmac.compare_digest(right, found):
        raise NotSigned("forged")


def key_of(certificate: bytes) -> tuple[int, int]:
    """Modulus and exponent of the RSA key in a certificate (X.509, PEM). Raises `ValueError`."""
    lines = certificate.decode("ascii").strip().splitlines()
    if lines[:1] != ["-----BEGIN CERTIFICATE-----"] or lines[-1] != "-----END CERTIFICATE-----":
        raise ValueError("no certificate")
    der = b64decode("".join(lines[1:-1]), validate=True)
    at = der.index(_RSA) + len(_RSA)
    bits, _ = _value(der, at, 0x03)
    numbers, _ = _value(bits, 1, 0x30)
    modulus, rest = _value(numbers, 0, 0x02)
    exponent, _ = _value(numbers, rest, 0x02)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _value(der: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """What stands in the element at this place, and where the next one begins. Raises `ValueError`."""
    if der[at : at + 1] != bytes([tag]):
        raise ValueError("not DER")
    length, start = int.from_bytes(der[at + 1 : at + 2], "big"), at + 2
    if length & 0x80:
        octets = length & 0x7F
        length, start = int.from_bytes(der[start : start + octets], "big"), start + octets
    if start + length > len(der):
        raise ValueError("not DER")
    return der[start : start + length], start + length
