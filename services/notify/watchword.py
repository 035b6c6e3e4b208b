"""The one-time word: what a caller of the desk says first, and the customer finds on their case.

Whoever rings a customer and does not know it does not call for the desk. It is derived from the call, so that it is
kept nowhere, and is another one for every call that was made.
"""

import json
from functools import cache
from pathlib import Path

from services.notify.callback import Callback
from shared import vault
from shared.packs import LANGUAGES

_WORDS = Path(__file__).parent / "texts" / "watchwords.json"


@cache
def _words() -> list[dict[str, str]]:
    """Words that are easy to say and to hear on the telephone, each in every language."""
    words: list[dict[str, str]] = json.loads(_WORDS.read_text(encoding="utf-8"))
    return words


def watchword(callback: Callback, language: str) -> str:
    """Two words, to be said in this language at the next call."""
    spoken, words = language if language in LANGUAGES else "en", _words()
    drawn = vault.mac("watchword", callback.id, str(callback.calls))
    first, second = (int.from_bytes(part, "big") % len(words) for part in (drawn[:8], drawn[8:16]))
    return f"{words[first][spoken]} {words[second][spoken]}"
