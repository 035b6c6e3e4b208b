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
    unsubscribe: str | None = None
    """Where one click stops mails of this kind (RFC 8058); None when they can't be declined."""
    neutral: bool = False
    """It says nothing of the desk, so neither may its sender."""

    @classmethod
    def kept(cls, content: Mapping[str, Any]) -> "Letter":
        """As `asdict` gave it."""
        entry = content.get("entry")
        return cls(**{**content, "entry": Entry(**entry) if entry else None})
