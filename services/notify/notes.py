"""Lines of the chains that only notify keeps."""

from datetime import datetime
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


class MessageKnown(Note):
    """More is known of a message; what it is stands encrypted."""

    detail_type: Literal["MessageKnown.v1"] = "MessageKnown.v1"


class MessageUnsettled(Note):
    """Whether a provider took it is not known. A receipt has some time to tell."""

    detail_type: Literal["MessageUnsettled.v1"] = "MessageUnsettled.v1"
    channel: str


class MessageUnreconciled(Note):
    """No receipt told. The message's policy says whether it is sent once more or left."""

    detail_type: Literal["MessageUnreconciled.v1"] = "MessageUnreconciled.v1"
    channel: str


class MessageReceipt(Note):
    """What a provider told of a try afterwards: `taken`, `delivered`, `undelivered` or `unwanted`, and in its own
    word why.
    """

    detail_type: Literal["MessageReceipt.v1"] = "MessageReceipt.v1"
    channel: str
    number: int
    fate: str
    reason: str = ""


class ChannelUnwanted(Note):
    """The customer called a message spam: by this way they get only what has to be told."""

    detail_type: Literal["ChannelUnwanted.v1"] = "ChannelUnwanted.v1"
    channel: str


class StaffTold(Note):
    """A message to staff on duty was taken by the provider."""

    detail_type: Literal["StaffTold.v1"] = "StaffTold.v1"
    channel: str


class StaffUntold(Note):
    """No provider took a message to staff on duty, for days: it is not tried again. Ops were called throughout."""

    detail_type: Literal["StaffUntold.v1"] = "StaffUntold.v1"


class CallsUnwanted(Note):
    """The customer wants no calls."""

    detail_type: Literal["CallsUnwanted.v1"] = "CallsUnwanted.v1"


class ComplainedAbout(Note):
    """A complaint of this customer is about these: they may not call, nor know of a call."""

    detail_type: Literal["ComplainedAbout.v1"] = "ComplainedAbout.v1"
    subjects: tuple[str, ...]


class CallTried(Note):
    """The operator called and did not speak to the customer, or not now. What was said is private."""

    detail_type: Literal["CallTried.v1"] = "CallTried.v1"
    outcome: str = "no-answer"
    counted: bool = True
    """Whether it counts by the rule for calls that nobody answers."""


class CallMade(Note):
    """The operator spoke to the customer: what was said, and promised, is private."""

    detail_type: Literal["CallMade.v1"] = "CallMade.v1"
    word_said: bool | None = None
    """Whether the one-time word was said first."""


class CallTaken(Note):
    """Somebody makes the call now: from here on, until it was made, they read how its customer is reached."""

    detail_type: Literal["CallTaken.v1"] = "CallTaken.v1"


class WayInGiven(Note):
    """Whoever makes the call read number and secret, to say them to the customer, whom no message may bring them."""

    detail_type: Literal["WayInGiven.v1"] = "WayInGiven.v1"


class ShiftPlanned(Note):
    """Somebody is on duty, as what, where and when."""

    detail_type: Literal["ShiftPlanned.v1"] = "ShiftPlanned.v1"
    role: str
    zone: str = ""
    staff: str
    begins: datetime
    ends: datetime


class ShiftConfirmed(Note):
    """Whoever has the shift is ready."""

    detail_type: Literal["ShiftConfirmed.v1"] = "ShiftConfirmed.v1"


class ShiftCancelled(Note):
    detail_type: Literal["ShiftCancelled.v1"] = "ShiftCancelled.v1"


class ShiftOver(Note):
    """It ended, and nobody had said that they were ready."""

    detail_type: Literal["ShiftOver.v1"] = "ShiftOver.v1"


class HandoverNoted(Note):
    """Something is left for whoever comes next; what it is, is encrypted."""

    detail_type: Literal["HandoverNoted.v1"] = "HandoverNoted.v1"


class ShiftForgotten(Note):
    """What was handed over can't be read any more; who was on duty when can."""

    detail_type: Literal["ShiftForgotten.v1"] = "ShiftForgotten.v1"


class StaffCardKept(Note):
    """How a member of staff is reached on duty, encrypted."""

    detail_type: Literal["StaffCardKept.v1"] = "StaffCardKept.v1"


class StaffCardForgotten(Note):
    """They are not reached by it any more."""

    detail_type: Literal["StaffCardForgotten.v1"] = "StaffCardForgotten.v1"


class NoticeRaised(Note):
    """Staff on duty have to acknowledge a message; what it says is encrypted."""

    detail_type: Literal["NoticeRaised.v1"] = "NoticeRaised.v1"
    template: str
    role: str


class NoticeAcknowledged(Note):
    """Somebody on duty has seen it and sees to it."""

    detail_type: Literal["NoticeAcknowledged.v1"] = "NoticeAcknowledged.v1"


class WishesKnown(Note):
    """How the customer of a case wants to be written to, encrypted."""

    detail_type: Literal["WishesKnown.v1"] = "WishesKnown.v1"


class WishesSetForThem(Note):
    """Staff kept what a customer wishes for, on their behalf; why is private."""

    detail_type: Literal["WishesSetForThem.v1"] = "WishesSetForThem.v1"


class WayStopped(Note):
    """Whoever has this number texted STOP."""

    detail_type: Literal["WayStopped.v1"] = "WayStopped.v1"


class WayOpened(Note):
    """Whoever has this number texted START."""

    detail_type: Literal["WayOpened.v1"] = "WayOpened.v1"


class WayKnown(Note):
    """More is known of a way to somebody; what it is stands encrypted with the way."""

    detail_type: Literal["WayKnown.v1"] = "WayKnown.v1"


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


class ContactCounted(Note):
    """A subscriber brought something: that it was so, and nothing of what it was."""

    detail_type: Literal["ContactCounted.v1"] = "ContactCounted.v1"


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
