"""The card of a customer: how they are reached, and how they want to be."""

from collections.abc import Sequence
from typing import Any

from services.notify import notes
from services.notify.recipient import Recipient
from shared.consumer import NotYet
from shared.contracts import Event
from shared.store import NotFound, Recorded
from shared.tables import store


def card_of(case: str) -> tuple[Recipient, dict[str, Any]]:
    """How the customer of a case is reached; nothing of whoever was erased. Raises `NotYet` when the case's report
    was not heard yet.
    """
    try:
        known, events = store().history(Recipient, case)
    except NotFound:
        raise NotYet(case) from None
    if known.salt is None:
        return known, {}
    card = _last(notes.RecipientKnown, events, known.salt)
    return known, {**card, "wishes": _last(notes.WishesKnown, events, known.salt)}


def _last(note: type[Event], events: Sequence[Recorded], salt: str) -> dict[str, Any]:
    """What the last note of this kind says; nothing when there is none."""
    said = (event for event in reversed(events) if event.type == note.detail_type_name())
    found = next(said, None)
    return found.private(salt) if found else {}
