"""How the customer of a case is reached: kept encrypted, erased by destroying its salt."""

from typing import Any, ClassVar

from services.notify.message import Channel
from shared.aggregate import Aggregate


class Recipient(Aggregate):
    """The id is the case's. The contact card is in the first event, encrypted under `salt`."""

    KIND: ClassVar[str] = "RECIPIENT"

    language: str
    salt: str | None


def channels(card: dict[str, Any]) -> tuple[Channel, ...]:
    """The ways to reach them, the preferred first. SMS first when nothing is preferred: it is read soonest."""
    known: list[Channel] = []
    if card.get("phone"):
        known.append("sms")
    if card.get("email"):
        known.append("email")
    return tuple(sorted(known, key=lambda channel: channel != card.get("preferred")))
