"""What complaints tells."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts import Event


class ComplaintsEvent(Event):
    source: ClassVar[str] = "ahd.complaints"


class ComplaintAccepted(ComplaintsEvent):
    """A complaint is open and an answer is promised. Box: `ContactCard` to notify, when it came without a case.

    `case` is the complaint's own number when it came without one.
    """

    complaint: str
    case: str
    answer_due: datetime
    promised: datetime | None = None
    clock: dict[str, int] | None = None
    """What `answer_due` was counted from, and the span."""
    language: str = "en"
    channel: str = "case"
    about: str | None = None
    """The number of an earlier case that the customer says it is about, when it did not come with one."""


class ComplaintConcerns(ComplaintsEvent):
    """Whom it is about: staff by id, or units. Nobody of them may see it, or call its customer, from now on."""

    complaint: str
    case: str
    subjects: tuple[str, ...]


class ComplaintClassified(ComplaintsEvent):
    """Where it stands in the organisation's tree, and how grave it is. `first` time, or once more."""

    complaint: str
    case: str
    kind: str
    root: str
    """The kind at the top of its branch."""
    department: str | None = None
    grade: Literal["general", "major"]
    first: bool


class ComplaintEscalated(ComplaintsEvent):
    """What was promised did not come in time: the next rung of the ladder has it now, until `now_due`."""

    complaint: str
    case: str
    promise: str
    rung: int
    role: str
    was_due: datetime
    now_due: datetime
    again: bool = False
    """The top of the ladder had it already: nobody new to tell of."""
    to_customer: bool = False
    """Whether it had been promised to the customer. The answer always is."""
    called: str | None = None
    """What was promised, in the customer's language."""
    unit: str = ""
    """The unit of the department that puts it right, where there is one: those on duty there are told first."""


class ComplaintDueSoon(ComplaintsEvent):
    """A promise is due soon: whoever owes it is reminded."""

    complaint: str
    case: str
    promise: str
    role: str
    due: datetime
    unit: str = ""
    """The unit of the department that puts it right, where there is one: those on duty there are told first."""


class AttentionAsked(ComplaintsEvent):
    """The organisation's rules say that these roles are told at once. `takes_over`: the first of them has it now."""

    complaint: str
    case: str
    rule: str
    roles: tuple[str, ...]
    takes_over: bool = False
    unit: str = ""
    """The unit of the department that puts it right, where there is one: those on duty there are told first."""


class VisitAgreed(ComplaintsEvent):
    """Somebody comes to the customer at the time agreed."""

    complaint: str
    case: str
    at: datetime


class ComplaintDateMoved(ComplaintsEvent):
    """What was promised to the customer has another date.

    Box: `Wording` (the reason) to notify, and to intake when it is the answer.
    """

    complaint: str
    case: str
    promise: str
    was_due: datetime
    due: datetime
    called: str | None = None
    """As in `ComplaintEscalated`."""


class CallsDeclined(ComplaintsEvent):
    """The customer of this case wants no calls about anything."""

    complaint: str
    case: str


class RectificationIssued(ComplaintsEvent):
    """A rectification notice goes to a department, which puts it right until `due`."""

    complaint: str
    case: str
    notice: str
    to: str
    responsible: str
    due: datetime | None = None


class ComplaintAnswered(ComplaintsEvent):
    """Findings are told to the customer. Box: `Wording` to notify and to intake."""

    complaint: str
    case: str
    finding: Literal["substantiated", "partly", "not-substantiated"]
    rounds_left: int | None = None
    """How often they may still ask for it to be handled again."""


class ComplaintReworked(ComplaintsEvent):
    """The customer is not satisfied with the answer: it is handled again by `role`, with a date of its own."""

    complaint: str
    case: str
    round: int
    role: str
    at_top: bool = False
    """Nobody stands above those who handled the last round: it stays with them."""
    answer_due: datetime
    promised: datetime | None = None
    clock: dict[str, int] | None = None
    """What `answer_due` is counted from, and the span."""
    about: str | None = None
    """As in `ComplaintAccepted`."""
    unit: str = ""
    """The unit of the department that puts it right, where there is one: those on duty there are told first."""


class PenaltyRecorded(ComplaintsEvent):
    """The ledger says what a complaint costs which department, in the currency's minor unit."""

    complaint: str
    case: str
    penalty: str
    department: str | None = None
    minor: int
    currency: str
    exemptions: tuple[str, ...] = ()


class PenaltyWithdrawn(ComplaintsEvent):
    """What the ledger said turned out not to apply, or not to this department: it is taken back."""

    complaint: str
    case: str
    penalty: str
    department: str | None = None


class ComplaintClosed(ComplaintsEvent):
    """The complaint is done."""

    complaint: str
    case: str
    category: str
    finding: Literal["substantiated", "partly", "not-substantiated"]
    contactable: bool
    language: str
    rounds_left: int | None = None
    """As in `ComplaintAnswered`."""


class ComplaintErased(ComplaintsEvent):
    """The key to what was said about a complaint is destroyed; to `case` nothing happened, unless that is its own."""

    complaint: str
    case: str


class LessonShared(ComplaintsEvent):
    """What was learnt from a complaint, for other units. Box: `Wording` to notify."""

    complaint: str
    kind: str
    units: tuple[str, ...]


class SurgeNoticed(ComplaintsEvent):
    """So many complaints within the span that a playbook starts. `what` is the kind or department, or `all`."""

    what: str
    complaints: int
    since: datetime
    playbook: str
    roles: tuple[str, ...]
