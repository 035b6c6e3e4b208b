"""The rota as staff read it: all shifts and the gaps between them, their own, one with what was handed over."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.notify import cover, notes, rota
from services.notify.shift import Shift
from shared import ids
from shared.http import Problem
from shared.policy import Principal, require
from shared.rules import calendar, pack
from shared.store import NotFound
from shared.tables import store

WINDOW = timedelta(days=31)
"""How much of the rota is read at once."""

_BEFORE = timedelta(hours=24)
_NOTES = 5
"""Of shifts before, those whose notes the next one reads."""


def overview(principal: Principal, begins: datetime, ends: datetime) -> dict[str, Any]:
    """Everybody's shifts between two times, and when nobody is on duty who has to be."""
    require(principal, "roster.read")
    _must_be_window(begins, ends)
    found = [one for role in pack().roles for one in rota.as_role(role, begins, ends)]
    return {
        "from": begins.isoformat(),
        "to": ends.isoformat(),
        "shifts": [facts(one) for one in sorted(found, key=lambda one: (one.begins, one.role, one.id))],
        "gaps": [
            {"role": gap.role, "begins": gap.begins.isoformat(), "ends": gap.ends.isoformat()}
            for gap in cover.gaps(pack(), calendar(), found, begins, ends)
        ],
    }


def mine(principal: Principal, begins: datetime, ends: datetime) -> dict[str, Any]:
    """The reader's own shifts."""
    require(principal, "roster.read")
    _must_be_window(begins, ends)
    return {"shifts": [facts(one) for one in rota.of_staff(principal.id, begins, ends)]}


def mine_as_table(principal: Principal, begins: datetime, ends: datetime) -> str:
    """The reader's own shifts as CSV, for a calendar or a spreadsheet."""
    rows = mine(principal, begins, ends)["shifts"]
    told = io.StringIO()
    columns = ("number", "role", "zone", "begins", "ends", "state")
    table = csv.DictWriter(told, columns, extrasaction="ignore", lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return told.getvalue()


def read(principal: Principal, number: str) -> dict[str, Any]:
    """One shift, with what it handed over and what those before it did."""
    require(principal, "roster.read")
    shift, events = store().history(Shift, identity_of(number))
    return {**facts(shift), "handover": _handed_over(shift, events), "before": before(shift)}


def before(shift: Shift) -> list[dict[str, Any]]:
    """What was handed over by the shifts before this one in its role and zone, the last one first."""
    around = rota.as_role(shift.role, shift.begins - _BEFORE, shift.ends)
    earlier = [one for one in around if one.notes and one.id != shift.id and one.begins < shift.begins]
    theirs = [one for one in reversed(earlier) if one.counts and (shift.serves(one.zone) or not one.zone)]
    return [note for one in theirs[:_NOTES] for note in _handed_over(*store().history(Shift, one.id))]


def _handed_over(shift: Shift, events: Sequence[Any]) -> list[dict[str, Any]]:
    if shift.salt is None:
        return []
    return [
        {"shift": ids.spoken(shift.id), "at": event.at.isoformat(), "by": event.facts["actor"]}
        | event.private(shift.salt)
        for event in events
        if event.type == notes.HandoverNoted.detail_type()
    ]


def identity_of(number: str) -> str:
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity


def facts(shift: Shift) -> dict[str, Any]:
    owed = next((one for one in shift.promises if one.open), None)
    return {
        "number": ids.spoken(shift.id),
        "role": shift.role,
        "zone": shift.zone,
        "staff": shift.staff,
        "begins": shift.begins.isoformat(),
        "ends": shift.ends.isoformat(),
        "state": str(shift.state),
        "ready_at": shift.ready_at.isoformat() if shift.ready_at else None,
        "ready_by": owed.due.isoformat() if owed else None,
        "owed_by": owed.role if owed else None,
        "instead_of": list(shift.instead_of),
        "handed_over": shift.notes,
    }


def _must_be_window(begins: datetime, ends: datetime) -> None:
    if not timedelta() < ends - begins <= WINDOW:
        raise Problem(
            400,
            "bad-window",
            "This is no part of the rota that can be read at once.",
            f"Send from and to with to after from, at most {WINDOW.days} days apart.",
        )
