"""Boxes sealed to another service: personal data that has to travel, unreadable on the way.

The sender asks KMS for a data key under the *recipient's* key (it may do nothing else with that key), uses it
for some minutes, and puts the wrapped key into each box. Bus, archive, queues and dead letters hold ciphertext.
"""

import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from shared.aws import client
from shared.settings import seal_key, settings
from shared.vault import aes

_KEY_LIVES_SECONDS = 300
_NONCE = 12
_TAG = 16


class Unreadable(ValueError):
    """A box that is not sealed to this service, or was changed on the way."""


@dataclass(frozen=True)
class _DataKey:
    plain: bytes
    wrapped: str
    until: float


_senders_keys: dict[str, _DataKey] = {}


def seal(recipient: str, about: str, content: Mapping[str, Any]) -> str:
    """A box that only the service `recipient` can open, and only as being `about` that subject."""
    key = _sending_key(recipient)
    nonce = secrets.token_bytes(_NONCE)
    cipher = _cipher(key.plain, nonce, recipient, about)
    body, tag = cipher.encrypt_and_digest(json.dumps(content, ensure_ascii=False).encode())
    return f"{key.wrapped}.{urlsafe_b64encode(nonce + body + tag).decode()}"


def unseal(box: str, about: str) -> dict[str, Any]:
    """What is in a box sealed to this service. Raises `Unreadable`."""
    recipient = settings().service
    try:
        wrapped, _, sealed = box.partition(".")
        raw = urlsafe_b64decode(sealed)
        cipher = _cipher(_unwrap(recipient, wrapped), raw[:_NONCE], recipient, about)
        plain = cipher.decrypt_and_verify(raw[_NONCE:-_TAG], raw[-_TAG:])
        return cast("dict[str, Any]", json.loads(plain))
    except (ValueError, client("kms").exceptions.InvalidCiphertextException) as error:
        raise Unreadable("this box can't be opened here") from error


def _sending_key(recipient: str) -> _DataKey:
    known = _senders_keys.get(recipient)
    if known and known.until > time.monotonic():
        return known
    answer = client("kms").generate_data_key(
        KeyId=seal_key(recipient), KeySpec="AES_256", EncryptionContext={"sealed-to": recipient}
    )
    fresh = _DataKey(
        plain=answer["Plaintext"],
        wrapped=urlsafe_b64encode(answer["CiphertextBlob"]).decode(),
        until=time.monotonic() + _KEY_LIVES_SECONDS,
    )
    _senders_keys[recipient] = fresh
    return fresh


@lru_cache(maxsize=256)
def _unwrap(recipient: str, wrapped: str) -> bytes:
    answer = client("kms").decrypt(
        CiphertextBlob=urlsafe_b64decode(wrapped), EncryptionContext={"sealed-to": recipient}
    )
    return cast("bytes", answer["Plaintext"])


def _cipher(key: bytes, nonce: bytes, recipient: str, about: str) -> Any:
    cipher = aes().new(key, aes().MODE_GCM, nonce=nonce)
    cipher.update(f"{recipient}\x00{about}".encode())
    return cipher
