"""What one message says, ready for every way it may take. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.notify.entry import Entry


@dataclass(frozen=True)
class Letter:
    """What one message says, ready for every way."""

    subject: str
    text: str
    sms: str
    language: str
    entry: Entry | None = None
    """For the customer's calendar; goes with mail."""

    @classmethod
    def kept(cls, content: Mapping[str, Any]) -> "Letter":
        """As `asdict` gave it."""
        entry = content.get("entry")
        return cls(**{**content, "entry": Entry(**entry) if entry else None})
