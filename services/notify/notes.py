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


class WishesKnown(Note):
    """How the customer of a case wants to be written to, encrypted."""

    detail_type: Literal["WishesKnown.v1"] = "WishesKnown.v1"


class WayStopped(Note):
    """Whoever has this number texted STOP."""

    detail_type: Literal["WayStopped.v1"] = "WayStopped.v1"


class WayOpened(Note):
    """Whoever has this number texted START."""

    detail_type: Literal["WayOpened.v1"] = "WayOpened.v1"
