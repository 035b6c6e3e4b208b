"""Customers' files for staff to read: found by telephone or address, with what is open first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.intake import filing, views
from services.intake.case import Case
from services.intake.customer import Customer, Link
from services.intake.handling import identity_of
from shared import chain, ids, reach, vault
from shared.http import Request, fault
from shared.logs import log
from shared.place import Place
from shared.policy import Principal, require
from shared.rules import pack
from shared.tables import store

PAGE = 50


class Reached(Request):
    """In the body and not in the address: numbers and addresses stand in no log."""

    phone: Annotated[str, Field(min_length=3, max_length=32)] | None = None
    email: Annotated[str, Field(min_length=3, max_length=254)] | None = None

    def card(self, where: str = "") -> dict[str, str]:
        """Checked, in their one written form. Raises `Problem` 422, also when there is none."""
        if not self.phone and not self.email:
            raise fault(where or "/phone", "no_contact", "Send a phone or an email.")
        card = {}
        if self.phone:
            card["phone"] = reach.phone(self.phone, pack().region, f"{where}/phone")
        if self.email:
            card["email"] = reach.email(self.email, f"{where}/email")
        return card


class FindRequest(Reached):
    """A telephone number, an email address, or both."""


def find(principal: Principal, request: FindRequest, now: datetime) -> dict[str, Any]:
    """The files that these lead to, those with something open first; in each the open cases, the newest first."""
    require(principal, "customer.read")
    led = [filing.holder(contact) for contact in filing.contacts_of(request.card())]
    found = {one.id: one for one in led if one}
    shown = [_shown(principal, one, _links_for(principal, one), now) for one in found.values()]
    for one in found:
        log().info("customer read", id=one, staff=principal.id)
    return {"customers": sorted(shown, key=lambda one: not one["open"])}


def read(principal: Principal, number: str, now: datetime, after: Place | None = None) -> dict[str, Any]:
    """The file, with a page of its cases, the newest first. The number of a merged one leads to where it is."""
    require(principal, "customer.read")
    customer = filing.standing(identity_of(number))
    log().info("customer read", id=customer.id, staff=principal.id)
    theirs = _links_for(principal, customer)
    every = sorted(theirs, key=lambda link: (link.at, link.case), reverse=True)
    behind = [link for link in every if after is None or Place(link.at, link.case) < after]
    page = behind[:PAGE]
    cases = {one.id: one for one in store().load_many(Case, [link.case for link in page])}
    return {
        **_shown(principal, customer, theirs if after is None else [], now),
        "cases": len(theirs),
        "cases_filed": [_case(principal, link, cases.get(link.case), now) for link in page],
        "next": Place(page[-1].at, page[-1].case).mark if len(behind) > PAGE else None,
    }


def history(principal: Principal, number: str) -> dict[str, Any]:
    """What was done with the file, by whom and why, and whether its chain is whole."""
    require(principal, "customer.audit")
    customer, events = store().history(Customer, identity_of(number))
    broken = chain.broken_at(vault.chain_key(), [event.facts for event in events], customer.head)
    if broken is None:
        broken = next(
            (event.facts["seq"] for event in events if not event.is_sound(erased=customer.salt is None)), None
        )
    return {
        **facts(customer),
        "whole": broken is None,
        "broken_at": broken,
        "events": [
            {
                "at": event.at.isoformat(),
                "what": event.type,
                "by": event.facts["actor"],
                "facts": event.data,
                "reason": event.private(customer.salt).get("reason") if customer.salt else None,
            }
            for event in events
        ],
    }


def facts(customer: Customer) -> dict[str, Any]:
    """What every answer about a file says: nothing of who it is."""
    return {
        "id": ids.spoken(customer.id),
        "merged_into": ids.spoken(customer.merged_into) if customer.merged_into else None,
        "merged_here": [ids.spoken(one) for one in customer.absorbed],
        "perhaps_same": [ids.spoken(one) for one in customer.perhaps_same],
        "classes": list(customer.classes),
        "languages": list(customer.languages),
        "cases": customer.cases,
        "erased": customer.salt is None,
    }


def _who(principal: Principal, customer: Customer) -> dict[str, Any]:
    """Who it is; of a victim or a witness only to whoever has the permit for it."""
    hidden = views.hides(principal, customer.classes)
    nobody: dict[str, Any] = {"names": [], "contacts": [], "hidden": hidden}
    if hidden or customer.salt is None:
        return nobody
    known = filing.particulars(customer)
    contacts = [{one.way: one.value} for one in known.contacts.values()]
    return {"names": list(known.names), "contacts": contacts, "hidden": False}


def _shown(principal: Principal, customer: Customer, links: Sequence[Link], now: datetime) -> dict[str, Any]:
    """To whoever may not know who victims and witnesses are, nobody is one."""
    classes = [one for one in customer.classes if not views.hides(principal, (one,))]
    return {
        **facts(customer),
        **_who(principal, customer),
        "classes": classes,
        "cases": len(links),
        "open": _open(principal, customer, links, now),
    }


def _links_for(principal: Principal, customer: Customer) -> list[Link]:
    """The cases that the reader may see somebody on."""
    return [link for link in filing.links(customer.id).values() if not views.hides(principal, link.classes)]


def _open(principal: Principal, customer: Customer, links: Sequence[Link], now: datetime) -> list[dict[str, Any]]:
    if not links:
        return []
    seen = {link.case for link in links}
    cases = [case for case in filing.still_open(customer) if case.id in seen]
    cases.sort(key=lambda case: (case.reported, case.id), reverse=True)
    return [views.summary(case, now, principal) for case in cases]


def _case(principal: Principal, link: Link, case: Case | None, now: datetime) -> dict[str, Any]:
    """A case of the file. One whose key was destroyed is there without anything of it."""
    was = {"number": ids.spoken(link.case), "reported": link.at.isoformat(), "classes": list(link.classes)}
    if case is None or case.salt is None:
        return {**was, "erased": True}
    heard = views.may_see_complaints(principal, case)
    return {
        **views.summary(case, now, principal),
        **was,
        "erased": False,
        "feedback": list(case.scores) if heard else [],
        "complaints": [ids.spoken(one) for one in case.complaints] if heard else [],
    }
