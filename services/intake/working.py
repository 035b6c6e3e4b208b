"""What staff do with a case: see what is due, read it, review it, note, close. Each move tells the customer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import case as cases
from services.intake.case import MOVES, Case
from services.intake.notes import (
    ComplaintAgain,
    ComplaintGotAnswer,
    ComplaintMoved,
    ComplaintNoted,
    ComplaintRose,
    ComplaintWasClosed,
    SomebodyArrived,
    StaffNote,
    SurveyCameBack,
)
from services.intake.reporting import promise_view
from shared import chain, ids, vault
from shared.commands import Command
from shared.contracts import Event
from shared.contracts.intake import (
    CaseClosed,
    CaseDeclined,
    CaseHandled,
    CaseOpened,
    CaseProgressed,
    GrievanceVoiced,
    PromiseMade,
)
from shared.http import Problem, Request, Text
from shared.policy import NotPermitted, Principal, require
from shared.promises import PromiseState
from shared.rules import calendar, pack
from shared.store import Audience, Cause, Line, NotFound, Place, Recorded
from shared.tables import store

_OF_COMPLAINTS = frozenset(
    kind.detail_type_name()
    for kind in (
        GrievanceVoiced,
        CaseHandled,
        ComplaintNoted,
        ComplaintRose,
        ComplaintMoved,
        ComplaintAgain,
        ComplaintGotAnswer,
        ComplaintWasClosed,
        SurveyCameBack,
    )
)
"""What whoever handled a case may not learn: that there is a complaint about it, and what becomes of that."""

PAGE = 50
_HORIZON = timedelta(days=3650)

Words = Annotated[Text, Field(min_length=1, max_length=4000)]


class OpenRequest(Request):
    """Nothing to say: the case is taken on."""


class DeclineRequest(Request):
    """`reason` is told to the customer, with other routes they can take."""

    reason: Words


class ArriveRequest(Request):
    """Nothing to say: somebody is on the scene."""


class NoteRequest(Request):
    """`public` notes are told to the customer."""

    text: Words
    public: bool = False


class CloseRequest(Request):
    """`text` tells the customer what came of it."""

    outcome: Literal["solved", "passed-on", "no-trace", "withdrawn"]
    text: Words


def worklist(principal: Principal, now: datetime, after: Place | None = None) -> dict[str, Any]:
    """Cases with something owed, the soonest due first; at most a page."""
    require(principal, "case.read")
    places = store().due(Case.KIND, now + _HORIZON, PAGE, after)
    found = store().load_many(Case, [place.id for place in places])
    return {
        "cases": [_summary(case, now) for case in found],
        "next": places[-1].mark if len(places) == PAGE else None,
    }


def read(principal: Principal, number: str) -> dict[str, Any]:
    """The whole case for staff; to whoever handled it without what became of complaints about that."""
    require(principal, "case.read")
    case, events = store().history(Case, _identity(number))
    if principal.is_subject(case.handlers):
        events = [event for event in events if not _about_a_complaint(event)]
    return {
        **_facts(case),
        "allowed": [str(move) for move in MOVES[case.state]],
        "promises": [
            {**promise_view(promise), "role": promise.role, "rung": promise.rung} for promise in case.promises
        ],
        "events": [_event(event, case.salt) for event in events],
    }


def audit(principal: Principal, number: str) -> dict[str, Any]:
    """Whether the chain of a case is whole. Somebody who handled the case can't say so."""
    require(principal, "case.audit")
    case, events = store().history(Case, _identity(number))
    if principal.is_subject(case.handlers):
        raise NotPermitted("case.audit")
    broken = chain.broken_at(vault.chain_key(), [event.facts for event in events], case.head)
    if broken is None:
        broken = next((event.facts["seq"] for event in events if not event.sound), None)
    return {
        "number": ids.spoken(case.id),
        "events": len(events),
        "whole": broken is None,
        "broken_at": broken,
    }


def open_case(principal: Principal, number: str, command: Command, now: datetime, correlation: str) -> dict[str, Any]:
    def told(case: Case) -> Event:
        made = [promise for promise in case.promises if promise.made == now]
        return CaseOpened(
            case=case.id, promises=tuple(PromiseMade(name=promise.name, due=promise.due) for promise in made)
        )

    return _move(
        principal,
        "case.review",
        number,
        command,
        Cause(now, principal.id, correlation),
        lambda case: cases.opened(case, principal.id, pack(), calendar(), now),
        told,
    )


def decline(
    principal: Principal,
    number: str,
    command: Command,
    request: DeclineRequest,
    now: datetime,
    correlation: str,
) -> dict[str, Any]:
    return _move(
        principal,
        "case.review",
        number,
        command,
        Cause(now, principal.id, correlation),
        lambda case: cases.declined(case, principal.id, now),
        lambda case: CaseDeclined(case=case.id),
        request.reason,
    )


def note(
    principal: Principal, number: str, command: Command, request: NoteRequest, now: datetime, correlation: str
) -> dict[str, Any]:
    return _move(
        principal,
        "case.note",
        number,
        command,
        Cause(now, principal.id, correlation),
        lambda case: case.moved(cases.Move.NOTE, principal.id),
        lambda case: CaseProgressed(case=case.id) if request.public else StaffNote(),
        request.text,
    )


def arrive(principal: Principal, number: str, command: Command, now: datetime, correlation: str) -> dict[str, Any]:
    return _move(
        principal,
        "case.arrive",
        number,
        command,
        Cause(now, principal.id, correlation),
        lambda case: cases.arrived(case, principal.id, now),
        lambda _case: SomebodyArrived(),
        audience=Audience.CUSTOMER,
    )


def close(
    principal: Principal,
    number: str,
    command: Command,
    request: CloseRequest,
    now: datetime,
    correlation: str,
) -> dict[str, Any]:
    return _move(
        principal,
        "case.close",
        number,
        command,
        Cause(now, principal.id, correlation),
        lambda case: cases.closed(case, principal.id, now),
        lambda case: CaseClosed(
            case=case.id,
            kind=case.kind,
            category=case.category,
            outcome=request.outcome,
            contactable=case.contactable,
            language=case.language,
        ),
        request.text,
    )


def _move(
    principal: Principal,
    action: str,
    number: str,
    command: Command,
    cause: Cause,
    decide: Callable[[Case], Case],
    told: Callable[[Case], Event],
    text: str | None = None,
    audience: Audience | None = None,
) -> dict[str, Any]:
    require(principal, action)
    identity = _identity(number)
    stored: list[Case] = []

    def act() -> Case:
        try:
            after = decide(store().load(Case, identity)).handled_in(principal.units)
        except cases.IllegalMove as error:
            # A command that was carried out before gets its answer again, not a refusal of the second try.
            command.raise_if_done(Case, identity)
            raise _not_now(error) from None
        event = told(after)
        line = Line(
            event,
            audience or (Audience.CUSTOMER if event.told else Audience.STAFF),
            private={"text": text} if text else None,
            boxes={"notify": {"text": text}} if text and event.told and after.contactable else {},
        )
        stored.append(store().change(after, [line], cause, command.guard(_facts(after))))
        return stored[-1]

    before_answer = command.once(Case, identity, act)
    return before_answer if before_answer is not None else _facts(stored[-1])


def _not_now(error: cases.IllegalMove) -> Problem:
    return Problem(
        409,
        "illegal-move",
        f"A case that is {error.state} can't do that.",
        f"Possible now: {', '.join(error.allowed) or 'nothing'}.",
        state=str(error.state),
        allowed=list(error.allowed),
    )


def _about_a_complaint(event: Recorded) -> bool:
    return event.type in _OF_COMPLAINTS or "complaint" in str(event.data.get("template", ""))


def _identity(number: str) -> str:
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity


def _facts(case: Case) -> dict[str, Any]:
    return {
        "number": ids.spoken(case.id),
        "state": str(case.state),
        "kind": case.kind,
        "category": case.category,
        "urgent": case.urgent,
        "dispositions": list(case.dispositions),
        "channel": case.channel,
        "language": case.language,
        "pack": case.pack,
        "reported": case.reported.isoformat(),
        "handlers": list(case.handlers),
    }


def _summary(case: Case, now: datetime) -> dict[str, Any]:
    open_promises = [promise for promise in case.promises if promise.state is PromiseState.OPEN]
    soonest = min(open_promises, key=lambda promise: promise.due, default=None)
    return {
        **_facts(case),
        "owed": {
            "what": soonest.name,
            "role": soonest.role,
            "due": soonest.due.isoformat(),
            "late": soonest.due < now,
            "rung": soonest.rung,
        }
        if soonest
        else None,
    }


def _event(event: Recorded, salt: str | None) -> dict[str, Any]:
    private = event.private(salt)
    private.pop("secret", None)  # the customer's alone
    return {
        "at": event.at.isoformat(),
        "what": event.type,
        "by": event.facts["actor"],
        "audience": event.audience,
        "facts": event.data,
        "private": private,
    }
