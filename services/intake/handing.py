"""Handing a case to a dispatch system: what it reads, and the receipt that is waited for."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from services.intake import case as cases
from services.intake import filing, views
from services.intake.case import Case, Move
from services.intake.handling import Act, Draft, identity_of
from services.intake.incident import Incident
from services.intake.notes import HandedOver, IncidentSent
from services.intake.sending import place_of
from services.intake.statement import statement
from shared import promises
from shared.http import Request
from shared.policy import Principal, require
from shared.rules import calendar, pack
from shared.settings import settings
from shared.tables import store

_Code = Annotated[str, Field(pattern=r"^[\w .:/#-]+$", min_length=1, max_length=80)]


class IncidentRequest(Request):
    """The dispatch system that was given the incident."""

    system: _Code


class ReceiptRequest(Request):
    """The number under which that system has it."""

    system: _Code
    reference: _Code


def incident(principal: Principal, number: str) -> Incident:
    """What a dispatch system is given of a case: the number to call back, if whoever takes it there may read it."""
    require(principal, "case.send-incident")
    case, events = store().history(Case, identity_of(number))
    known, rules = statement(events, case.salt), pack()
    hidden = views.hides_contact(principal, case, filing.customers_of(case.id))
    said = known.said
    category = rules.category(case.category)
    return Incident(
        case=case,
        category_name=category.name.into(case.language) if category else case.category,
        incident_type=category.incident_type if category else None,
        organisation=rules.title.into(case.language),
        by=urlsplit(settings().need("url")).hostname or "desk",
        at=events[-1].at,
        zone=calendar().zone,
        text=said.get("description", ""),
        facts=tuple(sorted(fact for fact, holds in said.get("facts", {}).items() if holds)),
        address=said.get("place", {}).get("address"),
        position=place_of(case, events),
        phone=None if hidden else known.contact.get("phone"),
    )


def send_incident(draft: Draft, request: IncidentRequest) -> None:
    """It was given to a dispatch system, which owes a receipt."""
    draft.move(Move.WORK)
    draft.tell(IncidentSent(system=request.system))
    receipt = draft.pack.clocks.receipt
    if receipt and not promises.is_open(draft.case.promises, cases.RECEIPT):
        made = promises.make(
            draft.case.promises, cases.RECEIPT, receipt.role, receipt.within, draft.calendar, draft.now
        )
        draft.case = draft.case.promising(made)


def handed_over(draft: Draft, request: ReceiptRequest) -> None:
    """The dispatch system has it."""
    draft.move(Move.WORK)
    draft.case = draft.case.promising(promises.keep(draft.case.promises, cases.RECEIPT, draft.now))
    draft.tell_customer(HandedOver(system=request.system, reference=request.reference))


ACTS: dict[str, Act[Any]] = {
    "send-incident": Act("case.send-incident", IncidentRequest, send_incident, keyed=True),
    "handed-over": Act("case.send-incident", ReceiptRequest, handed_over, keyed=True),
}
