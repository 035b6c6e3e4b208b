"""What a provider tells of a message after it took it: SES and AWS End User Messaging, each in its own words. Pure.

A receipt names its message by the mark that went with it (`services.notify.mark`). Addresses, texts and names in it
are not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from services.notify.mark import MARK, NoMark, Which
from services.notify.message import Channel, Fate

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_-]{0,40}$")]
"""A provider's own word for something: it is kept and logged, so it is a word."""


class NoReceipt(ValueError):
    """Nothing that a provider says of a message of the desk; why is its argument."""


@dataclass(frozen=True)
class Receipt:
    """What became of one try. Without a fate it is told in passing: it is tried on, or an automatic answer came."""

    which: Which
    channel: Channel
    fate: Fate | None
    reason: str


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class _Mail(_Told):
    tags: Mapping[str, list[str]]


_IN_PASSING = frozenset({"Transient/General"})
"""What SES also calls an automatic answer, such as of somebody on holiday. It is never answered, nor does it mean
that the mail did not arrive. Other transient bounces are told when SES has given up.
"""

_NO_COMPLAINT = frozenset({"not-spam", "virus", "auth-failure"})


class _Bounce(_Told):
    kind: Annotated[Code, Field(alias="bounceType")]
    sub: Annotated[Code, Field(alias="bounceSubType")] = ""

    @property
    def fate(self) -> tuple[Fate | None, str]:
        reason = f"{self.kind}/{self.sub}"
        return (None if reason in _IN_PASSING else Fate.UNDELIVERED), reason


class _Complaint(_Told):
    feedback: Annotated[Code | None, Field(alias="complaintFeedbackType")] = None
    sub: Annotated[Code | None, Field(alias="complaintSubType")] = None

    @property
    def fate(self) -> tuple[Fate | None, str]:
        if self.sub:
            # It was on the list of those who complained before, and so it was not sent.
            return Fate.UNDELIVERED, self.sub
        feedback = self.feedback or ""
        return (None if feedback in _NO_COMPLAINT else Fate.UNWANTED), feedback


_OF_MAIL: Mapping[str, Fate] = {"Send": Fate.TAKEN, "Delivery": Fate.DELIVERED, "Reject": Fate.UNDELIVERED}


class _OfSes(_Told):
    kind: Annotated[Code, Field(alias="eventType")]
    mail: _Mail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None

    @property
    def mark(self) -> str:
        return next(iter(self.mail.tags.get(MARK, ())), "")

    def receipt(self, which: Which) -> Receipt:
        more = self.bounce or self.complaint
        fate, reason = more.fate if more else (_OF_MAIL.get(self.kind), self.kind)
        return Receipt(which, "email", fate, reason)


class _OfEum(_Told):
    kind: Annotated[Code, Field(alias="eventType")]
    final: Annotated[bool, Field(alias="isFinal")] = False
    context: Mapping[str, str]

    @property
    def mark(self) -> str:
        return self.context.get(MARK, "")

    def receipt(self, which: Which) -> Receipt:
        fate = _FATES.get(self.kind)
        return Receipt(which, "sms", fate if self.final or fate is not Fate.UNDELIVERED else None, self.kind)


_FATES: Mapping[str, Fate] = {
    # A carrier has it. Not all of them say more.
    "TEXT_SENT": Fate.TAKEN,
    "TEXT_PENDING": Fate.TAKEN,
    "TEXT_QUEUED": Fate.TAKEN,
    "TEXT_SUCCESSFUL": Fate.TAKEN,
    "TEXT_DELIVERED": Fate.DELIVERED,
    **dict.fromkeys(
        (
            "TEXT_INVALID",
            "TEXT_INVALID_MESSAGE",
            "TEXT_UNREACHABLE",
            "TEXT_CARRIER_UNREACHABLE",
            "TEXT_BLOCKED",
            "TEXT_CARRIER_BLOCKED",
            "TEXT_PROTECT_BLOCKED",
            "TEXT_SPAM",
            "TEXT_TTL_EXPIRED",
        ),
        Fate.UNDELIVERED,
    ),
}
"""TEXT_UNKNOWN is not here: it tells nothing."""


class Plain(_Told):
    """What providers that have no words of their own say, or somebody in between."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    message: str
    channel: Channel
    fate: Fate
    reason: Code = ""


def read_plain(told: bytes) -> Receipt:
    """A receipt in the desk's own words. Raises `NoReceipt`."""
    try:
        plain = Plain.model_validate_json(told)
        return Receipt(Which.marked(plain.message), plain.channel, plain.fate, plain.reason)
    except ValidationError:
        raise NoReceipt("unreadable") from None
    except NoMark:
        raise NoReceipt("unmarked") from None


_EITHER: TypeAdapter[_OfSes | _OfEum] = TypeAdapter(_OfSes | _OfEum)


def read(told: str | bytes) -> Receipt:
    """A provider's event, as it is published. Raises `NoReceipt`."""
    try:
        event = _EITHER.validate_json(told)
        return event.receipt(Which.marked(event.mark))
    except ValidationError:
        raise NoReceipt("unreadable") from None
    except NoMark:
        raise NoReceipt("unmarked") from None
