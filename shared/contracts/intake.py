"""What intake tells."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts import Boxed, Event


class PromiseMade(Boxed):
    """A promise as others may know it: what, and by when."""

    name: str
    due: datetime


class ContactCard(Boxed):
    """To notify, with `CaseReported`: how to reach the customer, and the secret that follows the case.

    `protected`: a message that somebody else sees can harm them: a victim, a witness, or they said so. `handed`: who
    keyed the report in has given them number and secret, because no message may hold them. `shelter`: it was said
    just now, and holds whatever they wished for before.
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    preferred: Literal["sms", "email"] | None = None
    secret: str
    protected: bool | None = None
    handed: bool | None = None
    shelter: bool | None = None


class PersonCard(Boxed):
    """To notify, with `CaseConcerns`: every number and address that is known of somebody whom staff named.

    `protected`: they are a victim or a witness.
    """

    ways: tuple[str, ...] = ()
    protected: bool = False


class Wording(Boxed):
    """To notify: free text that a person wrote and the customer is to read."""

    text: str


class Grievance(Boxed):
    """To complaints, with `GrievanceVoiced`: what the customer said, and how they are known.

    Of telephone and mail complaints keeps keyed hashes only, to tell a second complaint of the same customer.
    """

    text: str
    wishes: str | None = None
    phone: str | None = None
    email: str | None = None


class IntakeEvent(Event):
    source: ClassVar[str] = "ahd.intake"


class CaseReported(IntakeEvent):
    """A person's report is stored. Box: `ContactCard` to notify, when a contact was given."""

    case: str
    kind: str
    category: str
    channel: str
    state: str
    urgent: bool
    dispositions: tuple[str, ...]
    language: str
    contactable: bool
    pack: str
    promises: tuple[PromiseMade, ...] = ()


class CaseOpened(IntakeEvent):
    """After review the case is taken on."""

    case: str
    promises: tuple[PromiseMade, ...] = ()


class CaseDeclined(IntakeEvent):
    """After review the case is not taken on. Box: `Wording` (the reason and other routes) to notify."""

    case: str


class CaseProgressed(IntakeEvent):
    """A public note was added. Box: `Wording` to notify."""

    case: str


class CaseLate(IntakeEvent):
    """A promise of a case was not kept in time; the next rung of the ladder now owes it."""

    case: str
    promise: str
    was_due: datetime
    role: str
    now_due: datetime
    again: bool = False
    """The top of the ladder had it already: nobody new to tell of."""
    at_top: bool = False
    """Whoever owed it at first stands at the top: it goes to nobody above them."""
    to_customer: bool = True
    """Whether it had been promised to the customer, or only among staff."""
    unit: str = ""
    """The unit that has the case, where that is known: those on duty there are told first."""


class CaseClosed(IntakeEvent):
    """The case is done. Box: `Wording` (the outcome) to notify."""

    case: str
    kind: str
    category: str
    outcome: str
    contactable: bool
    language: str
    asked: bool = False
    """The customer was asked how it was as they closed it: nobody asks again."""
    satisfaction: int | None = None
    """What they answered, from 1 (bad) to 5 (good)."""


class ConsultationAnswered(IntakeEvent):
    """A question has an answer, and the customer is asked whether they understood it. Box: `Wording` to notify.

    `times` counts the answers; `article` is the one of the knowledge base that was given.
    """

    case: str
    times: int
    article: str | None = None


class CaseErased(IntakeEvent):
    """The key to what was said about a case is destroyed: whoever keeps something of its customer destroys theirs.

    `asked`: somebody wanted it; else its time was over.
    """

    case: str
    asked: bool


class ComplaintsToErase(IntakeEvent):
    """Whoever asked for a case to be erased wants what came of it erased, too: these complaints."""

    case: str
    complaints: tuple[str, ...]


class FilesLeft(IntakeEvent):
    """The case that these files belong to is erased: whoever keeps them deletes them. `files` are where they lie."""

    case: str
    files: tuple[str, ...]


class ContactChanged(IntakeEvent):
    """The customer is reached or called otherwise, or has another secret: then the one before opens nothing.

    Box: `ContactCard` to notify.
    """

    case: str
    contactable: bool
    renewed: bool = True
    """Whether the secret is a new one."""


class CaseConcerns(IntakeEvent):
    """Staff named somebody whom a case concerns, and not as what. Box: `PersonCard` to notify."""

    case: str


class GrievanceVoiced(IntakeEvent):
    """The customer is not satisfied with how a case is handled. Box: `Grievance` to complaints.

    `subjects` are the ids of the staff who handled the case: they may not handle or read the complaint. `units` are
    those they belonged to: where the organisation's rules say so, neither may these.
    """

    case: str
    category: str
    subjects: tuple[str, ...]
    language: str
    contactable: bool
    units: tuple[str, ...] = ()
    kind: str | None = None
    """The kind of complaint that it is by the organisation's triage, where that says so."""


class CaseHandled(IntakeEvent):
    """Who has handled the case that a complaint is about: they may not handle or read that complaint."""

    case: str
    complaint: str
    subjects: tuple[str, ...]
    units: tuple[str, ...] = ()


class UnitDispatched(IntakeEvent):
    """A unit was sent to an emergency: the nearest free one, `metres` away as the crow flies.

    Without `metres` the place or the unit has no coordinates, and it was the one free longest. `instead_of` is a unit
    that was sent before and did not answer.
    """

    case: str
    category: str
    unit: str
    metres: int | None = None
    instead_of: str | None = None


class UnitWanted(IntakeEvent):
    """An emergency found no unit free; the next one that is free is sent. `silent` was sent and does not answer."""

    case: str
    category: str
    silent: str | None = None
    unit: str = ""
    """The unit that has the case, where that is known: those on duty there are told first."""


class CaseExtended(IntakeEvent):
    """What was promised has another date. Box: `Wording` (the reason) to notify."""

    case: str
    promise: str
    was_due: datetime
    due: datetime


class HandoverOffered(IntakeEvent):
    """Whoever has the case offers it to somebody else, who says yes or no until then."""

    case: str
    to: str
    by: str
    until: datetime


class ArbiterWanted(IntakeEvent):
    """A case was refused twice: this role decides whose it is."""

    case: str
    role: str
    until: datetime
    unit: str = ""
    """The unit that has the case, where that is known: those on duty there are told first."""


class DocumentsWanted(IntakeEvent):
    """Everything that is missing of an application, by the category's codes. Box: `Wording` to notify."""

    case: str
    missing: tuple[str, ...]


class AppointmentMade(IntakeEvent):
    """The customer is expected. Box: `Meeting` to notify."""

    case: str
    appointment: int
    what: str
    at: datetime
    minutes: int


class AppointmentMoved(IntakeEvent):
    """An appointment has another time. Box: `Meeting` to notify: where, and as its text the reason.

    `version` counts its changes.
    """

    case: str
    appointment: int
    what: str
    was_at: datetime
    at: datetime
    minutes: int
    version: int


class AppointmentCancelled(IntakeEvent):
    """It does not take place. Box: `Wording` (the reason) to notify."""

    case: str
    appointment: int
    what: str
    at: datetime
    version: int
    minutes: int = 30


class AppointmentNear(IntakeEvent):
    """The customer is reminded of an appointment. Box: `Meeting` to notify."""

    case: str
    appointment: int
    what: str
    at: datetime
    minutes: int = 30
    version: int = 0


class Meeting(Boxed):
    """To notify, of an appointment: where it is; what to bring, or why it was moved."""

    place: str
    text: str | None = None


class CallWanted(IntakeEvent):
    """The customer of this case is to be called back."""

    case: str
    reason: str


class CallTimeChosen(IntakeEvent):
    """The customer chose when they are called back, among the times that they were offered."""

    case: str
    callback: str
    since: datetime
    until: datetime
    utc_offset: int | None = None
    """How many minutes their clock is ahead of UTC, when they said so."""


class CallsStopped(IntakeEvent):
    """The customer wants this call no more; of a daily one, no further one."""

    case: str
    callback: str


class CallLate(IntakeEvent):
    """On the line somebody waits too long, or talks longer than first line can help: this role sees to it."""

    call: str
    promise: str
    role: str
    operator: str
