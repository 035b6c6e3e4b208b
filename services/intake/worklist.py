"""Cases for staff to read: what is owed, one case, and whether its chain is whole."""

from datetime import datetime, timedelta
from typing import Any

from services.intake import asking, filing, views
from services.intake.case import LOCATE, Case
from services.intake.handling import identity_of
from services.intake.triage import decide
from shared import chain, ids, vault
from shared.place import Place
from shared.policy import NotPermitted, Principal, require
from shared.rules import pack
from shared.store import Recorded
from shared.tables import store

PAGE = 50
_HORIZON = timedelta(days=3650)
_SOON = timedelta(days=1)
"""Whatever an emergency waits for is owed again and again within this."""


def worklist(
    principal: Principal, now: datetime, after: Place | None = None, *, calls: bool = False
) -> dict[str, Any]:
    """Cases with something owed, the soonest due first; at most a page.

    `calls`: of that page those whose customers are to be called and asked where they need somebody.
    """
    require(principal, "case.read")
    places = store().due(Case.KIND, now + (_SOON if calls else _HORIZON), PAGE, after)
    found = store().load_many(Case, [place.id for place in places])
    rows = [{**views.summary(case, now, principal), "ask_where": _asked_where(case, now)} for case in found]
    return {
        "cases": [row for row in rows if row["ask_where"] or not calls],
        "next": places[-1].mark if len(places) == PAGE else None,
    }


def _asked_where(case: Case, now: datetime) -> dict[str, Any] | None:
    """The call that asks where somebody is needed: who owes it, and by when; whatever else is owed sooner."""
    owed = next((one for one in case.promises if one.name == LOCATE and one.running), None)
    if owed is None:
        return None
    return {"role": owed.role, "due": owed.due.isoformat(), "late": owed.rung + owed.again > 0 or owed.due < now}


def read(principal: Principal, number: str) -> dict[str, Any]:
    """The whole case for staff; to whoever handled it without what became of complaints about that.

    How somebody is reached who brought it is not for whoever may not read that in their file.
    """
    require(principal, "case.read")
    case, events = store().history(Case, identity_of(number))
    customers = filing.customers_of(case.id)
    whole = views.whole(case, events, principal, contact_hidden=views.hides_contact(principal, case, customers))
    concerned = [
        {"id": ids.spoken(identity), "classes": list(link.classes)}
        for identity, link in customers.items()
        if not views.hides(principal, link.classes)
    ]
    return {**whole, "customers": concerned, "decision": _decision(case, events)}


def _decision(case: Case, events: list[Recorded]) -> dict[str, Any] | None:
    """Why it was triaged like this, by the facts that were given then."""
    category = pack().category(case.category)
    if category is None or case.salt is None:
        return None
    facts = events[0].private(case.salt).get("said", {}).get("facts", {})
    return asking.explained(category, decide(category, facts), "en")


def audit(principal: Principal, number: str) -> dict[str, Any]:
    """Whether the chain of a case is whole. Somebody who handled the case can't say so."""
    require(principal, "case.audit")
    case, events = store().history(Case, identity_of(number))
    if principal.is_subject(case.handlers):
        raise NotPermitted("case.audit")
    broken = chain.broken_at(vault.chain_key(), [event.facts for event in events], case.head)
    if broken is None:
        broken = next((event.facts["seq"] for event in events if not event.is_sound(erased=case.salt is None)), None)
    return {
        "number": ids.spoken(case.id),
        "events": len(events),
        "whole": broken is None,
        "broken_at": broken,
    }
