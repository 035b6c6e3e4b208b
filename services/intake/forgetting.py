"""The end of a customer's file: when nothing of their cases is left, or because they ask for it (ADR 0063)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from services.intake import customer as customers
from services.intake import erasing, filing
from services.intake.case import DONE, Case
from services.intake.customer import Customer, File
from services.intake.erasing import EraseRequest
from services.intake.filenotes import CustomerErased
from services.intake.handling import identity_of, must_not_have_handled
from shared import erasure, ids
from shared.commands import Command
from shared.http import Problem
from shared.policy import Principal, require
from shared.store import Cause, Guard, Line, retrying
from shared.tables import store

AT_ONCE = 50
"""Cases that one request erases; who has more is asked to send it again."""

_READ_AT_ONCE = 100
_THEIRS = "Whether something is still owed about one of theirs is not for you to see."
_NAMED_AT_ONCE = 30
"""Cases that a file is taken off in one transaction, which holds 100 writes: each takes two, each contact one."""


class _StillThere(Exception):
    """A case that the file is kept for is not erased. Says which are."""


def erase(principal: Principal, number: str, command: Command, request: EraseRequest, cause: Cause) -> dict[str, Any]:
    """Erase what a customer brought, and then their file. On cases that others brought they are named no more.

    Refused, with which they are, while something is owed on one of them. Sent again it goes on where it was, and
    once it is done the same command gets the same answer. Raises `NotFound`, `NotPermitted`, `Problem`.
    """
    require(principal, "customer.erase")
    customer = filing.standing(identity_of(number))
    there = customer.salt is not None
    erased, left = _erase_cases(principal, customer, command, request, cause) if there else (0, 0)
    answer = {"id": ids.spoken(customer.id), "erased": erased, "left": left}
    if left:
        return answer

    def end() -> Customer:
        if not there:
            command.raise_if_done(Customer, customer.id)
            raise Problem(409, "erased-before", "This file was erased before.", "Nothing more is needed.")
        _name_no_more(customer.id, cause)
        return _ended(filing.standing(customer.id), cause, command.guard(answer), asked=True)

    try:
        before = command.once(Customer, customer.id, end)
    except _StillThere as error:
        raise _still_owed(error.args) from None
    return answer if before is None else before


def forget(case: str, cause: Cause) -> None:
    """A case was erased: files of which every case is, end with it."""
    for identity in filing.customers_of(case):
        with suppress(_StillThere):
            _end(identity, cause)


def look(identity: str, now: datetime) -> None:
    """A tick: what the erasure of this file left has its time."""
    customer = store().load(Customer, identity)
    if customer.salt is None and customer.erase_at and customer.erase_at <= now:
        erasure.clear(customer, now)


def _erase_cases(
    principal: Principal, customer: Customer, command: Command, request: EraseRequest, cause: Cause
) -> tuple[int, int]:
    """As many as one request erases of those that they brought: how many were, and how many are left."""
    links = filing.links(customer.id)
    theirs = [case for case in _cases(links) if links[case.id].reported and case.salt]
    for case in theirs:
        must_not_have_handled(principal, case, _THEIRS)
    now, left = theirs[:AT_ONCE], max(0, len(theirs) - AT_ONCE)
    owed = [case.id for case in theirs if case.state not in DONE or any(one.open for one in case.promises)]
    # What their chains say is read for those whose turn it is.
    owed += [case.id for case in now if case.id not in owed and not erasing.owes_nothing(case)]
    if owed:
        raise _still_owed(owed)
    for case in now:
        one = Command(principal.id, f"{command.key}:{case.id}", request)
        erasing.erase_case(principal, case.id, one, request, cause)
    return len(now), left


def _still_owed(cases: Sequence[str]) -> Problem:
    return Problem(
        409,
        "still-owed",
        "Some of their cases are open, or something about them is still owed.",
        "Close or decline them and see to what is owed; then erase the file.",
        cases=[ids.spoken(one) for one in cases[:AT_ONCE]],
    )


def _end(identity: str, cause: Cause) -> None:
    """Raises `_StillThere`."""
    retrying(lambda: _ended(filing.standing(identity), cause))


def _ended(customer: Customer, cause: Cause, guard: Guard | None = None, *, asked: bool = False) -> Customer:
    """The file without its key: no contact leads there any more, and files that were merged into it end before it.

    Whoever `asked` for it is named on no case any more. Decided on what is there now: a case that comes meanwhile
    changes the file, and then this is not stored. Raises `_StillThere`, `Conflict`.
    """
    if customer.salt is None:
        return store().change(customer, [], cause, guard) if guard else customer
    before = File(customer, links=filing.links(customer.id))
    named = [case for case, link in before.links.items() if asked and not link.reported]
    kept = customers.without(before, named)
    if there := [case.id for case in _cases(kept.links) if case.salt]:
        raise _StillThere(*there)
    for alias in customer.absorbed:
        retrying(partial(_merged_ended, alias, cause, asked=asked))
    after = erasure.without_key(kept.customer, cause.at, sealed="", contacts=(), perhaps_same=(), recent=())
    beside = filing.rewritten([before], [replace(kept, customer=after)], cause.at)
    return store().change(after, [Line(CustomerErased())], cause, guard, beside)


def _merged_ended(identity: str, cause: Cause, *, asked: bool) -> Customer:
    return _ended(store().load(Customer, identity), cause, asked=asked)


def _name_no_more(identity: str, cause: Cause) -> None:
    """Take the file off cases that others brought, until few enough are left to go with its end."""
    while len(named := [link.case for link in filing.links(identity).values() if not link.reported]) > _NAMED_AT_ONCE:
        retrying(partial(_named_no_more, identity, named[:_NAMED_AT_ONCE], cause))


def _named_no_more(identity: str, cases: Sequence[str], cause: Cause) -> Customer:
    customer = store().load(Customer, identity)
    before = File(customer, links=filing.links(identity))
    after = customers.without(before, cases)
    return store().change(after.customer, [], cause, extra=filing.rewritten([before], [after], cause.at))


def _cases(numbers: Iterable[str]) -> Iterator[Case]:
    rest = iter(numbers)
    while some := list(islice(rest, _READ_AT_ONCE)):
        yield from store().load_many(Case, some)
