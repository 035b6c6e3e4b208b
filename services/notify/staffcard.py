"""How a member of staff is reached on duty: kept encrypted, forgotten by destroying its salt. Pure."""

from collections.abc import Mapping
from typing import Any, ClassVar

from services.notify.message import Channel
from shared.aggregate import Aggregate


class StaffCard(Aggregate):
    """The id is that of the member of staff. What the card says is in its last event, encrypted under `salt`."""

    KIND: ClassVar[str] = "STAFFCARD"

    salt: str | None


def forgotten(card: StaffCard) -> StaffCard:
    """They are not reached by it any more."""
    return card.model_copy(update={"salt": None})


def ways(said: Mapping[str, Any], *, every: bool) -> tuple[Channel, ...]:
    """The ways to reach them: what cannot wait goes `every` way they gave, all else the one they prefer, or mail."""
    known: list[Channel] = []
    if said.get("email"):
        known.append("email")
    if said.get("phone"):
        known.append("sms")
    preferred = said.get("preferred") or "email"
    known.sort(key=lambda channel: channel != preferred)
    return tuple(known if every else known[:1])
