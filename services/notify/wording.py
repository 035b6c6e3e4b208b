"""What a message says: its template in the customer's language, with dates as people there write them."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from services.notify.channels import Letter
from shared.packs import LANGUAGES
from shared.rules import pack

_TEXTS = Path(__file__).parent / "texts"
_LOCALES = {"en": "en_GB", "ar": "ar_AE", "zh": "zh_CN"}


@cache
def texts(language: str) -> dict[str, dict[str, str]]:
    """The templates of one language: for each its subject, text and SMS; and how to greet."""
    known = language if language in LANGUAGES else "en"
    loaded: dict[str, dict[str, str]] = json.loads((_TEXTS / f"{known}.json").read_text(encoding="utf-8"))
    return loaded


def letter(template: str, language: str, values: dict[str, Any]) -> Letter:
    """The message in words. Raises `KeyError` naming a value that the template needs and did not get."""
    words = texts(language)[template]
    said = {name: _written(value, language) for name, value in values.items()}
    greeting = texts(language)["greeting"]
    said["hello"] = greeting["named" if said.get("name") else "unnamed"].format_map(said)
    said["desk"] = pack().title.into(language)
    return Letter(
        subject=" ".join(words["subject"].format_map(said).split()),
        text=words["text"].format_map(said),
        sms=words["sms"].format_map(said),
        language=language,
    )


def _written(value: Any, language: str) -> str:
    if isinstance(value, datetime):
        zone = ZoneInfo(pack().calendar["tz"])
        locale = _LOCALES.get(language, "en_GB")
        return format_datetime(value.astimezone(zone), "EEEE d MMMM y, HH:mm", locale=locale, tzinfo=zone)
    return str(value)
