"""A copy of everything that the desk keeps of a customer, for the customer (ADR 0063).

It holds what they say of how they were handled, so whoever handled a case of theirs does not make it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.intake import filing, following
from services.intake.case import Case
from services.intake.customer import Customer, Link, Particulars
from services.intake.filenotes import CustomerCopied
from services.intake.following import CaseView
from services.intake.handling import identity_of, must_not_have_handled
from services.intake.statement import Statement, statement
from shared import ids
from shared.place import Place
from shared.policy import Principal, require
from shared.store import Cause, Line, retrying
from shared.tables import store

PAGE = 25
_READ_AT_ONCE = 100
_THEIRS = "The copy holds what they say of that: somebody who handled no case of theirs makes it."
_NOTHING_SAID = Statement()


@dataclass(frozen=True)
class Copied:
    """A case that they brought; of one that was erased, only that there was one."""

    link: Link
    view: CaseView | None = None
    statement: Statement = _NOTHING_SAID
    complaints: tuple[str, ...] = ()
    scores: tuple[int, ...] = ()
    files: int = 0

    def as_dict(self) -> dict[str, Any]:
        was = {
            "number": ids.spoken(self.link.case),
            "reported": self.link.at.isoformat(),
            "you_were": list(self.link.classes),
        }
        if self.view is None:
            return {**was, "erased": True}
        return {
            **self.view.as_dict(),
            **was,
            "erased": False,
            "said": dict(self.statement.said),
            "contact": dict(self.statement.contact),
            "complaints": [ids.spoken(one) for one in self.complaints],
            "scores": list(self.scores),
            "files": self.files,
        }


@dataclass(frozen=True)
class Copy:
    """A page of it, with where the next one starts."""

    customer: Customer
    particulars: Particulars
    cases: tuple[Copied, ...]
    named_on: tuple[Link, ...]
    """Cases of others on which staff named them: what others said is not theirs."""
    after: str | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": ids.spoken(self.customer.id),
            "since": self.customer.made.isoformat(),
            "names": list(self.particulars.names),
            "contacts": [{one.way: one.value} for one in self.particulars.contacts.values()],
            "languages": list(self.customer.languages),
            "cases": [one.as_dict() for one in self.cases],
            "named_on": [{"at": one.at.isoformat(), "as": list(one.classes)} for one in self.named_on],
            "next": self.after,
        }


def copy(principal: Principal, number: str, cause: Cause, after: Place | None, language: str | None = None) -> Copy:
    """A page of a customer's copy, the newest case first; that it was made is on record.

    Raises `NotFound`, `NotPermitted`, `Erased`, and `Problem` 403 to whoever handled any case of theirs.
    """
    require(principal, "customer.copy")
    customer = filing.standing(identity_of(number))
    particulars = filing.particulars(customer)
    every = sorted(filing.links(customer.id).values(), key=lambda link: (link.at, link.case), reverse=True)
    theirs = [link for link in every if link.reported and (after is None or Place(link.at, link.case) < after)]
    _must_have_handled_none(principal, [link for link in every if link.reported])
    page = theirs[:PAGE]
    cases = tuple(_copied(link, language) for link in page)
    retrying(lambda: _recorded(customer.id, cause))
    return Copy(
        customer,
        particulars,
        cases,
        tuple(link for link in every if not link.reported),
        Place(page[-1].at, page[-1].case).mark if len(theirs) > PAGE else None,
    )


def _must_have_handled_none(principal: Principal, links: Sequence[Link]) -> None:
    """Of any page: which page somebody asks for says nothing of what is on the others."""
    numbers = [link.case for link in links]
    for start in range(0, len(numbers), _READ_AT_ONCE):
        for case in store().load_many(Case, numbers[start : start + _READ_AT_ONCE]):
            must_not_have_handled(principal, case, _THEIRS)


def _copied(link: Link, language: str | None) -> Copied:
    case, events = store().history(Case, link.case)
    if case.salt is None:
        return Copied(link)
    view = following.seen(case, events, language)
    return Copied(link, view, statement(events, case.salt), case.complaints, case.scores, len(case.files))


def _recorded(identity: str, cause: Cause) -> Customer:
    customer = store().load(Customer, identity)
    return store().change(customer, [Line(CustomerCopied())], cause)
