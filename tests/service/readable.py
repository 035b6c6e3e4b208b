"""Everything that somebody with all keys of the desk could still read: what an erasure is held against."""

import json
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from shared import seals, vault
from tests.service.world import SERVICES, World


def readable(world: World) -> Iterator[str]:
    """Each attribute in clear, each ciphertext under any salt that is left, each box as its recipient opens it."""
    for service in SERVICES:
        items = world.items(service)
        salts = {
            json.loads(item["doc"]["S"]).get("salt") for item in items if item["sk"]["S"] == "STATE" and "doc" in item
        } - {None}
        for item in items:
            yield json.dumps({name: value for name, value in item.items() if "B" not in value}, default=str)
            with world.function_of(service):
                yield from _decrypted(item, salts)
        for recipient, boxes in _boxes(items).items():
            with world.function_of(recipient):
                yield from (json.dumps(seals.unseal(box, about), ensure_ascii=False) for box, about in boxes)


def _decrypted(item: dict[str, Any], salts: set[str]) -> Iterator[str]:
    key = item["pk"]["S"]
    found = {f"{key}/{item['sk']['S']}": item["private"]["B"]} if "private" in item else {}
    if sealed := json.loads(item["doc"]["S"]).get("sealed") if "doc" in item else None:
        found[f"{key}/particulars"] = b64decode(sealed)
    for bound_to, ciphertext in found.items():
        for salt in salts:
            with suppress(ValueError):
                yield json.dumps(vault.decrypt(salt, bound_to, ciphertext), ensure_ascii=False)


def _boxes(items: list[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in items:
        for recipient, box in item.get("boxes", {}).get("M", {}).items():
            found[recipient].append((box["S"], json.loads(item["doc"]["S"])["subject"]))
    return found
