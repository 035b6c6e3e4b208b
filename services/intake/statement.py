"""What people said of a case and how they are reached, as it was corrected since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.intake.case import Whereabouts
from services.intake.notes import StatementCorrected
from shared.contracts.intake import ContactChanged
from shared.store import Recorded

_CHANGES = frozenset({StatementCorrected.detail_type(), ContactChanged.detail_type()})


@dataclass(frozen=True)
class Statement:
    """`said` by name as in the report; `contact` empty when nobody gave one; `secret` follows the case now."""

    said: Mapping[str, Any] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)
    secret: str = ""

    @property
    def whereabouts(self) -> Whereabouts:
        place = self.said.get("place") or {}
        if place.get("address") or place.get("lat") is not None:
            return "known"
        # Where somebody else may read their messages, somebody else may hear it ring.
        rings = self.contact.get("phone") and self.contact.get("safe_to_write") is not False
        return "asked" if rings else "unknown"


def cards(events: Sequence[Recorded], salt: str | None) -> list[Mapping[str, str]]:
    """How they were said to be reached, at first and each time it was put right. Raises `Erased`."""
    told = [events[0], *(event for event in events[1:] if event.type == ContactChanged.detail_type())]
    return [event.private(salt).get("contact", {}) for event in told]


def statement(events: Sequence[Recorded], salt: str | None) -> Statement:
    """What was said at first, with every correction. Raises `Erased`."""
    first = events[0].private(salt)
    now = Statement(first.get("said", {}), first.get("contact", {}), first.get("secret", ""))
    for event in events[1:]:
        if event.type in _CHANGES:
            changed = event.private(salt)
            now = Statement(
                {**now.said, **changed.get("said", {})},
                changed.get("contact", now.contact),
                changed.get("secret", now.secret),
            )
    return now
