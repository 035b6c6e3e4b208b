"""The end of a customer's file: when nothing of their cases is left, or because they ask for it (ADR 0063)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from services.intake import erasing, filing
from services.intake.case import DONE, Case
from services.intake.customer import Customer, File
from services.intake.erasing import EraseRequest
from services.intake.handling import identity_of
from services.intake.notes import CustomerErased
from shared import erasure, ids
from shared.commands import Command
from shared.http import Problem
from shared.policy import Principal, require
from shared.store import Cause, Line, retrying
from shared.tables import store

AT_ONCE = 50
"""Cases that one request erases; who has more is asked to send it again."""

_READ_AT_ONCE = 100


def erase(principal: Principal, number: str, command: Command, request: EraseRequest, cause: Cause) -> dict[str, Any]:
    """Erase what a customer brought, and then their file. On cases that others brought they are named no more.

    Refused, with which they are, while something is owed on one of them. Sent again it goes on where it was.
    Raises `NotFound`, `NotPermitted`, `Problem`.
    """
    require(principal, "customer.erase")
    customer = filing.standing(identity_of(number))
    if customer.salt is None:
        raise Problem(409, "erased-before", "This file was erased before.", "Nothing more is needed.")
    links = filing.links(customer.id)
    theirs = [case for case in _cases(links) if links[case.id].reported and case.salt]
    now, left = theirs[:AT_ONCE], max(0, len(theirs) - AT_ONCE)
    owed = [case.id for case in theirs if case.state not in DONE or any(one.open for one in case.promises)]
    # What their chains say is read for those whose turn it is.
    owed += [case.id for case in now if case.id not in owed and not erasing.owes_nothing(case)]
    if owed:
        raise Problem(
            409,
            "still-owed",
            "Some of their cases are open, or something about them is still owed.",
            "Close or decline them and see to what is owed; then erase the file.",
            cases=[ids.spoken(one) for one in owed[:AT_ONCE]],
        )
    for case in now:
        one = Command(principal.id, f"{command.key}:{case.id}", request)
        erasing.erase_case(principal, case.id, one, request, cause)
    if not left:
        _end(customer.id, cause)
    return {"id": ids.spoken(customer.id), "erased": len(theirs) - left, "left": left}


def forget(case: str, cause: Cause) -> None:
    """A case was erased: files of which every case is, end with it."""
    for identity in filing.customers_of(case):
        customer = filing.standing(identity)
        if customer.salt and all(one.salt is None for one in _cases(filing.links(customer.id))):
            _end(customer.id, cause)


def look(identity: str, now: datetime) -> None:
    """A tick: what the erasure of this file left has its time."""
    customer = store().load(Customer, identity)
    if customer.salt is None and customer.erase_at and customer.erase_at <= now:
        erasure.clear(customer, now)


def _end(identity: str, cause: Cause) -> None:
    """No contact leads there any more. Files that were merged into it end as well."""
    customer = retrying(partial(_end_one, identity, cause))
    for alias in customer.absorbed:
        retrying(partial(_end_one, alias, cause))


def _end_one(identity: str, cause: Cause) -> Customer:
    customer = store().load(Customer, identity)
    if customer.salt is None:
        return customer
    after = erasure.without_key(customer, cause.at, sealed="", contacts=(), perhaps_same=(), recent=())
    nowhere = filing.rewritten([File(customer)], [File(after)], cause.at)
    return store().change(after, [Line(CustomerErased())], cause, extra=nowhere)


def _cases(numbers: Iterable[str]) -> Iterator[Case]:
    rest = iter(numbers)
    while some := list(islice(rest, _READ_AT_ONCE)):
        yield from store().load_many(Case, some)
