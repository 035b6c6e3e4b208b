"""How the customer of a case is reached: kept encrypted, erased by destroying its salt."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from services.notify.message import Channel
from shared import ids
from shared.aggregate import Aggregate

WISHES_A_DAY = 20


class Recipient(Aggregate):
    """The id is the case's. The contact card is in the first event, encrypted under `salt`."""

    KIND: ClassVar[str] = "RECIPIENT"

    language: str
    salt: str | None
    about: Literal["case", "complaint"] = "case"
    """What the id is the number of: a complaint may come without a case."""
    card: int = 0
    """Which event of the case said last how they are reached: what was said before it changes nothing."""
    no_calls: bool = False
    """They want no calls, about anything."""
    subjects: tuple[str, ...] = ()
    """Whom their complaints are about, by id or by unit: nobody of them knows of a call to them, or makes it."""

    unwanted: tuple[Channel, ...] = ()
    """Ways by which they called a message spam: they get there only what has to be told."""
    wished: tuple[datetime, ...] = ()
    """When, within a day, they said how they want to be written to: each time is read with every message."""

    def reached_by(self, now: Mapping[str, Any], before: Mapping[str, Any], card: int) -> "Recipient":
        """From now on they are reached like this. Who called spam what came to an address said so of that address."""
        was, is_ = addresses(before), addresses(now)
        same = tuple(way for way in self.unwanted if was[way] == is_[way])
        return self.model_copy(update={"card": card, "unwanted": same})

    def complaining_about(self, subjects: Iterable[str]) -> "Recipient":
        return self.model_copy(update={"subjects": tuple(dict.fromkeys((*self.subjects, *subjects)))})


class TooManyWishes(Exception):
    """They said often enough for one day how they want to be written to."""


def wished(known: Recipient, now: datetime) -> Recipient:
    """They say how they want to be written to. Raises `TooManyWishes`."""
    today = tuple(at for at in known.wished if at > now - timedelta(days=1))
    if len(today) >= WISHES_A_DAY:
        raise TooManyWishes(known.id)
    return known.model_copy(update={"wished": (*today, now)})


def unless_forgotten(table: str, case: str, salt: str) -> dict[str, Any]:
    """The check, for a write that claims a message, that nobody has forgotten them since their card was read."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": {"pk": {"S": Recipient.key(case)}, "sk": {"S": "STATE"}},
            "ConditionExpression": "contains(doc, :salt)",
            "ExpressionAttributeValues": {":salt": {"S": salt}},
        }
    }


def forgotten(known: Recipient) -> Recipient:
    """Without the key: neither how to reach them nor what they were told can be read again."""
    return known.model_copy(update={"salt": None})


def follow_path(known: Recipient, secret: str) -> str:
    """Where they follow what came of it."""
    if known.about == "complaint":
        return f"/complaint/{ids.spoken(known.id)}/{secret}"
    return f"/follow/{known.id}/{secret}"


def addresses(card: Mapping[str, Any]) -> dict[str, str | None]:
    """Where each way leads to."""
    return {"sms": card.get("phone"), "email": card.get("email")}


def channels(card: dict[str, Any], without: Iterable[Channel] = ()) -> tuple[Channel, ...]:
    """The ways to reach them, the preferred first. SMS first when nothing is preferred: it is read soonest.

    Those in `without` are left out.
    """
    known: list[Channel] = []
    if card.get("phone"):
        known.append("sms")
    if card.get("email"):
        known.append("email")
    wanted = [channel for channel in known if channel not in without]
    return tuple(sorted(wanted, key=lambda channel: channel != card.get("preferred")))
