"""What notify tells."""

from datetime import datetime, time
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts import Boxed, Event


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

    detail_type: Literal["CallbackBooked.v1"] = "CallbackBooked.v1"
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


class CallHoursChanged(NotifyEvent):
    """The customer of a case may be rung at other hours from now on; which, nobody but notify knows."""

    detail_type: Literal["CallHoursChanged.v1"] = "CallHoursChanged.v1"
    case: str


class CustomerSafety(Boxed):
    """To intake, with `SafetyWished`: whether a message that somebody else sees can harm the customer."""

    safe: bool
    """They asked for safe contact; false: they took it back."""


class SafetyWished(NotifyEvent):
    """The customer of a case said whether it is safe to write to them; what they said is sealed to intake."""

    detail_type: Literal["SafetyWished.v1"] = "SafetyWished.v1"
    case: str


class AcknowledgementOverdue(NotifyEvent):
    """Nobody on duty as `role` acknowledged a message to staff in time: it is with `to` now, until `until`."""

    detail_type: Literal["AcknowledgementOverdue.v1"] = "AcknowledgementOverdue.v1"
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

    detail_type: Literal["ShiftNear.v1"] = "ShiftNear.v1"
    shift: str
    role: str
    staff: str
    begins: datetime


class ShiftUnready(NotifyEvent):
    """Whoever has a shift did not say in time that they are ready: `to` sees that somebody is there."""

    detail_type: Literal["ShiftUnready.v1"] = "ShiftUnready.v1"
    shift: str
    role: str
    staff: str
    begins: datetime
    to: str


class SubstituteNamed(NotifyEvent):
    """Whoever had a shift named somebody who comes instead."""

    detail_type: Literal["SubstituteNamed.v1"] = "SubstituteNamed.v1"
    shift: str
    role: str
    staff: str
    begins: datetime
    ends: datetime
    instead_of: str


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
    """Somebody has been a subscriber for so long, or reported so often, that the pack thanks them for it."""

    detail_type: Literal["RecognitionDue.v1"] = "RecognitionDue.v1"
    subscriber: str
    merit: str


class ThanksGiven(NotifyEvent):
    """Staff thank the customer of a case: for what they told, or for what they did."""

    detail_type: Literal["ThanksGiven.v1"] = "ThanksGiven.v1"
    case: str
    reason: Literal["tip", "deed"]
