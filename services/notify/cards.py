"""The card of a customer: how they are reached, and how they want to be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notify import notes, ways
from services.notify.recipient import Recipient
from services.notify.way import Way
from services.notify.wishes import Safe, Wishes
from shared.contracts import Event
from shared.heard import NotYet
from shared.store import Item, NotFound, Recorded, unchanged
from shared.tables import store

_ASKED = 5
"""Cases that are asked how a way has to be safe; of more it is enough that they want it."""


def card_of(case: str) -> tuple[Recipient, dict[str, Any]]:
    """How the customer of a case is reached; nothing of whoever was erased. Raises `NotYet` when the case's report
    was not heard yet.

    With what they wish for on this case (`wishes`), what was asked for the safety of whoever is reached by the same
    ways on others (`shelter`), and what was read for all that (`read`).
    """
    known, card = _own(case)
    if not card:
        return known, card
    read = {Recipient.key(case): known.seq}
    return known, {**card, "shelter": tuple(_asked_elsewhere(case, card, read)), "read": read}


def as_read(known: Recipient, card: Mapping[str, Any]) -> list[Item]:
    """The checks, for a write that heeds what they wish for, that nobody wished for anything else since, on any case.

    Whoever wishes for something later finds what was written.
    """
    read = card.get("read", {Recipient.key(known.id): known.seq})
    return [unchanged(store().table, key, seq) for key, seq in read.items()]


def said_by(card: Mapping[str, Any]) -> Wishes:
    """As they were kept with the card; whoever said nothing wishes for nothing."""
    return Wishes.model_validate(card.get("wishes") or {})


def is_sheltered(address: str) -> bool:
    """Whether whoever is reached by it needs safe contact now, on any case."""
    return any(_safe_on(name, {}) for name in ways.sheltering(address)[1])


def _own(case: str) -> tuple[Recipient, dict[str, Any]]:
    try:
        known, events = store().history(Recipient, case)
    except NotFound:
        raise NotYet(case) from None
    if known.salt is None:
        return known, {}
    card = _last(notes.RecipientKnown, events, known.salt)
    return known, {**card, "wishes": _last(notes.WishesKnown, events, known.salt)}


def _asked_elsewhere(case: str, card: Mapping[str, Any], read: dict[str, int]) -> Iterator[Safe]:
    """One for each case on which it was asked for, whoever asked last at the end. Notes what it `read`."""
    sheltering = [ways.sheltering(way) for way in ways.of(card)]
    read.update({Way.key(way.id): way.seq for way, _ in sheltering})
    names = dict.fromkeys(name for _, names in sheltering for name in names if name != case)
    left = len(names)
    for name in names:
        asked = _safe_on(name, read) if left <= _ASKED else Safe()
        left -= 1
        if asked:
            yield asked


def _safe_on(name: str, read: dict[str, int]) -> Safe | None:
    """What is wished for there now. Somebody whom staff named, or who was erased, can't be asked: it holds."""
    try:
        known, card = _own(name)
    except NotYet:
        return Safe()
    read[Recipient.key(name)] = known.seq
    return Safe() if known.salt is None else said_by(card).safe


def _last(note: type[Event], events: Sequence[Recorded], salt: str) -> dict[str, Any]:
    """What the last note of this kind says; nothing when there is none."""
    said = (event for event in reversed(events) if event.type == note.detail_type())
    found = next(said, None)
    return found.private(salt) if found else {}
