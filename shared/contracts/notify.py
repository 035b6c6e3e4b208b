"""What notify tells."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts import Event


class NotifyEvent(Event):
    source: ClassVar[str] = "ahd.notify"


class MessageSent(NotifyEvent):
    """A provider took a message to the customer of a case."""

    detail_type: Literal["MessageSent.v1"] = "MessageSent.v1"
    message: str
    case: str
    template: str
    channel: Literal["sms", "email"]


class MessageHeld(NotifyEvent):
    """A message to the customer of a case waits until then: it is not an hour at which they want to be written to."""

    detail_type: Literal["MessageHeld.v1"] = "MessageHeld.v1"
    message: str
    case: str
    template: str
    until: datetime


class MessageFailed(NotifyEvent):
    """No channel could take a message to the customer of a case; an operator will call instead."""

    detail_type: Literal["MessageFailed.v1"] = "MessageFailed.v1"
    message: str
    case: str
    template: str


class CallbackReached(NotifyEvent):
    """An operator reached the customer by telephone."""

    detail_type: Literal["CallbackReached.v1"] = "CallbackReached.v1"
    callback: str
    case: str


class CallbackGivenUp(NotifyEvent):
    """Whoever leads decided that nobody calls any more, and why."""

    detail_type: Literal["CallbackGivenUp.v1"] = "CallbackGivenUp.v1"
    callback: str
    case: str
    reason: Literal["no-answer", "wrong-number", "not-wished", "told-otherwise"]


class CallbackMissed(NotifyEvent):
    """A promised callback did not happen in time."""

    detail_type: Literal["CallbackMissed.v1"] = "CallbackMissed.v1"
    callback: str
    case: str
