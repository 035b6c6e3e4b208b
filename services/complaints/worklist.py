"""What is owed, as lists and counts: whoever a complaint is about sees a page as if it did not exist."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.complaints import shelf, views
from services.complaints.complaint import Complaint
from services.complaints.handling import identity_of, let
from shared.policy import Principal, require
from shared.promises import next_due
from shared.tables import store

PAGE = 50
COUNTED = 1000
"""A count goes no further; more are given as that many and more."""

_BATCH = 100
_HORIZON = timedelta(days=3650)


def worklist(principal: Principal, now: datetime, role: str | None = None) -> list[dict[str, Any]]:
    """Complaints with something owed, the soonest first; at most a page. `role`: those that it has."""
    require(principal, "complaint.read")
    found = _owed(principal, now + _HORIZON, PAGE, lambda one: role is None or one.holder == role)
    return [{**views.facts(one), "late": _late(one, now)} for one in found]


def count(principal: Principal, now: datetime) -> dict[str, Any]:
    """How many have something owed, are late, or due within a day."""
    require(principal, "complaint.read")
    found = _owed(principal, now + _HORIZON, COUNTED, lambda _one: True)
    soon = now + timedelta(days=1)
    return {
        "open": len(found),
        "late": sum(_late(one, now) for one in found),
        "due_within_a_day": sum((next_due(one.promises) or soon + timedelta(1)) <= soon for one in found),
        "and_more": len(found) == COUNTED,
    }


def read(principal: Principal, number: str) -> dict[str, Any]:
    """The whole complaint for staff."""
    complaint, events = store().history(Complaint, identity_of(number))
    let(principal, "complaint.read", complaint)
    earlier = store().load_many(Complaint, complaint.earlier)
    seen = {one.id for one in earlier if not principal.is_subject(one.subjects)}
    return views.whole(complaint, events, shelf.book(), seen)


def _owed(principal: Principal, until: datetime, enough: int, wanted: Callable[[Complaint], bool]) -> list[Complaint]:
    """The first so many that the reader may see: what they may not see leaves no gap."""
    limit = enough
    while True:
        places = store().due(Complaint.KIND, until, limit)
        mine = [place.id for place in places]
        found = [
            one
            for start in range(0, len(mine), _BATCH)
            for one in store().load_many(Complaint, mine[start : start + _BATCH])
            if not principal.is_subject(one.subjects) and wanted(one)
        ]
        if len(found) >= enough or len(places) < limit:
            return found[:enough]
        limit *= 2


def _late(complaint: Complaint, now: datetime) -> bool:
    return any(one.open and (one.rung > 0 or one.due < now) for one in complaint.promises)
