"""Lines of a case's timeline that only intake keeps: what it heard from the other services."""

from datetime import datetime
from typing import Literal

from shared.contracts import Note
from shared.packs import Money


class AcknowledgementSent(Note):
    channel: str


class AcknowledgementReturned(Note):
    """Our word to the customer came back by every way: they have not got it."""


class AcknowledgementHeld(Note):
    """It waits for an hour at which the customer can be written to."""

    until: datetime


class StatementCorrected(Note):
    """What was taken down wrongly is put right; `corrected` names it, how it is now is private."""

    corrected: tuple[str, ...]


class SomebodyArrived(Note):
    """A unit is on the scene."""


class UnitOnTheWay(Note):
    """The unit that was sent says that it comes."""

    unit: str


class UnitCleared(Note):
    """The unit is free again. Why it did not get there is private."""

    unit: str


class EmergencyRaised(Note):
    """Staff made it an emergency; why is private."""


class IncidentSent(Note):
    """A dispatch system was given the incident."""

    system: str


class HandedOver(Note):
    """A dispatch system has it, under a number of its own."""

    system: str
    reference: str


class TipPassedOn(Note):
    """A tip went to whoever it concerns."""

    to: str


class PressAnswered(Note):
    """What a medium was answered, and by which rule."""

    answer: Literal["press-office", "no-comment"]
    medium: Literal["domestic", "foreign"]
    sensitive: bool


class CallerKnown(Note):
    """The number that this came from is flagged, and rang so often since."""

    kind: str
    times: int


class FamilyCalled(Note):
    """The parents or the guardian of a caller were called; what was said is private."""

    reached: bool


class CallerFlagged(Note):
    """Of a caller: slowed from now on; why is private."""

    kind: str
    telephone: str


class CallerAgain(Note):
    """Of a caller: rang again, while flagged."""

    case: str


class FlagLifted(Note):
    """Of a caller: no longer flagged; why is private."""


class CallerErased(Note):
    """Why this number was flagged is erased."""


class FlagExpired(Note):
    """Of a caller: the time is over."""


class MessageUndelivered(Note):
    template: str


class CustomerCalled(Note):
    """Whoever called them has spoken with them."""


class CallPromised(Note):
    """The customer is called by `due`; the word that the caller says is private."""

    callback: str
    due: datetime
    sequence: int = 0
    """Which event of the callback said so."""


class CallbackWasMissed(Note):
    """Nobody called in the time that was promised."""


class CallGivenUp(Note):
    reason: Literal["no-answer", "wrong-number", "not-wished", "told-otherwise"]


class ComplaintNoted(Note):
    complaint: str
    answer_due: datetime
    promised: datetime | None = None
    clock: dict[str, int] | None = None


class ComplaintRose(Note):
    complaint: str
    was_due: datetime
    now_due: datetime


class ComplaintGotAnswer(Note):
    complaint: str
    finding: str


class ComplaintWasClosed(Note):
    complaint: str


class ComplaintAgain(Note):
    """The customer was not satisfied with the answer: it is handled again, with a date of its own."""

    complaint: str
    answer_due: datetime
    promised: datetime | None = None
    clock: dict[str, int] | None = None


class ComplaintMoved(Note):
    """The date of an answer was moved, and the customer told why."""

    complaint: str
    was_due: datetime
    now_due: datetime


class SurveyCameBack(Note):
    satisfaction: int


class StaffNote(Note):
    """A note for staff only; its text is private."""


class CaseTaken(Note):
    """From now on this member of staff has the case."""

    owner: str


class HandoverRefused(Note):
    by: str


class CaseAssigned(Note):
    """An arbiter decided whose it is."""

    owner: str


class DocumentsComplete(Note):
    """Nothing is missing of the application."""


class DocumentsSent(Note):
    """The customer has completed their documents."""


class TeamFormed(Note):
    members: tuple[str, ...]


class SceneVisited(Note):
    """What was seen and done there is private."""

    at: datetime


class ExhibitRegistered(Note):
    """A piece of evidence; what it is and where it is kept is private."""

    number: int
    holder: str


class ExhibitHandedOver(Note):
    """The next link of its chain of custody."""

    number: int
    holder: str


class InterviewHeld(Note):
    """Who was heard and what they said is private."""

    number: int
    side: str
    confirmed: bool


class ReportWritten(Note):
    """The closing report, for staff."""


class Settled(Note):
    """The parties agreed; what exactly is private."""

    forgiven: bool = False
    restitution: Money | None = None


class SettlementChecked(Note):
    kept: bool


class CameBack(Note):
    """The matter that was settled came back as a later case."""

    later: str


class CustomerMissed(Note):
    """They did not come to their appointment."""

    appointment: int
    was_at: datetime


class CustomerReceived(Note):
    """They came to their appointment, were received, and may have been given a visitor's card."""

    appointment: int
    received_by: str | None = None
    card: str | None = None


class CardBack(Note):
    """A visitor's card is back, or lost."""

    card: str
    state: str


class CallAnswered(Note):
    """A call was answered, after so many rings."""

    rings: int


class CallWentOn(Note):
    """What happened on a call, and how it stands."""

    what: str
    state: str


class CustomerAdded(Note):
    """What the customer added to their case is private."""


class CustomerAsked(Note):
    """The customer asked something; an answer is promised by `due`."""

    due: datetime


class CustomerNamed(Note):
    """Staff named somebody who has to do with the case; how they are reached is in their file."""

    customer: str
    classes: tuple[str, ...]


class SafetyNoted(Note):
    """The customer asked for safe contact, or took that back."""

    safe: bool


class PerhapsRepeated(Note):
    """The customer had these open cases of the same category when this one came."""

    cases: tuple[str, ...]


class RefersTo(Note):
    """An emergency that came as the continuation of another case: it is a case of its own."""

    case: str


class ReportJoined(Note):
    """The customer contacted the desk again about this; what they said is private. `case`: one made of it before."""

    case: str | None = None


class OtherReportJoined(Note):
    """Somebody else's report of the same matter, which is this `case`, was joined: what they said stands there."""

    case: str


class JoinedTo(Note):
    """This case goes on as another one; why is private."""

    case: str


class HandlingAsked(Note):
    """The customer is asked how they were served so far."""


class HandlingJudged(Note):
    """What the customer says of how they were served so far; in which words is private."""

    satisfied: bool


class LookedAgain(Note):
    """Somebody in charge looked into earlier handling that a customer was not satisfied with."""


class AnswerUnderstood(Note):
    """The customer understood the answer to their question; what they said besides is private."""


class AnswerUnclear(Note):
    """The customer did not understand the answer: another one is promised by `due`, by `role`."""

    due: datetime
    role: str


class CustomerAddedFile(Note):
    """A file came, and waits to be checked. Where it lies, its name, its SHA-256 and what was written to it are
    private.
    """

    file: int
    kind: str
    size: int


class FileChecked(Note):
    """A scanner found nothing in it: staff can open it."""

    file: int


class FileRefused(Note):
    """Nobody can open it: a scanner found a threat in it, can't look into it, or did not look until it was gone."""

    file: int
    why: Literal["threat", "unreadable", "expired"]


class FileOpened(Note):
    """A member of staff fetched it."""

    file: int
