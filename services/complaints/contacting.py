"""Talking with the customer: calls, follow-ups, visits, and how it was afterwards; all of it on record."""

from typing import Annotated, Any

from pydantic import Field

from services.complaints import notes, steps
from services.complaints.accepting import Words
from services.complaints.complaint import FOLLOW_UP, RETURN_VISIT, VISIT, Move
from services.complaints.draft import Draft
from services.complaints.handling import Act
from shared import promises
from shared.contracts.complaints import CallsDeclined, VisitAgreed
from shared.http import Problem, Request, When, fault
from shared.packs.steps import Happening
from shared.policy import Principal
from shared.store import Audience


class TalkRequest(Request):
    """A talk with the customer, or a try. `said` is what they said, `told` what they were told, both in full."""

    reached: bool
    said: Words | None = None
    told: Words | None = None
    follow_up: bool = False
    """The talk was the follow-up that they were promised."""
    no_more_calls: bool = False
    """They want no calls any more."""
    read_back: bool = False
    """What is on record was read back, and they confirmed it."""


class VisitRequest(Request):
    """When somebody comes."""

    at: When


class VisitedRequest(Request):
    """Somebody was there: what was seen, said and done."""

    text: Words


class ReturnVisitRequest(Request):
    """How it was, and whether it is really settled."""

    satisfied: bool
    settled: bool
    text: Annotated[Words | None, Field()] = None


def talk(draft: Draft, _principal: Principal, request: TalkRequest) -> None:
    if draft.complaint.no_calls and not request.reached:
        raise Problem(409, "wants-no-calls", "The customer wants no calls.", "Nobody calls them; write if you must.")
    if request.reached and not (request.said or request.told):
        raise fault("/said", "missing", "Write down what was said: what they said, and what they were told.")
    record = draft.complaint.records + int(request.reached)
    confirmed = (*draft.complaint.confirmed, record) if request.read_back else draft.complaint.confirmed
    draft.set(records=record, confirmed=confirmed)
    words = {"text": request.said, "told": request.told}
    draft.tell(
        notes.Talked(record=record, reached=request.reached, follow_up=request.follow_up),
        Audience.CUSTOMER,
        {key: value for key, value in words.items() if value},
    )
    if request.read_back:
        draft.tell(notes.RecordConfirmed(records=(record,)), Audience.CUSTOMER)
    draft.happen(Happening.REACHED if request.reached else Happening.NOT_REACHED)
    if request.reached and request.follow_up and promises.is_open(draft.complaint.promises, FOLLOW_UP):
        draft.complaint = steps.follow_up(draft.complaint, draft.book, draft.now)
    if request.no_more_calls:
        want_no_calls(draft)


def want_no_calls(draft: Draft) -> None:
    """From now on nobody calls the customer, about this or their case."""
    if draft.complaint.no_calls:
        return
    draft.complaint = steps.want_no_calls(draft.complaint, draft.book, draft.now)
    draft.tell(CallsDeclined(complaint=draft.complaint.id, case=draft.complaint.case), Audience.CUSTOMER)


def agree_visit(draft: Draft, _principal: Principal, request: VisitRequest) -> None:
    if request.at <= draft.now:
        raise fault("/at", "in_the_past", "This time has passed.")
    if promises.is_open(draft.complaint.promises, VISIT):
        raise Problem(
            409,
            "visit-owed",
            "A visit is agreed already.",
            "Record it, or move its date with a reason.",
            promise=VISIT,
        )
    draft.complaint = steps.agree_visit(draft.complaint, request.at, draft.book, draft.now)
    draft.ask(Happening.VISIT_AGREED)
    complaint = draft.complaint
    draft.tell(VisitAgreed(complaint=complaint.id, case=complaint.case, at=request.at), Audience.CUSTOMER)


def visited(draft: Draft, _principal: Principal, request: VisitedRequest) -> None:
    draft.complaint = draft.complaint.promising(promises.keep(draft.complaint.promises, VISIT, draft.now))
    draft.tell(notes.Visited(), Audience.CUSTOMER, {"text": request.text})
    draft.happen(Happening.VISITED)


def return_visit(draft: Draft, _principal: Principal, request: ReturnVisitRequest) -> None:
    """Asked once it was closed, once for each closing. Whoever is not satisfied may have it reworked."""
    happened = draft.complaint.happened
    if Move.RETURN_VISIT not in draft.complaint.possible(draft.book.rules.rework.rounds):
        at = happened[Happening.RETURN_VISITED].isoformat()
        raise Problem(
            409, "already-recorded", "How it was is on record for this closing.", f"It was recorded at {at}."
        )
    draft.complaint = draft.complaint.promising(promises.keep(draft.complaint.promises, RETURN_VISIT, draft.now))
    draft.set(satisfied=request.satisfied)
    draft.tell(
        notes.ReturnVisited(satisfied=request.satisfied, settled=request.settled),
        Audience.CUSTOMER,
        {"text": request.text} if request.text else None,
    )
    draft.happen(Happening.RETURN_VISITED)


ACTS: dict[str, Act[Any]] = {
    "contacts": Act("complaint.contact", Move.HANDLE, TalkRequest, talk),
    "visits": Act("complaint.handle", Move.HANDLE, VisitRequest, agree_visit),
    "visited": Act("complaint.handle", Move.HANDLE, VisitedRequest, visited),
    "return-visit": Act("complaint.contact", Move.RETURN_VISIT, ReturnVisitRequest, return_visit),
}
