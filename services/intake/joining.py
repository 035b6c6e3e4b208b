"""A repeated contact goes to the case that is open already, and how that was handled is asked (ADR 0061).

Nothing is joined because of a telephone number alone: staff who know the customer do, or whoever holds the case's
secret. An emergency is never held up by it.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.intake import case as cases
from services.intake import (
    correcting,
    emergency,
    filing,
    following,
    outstanding,
    reported,
    reporting,
    revisiting,
    views,
)
from services.intake.case import Case, Move, State
from services.intake.handling import Act, Draft, decided
from services.intake.notes import HandlingAsked, JoinedTo, OtherReportJoined, ReportJoined
from services.intake.receipt import Receipt, receipt_of
from services.intake.revisiting import EarlierHandling
from services.intake.statement import statement
from services.intake.working import Short
from services.intake.writing import write
from shared import acting, ids
from shared.acting import Change
from shared.commands import Command
from shared.contracts.intake import CaseClosed
from shared.http import Problem, Request, fault, no_key
from shared.policy import LEADING, Principal
from shared.reach import Contact
from shared.store import Audience, Cause, Line, NotFound
from shared.tables import store
from shared.wording import left_to_right, speaker

_Number = Annotated[str, Field(max_length=40)]
_CUSTOMER = Principal(id="customer", roles=frozenset())
_OPEN = frozenset({State.RECEIVED, State.OPEN})


class Continues(Request):
    """The case that this goes on with, and its secret; `satisfied` says how they were served so far."""

    number: _Number
    secret: Annotated[str, Field(max_length=100)]
    satisfied: bool | None = None


class ContinuedReportRequest(reported.ReportRequest):
    """What a person reports. `facts` answers the category's yes/no questions. With `continues` it is added to a case
    of theirs that is open, and no case is made of it.
    """

    continues: Continues | None = None


class KeyedRequest(reported.KeyedReportRequest):
    """A report that a member of staff keys in, read back to whoever gave it.

    Of a customer who has an open case of the same category: it `joins` that one, with what they say of the
    `earlier_handling`, or is `apart` from it.
    """

    joins: _Number | None = None
    earlier_handling: EarlierHandling | None = None
    apart: bool = False


class JoinRequest(Request):
    """The older case that it belongs to, and why."""

    into: _Number
    reason: Short


def report(request: ContinuedReportRequest, key: str | None, now: datetime, correlation: str) -> tuple[int, Receipt]:
    """Take a report, or add it to the open case that it continues: its status in HTTP, and how it is followed.

    An emergency is always a case of its own. Raises `Problem`, and `NotFound` for a wrong number or secret alike.
    """
    goes_on = request.continues
    if goes_on is None:
        return 201, reporting.report(request, key, now, correlation)
    category, contact = reported.check(request, now)
    if reporting.is_urgent(request, category, contact):
        refers: str | None = None
        with suppress(NotFound):
            refers = following.opened(goes_on.number, goes_on.secret)[0].id if category.kind != "tip" else None
        return 201, reporting.report(request, key, now, correlation, refers=refers)
    case, events = following.opened(goes_on.number, goes_on.secret)
    if category.kind == "tip":
        raise fault("/continues", "anonymous", "A tip is kept apart from who gave it: send it without `continues`.")
    if key is None:
        raise no_key()

    def add(draft: Draft) -> None:
        _must_be_open(draft.case, "Send it without `continues`: it becomes a case of its own.")
        write(draft)
        draft.tell(ReportJoined(), Audience.CUSTOMER, _words(request, contact))
        _shelter(draft, request, contact)
        if goes_on.satisfied is None:
            draft.tell(HandlingAsked(), Audience.CUSTOMER)
        else:
            revisiting.judge(draft, EarlierHandling(satisfied=goes_on.satisfied))

    def decide(current: Case) -> Change[Case]:
        return decided(Draft(current, now, _CUSTOMER), add)

    cause = Cause(now, "customer", correlation)
    acting.carry_out(Case, case.id, Command("customer", key, request), cause, decide, lambda _case: {})
    return 200, receipt_of(store().load(Case, case.id), events[0], goes_on.secret)


def key_in(principal: Principal, request: KeyedRequest, key: str | None, cause: Cause) -> tuple[int, dict[str, Any]]:
    """A report keyed in: its status in HTTP, and what staff are answered. Raises `Problem`.

    409 `repeated-contact` when the customer has an open case of the same category and nothing is said of it.
    """
    category, contact = reported.check(request, cause.at)
    urgent, refers = reporting.is_urgent(request, category, contact), None
    if request.joins and urgent:
        with suppress(NotFound):
            refers = store().load(Case, ids.heard(request.joins) or "").id if category.kind != "tip" else None
    elif request.joins:
        if category.kind == "tip":
            raise fault("/joins", "anonymous", "A tip is kept apart from who gave it: send it without `joins`.")
        return 200, _join(principal, request, contact, key, cause)
    elif contact and not urgent and not request.apart and not reporting.taken_before(principal.id, key):
        _raise_if_repeated(principal, request, category.code, contact)
    receipt = reporting.report(request, key, cause.at, cause.correlation, principal.id, refers=refers)
    contactable = bool(contact and (contact.email or contact.phone)) and not receipt.anonymous
    at_risk = reported.is_at_risk(request, contact)
    return 201, receipt.for_staff(contactable=contactable, at_risk=at_risk)


def _raise_if_repeated(principal: Principal, request: KeyedRequest, category: str, contact: Contact) -> None:
    """Of whoever's file is not for this reader nothing is said: somebody else may ring from their telephone."""
    found = [
        case
        for case in filing.open_like(category, filing.contacts_of(contact.model_dump()))
        if not views.hides_contact(principal, case, filing.customers_of(case.id))
    ]
    if found:
        raise Problem(
            409,
            "repeated-contact",
            "This customer has an open case about the same.",
            "Ask them whether it is that. If it is, send it again with `joins`: its number, and `earlier_handling`: "
            "what they answer to `ask`. If it is something else, send it again with `apart`: true.",
            open=[
                {"number": ids.spoken(one.id), "state": str(one.state), "reported": one.reported.isoformat()}
                for one in found
            ],
            ask=_asked(request.language),
        )


def _join(
    principal: Principal, request: KeyedRequest, contact: Contact | None, key: str | None, cause: Cause
) -> dict[str, Any]:
    """What the customer says is added to the case that they have."""
    judged = request.earlier_handling
    if request.apart:
        raise fault("/apart", "both", "Send `joins` or `apart`, not both.")
    if judged is None:
        raise fault("/earlier_handling", "missing", f"Ask the customer, and send it: {_asked(request.language)}")
    if key is None:
        raise no_key()
    case = _named(request.joins or "", "/joins")

    def add(draft: Draft) -> None:
        _must_be_open(draft.case, "Send it with `apart`: true; it becomes a case of its own.")
        if not _is_theirs(draft.case, contact):
            raise _not_theirs(
                "Send it without `joins`: it becomes a case of its own. A supervisor may `join` that to this one."
            )
        draft.tell(ReportJoined(), Audience.CUSTOMER, _words(request, None))
        _shelter(draft, request, contact)
        revisiting.judge(draft, judged)

    def decide(current: Case) -> Change[Case]:
        return decided(Draft(current, cause.at, principal), add)

    return acting.carry_out(Case, case.id, Command(principal.id, key, request), cause, decide, views.facts)


def _shelter(draft: Draft, request: reported.ReportRequest, contact: Contact | None) -> None:
    """Whom a message can harm may say so only in what they add."""
    if reported.is_at_risk(request, contact):
        correcting.shelter(draft, reported.classes_of(request, contact))


def join(draft: Draft, request: JoinRequest) -> None:
    """It goes on as an older case of the same customer, who is told; there they are asked how they were served."""
    case, older = draft.case, _named(request.into, "/into")
    if older.id == case.id:
        raise Problem(409, "same-case", "A case can't be joined to itself.", "Send the number of the older one.")
    if "tip" in {case.kind, older.kind}:
        raise Problem(409, "anonymous", "A tip is kept apart from who gave it.", "Pass it on instead.")
    if case.unit:
        raise emergency.UnitThere(case.unit)
    if emergency.is_wanting(case):
        raise Problem(409, "emergency-waits", "This emergency waits for a unit.", "Send one, or close the case.")
    case.moved(Move.JOIN)
    outstanding.none_may_stand(draft, "Cancel it, or say that it was kept; book it on the other case if it goes on.")
    draft.move(Move.JOIN)
    _must_be_open(older, "Handle this one by itself.")
    if older.reported > case.reported:
        raise Problem(
            409, "older-into-newer", "The other case is the newer one.", "Join that one to this: older dates stand."
        )
    theirs = not filing.brought_by(case.id).isdisjoint(filing.brought_by(older.id))
    if not theirs and not draft.by.roles & LEADING:
        raise _not_theirs("A supervisor may join it all the same.")
    draft.case = cases.joined(draft.case, draft.now)
    draft.tell(JoinedTo(case=older.id), private={"text": request.reason})
    closed = CaseClosed(
        case=case.id,
        kind=case.kind,
        category=case.category,
        outcome="joined",
        contactable=case.contactable,
        language=case.language,
    )
    t = speaker("intake", case.language)
    told = t("joined.theirs", number=left_to_right(ids.spoken(older.id))) if theirs else t("joined.others")
    draft.tell_customer(closed, told)
    # Whoever handled this one is concerned by what is said of how the matter was handled there.
    for handler in case.handlers:
        older = older.handled_by(handler)
    older = older.handled_in(case.units)
    lines = _again(case) if theirs else [Line(OtherReportJoined(case=case.id))]
    cause = Cause(draft.now, draft.by.id, f"case:{case.id}")
    draft.extra += store().beside(older, lines, cause, new=False)


def _again(case: Case) -> list[Line]:
    """What its customer reads on the older one: what they said here, and how they were served so far."""
    _, events = store().history(Case, case.id)
    said = dict(statement(events, case.salt).said)
    words = {"text": said.get("description", ""), "said": said}
    return [Line(ReportJoined(case=case.id), Audience.CUSTOMER, words), Line(HandlingAsked(), Audience.CUSTOMER)]


def _named(number: str, where: str) -> Case:
    """The case that somebody names. Raises `Problem`."""
    try:
        return store().load(Case, ids.heard(number) or "")
    except NotFound:
        raise fault(where, "unknown_case", "There is no case with this number.") from None


def _must_be_open(case: Case, advice: str) -> None:
    if case.state not in _OPEN:
        raise Problem(409, "case-ended", f"That case is {case.state}.", advice, state=str(case.state))


def _is_theirs(case: Case, contact: Contact | None) -> bool:
    """Whether this contact leads to whoever brought the case; others who were named on it read nothing of it."""
    ways = filing.contacts_of(contact.model_dump()) if contact else {}
    owners = {one.id for way in ways if (one := filing.holder(way))}
    return not owners.isdisjoint(filing.brought_by(case.id))


def _not_theirs(advice: str) -> Problem:
    return Problem(409, "not-their-case", "That case is not of the same customer.", advice)


def _words(request: reported.ReportRequest, contact: Contact | None) -> Mapping[str, Any]:
    """What was said, as it is kept on the case that it joins."""
    known = {"contact": contact.model_dump(exclude_none=True)} if contact else {}
    return {"text": request.description, "said": reported.said_in(request), **known}


def _asked(language: str) -> str:
    return speaker("intake", language)("timeline.HandlingAsked")


ACTS: dict[str, Act[Any]] = {
    "join": Act("case.join", JoinRequest, join),
}
