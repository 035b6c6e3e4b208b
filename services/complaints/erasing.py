"""Ending what people said in a complaint: because they ask for it, or because its time is over (ADR 0063)."""

from datetime import datetime
from typing import Any, Literal

from services.complaints import shelf
from services.complaints.complaint import Complaint, Move, State
from services.complaints.draft import Draft
from services.complaints.handling import Act
from shared import erasure
from shared.contracts.complaints import ComplaintErased
from shared.http import Problem, Request
from shared.policy import Principal
from shared.store import Cause
from shared.tables import store


class EraseRequest(Request):
    """Why, as the law asks: the customer wants it, or it should never have been taken down."""

    reason: Literal["asked", "unlawful"]


def erase(draft: Draft, _principal: Principal, _request: EraseRequest) -> None:
    """What was said ends now. That there was a complaint, what was found and what it cost stays."""
    complaint = draft.complaint
    if complaint.salt is None:
        raise Problem(409, "erased-before", "This complaint was erased before.", "Nothing more is needed.")
    if not may_end(complaint):
        raise Problem(
            409,
            "still-owed",
            "This complaint is open, or something about it is still owed.",
            "Answer and close it, and see to what is owed; then erase it.",
        )
    end(draft)


def may_end(complaint: Complaint) -> bool:
    """Whether nothing is owed any more."""
    return complaint.state is State.CLOSED and not any(one.open for one in complaint.promises)


def end(draft: Draft) -> None:
    """By what the customer and the matter are known goes too: a later complaint is no second one then."""
    complaint = draft.complaint
    draft.extra += shelf.left(complaint)
    draft.complaint = erasure.without_key(complaint, draft.now, marks={}, matters=(), fingerprint="")
    draft.tell(ComplaintErased(complaint=complaint.id, case=complaint.case))


def look(number: str, now: datetime) -> None:
    """A tick: the time of this complaint is over, or that of what its erasure left."""
    complaint = store().load(Complaint, number)
    if complaint.erase_at is None or complaint.erase_at > now or not may_end(complaint):
        return
    if complaint.salt is None:
        erasure.clear(complaint, now)
        return
    draft = Draft(complaint, shelf.book(), now)
    end(draft)
    cause = Cause(now, "clock", f"tick:{complaint.id}:{complaint.seq}")
    store().change(draft.complaint, draft.lines, cause, extra=draft.extra)


ACTS: dict[str, Act[Any]] = {
    "erase": Act("complaint.erase", Move.RECORD, EraseRequest, erase),
}
