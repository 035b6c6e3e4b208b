"""A case as staff see it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.intake import emergency
from services.intake.case import LOOK_AGAIN, MOVES, Case
from services.intake.customer import AT_RISK, ON_BAD_DAYS, Customer, Link
from services.intake.notes import (
    CallPromised,
    ComplaintAgain,
    ComplaintGotAnswer,
    ComplaintMoved,
    ComplaintNoted,
    ComplaintRose,
    ComplaintWasClosed,
    CustomerNamed,
    HandlingJudged,
    InterviewHeld,
    LookedAgain,
    SafetyNoted,
    SurveyCameBack,
)
from services.intake.promised import promise_view
from shared import ids
from shared.contracts.intake import (
    CallsStopped,
    CallTimeChosen,
    CaseHandled,
    ComplaintsToErase,
    GrievanceVoiced,
)
from shared.policy import Principal, may
from shared.promises import Promise, PromiseState
from shared.store import Recorded
from shared.tables import store

_OF_COMPLAINTS = frozenset(
    kind.detail_type()
    for kind in (
        GrievanceVoiced,
        CaseHandled,
        ComplaintsToErase,
        ComplaintNoted,
        ComplaintRose,
        ComplaintMoved,
        ComplaintAgain,
        ComplaintGotAnswer,
        ComplaintWasClosed,
        SurveyCameBack,
        HandlingJudged,
        LookedAgain,
        CallPromised,
        CallTimeChosen,
        CallsStopped,
    )
)
"""What whoever handled a case may not learn: that there is a complaint about it, and what becomes of that."""


def may_see_complaints(principal: Principal, case: Case) -> bool:
    """Whether somebody may know of complaints about a case: not who handled it, nor whose role reads none."""
    return not principal.is_subject(case.handlers) and may(principal, "complaint.read")


def hides(reader: Principal, classes: Iterable[str]) -> bool:
    """Whether who somebody of these classes is, and how they are reached, is not for this reader."""
    return not ON_BAD_DAYS.isdisjoint(classes) and not may(reader, "customer.protected")


def hides_contact(reader: Principal, case: Case, customers: Mapping[str, Link]) -> bool:
    """Whether how the customer of a case is reached is not for this reader. `customers`: everybody on it.

    Who has to be safe on one case is on every one that they brought.
    """
    if may(reader, "customer.protected"):
        return False
    brought = {identity: link for identity, link in customers.items() if link.reported}
    here = {one for link in brought.values() for one in link.classes}
    files = store().load_many(Customer, [*brought])
    return hides(reader, here.union(case.classes, *(file.classes for file in files)))


def facts(case: Case) -> dict[str, Any]:
    """What every answer about a case says."""
    return {
        "number": ids.spoken(case.id),
        "state": str(case.state),
        "kind": case.kind,
        "category": case.category,
        "urgent": case.urgent,
        "dispositions": list(case.dispositions),
        "channel": case.channel,
        "classes": [one for one in case.classes if one != AT_RISK] or ["reporter"],
        "language": case.language,
        "pack": case.pack,
        "reported": case.reported.isoformat(),
        "handlers": list(case.handlers),
        "owner": case.ownership.owner,
        "help": emergency.help_for(case),
        "erased": case.salt is None,
    }


def summary(case: Case, now: datetime, reader: Principal) -> dict[str, Any]:
    """What a worklist shows: the facts, and what is owed next."""
    shown = _promises(case, of_complaints=not reader.is_subject(case.handlers))
    open_promises = [promise for promise in shown if promise.state is PromiseState.OPEN]
    soonest = min(open_promises, key=lambda promise: promise.due, default=None)
    return {
        **facts(case),
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


def whole(case: Case, events: list[Recorded], reader: Principal, *, contact_hidden: bool) -> dict[str, Any]:
    """Everything there is that is for this reader. `contact_hidden`: how its customer is reached is not."""
    of_complaints = may_see_complaints(reader, case)
    shown = [event for event in events if of_complaints or not _about_a_complaint(event)]
    shown = [event for event in shown if not _names_hidden(event, reader)]
    return {
        **facts(case),
        "allowed": [str(move) for move in MOVES[case.state]],
        "promises": [
            {**promise_view(promise), "role": promise.role, "rung": promise.rung}
            for promise in _promises(case, of_complaints=of_complaints)
        ],
        **_worked(case),
        "contact_hidden": contact_hidden,
        "events": [_event(event, case.salt, reader, contact_hidden=contact_hidden) for event in shown],
    }


def _worked(case: Case) -> dict[str, Any]:
    """What the working side of it has come to."""
    offer = case.ownership.offer
    return {
        "offered_to": offer.to if offer else None,
        "team": list(case.team),
        "documents_missing": list(case.papers.missing),
        "appointments": [one.model_dump(mode="json") for one in case.appointments],
        "cards_out": list(case.cards),
        "evidence": [
            {"number": number, "holder": one.holder, "since": one.since.isoformat()}
            for number, one in enumerate(case.exhibits, 1)
        ],
        "consultation": case.consultation.model_dump(mode="json") if case.consultation else None,
        "settlement": case.settlement.model_dump(mode="json") if case.settlement else None,
    }


def _promises(case: Case, *, of_complaints: bool) -> list[Promise]:
    """That somebody looks into how its customer was served is not for whoever served them."""
    return [promise for promise in case.promises if of_complaints or promise.name != LOOK_AGAIN]


def _names_hidden(event: Recorded, reader: Principal) -> bool:
    """Whether it says that somebody is a victim, a witness or at risk, to whom that is not said."""
    if event.type == SafetyNoted.detail_type():
        return hides(reader, (AT_RISK,))
    return event.type == CustomerNamed.detail_type() and hides(reader, event.data["classes"])


def _about_a_complaint(event: Recorded) -> bool:
    return event.type in _OF_COMPLAINTS or "complaint" in str(event.data.get("template", ""))


def _event(event: Recorded, salt: str | None, reader: Principal, *, contact_hidden: bool) -> dict[str, Any]:
    private = event.private(salt) if salt else {}
    private.pop("secret", None)  # the customer's alone
    private.pop("word", None)  # theirs, and of whoever calls them
    if contact_hidden:
        private.pop("contact", None)
    if event.type == InterviewHeld.detail_type() and hides(reader, (event.data["side"],)):
        private.pop("who", None)
    return {
        "at": event.at.isoformat(),
        "what": event.type,
        "by": event.facts["actor"],
        "audience": event.audience,
        "facts": event.data,
        "private": private,
    }
