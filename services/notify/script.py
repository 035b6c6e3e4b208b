"""The script of a call: what the caller says first, what was promised, and what was said before."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.notify import notes, watchword
from services.notify.callback import Callback
from services.notify.message import Message
from services.notify.names import greetable
from services.notify.quoting import quoted
from services.notify.recipient import Recipient
from services.notify.telling import told_before
from shared import ids
from shared.contracts.notify import CallbackBooked, MessageSent
from shared.packs import LANGUAGES
from shared.rules import pack
from shared.store import NotFound, Recorded
from shared.tables import store

_WORDS = Path(__file__).parent / "texts" / "script.json"
_MESSAGES = 5
_BOOKED, _TRIED, _MADE = (kind.detail_type() for kind in (CallbackBooked, notes.CallTried, notes.CallMade))
_CLAIMED, _SENT = (kind.detail_type() for kind in (notes.MessageClaimed, MessageSent))


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads(_WORDS.read_text(encoding="utf-8"))
    return words


def script(
    callback: Callback,
    events: list[Recorded],
    known: Recipient,
    card: dict[str, Any],
    heed: Mapping[str, str | bool] | None,
    why_not: str | None,
) -> dict[str, Any]:
    """What to heed before the telephone is lifted and what to say, in the customer's language; and what was promised
    and said to them before, the latest last.

    `heed` is what safe contact asks for, `why_not` why they may not be rung now.
    """
    language = known.language if known.language in LANGUAGES else "en"
    word = watchword.watchword(callback, language)
    sees_word = known.about == "case" or "secret" in card
    said = {
        "desk": pack().title.into(language),
        "number": ids.spoken(callback.case),
        "word": word,
        "name": greetable(card.get("name") or ""),
    }
    lines = _words()[language]
    asked = "named" if said["name"] else "unnamed"
    opening = "opening" if sees_word else "opening_unseen"
    order = (asked, "alone", opening, "moment") if heed else (asked, opening, "moment", "nobody")
    return {
        "word": word if sees_word else None,
        "wants_no_calls": known.no_calls,
        "heed": [lines[one].format_map(heed or {}) for one in _heeded(known, heed, why_not)],
        "say": [lines[one].format_map(said) for one in order],
        "promised": list(_promised(events)),
        "said_before": [*_messages(callback, known), *_calls(events, known)],
    }


def _heeded(known: Recipient, heed: Mapping[str, str | bool] | None, why_not: str | None) -> Iterator[str]:
    """What the caller has to know before they ring, the weightiest first."""
    if known.no_calls:
        yield "no_calls"
    elif why_not and why_not != "settled":
        yield "not_now"
    if heed:
        yield "safe_hours"
        yield "safe_others"
        if heed["word"]:
            yield "safe_word"


def _promised(events: list[Recorded]) -> Iterator[dict[str, str]]:
    """The times that they were told, in order; one that was only offered other choices was told once."""
    before: tuple[str, str] | None = None
    for one in events:
        if one.type == _BOOKED and "since" in one.data:
            told = one.data["since"], one.data["until"]
            if told != before:
                yield {"at": one.at.isoformat(), "since": told[0], "until": told[1]}
            before = told


def _calls(events: list[Recorded], known: Recipient) -> Iterator[dict[str, Any]]:
    """The calls that were made of this one: by whom, how they went, what was said and promised."""
    for one in events:
        if one.type in {_TRIED, _MADE}:
            private = one.private(known.salt) if known.salt else {}
            yield {
                "at": one.at.isoformat(),
                "what": "call",
                "by": one.facts["actor"],
                "outcome": "reached" if one.type == _MADE else one.data.get("outcome", "no-answer"),
                "said": private.get("said"),
                "promised": private.get("promised"),
            }


def _messages(callback: Callback, known: Recipient) -> Iterator[dict[str, Any]]:
    """The last messages to the customer, and all that this call is to say: what each said in the words of the way it
    took, or would have said.
    """
    last = dict(told_before(callback.case, _MESSAGES)) if known.salt else {}
    to_say = [one.message for one in callback.unsaid if one.message and one.message not in last] if known.salt else []
    for identity in dict.fromkeys((*to_say, *last)):
        try:
            message, events = store().history(Message, identity)
        except NotFound:
            continue
        at = last.get(identity, events[0].at)
        sent = [one for one in events if one.type == _SENT] if message.is_told else []
        channel = sent[-1].data["channel"] if sent else None
        words = _letter(events, known.salt).get("sms" if channel == "sms" else "text")
        yield {
            "at": at.isoformat(),
            "what": "message",
            "template": message.template,
            "outcome": str(message.state),
            "channel": channel,
            "said": quoted(words) if sent else None,
            "unsaid": None if sent else quoted(words),
            "promised": None,
        }


def _letter(events: list[Recorded], salt: str | None) -> dict[str, Any]:
    """The words of the last try, or of the message that stands for it: those that it was kept with, unless its
    customer asked for others while it waited.
    """
    last = [[one for one in events if one.type == kind][-1:] for kind in (_SENT, _CLAIMED)]
    kept = (one.private(salt).get("letter") for one in (*last[0], *last[1], events[0]))
    return next((letter for letter in kept if letter), {})
