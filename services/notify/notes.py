"""Lines of the chains that only notify keeps."""

from datetime import datetime
from typing import Literal

from shared.contracts import Note


class RecipientKnown(Note):
    """How to reach the customer of a case, encrypted."""


class RecipientErased(Note):
    """Nobody is told anything any more: how to reach them is erased."""


class MessageClaimed(Note):
    """A try begins. With the first one the message itself is kept, encrypted."""

    channel: str
    attempt: int
    parts: int | None = None
    """Of a text message: what the network counts, and charges."""


class MessageRefused(Note):
    """A provider did not take it, or was not asked: why is in `reason`."""

    channel: str
    reason: str


class MessageKnown(Note):
    """More is known of a message; what it is stands encrypted."""


class MessageUnsettled(Note):
    """Whether a provider took it is not known. A receipt has some time to tell."""

    channel: str


class MessageUnreconciled(Note):
    """No receipt told. The message's policy says whether it is sent once more or left."""

    channel: str


class MessageReceipt(Note):
    """What a provider told of a try afterwards: `taken`, `delivered`, `undelivered` or `unwanted`, and in its own
    word why.
    """

    channel: str
    number: int
    fate: str
    reason: str = ""


class ChannelUnwanted(Note):
    """The customer called a message spam: by this way they get only what has to be told."""

    channel: str


class StaffTold(Note):
    """A message to staff on duty was taken by the provider."""

    channel: str


class StaffUntold(Note):
    """No provider took a message to staff on duty, for days: it is not tried again. Ops were called throughout."""


class CallsUnwanted(Note):
    """The customer wants no calls."""


class ComplainedAbout(Note):
    """A complaint of this customer is about these: they may not call, nor know of a call."""

    subjects: tuple[str, ...]


class CallTried(Note):
    """The operator called and did not speak to the customer, or not now. What was said is private."""

    outcome: str = "no-answer"
    counted: bool = True
    """Whether it counts by the rule for calls that nobody answers."""


class CallMade(Note):
    """The operator spoke to the customer: what was said, and promised, is private."""

    word_said: bool | None = None
    """Whether the one-time word was said first."""


class CallSaysMore(Note):
    """Something else could not be delivered: the call that is owed says that as well."""

    what: str


class CallTaken(Note):
    """Somebody makes the call now: from here on, until it was made, they read how its customer is reached."""


class WayInGiven(Note):
    """Whoever makes the call read number and secret, to say them to the customer, whom no message may bring them."""


class ShiftPlanned(Note):
    """Somebody is on duty, as what, where and when."""

    role: str
    zone: str = ""
    staff: str
    begins: datetime
    ends: datetime


class ShiftConfirmed(Note):
    """Whoever has the shift is ready."""


class ShiftCancelled(Note):
    """Nobody has it any more."""


class ShiftOver(Note):
    """It ended, and nobody had said that they were ready."""


class HandoverNoted(Note):
    """Something is left for whoever comes next; what it is, is encrypted."""


class ShiftForgotten(Note):
    """What was handed over can't be read any more; who was on duty when can."""


class StaffCardKept(Note):
    """How a member of staff is reached on duty, encrypted."""


class StaffCardForgotten(Note):
    """They are not reached by it any more."""


class NoticeRaised(Note):
    """Staff on duty have to acknowledge a message; what it says is encrypted."""

    template: str
    role: str


class NoticeAcknowledged(Note):
    """Somebody on duty has seen it and sees to it."""


class WishesKnown(Note):
    """How the customer of a case wants to be written to, encrypted."""


class WishesSetForThem(Note):
    """Staff kept what a customer wishes for, on their behalf; why is private."""


class WayStopped(Note):
    """Whoever has this number texted STOP."""


class WayOpened(Note):
    """Whoever has this number texted START."""


class WayKnown(Note):
    """More is known of a way to somebody; what it is stands encrypted with the way."""


class MessageKept(Note):
    """A message waits for its first try."""


class SubscriberTold(Note):
    """A provider took a message to a subscriber."""

    channel: str


class SubscriberUntold(Note):
    """A message did not reach a subscriber. Nobody calls them for it."""


class SubscriptionConfirmed(Note):
    """Whoever has the address wants what was asked for."""


class ContactCounted(Note):
    """A subscriber brought something: that it was so, and nothing of what it was."""


class SubscriptionEnded(Note):
    """They want no more, or nobody confirmed it: how to reach them is erased."""


class BulletinWritten(Note):
    """What a bulletin says, and in which languages."""

    languages: tuple[str, ...]


class BulletinMoved(Note):
    """What staff did with a bulletin."""

    act: Literal["release", "withdraw", "pause", "resume", "stop"]


class BulletinFinished(Note):
    """A bulletin was handed out to everybody."""
