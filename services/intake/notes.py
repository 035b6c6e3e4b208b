"""Lines of a case's timeline that only intake keeps: what it heard from the other services."""

from datetime import datetime
from typing import Literal

from shared.contracts import Note
from shared.packs import Money


class AcknowledgementSent(Note):
    detail_type: Literal["AcknowledgementSent.v1"] = "AcknowledgementSent.v1"
    channel: str


class AcknowledgementReturned(Note):
    """Our word to the customer came back by every way: they have not got it."""

    detail_type: Literal["AcknowledgementReturned.v1"] = "AcknowledgementReturned.v1"


class AcknowledgementHeld(Note):
    """It waits for an hour at which the customer can be written to."""

    detail_type: Literal["AcknowledgementHeld.v1"] = "AcknowledgementHeld.v1"
    until: datetime


class StatementCorrected(Note):
    """What was taken down wrongly is put right; `corrected` names it, how it is now is private."""

    detail_type: Literal["StatementCorrected.v1"] = "StatementCorrected.v1"
    corrected: tuple[str, ...]


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


class IncidentSent(Note):
    """A dispatch system was given the incident."""

    detail_type: Literal["IncidentSent.v1"] = "IncidentSent.v1"
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


class CallerErased(Note):
    """Why this number was flagged is erased."""

    detail_type: Literal["CallerErased.v1"] = "CallerErased.v1"


class FlagExpired(Note):
    """Of a caller: the time is over."""

    detail_type: Literal["FlagExpired.v1"] = "FlagExpired.v1"


class MessageUndelivered(Note):
    detail_type: Literal["MessageUndelivered.v1"] = "MessageUndelivered.v1"
    template: str


class CustomerCalled(Note):
    detail_type: Literal["CustomerCalled.v1"] = "CustomerCalled.v1"


class CallPromised(Note):
    """The customer is called by `due`; the word that the caller says is private."""

    detail_type: Literal["CallPromised.v1"] = "CallPromised.v1"
    callback: str
    due: datetime
    sequence: int = 0
    """Which event of the callback said so."""


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


class CaseTaken(Note):
    """From now on this member of staff has the case."""

    detail_type: Literal["CaseTaken.v1"] = "CaseTaken.v1"
    owner: str


class HandoverRefused(Note):
    detail_type: Literal["HandoverRefused.v1"] = "HandoverRefused.v1"
    by: str


class CaseAssigned(Note):
    """An arbiter decided whose it is."""

    detail_type: Literal["CaseAssigned.v1"] = "CaseAssigned.v1"
    owner: str


class DocumentsComplete(Note):
    """Nothing is missing of the application."""

    detail_type: Literal["DocumentsComplete.v1"] = "DocumentsComplete.v1"


class DocumentsSent(Note):
    """The customer has completed their documents."""

    detail_type: Literal["DocumentsSent.v1"] = "DocumentsSent.v1"


class TeamFormed(Note):
    detail_type: Literal["TeamFormed.v1"] = "TeamFormed.v1"
    members: tuple[str, ...]


class SceneVisited(Note):
    """What was seen and done there is private."""

    detail_type: Literal["SceneVisited.v1"] = "SceneVisited.v1"
    at: datetime


class ExhibitRegistered(Note):
    """A piece of evidence; what it is and where it is kept is private."""

    detail_type: Literal["ExhibitRegistered.v1"] = "ExhibitRegistered.v1"
    number: int
    holder: str


class ExhibitHandedOver(Note):
    """The next link of its chain of custody."""

    detail_type: Literal["ExhibitHandedOver.v1"] = "ExhibitHandedOver.v1"
    number: int
    holder: str


class InterviewHeld(Note):
    """Who was heard and what they said is private."""

    detail_type: Literal["InterviewHeld.v1"] = "InterviewHeld.v1"
    number: int
    side: str
    confirmed: bool


class ReportWritten(Note):
    """The closing report, for staff."""

    detail_type: Literal["ReportWritten.v1"] = "ReportWritten.v1"


class Settled(Note):
    """The parties agreed; what exactly is private."""

    detail_type: Literal["Settled.v1"] = "Settled.v1"
    forgiven: bool = False
    restitution: Money | None = None


class SettlementChecked(Note):
    detail_type: Literal["SettlementChecked.v1"] = "SettlementChecked.v1"
    kept: bool


class CameBack(Note):
    """The matter that was settled came back as a later case."""

    detail_type: Literal["CameBack.v1"] = "CameBack.v1"
    later: str


class CustomerMissed(Note):
    """They did not come to their appointment."""

    detail_type: Literal["CustomerMissed.v1"] = "CustomerMissed.v1"
    appointment: int
    was_at: datetime


class CustomerReceived(Note):
    """They came to their appointment, were received, and may have been given a visitor's card."""

    detail_type: Literal["CustomerReceived.v1"] = "CustomerReceived.v1"
    appointment: int
    received_by: str | None = None
    card: str | None = None


class CardBack(Note):
    """A visitor's card is back, or lost."""

    detail_type: Literal["CardBack.v1"] = "CardBack.v1"
    card: str
    state: str


class CallAnswered(Note):
    """A call was answered, after so many rings."""

    detail_type: Literal["CallAnswered.v1"] = "CallAnswered.v1"
    rings: int


class CallWentOn(Note):
    """What happened on a call, and how it stands."""

    detail_type: Literal["CallWentOn.v1"] = "CallWentOn.v1"
    what: str
    state: str


class CustomerAdded(Note):
    """What the customer added to their case is private."""

    detail_type: Literal["CustomerAdded.v1"] = "CustomerAdded.v1"


class CustomerAsked(Note):
    """The customer asked something; an answer is promised by `due`."""

    detail_type: Literal["CustomerAsked.v1"] = "CustomerAsked.v1"
    due: datetime


class CustomerNamed(Note):
    """Staff named somebody who has to do with the case; how they are reached is in their file."""

    detail_type: Literal["CustomerNamed.v1"] = "CustomerNamed.v1"
    customer: str
    classes: tuple[str, ...]


class SafetyNoted(Note):
    """The customer asked for safe contact, or took that back."""

    detail_type: Literal["SafetyNoted.v1"] = "SafetyNoted.v1"
    safe: bool


class PerhapsRepeated(Note):
    """The customer had these open cases of the same category when this one came."""

    detail_type: Literal["PerhapsRepeated.v1"] = "PerhapsRepeated.v1"
    cases: tuple[str, ...]


class RefersTo(Note):
    """An emergency that came as the continuation of another case: it is a case of its own."""

    detail_type: Literal["RefersTo.v1"] = "RefersTo.v1"
    case: str


class ReportJoined(Note):
    """The customer contacted the desk again about this; what they said is private. `case`: one made of it before."""

    detail_type: Literal["ReportJoined.v1"] = "ReportJoined.v1"
    case: str | None = None


class OtherReportJoined(Note):
    """Somebody else's report of the same matter, which is this `case`, was joined: what they said stands there."""

    detail_type: Literal["OtherReportJoined.v1"] = "OtherReportJoined.v1"
    case: str


class JoinedTo(Note):
    """This case goes on as another one; why is private."""

    detail_type: Literal["JoinedTo.v1"] = "JoinedTo.v1"
    case: str


class HandlingAsked(Note):
    """The customer is asked how they were served so far."""

    detail_type: Literal["HandlingAsked.v1"] = "HandlingAsked.v1"


class HandlingJudged(Note):
    """What the customer says of how they were served so far; in which words is private."""

    detail_type: Literal["HandlingJudged.v1"] = "HandlingJudged.v1"
    satisfied: bool


class LookedAgain(Note):
    """Somebody in charge looked into earlier handling that a customer was not satisfied with."""

    detail_type: Literal["LookedAgain.v1"] = "LookedAgain.v1"


class AnswerUnderstood(Note):
    """The customer understood the answer to their question; what they said besides is private."""

    detail_type: Literal["AnswerUnderstood.v1"] = "AnswerUnderstood.v1"


class AnswerUnclear(Note):
    """The customer did not understand the answer: another one is promised by `due`, by `role`."""

    detail_type: Literal["AnswerUnclear.v1"] = "AnswerUnclear.v1"
    due: datetime
    role: str


class CustomerAddedFile(Note):
    """A file came, and waits to be checked. Where it lies, its name, its SHA-256 and what was written to it are
    private.
    """

    detail_type: Literal["CustomerAddedFile.v1"] = "CustomerAddedFile.v1"
    file: int
    kind: str
    size: int


class FileChecked(Note):
    """A scanner found nothing in it: staff can open it."""

    detail_type: Literal["FileChecked.v1"] = "FileChecked.v1"
    file: int


class FileRefused(Note):
    """Nobody can open it: a scanner found a threat in it, can't look into it, or did not look until it was gone."""

    detail_type: Literal["FileRefused.v1"] = "FileRefused.v1"
    file: int
    why: Literal["threat", "unreadable", "expired"]


class FileOpened(Note):
    """A member of staff fetched it."""

    detail_type: Literal["FileOpened.v1"] = "FileOpened.v1"
    file: int
