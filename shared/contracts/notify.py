"""What notify tells."""

from datetime import datetime, time
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts import Boxed, Event


class NotifyEvent(Event):
    source: ClassVar[str] = "ahd.notify"


class MessageSent(NotifyEvent):
    """A provider took a message to the customer of a case."""

    message: str
    case: str
    template: str
    channel: Literal["sms", "email"]


class MessageHeld(NotifyEvent):
    """A message to the customer of a case waits until then: it is not an hour at which they want to be written to."""

    message: str
    case: str
    template: str
    until: datetime


class MessageFailed(NotifyEvent):
    """No channel could take a message to the customer of a case; an operator will call instead."""

    message: str
    case: str
    template: str


RAISED, ASLEEP = time(8), time(21)
"""Nobody is called earlier or later, where they are."""


class CallWindow(BaseModel):
    """From when until when somebody calls."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    since: datetime
    until: datetime


class CallbackWord(Boxed):
    """To intake, with `CallbackBooked`: what the caller says first, so that the customer knows who calls."""

    word: str


class CallbackBooked(NotifyEvent):
    """A call is promised to the customer of a case, or promised anew: what was told of it before holds no more.

    Box: `CallbackWord` to intake.
    """

    callback: str
    case: str
    reason: str
    since: datetime
    until: datetime
    chosen: bool = False
    """The customer asked for this time."""
    daily: bool = False
    """Every day until somebody stops it."""
    choices: tuple[CallWindow, ...] = ()
    """Other times that they may choose."""


class CallbackReached(NotifyEvent):
    """An operator reached the customer by telephone."""

    callback: str
    case: str


class CallbackGivenUp(NotifyEvent):
    """Whoever leads decided that nobody calls any more, and why."""

    callback: str
    case: str
    reason: Literal["no-answer", "wrong-number", "not-wished", "told-otherwise"]


class CallbackMissed(NotifyEvent):
    """A promised callback did not happen in time."""

    callback: str
    case: str


class CallHoursChanged(NotifyEvent):
    """The customer of a case may be rung at other hours from now on; which, nobody but notify knows."""

    case: str


class CustomerSafety(Boxed):
    """To intake, with `SafetyWished`: whether a message that somebody else sees can harm the customer."""

    safe: bool
    """They asked for safe contact; false: they took it back."""


class SafetyWished(NotifyEvent):
    """The customer of a case said whether it is safe to write to them; what they said is sealed to intake."""

    case: str


class AcknowledgementOverdue(NotifyEvent):
    """Nobody on duty as `role` acknowledged a message to staff in time: it is with `to` now, until `until`."""

    notice: str
    template: str
    role: str
    to: str
    was_due: datetime
    until: datetime
    again: bool = False
    """It was with them already."""


class ShiftNear(NotifyEvent):
    """Whoever has a shift has not said yet that they are ready for it, and it begins soon."""

    shift: str
    role: str
    staff: str
    begins: datetime


class ShiftUnready(NotifyEvent):
    """Whoever has a shift did not say in time that they are ready: `to` sees that somebody is there."""

    shift: str
    role: str
    staff: str
    begins: datetime
    to: str


class SubstituteNamed(NotifyEvent):
    """Whoever had a shift named somebody who comes instead."""

    shift: str
    role: str
    staff: str
    begins: datetime
    ends: datetime
    instead_of: str


class SubscriptionAsked(NotifyEvent):
    """Somebody asked for news to an address; the address is asked whether it was them."""

    subscriber: str


class BulletinHandedOut(NotifyEvent):
    """A bulletin is to go to these subscribers, named by keyed hashes."""

    bulletin: str
    subscribers: tuple[str, ...]


class RecognitionDue(NotifyEvent):
    """Somebody has been a subscriber for so long, or reported so often, that the pack thanks them for it."""

    subscriber: str
    merit: str


class ThanksGiven(NotifyEvent):
    """Staff thank the customer of a case: for what they told, or for what they did."""

    case: str
    reason: Literal["tip", "deed"]
