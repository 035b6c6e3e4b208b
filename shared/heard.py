"""An event as it reaches a service that reacts to it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from shared.contracts import Event
from shared.seals import unseal
from shared.settings import settings
from shared.store import Cause

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Heard(Generic[E]):
    """An event as it reaches a service."""

    id: str
    subject: str
    at: datetime
    correlation: str
    event: E
    boxes: Mapping[str, str]
    sequence: int = 0
    """Which event of its subject it is: of two, the one with the higher happened later."""

    def box(self) -> dict[str, Any] | None:
        """What the event carries sealed to this service, or None. Raises `Unreadable`."""
        sealed = self.boxes.get(settings().service)
        return unseal(sealed, self.subject) if sealed else None

    def cause(self, now: datetime) -> Cause:
        """This event as the reason of a change."""
        return Cause(at=now, actor=f"event:{self.id}", correlation=self.correlation, causation=self.id)


Reaction = Callable[[Heard[Any]], None]
Reactions = Mapping[type[Event], Reaction]


class NotAnEvent(ValueError):
    """A message that can't be read as an event this service hears."""


class NotYet(Exception):
    """What this event builds on has not arrived yet; events overtake one another. It will come again."""


def read(body: str, reactions: Reactions) -> tuple[Heard[Any], Reaction]:
    """The event in a queue message's body, and what to do about it. Raises `NotAnEvent`."""
    try:
        message = json.loads(body)
        kind = message["detail-type"]
        told = message["detail"]
        expected = next((one for one in reactions if one.detail_type() == kind), None)
        if expected is None:
            raise NotAnEvent(f"nothing here reacts to {kind!r}")
        heard = Heard(
            id=str(told["id"]),
            subject=str(told["subject"]),
            at=datetime.fromisoformat(told["time"]),
            correlation=str(told["correlationid"]),
            event=expected.heard(told["data"]),
            boxes=dict(told.get("boxes") or {}),
            sequence=int(told.get("sequence") or 0),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise NotAnEvent(type(error).__name__) from error
    return heard, reactions[expected]
