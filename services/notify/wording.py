"""What a message says: its template in the customer's language, with dates as people there write them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal

from services.notify.entry import Entry
from services.notify.letter import Letter
from services.notify.names import greetable
from shared.packs import LANGUAGES
from shared.rules import pack

_TEXTS = Path(__file__).parent / "texts"
_OF_ITSELF = frozenset({"hello", "desk", "promised", "name"})

_LOCALES = {"en": "en_GB", "ar": "ar_AE", "zh": "zh_CN"}
_AS_WRITTEN = {"en": "EEEE d MMMM y, HH:mm", "ar": "EEEE d MMMM y، HH:mm", "zh": "y年M月d日EEEE HH:mm"}


@cache
def texts(language: str) -> dict[str, dict[str, str]]:
    """The templates of one language: for each its subject, text and SMS; how to greet; and what was promised."""
    known = language if language in LANGUAGES else "en"
    loaded: dict[str, dict[str, str]] = json.loads((_TEXTS / f"{known}.json").read_text(encoding="utf-8"))
    return loaded


def templates() -> tuple[str, ...]:
    """The names of all messages there are."""
    return tuple(name for name, words in texts(LANGUAGES[0]).items() if "sms" in words)


def values_of(template: str, language: str) -> frozenset[str]:
    """What a template must be given, beyond what every message has of itself."""
    said = "".join(texts(language)[template].values())
    return frozenset(name for _, name, _, _ in Formatter().parse(said) if name) - _OF_ITSELF


def letter(template: str, language: str, values: Mapping[str, Any], entry: Entry | None = None) -> Letter:
    """The message in words. Raises `KeyError` naming a value that the template needs and did not get.

    `promised` says what was promised; where it is not given, the name of the `promise` does.
    """
    words, promises = texts(language)[template], texts(language)["promise"]
    said = {name: _written(value, language) for name, value in values.items()}
    kind = said.get("promise", "").rstrip("-0123456789")  # of some there are several, each with a number
    said["promised"] = said.get("promised") or promises.get(kind, promises["any"])
    said["name"] = greetable(said.get("name", ""))
    greeting = texts(language)["greeting"]
    said["hello"] = greeting["named" if said["name"] else "unnamed"].format_map(said)
    said["desk"] = pack().title.into(language)
    footer = texts(language)["footer"]["wishes"].format_map(said) if said.get("wishes") else ""
    return Letter(
        subject=" ".join(words["subject"].format_map(said).split()),
        text=words["text"].format_map(said) + footer,
        sms=words["sms"].format_map(said),
        language=language,
        entry=replace(entry, summary=texts(language)["calendar"]["summary"]) if entry else None,
    )


def phrase(kind: str, name: str, language: str, values: Mapping[str, Any]) -> str:
    """Words that are no message by themselves. Raises `KeyError` naming a value that they need and did not get."""
    return texts(language)[kind][name].format_map({key: _written(value, language) for key, value in values.items()})


def neutral(language: str, word: str | None) -> Letter:
    """What is said when a message must tell nobody who writes, or why; `word` is one that they agreed on."""
    words = texts(language)["neutral"]
    said = {"hello": texts(language)["greeting"]["unnamed"], "word": f"{word}: " if word else ""}
    subject, text, sms = (words[part].format_map(said) for part in ("subject", "text", "sms"))
    return Letter(subject, text, sms, language, neutral=True)


@dataclass(frozen=True)
class Count:
    """So many of something: `of` is a key of the texts' `counted`, which has a form for each plural of a language."""

    number: int
    of: str


def _written(value: Any, language: str) -> str:
    if isinstance(value, Count):
        return counted(value, language)
    if isinstance(value, datetime):
        zone = ZoneInfo(pack().calendar["tz"])
        locale = _LOCALES.get(language, "en_GB")
        pattern = _AS_WRITTEN.get(language, _AS_WRITTEN["en"])
        return format_datetime(value.astimezone(zone), pattern, locale=locale, tzinfo=zone)
    return str(value)


def counted(count: Count, language: str) -> str:
    """Arabic has six plurals, English two, Chinese one: which is meant, CLDR says."""
    locale = _LOCALES.get(language, "en_GB")
    form = texts(language)["counted"][f"{count.of}.{Locale.parse(locale).plural_form(count.number)}"]
    return form.format(n=format_decimal(count.number, locale=locale))
