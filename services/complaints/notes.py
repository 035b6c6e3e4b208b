"""Lines of a complaint's chain that only complaints keeps. What people said is private and encrypted."""

from datetime import datetime
from typing import Literal

from shared.contracts import Note


class Taken(Note):
    """A member of staff took it on."""

    detail_type: Literal["ComplaintTaken.v1"] = "ComplaintTaken.v1"


class Graded(Note):
    """A person graded it otherwise than the thresholds do; why is private."""

    detail_type: Literal["ComplaintGraded.v1"] = "ComplaintGraded.v1"
    grade: str


class InvestigatorsAssigned(Note):
    """Who investigates."""

    detail_type: Literal["InvestigatorsAssigned.v1"] = "InvestigatorsAssigned.v1"
    investigators: tuple[str, ...]


class EvidenceRegistered(Note):
    """A piece of evidence; what it is, and where it is kept, is private."""

    detail_type: Literal["EvidenceRegistered.v1"] = "EvidenceRegistered.v1"
    number: int


class InterviewHeld(Note):
    """Somebody was heard; whom, and what they said, is private."""

    detail_type: Literal["InterviewHeld.v1"] = "InterviewHeld.v1"
    number: int
    side: Literal["customer", "subject", "witness"]


class Talked(Note):
    """A talk with the customer, or the try; what both said is private. `record` is its number."""

    detail_type: Literal["Talked.v1"] = "Talked.v1"
    record: int
    reached: bool
    follow_up: bool = False


class RecordConfirmed(Note):
    """The customer confirmed what is on record, or corrected it; how is private."""

    detail_type: Literal["RecordConfirmed.v1"] = "RecordConfirmed.v1"
    records: tuple[int, ...]
    corrected: bool = False


class Visited(Note):
    """Somebody was there; what was seen and said is private."""

    detail_type: Literal["Visited.v1"] = "Visited.v1"


class StepDone(Note):
    """A step of the pack is done."""

    detail_type: Literal["StepDone.v1"] = "StepDone.v1"
    step: str


class PromiseWaived(Note):
    """Something promised to the customer is not done; why is private, and told to them."""

    detail_type: Literal["PromiseWaived.v1"] = "PromiseWaived.v1"
    promise: str


class Found(Note):
    """What was found; why is private until the customer has the answer."""

    detail_type: Literal["Found.v1"] = "Found.v1"
    finding: str
    evidence: tuple[int, ...] = ()


class FormSigned(Note):
    """The complaint form has arrived, and somebody signed for it."""

    detail_type: Literal["FormSigned.v1"] = "FormSigned.v1"


class MilestoneReached(Note):
    """A date of what the complaint is about."""

    detail_type: Literal["MilestoneReached.v1"] = "MilestoneReached.v1"
    milestone: str
    at: datetime


class ReturnVisited(Note):
    """The customer was asked afterwards how it was; what they said is private."""

    detail_type: Literal["ReturnVisited.v1"] = "ReturnVisited.v1"
    satisfied: bool
    settled: bool


class CorrectiveMoved(Note):
    """A move of the corrective action; what was written is private."""

    detail_type: Literal["CorrectiveMoved.v1"] = "CorrectiveMoved.v1"
    move: str
    stage: str


class InjuryRecorded(Note):
    """An item of the injury procedure; what was said is private."""

    detail_type: Literal["InjuryRecorded.v1"] = "InjuryRecorded.v1"
    item: str


class PressSpoken(Note):
    """The press asked, or was answered; what was said is private."""

    detail_type: Literal["PressSpoken.v1"] = "PressSpoken.v1"
    what: str


class DateMoved(Note):
    """A date among staff was moved; why is private."""

    detail_type: Literal["DateMoved.v1"] = "DateMoved.v1"
    promise: str
    was_due: datetime
    due: datetime


class ClocksStopped(Note):
    """The clocks of these promises stand still; why is private."""

    detail_type: Literal["ClocksStopped.v1"] = "ClocksStopped.v1"
    promises: tuple[str, ...]


class ClocksResumed(Note):
    """The clocks of these promises go on."""

    detail_type: Literal["ClocksResumed.v1"] = "ClocksResumed.v1"
    promises: tuple[str, ...]


class Counted(Note):
    """One complaint more of its kind."""

    detail_type: Literal["ComplaintCounted.v1"] = "ComplaintCounted.v1"


class SurveyCameBack(Note):
    """How content the customer was when asked after the closing, from 1 (not) to 5."""

    detail_type: Literal["SurveyCameBack.v1"] = "SurveyCameBack.v1"
    satisfaction: int
