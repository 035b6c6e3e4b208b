"""Secrets at rest: how a service encrypts personal fields and recognises the secrets it gave out.

One desk key per service (Secrets Manager, itself encrypted under the service's KMS key) is fetched once per
process. Each case has 32 random bytes of salt; its data key is derived from both, so destroying the salt makes
everything encrypted for that case unreadable for ever, without touching what is written elsewhere (ADR 0004).
"""

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from shared.aws import client
from shared.settings import settings

_NONCE = 12
_TAG = 16


class Erased(LookupError):
    """The key of this case was destroyed: what it encrypted can't be read any more."""


@cache
def _desk_key() -> bytes:
    answer = client("secretsmanager").get_secret_value(SecretId=settings().need("desk_key"))
    return cast("str", answer["SecretString"]).encode()


def mac(purpose: str, *parts: str) -> bytes:
    """A keyed hash of `parts`; the same parts for another purpose give another hash. 32 bytes."""
    message = "\x00".join((purpose, *parts)).encode()
    return bytes(hmac.digest(_desk_key(), message, "sha256"))


def mac_text(purpose: str, *parts: str) -> str:
    return b64encode(mac(purpose, *parts)).decode()


@cache
def chain_key() -> bytes:
    """What the hash chains of this service are keyed with."""
    return mac("chain")


def matches(purpose: str, stored: str, *parts: str) -> bool:
    """Whether `parts` give the stored keyed hash, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(stored, mac_text(purpose, *parts))


def new_salt() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def encrypt(salt: str | None, bound_to: str, content: Mapping[str, Any]) -> bytes:
    """Content as AES-256-GCM ciphertext that opens only for the same salt and the same place (`bound_to`)."""
    nonce = secrets.token_bytes(_NONCE)
    body, tag = _cipher(salt, nonce, bound_to).encrypt_and_digest(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    )
    return nonce + cast("bytes", body) + cast("bytes", tag)


def decrypt(salt: str | None, bound_to: str, ciphertext: bytes) -> dict[str, Any]:
    """What `encrypt` was given. Raises `Erased` without a salt, `ValueError` if anything was tampered with."""
    nonce, body, tag = ciphertext[:_NONCE], ciphertext[_NONCE:-_TAG], ciphertext[-_TAG:]
    plain = _cipher(salt, nonce, bound_to).decrypt_and_verify(body, tag)
    return cast("dict[str, Any]", json.loads(plain))


@cache
def aes() -> Any:
    """The module that makes AES ciphers, loaded when first needed: not every start of a function needs it."""
    from Crypto.Cipher import AES  # noqa: PLC0415

    return AES


def _cipher(salt: str | None, nonce: bytes, bound_to: str) -> Any:
    if not salt:
        raise Erased
    key = hmac.digest(_desk_key(), b"data\x00" + b64decode(salt), "sha256")
    cipher = aes().new(key, aes().MODE_GCM, nonce=nonce)
    cipher.update(bound_to.encode())
    return cipher
