"""What notify tells."""

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


class SubscriptionAsked(NotifyEvent):
    """Somebody asked for news to an address; the address is asked whether it was them."""

    detail_type: Literal["SubscriptionAsked.v1"] = "SubscriptionAsked.v1"
    subscriber: str


class BulletinHandedOut(NotifyEvent):
    """A bulletin is to go to these subscribers, named by keyed hashes."""

    detail_type: Literal["BulletinHandedOut.v1"] = "BulletinHandedOut.v1"
    bulletin: str
    subscribers: tuple[str, ...]


class RecognitionDue(NotifyEvent):
    """Somebody has been a subscriber for so long that the pack thanks them for it."""

    detail_type: Literal["RecognitionDue.v1"] = "RecognitionDue.v1"
    subscriber: str
    merit: str


class ThanksGiven(NotifyEvent):
    """Staff thank the customer of a case: for what they told, or for what they did."""

    detail_type: Literal["ThanksGiven.v1"] = "ThanksGiven.v1"
    case: str
    reason: Literal["tip", "deed"]
