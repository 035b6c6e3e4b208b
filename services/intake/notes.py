"""Lines of a case's timeline that only intake keeps: what it heard from the other services."""

from datetime import datetime
from typing import Literal

from shared.contracts import Note


class AcknowledgementSent(Note):
    detail_type: Literal["AcknowledgementSent.v1"] = "AcknowledgementSent.v1"
    channel: str


class SomebodyArrived(Note):
    """A unit is on the scene."""

    detail_type: Literal["SomebodyArrived.v1"] = "SomebodyArrived.v1"


class UnitOnTheWay(Note):
    """The unit that was sent says that it comes."""

    detail_type: Literal["UnitOnTheWay.v1"] = "UnitOnTheWay.v1"
    unit: str


class UnitCleared(Note):
    """The unit is free again. Why it did not get there is private."""

    detail_type: Literal["UnitCleared.v1"] = "UnitCleared.v1"
    unit: str


class EmergencyRaised(Note):
    """Staff made it an emergency; why is private."""

    detail_type: Literal["EmergencyRaised.v1"] = "EmergencyRaised.v1"


class HandOverAsked(Note):
    """A dispatch system was given the incident."""

    detail_type: Literal["HandOverAsked.v1"] = "HandOverAsked.v1"
    system: str


class HandedOver(Note):
    """A dispatch system has it, under a number of its own."""

    detail_type: Literal["HandedOver.v1"] = "HandedOver.v1"
    system: str
    reference: str


class TipPassedOn(Note):
    """A tip went to whoever it concerns."""

    detail_type: Literal["TipPassedOn.v1"] = "TipPassedOn.v1"
    to: str


class PressAnswered(Note):
    """What a medium was answered, and by which rule."""

    detail_type: Literal["PressAnswered.v1"] = "PressAnswered.v1"
    answer: Literal["press-office", "no-comment"]
    medium: Literal["domestic", "foreign"]
    sensitive: bool


class CallerKnown(Note):
    """The number that this came from is flagged, and rang so often since."""

    detail_type: Literal["CallerKnown.v1"] = "CallerKnown.v1"
    kind: str
    times: int


class FamilyCalled(Note):
    """The parents or the guardian of a caller were called; what was said is private."""

    detail_type: Literal["FamilyCalled.v1"] = "FamilyCalled.v1"
    reached: bool


class CallerFlagged(Note):
    """Of a caller: slowed from now on; why is private."""

    detail_type: Literal["CallerFlagged.v1"] = "CallerFlagged.v1"
    kind: str
    telephone: str


class CallerAgain(Note):
    """Of a caller: rang again, while flagged."""

    detail_type: Literal["CallerAgain.v1"] = "CallerAgain.v1"
    case: str


class FlagLifted(Note):
    """Of a caller: no longer flagged; why is private."""

    detail_type: Literal["FlagLifted.v1"] = "FlagLifted.v1"


class FlagExpired(Note):
    """Of a caller: the time is over."""

    detail_type: Literal["FlagExpired.v1"] = "FlagExpired.v1"


class MessageUndelivered(Note):
    detail_type: Literal["MessageUndelivered.v1"] = "MessageUndelivered.v1"
    template: str


class CustomerCalled(Note):
    detail_type: Literal["CustomerCalled.v1"] = "CustomerCalled.v1"


class CallbackWasMissed(Note):
    detail_type: Literal["CallbackWasMissed.v1"] = "CallbackWasMissed.v1"


class CallGivenUp(Note):
    detail_type: Literal["CallGivenUp.v1"] = "CallGivenUp.v1"
    reason: Literal["no-answer", "wrong-number", "not-wished", "told-otherwise"]


class ComplaintNoted(Note):
    detail_type: Literal["ComplaintNoted.v1"] = "ComplaintNoted.v1"
    complaint: str
    answer_due: datetime
    promised: datetime | None = None
    clock: dict[str, int] | None = None


class ComplaintRose(Note):
    detail_type: Literal["ComplaintRose.v1"] = "ComplaintRose.v1"
    complaint: str
    was_due: datetime
    now_due: datetime


class ComplaintGotAnswer(Note):
    detail_type: Literal["ComplaintGotAnswer.v1"] = "ComplaintGotAnswer.v1"
    complaint: str
    finding: str


class ComplaintWasClosed(Note):
    detail_type: Literal["ComplaintWasClosed.v1"] = "ComplaintWasClosed.v1"
    complaint: str


class ComplaintAgain(Note):
    """The customer was not satisfied with the answer: it is handled again, with a date of its own."""

    detail_type: Literal["ComplaintAgain.v1"] = "ComplaintAgain.v1"
    complaint: str
    answer_due: datetime
    promised: datetime | None = None
    clock: dict[str, int] | None = None


class ComplaintMoved(Note):
    """The date of an answer was moved, and the customer told why."""

    detail_type: Literal["ComplaintMoved.v1"] = "ComplaintMoved.v1"
    complaint: str
    was_due: datetime
    now_due: datetime


class SurveyCameBack(Note):
    detail_type: Literal["SurveyCameBack.v1"] = "SurveyCameBack.v1"
    satisfaction: int


class StaffNote(Note):
    """A note for staff only; its text is private."""

    detail_type: Literal["StaffNote.v1"] = "StaffNote.v1"
