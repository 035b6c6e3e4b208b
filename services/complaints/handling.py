"""What staff do with a complaint: see what is due, read it, answer it, close it. Never who it is about."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from services.complaints import complaint as complaints
from services.complaints.complaint import MOVES, Complaint, Finding
from shared import chain, ids, vault
from shared.commands import Command
from shared.contracts.complaints import ComplaintAnswered, ComplaintClosed
from shared.http import Problem, Request, Text
from shared.logs import log
from shared.policy import Principal, require
from shared.promises import PromiseState, why
from shared.rules import calendar, pack
from shared.store import Audience, Cause, Line, NotFound, Place, Recorded
from shared.tables import store

PAGE = 50
_HORIZON = timedelta(days=3650)


class AnswerRequest(Request):
    """What was found, and what the customer is told: measures taken, or an explanation."""

    finding: Finding
    text: Annotated[Text, Field(min_length=1, max_length=4000)]


class CloseRequest(Request):
    """Nothing to say: the answer stands."""


def worklist(principal: Principal, now: datetime, after: Place | None = None) -> dict[str, Any]:
    """Complaints with something owed, the soonest due first; at most a page, without those about the reader."""
    require(principal, "complaint.read")
    places = store().due(Complaint.KIND, now + _HORIZON, PAGE, after)
    found = store().load_many(Complaint, [place.id for place in places])
    return {
        "complaints": [_facts(one) for one in found if not principal.is_subject(one.subjects)],
        "next": places[-1].mark if len(places) == PAGE else None,
    }


def read(principal: Principal, number: str) -> dict[str, Any]:
    """The whole complaint for staff."""
    complaint, events = store().history(Complaint, _identity(number))
    _let(principal, "complaint.read", complaint)
    return {
        **_facts(complaint),
        "allowed": [str(move) for move in MOVES[complaint.state]],
        "promises": [
            {
                "what": promise.name,
                "role": promise.role,
                "rung": promise.rung,
                "due": promise.due.isoformat(),
                "state": promise.state.value,
                "why": why(promise, calendar()),
            }
            for promise in complaint.promises
        ],
        "events": [_event(event, complaint.salt) for event in events],
        "chain_whole": chain.broken_at(vault.chain_key(), [event.facts for event in events], complaint.head) is None,
    }


def answer(
    principal: Principal,
    number: str,
    command: Command,
    request: AnswerRequest,
    now: datetime,
    correlation: str,
) -> dict[str, Any]:
    """Tell the customer what was found."""

    def decide(complaint: Complaint) -> tuple[Complaint, Line]:
        after = complaints.answered(complaint, request.finding, pack(), calendar(), now)
        told = ComplaintAnswered(complaint=after.id, case=after.case, finding=request.finding)
        told_to = ("intake", "notify") if after.contactable else ("intake",)
        boxes = {recipient: {"text": request.text} for recipient in told_to}
        return after, Line(told, Audience.CUSTOMER, private={"text": request.text}, boxes=boxes)

    return _move(principal, "complaint.answer", number, command, Cause(now, principal.id, correlation), decide)


def close(principal: Principal, number: str, command: Command, now: datetime, correlation: str) -> dict[str, Any]:
    """The answer stands."""

    def decide(complaint: Complaint) -> tuple[Complaint, Line]:
        after = complaints.closed(complaint, now)
        told = ComplaintClosed(
            complaint=after.id,
            case=after.case,
            category=after.category,
            finding=after.finding or "not-substantiated",
            contactable=after.contactable,
            language=after.language,
        )
        return after, Line(told, Audience.CUSTOMER)

    return _move(principal, "complaint.close", number, command, Cause(now, principal.id, correlation), decide)


def _move(
    principal: Principal,
    action: str,
    number: str,
    command: Command,
    cause: Cause,
    decide: Callable[[Complaint], tuple[Complaint, Line]],
) -> dict[str, Any]:
    identity = _identity(number)
    stored: list[Complaint] = []

    def act() -> Complaint:
        complaint = store().load(Complaint, identity)
        _let(principal, action, complaint)
        try:
            after, line = decide(complaint)
        except complaints.IllegalMove as error:
            # A command that was carried out before gets its answer again, not a refusal of the second try.
            command.raise_if_done(Complaint, identity)
            raise _not_now(error) from None
        stored.append(store().change(after, [line], cause, command.guard(_facts(after))))
        return stored[-1]

    before_answer = command.once(Complaint, identity, act)
    return before_answer if before_answer is not None else _facts(stored[-1])


def _let(principal: Principal, action: str, complaint: Complaint) -> None:
    """The conflict rule and the role; a try by a subject leaves a trace for auditors."""
    if principal.is_subject(complaint.subjects):
        log().warning("subject turned away", complaint=complaint.id, staff=principal.id, action=action)
    require(principal, action, complaint.subjects)


def _not_now(error: complaints.IllegalMove) -> Problem:
    return Problem(
        409,
        "illegal-move",
        f"A complaint that is {error.state} can't do that.",
        f"Possible now: {', '.join(error.allowed) or 'nothing'}.",
        state=str(error.state),
        allowed=list(error.allowed),
    )


def _identity(number: str) -> str:
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity


def _facts(complaint: Complaint) -> dict[str, Any]:
    owed = next((one for one in complaint.promises if one.state is PromiseState.OPEN), None)
    return {
        "number": ids.spoken(complaint.id),
        "case": ids.spoken(complaint.case),
        "state": str(complaint.state),
        "category": complaint.category,
        "accepted": complaint.accepted.isoformat(),
        "answer_due": complaint.answer_due.isoformat(),
        "finding": complaint.finding,
        "rung": complaint.rung,
        "owed_by": owed.role if owed else None,
        "owed_until": owed.due.isoformat() if owed else None,
    }


def _event(event: Recorded, salt: str | None) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "what": event.type,
        "by": event.facts["actor"],
        "facts": event.data,
        "private": event.private(salt),
    }
