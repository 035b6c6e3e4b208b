"""Identifiers. Those that open something are unguessable; those that people read aloud are easy to read aloud."""

import secrets
import uuid

# Crockford's base 32: no I, L, O or U, so that nothing is misread or misheard.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HEARD_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_LENGTH = 12
_GROUP = 4


def event_id() -> str:
    return str(uuid.uuid4())


def secret() -> str:
    """A capability of 160 random bits, safe in a URL."""
    return secrets.token_urlsafe(20)


def number() -> str:
    """A fresh case number of 60 random bits."""
    return number_from(secrets.token_bytes(8))


def number_from(entropy: bytes) -> str:
    """The case number that the first 60 bits of `entropy` give: for numbers derived from a command or event."""
    value = int.from_bytes(entropy[:8], "big") >> 4
    return "".join(_ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(_LENGTH)))


def spoken(number: str) -> str:
    """`K7M29QXD4T8V` as people read it: `K7M2-9QXD-4T8V`."""
    return "-".join(number[start : start + _GROUP] for start in range(0, len(number), _GROUP))


def heard(text: str) -> str | None:
    """The number that a person meant by `text`, or None when it can't be one."""
    cleaned = text.strip().upper().translate(_HEARD_AS)
    if len(cleaned) == _LENGTH and all(letter in _ALPHABET for letter in cleaned):
        return cleaned
    return None
