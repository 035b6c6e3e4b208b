"""Lines of a complaint's chain that only complaints keeps. What people said is private and encrypted."""

from datetime import datetime
from typing import Literal

from shared.contracts import Note


class ComplaintTaken(Note):
    """A member of staff took it on."""


class ComplaintGraded(Note):
    """A person graded it otherwise than the thresholds do; why is private."""

    grade: str


class InvestigatorsAssigned(Note):
    """Who investigates."""

    investigators: tuple[str, ...]


class EvidenceRegistered(Note):
    """A piece of evidence; what it is, and where it is kept, is private."""

    number: int


class InterviewHeld(Note):
    """Somebody was heard; whom, and what they said, is private."""

    number: int
    side: Literal["customer", "subject", "witness"]


class Talked(Note):
    """A talk with the customer, or the try; what both said is private. `record` is its number."""

    record: int
    reached: bool
    follow_up: bool = False


class RecordConfirmed(Note):
    """The customer confirmed what is on record, or corrected it; how is private."""

    records: tuple[int, ...]
    corrected: bool = False


class Visited(Note):
    """Somebody was there; what was seen and said is private."""


class StepDone(Note):
    """A step of the pack is done."""

    step: str


class PromiseWaived(Note):
    """Something promised to the customer is not done; why is private, and told to them."""

    promise: str


class Found(Note):
    """What was found; why is private until the customer has the answer."""

    finding: str
    evidence: tuple[int, ...] = ()


class FormSigned(Note):
    """The complaint form has arrived, and somebody signed for it."""


class MilestoneReached(Note):
    """A date of what the complaint is about."""

    milestone: str
    at: datetime


class ReturnVisited(Note):
    """The customer was asked afterwards how it was; what they said is private."""

    satisfied: bool
    settled: bool


class CorrectiveMoved(Note):
    """A move of the corrective action; what was written is private."""

    move: str
    stage: str


class InjuryRecorded(Note):
    """An item of the injury procedure; what was said is private."""

    item: str


class PressSpoken(Note):
    """The press asked, or was answered; what was said is private."""

    what: str


class DateMoved(Note):
    """A date among staff was moved; why is private."""

    promise: str
    was_due: datetime
    due: datetime


class ClocksStopped(Note):
    """The clocks of these promises stand still; why is private."""

    promises: tuple[str, ...]


class ClocksResumed(Note):
    """The clocks of these promises go on."""

    promises: tuple[str, ...]


class ComplaintCounted(Note):
    """One complaint more of its kind."""


class SurveyCameBack(Note):
    """How content the customer was when asked after the closing, from 1 (not) to 5."""

    satisfaction: int
