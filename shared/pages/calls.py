"""A call that a customer was promised, in the words of a page."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

from shared.wording import Speaker


def call_shown(call: Mapping[str, Any], t: Speaker, zone: tzinfo) -> dict[str, Any]:
    """A promised call: when, in the zone where the customer said that they are, and what the caller says first."""
    offset = call["utc_offset"]
    there = zone if offset is None else timezone(timedelta(minutes=offset))
    return {
        "callback": call["callback"],
        "when": _between(call, t, there),
        "word": call["word"],
        "daily": call["daily"],
        "choices": [{"value": one["since"], "text": _between(one, t, there)} for one in call["choices"]],
    }


def _between(window: Mapping[str, Any], t: Speaker, zone: tzinfo) -> str:
    since, until = (datetime.fromisoformat(window[edge]) for edge in ("since", "until"))
    start, end = (t.when(at, zone) for at in (since, until))
    if t.day(since, zone) == t.day(until, zone):
        end = f"{until.astimezone(zone):%H:%M}"
    return t("calls.between", start=start, end=end)
