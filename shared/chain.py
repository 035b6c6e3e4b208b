"""The hash chain: each event of an aggregate commits to the one before it, so that nothing can be changed,
dropped or slipped in unseen. What may have to be erased one day (personal data, sealed boxes) enters the chain
as the hash of its ciphertext: erase the ciphertext and the chain still verifies.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

GENESIS = ""


# Made once: json.dumps with options makes an encoder for every call.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(facts: Mapping[str, Any]) -> str:
    """One text for one meaning: sorted keys, no spaces."""
    return _encode(facts)


def commitment(ciphertext: bytes | str) -> str:
    """What stands in the chain for a ciphertext."""
    raw = ciphertext.encode() if isinstance(ciphertext, str) else ciphertext
    return hashlib.sha256(raw).hexdigest()


def link(key: bytes, before: str, facts: Mapping[str, Any]) -> str:
    """The keyed hash of an event with these facts that follows the one whose hash is `before`.

    Keyed, because whoever can write the table could otherwise write a new chain that fits.
    """
    return hmac.digest(key, f"{before}\n{canonical(facts)}".encode(), "sha256").hex()


def broken_at(key: bytes, events: Iterable[Mapping[str, Any]], head: str) -> int | None:
    """The sequence number of the first event that does not fit, or None when the chain is whole.

    `events` in order, each with `seq`, `hash` and the facts that were linked; `head` is what the aggregate says
    the newest hash is: a chain cut short does not reach it.
    """
    before, expected = GENESIS, 1
    for event in events:
        facts = {key: value for key, value in event.items() if key != "hash"}
        if event["seq"] != expected or link(key, before, facts) != event["hash"]:
            return expected
        before, expected = event["hash"], expected + 1
    return None if before == head else expected
