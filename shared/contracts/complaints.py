"""What complaints tells."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts import Event


class ComplaintsEvent(Event):
    source: ClassVar[str] = "ahd.complaints"


class ComplaintAccepted(ComplaintsEvent):
    """A complaint is open and an answer is promised."""

    detail_type: Literal["ComplaintAccepted.v1"] = "ComplaintAccepted.v1"
    complaint: str
    case: str
    answer_due: datetime
    promised: datetime | None = None
    clock: dict[str, int] | None = None
    """What `answer_due` was counted from, and the span."""


class ComplaintEscalated(ComplaintsEvent):
    """What was promised did not come in time: the next rung of the ladder has it now, until `now_due`."""

    detail_type: Literal["ComplaintEscalated.v1"] = "ComplaintEscalated.v1"
    complaint: str
    case: str
    promise: str
    rung: int
    role: str
    was_due: datetime
    now_due: datetime
    again: bool = False
    """The top of the ladder had it already: nobody new to tell of."""


class ComplaintAnswered(ComplaintsEvent):
    """Findings are told to the customer. Box: `Wording` to notify and to intake."""

    detail_type: Literal["ComplaintAnswered.v1"] = "ComplaintAnswered.v1"
    complaint: str
    case: str
    finding: Literal["substantiated", "partly", "not-substantiated"]


class ComplaintClosed(ComplaintsEvent):
    """The complaint is done."""

    detail_type: Literal["ComplaintClosed.v1"] = "ComplaintClosed.v1"
    complaint: str
    case: str
    category: str
    finding: Literal["substantiated", "partly", "not-substantiated"]
    contactable: bool
    language: str
