"""Whom a call reaches, as it is shown: of somebody whom a message can harm only to whoever makes the call.

Whoever takes such a call is on its record, and reads name, number and script until they say how it went; nobody else
does, however high.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.notify import notes
from services.notify.callback import Callback
from services.notify.wishes import Wishes
from shared.policy import Principal
from shared.store import Recorded

_TAKEN = notes.CallTaken.detail_type()


def is_hidden(principal: Principal, callback: Callback, card: Mapping[str, Any], wishes: Wishes) -> bool:
    """Whether this reader may not know whom the call reaches: they have to take it first."""
    harmed = bool(card.get("protected")) or wishes.safe is not None
    return harmed and callback.taken_by != principal.id


def reached(card: Mapping[str, Any], language: str, *, hidden: bool) -> dict[str, Any]:
    seen: Mapping[str, Any] = {} if hidden else card
    return {"name": seen.get("name"), "phone": seen.get("phone"), "language": language}


def taken(events: Sequence[Recorded]) -> list[dict[str, str]]:
    """Who took it to make it, and when."""
    return [{"at": one.at.isoformat(), "by": str(one.facts["actor"])} for one in events if one.type == _TAKEN]
