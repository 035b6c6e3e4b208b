"""The description of complaints' HTTP API, as it is published: OpenAPI 3.1, written when the desk was built."""

import hashlib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[2] / "docs" / "api" / "complaints.openapi.json"
"""Beside the sources, and at the same place in a Lambda package."""


@cache
def description() -> tuple[str, str]:
    """The document, and the tag that a cache knows it by."""
    text = _FILE.read_text(encoding="utf-8")
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
