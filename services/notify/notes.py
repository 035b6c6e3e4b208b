"""Lines of the chains that only notify keeps."""

from typing import Literal

from shared.contracts import Note


class RecipientKnown(Note):
    """How to reach the customer of a case, encrypted."""

    detail_type: Literal["RecipientKnown.v1"] = "RecipientKnown.v1"


class RecipientErased(Note):
    """Nobody is told anything any more: how to reach them is erased."""

    detail_type: Literal["RecipientErased.v1"] = "RecipientErased.v1"


class MessageClaimed(Note):
    """A try begins. With the first one the message itself is kept, encrypted."""

    detail_type: Literal["MessageClaimed.v1"] = "MessageClaimed.v1"
    channel: str
    attempt: int
    parts: int | None = None
    """Of a text message: what the network counts, and charges."""


class MessageRefused(Note):
    """A provider did not take it, or was not asked: why is in `reason`."""

    detail_type: Literal["MessageRefused.v1"] = "MessageRefused.v1"
    channel: str
    reason: str


class MessageUnsettled(Note):
    """Whether a provider took it can't be known. The message's policy says whether it is sent once more or left."""

    detail_type: Literal["MessageUnsettled.v1"] = "MessageUnsettled.v1"
    channel: str


class StaffTold(Note):
    """A message to staff on duty was taken by the provider."""

    detail_type: Literal["StaffTold.v1"] = "StaffTold.v1"
    channel: str


class StaffUntold(Note):
    """No provider took a message to staff on duty, for days: it is not tried again. Ops were called throughout."""

    detail_type: Literal["StaffUntold.v1"] = "StaffUntold.v1"


class CallbackBooked(Note):
    """A call is promised to the customer; why is in `reason`."""

    detail_type: Literal["CallbackBooked.v1"] = "CallbackBooked.v1"
    reason: str


class CallsUnwanted(Note):
    """The customer wants no calls."""

    detail_type: Literal["CallsUnwanted.v1"] = "CallsUnwanted.v1"


class ComplainedAbout(Note):
    """A complaint of this customer is about these: they may not call, nor know of a call."""

    detail_type: Literal["ComplainedAbout.v1"] = "ComplainedAbout.v1"
    subjects: tuple[str, ...]


class CallTried(Note):
    """The operator called and nobody answered."""

    detail_type: Literal["CallTried.v1"] = "CallTried.v1"


class MessageKept(Note):
    """A message waits for its first try."""

    detail_type: Literal["MessageKept.v1"] = "MessageKept.v1"


class SubscriberTold(Note):
    """A provider took a message to a subscriber."""

    detail_type: Literal["SubscriberTold.v1"] = "SubscriberTold.v1"
    channel: str


class SubscriberUntold(Note):
    """A message did not reach a subscriber. Nobody calls them for it."""

    detail_type: Literal["SubscriberUntold.v1"] = "SubscriberUntold.v1"


class SubscriptionConfirmed(Note):
    """Whoever has the address wants what was asked for."""

    detail_type: Literal["SubscriptionConfirmed.v1"] = "SubscriptionConfirmed.v1"


class SubscriptionEnded(Note):
    """They want no more, or nobody confirmed it: how to reach them is erased."""

    detail_type: Literal["SubscriptionEnded.v1"] = "SubscriptionEnded.v1"


class BulletinWritten(Note):
    """What a bulletin says, and in which languages."""

    detail_type: Literal["BulletinWritten.v1"] = "BulletinWritten.v1"
    languages: tuple[str, ...]


class BulletinMoved(Note):
    """What staff did with a bulletin."""

    detail_type: Literal["BulletinMoved.v1"] = "BulletinMoved.v1"
    act: Literal["release", "withdraw", "pause", "resume", "stop"]


class BulletinFinished(Note):
    """A bulletin was handed out to everybody."""

    detail_type: Literal["BulletinFinished.v1"] = "BulletinFinished.v1"
