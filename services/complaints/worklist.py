"""What is owed, as lists and counts: whoever a complaint is about sees a page as if it did not exist."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from services.complaints import shelf, views
from services.complaints.complaint import Complaint
from services.complaints.handling import identity_of, let
from shared.place import START, Marks, Place, marks_text
from shared.policy import Principal, require
from shared.promises import next_due
from shared.tables import store

PAGE = 50
COUNTED = 1000
"""A count goes no further; more are given as that many and more."""

_BATCH = 100


def worklist(
    principal: Principal,
    now: datetime,
    role: str | None = None,
    marks: Marks | None = None,
    *,
    still: bool = False,
) -> dict[str, Any]:
    """Complaints with something owed, the soonest first, behind `marks`; at most a page, and where the next begins.

    `role`: those that it has. `still`: those of which every clock stands still instead, the longest first.
    """
    require(principal, "complaint.read")
    passed, page = list(marks or START), list[dict[str, Any]]()
    for shard, place, one in _owed(principal, PAGE + 1, marks or START, still=still):
        wanted = role is None or one.holder == role
        if wanted and len(page) == PAGE:
            return {"complaints": page, "next": marks_text(tuple(passed))}
        # Only ever a complaint that the reader may see: a mark gives nothing else away.
        passed[shard] = place
        if wanted:
            page.append({**views.facts(one), "late": _late(one, now)})
    return {"complaints": page, "next": None}


def count(principal: Principal, now: datetime) -> dict[str, Any]:
    """How many have something owed, are late, due within a day, or stand still altogether."""
    require(principal, "complaint.read")
    owed = chain(_owed(principal, _BATCH), _owed(principal, _BATCH, still=True))
    found = [one for _, _, one in islice(owed, COUNTED)]
    soon = now + timedelta(days=1)
    return {
        "open": len(found),
        "late": sum(_late(one, now) for one in found),
        "due_within_a_day": sum((next_due(one.promises) or soon + timedelta(1)) <= soon for one in found),
        "standing_still": sum(next_due(one.promises) is None for one in found),
        "and_more": len(found) == COUNTED,
    }


def read(principal: Principal, number: str) -> dict[str, Any]:
    """The whole complaint for staff."""
    complaint, events = store().history(Complaint, identity_of(number))
    let(principal, "complaint.read", complaint)
    earlier = store().load_many(Complaint, complaint.earlier)
    seen = {one.id for one in earlier if not principal.is_subject(one.subjects)}
    return views.whole(complaint, events, shelf.book(), seen)


def _owed(
    principal: Principal, at_once: int, marks: Marks = START, *, still: bool = False
) -> Iterator[tuple[int, Place, Complaint]]:
    """What the reader may see, with where it stands: what they may not see leaves no gap. Read so many at once."""
    places = store().in_order(Complaint.KIND, marks, still=still, page=at_once)
    met: set[str] = set()
    while batch := list(islice(places, min(at_once, _BATCH))):
        found = {one.id: one for one in store().load_many(Complaint, list({place.id for _, place in batch} - met))}
        for shard, place in batch:
            one = found.get(place.id)
            if one and one.id not in met and not principal.is_subject(one.subjects):
                yield shard, place, one
        met.update(found)


def _late(complaint: Complaint, now: datetime) -> bool:
    return any(one.open and (one.rung > 0 or (one.running and one.due < now)) for one in complaint.promises)
