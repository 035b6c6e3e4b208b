"""Cases out of the desk, page by page; every page is on record: who took it, when, and whether it names people."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, ClassVar

from services.intake import views
from services.intake.case import Case
from services.intake.promised import promise_view
from services.intake.statement import statement
from shared import ids, vault
from shared.aggregate import Aggregate
from shared.contracts import Note
from shared.http import Problem
from shared.policy import Principal, require
from shared.store import Audience, Cause, Line, Mark
from shared.tables import store
from shared.vault import Erased

PAGE = 400
"""Items of the table that are looked at for one page: cases are some of them."""
_PERSONAL_PAGE = 100


class Export(Aggregate):
    """That somebody took a page of cases."""

    KIND: ClassVar[str] = "EXPORT"

    by: str
    at: datetime
    salt: str | None


class CasesExported(Note):
    cases: int
    personal: bool


def page(principal: Principal, cause: Cause, after: str, *, personal: bool) -> dict[str, Any]:
    """A page of all cases, in no order, and the mark that the next goes on from. Raises `NotPermitted`, `Problem`."""
    require(principal, "case.export-personal" if personal else "case.export")
    start = _place(after) if after else None
    found, ended = store().everything(Case, _PERSONAL_PAGE if personal else PAGE, start)
    shown = [{**_row(case), **(_of_person(case) if personal else {})} for case in found]
    taken = Export(id=ids.number(), by=principal.id, at=cause.at, salt=vault.new_salt())
    told = CasesExported(cases=len(shown), personal=personal)
    store().create(taken, [Line(told, Audience.STAFF)], cause)
    return {"cases": shown, "next": _mark(ended) if ended else None}


def _row(case: Case) -> dict[str, Any]:
    row = views.facts(case)
    row["promises"] = [f"{one['what']}:{one['state']}:{one['due']}" for one in map(promise_view, case.promises)]
    return row


def _of_person(case: Case) -> dict[str, Any]:
    """What was said at first, and by whom; nothing of whoever was erased."""
    try:
        known = statement(store().history(Case, case.id)[1], case.salt)
    except Erased:
        return {}
    said, contact = known.said, known.contact
    place = said.get("place", {})
    return {
        **{name: said.get(name) for name in ("description", "happened_at")},
        **{name: place.get(name) for name in ("address", "lat", "long")},
        **{name: contact.get(name) for name in ("name", "email", "phone")},
    }


def _mark(place: Mark) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(mark: str) -> Mark:
    try:
        pk, sk = json.loads(urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (ValueError, TypeError):
        pk = sk = None
    if not (isinstance(pk, str) and isinstance(sk, str) and pk and sk):
        raise Problem(400, "bad-mark", "This is no place to go on from.", "Use `next` of the page before.")
    return pk, sk
