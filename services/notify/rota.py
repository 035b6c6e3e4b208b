"""The rota as the table keeps it: each shift an aggregate, and beside it a row by its role and one by who has it.

A row says only where to look: what is true of a shift stands in the shift, so that a row of somebody who left it is
harmless. Whoever is given a duty has their turn counted in the same transaction, so that of two duties given at once
the second is decided with the first in sight (ADR 0095).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from services.notify.shift import LONGEST, Shift
from shared.packs import Pack
from shared.place import stamp
from shared.store import Item, put, put_item
from shared.tables import store

_PAGES = 20
_AT_ONCE = 100
_MOMENT = timedelta(microseconds=1)


def rows(shift: Shift) -> list[Item]:
    """The writes by which a shift is found."""
    place = f"{stamp(shift.begins)}#{shift.id}"
    table = store().table
    return [put_item(table, (_of_role(shift.role), place), {}), put_item(table, (_of_staff(shift.staff), place), {})]


def as_role(role: str, begins: datetime, ends: datetime) -> list[Shift]:
    """Shifts of this role that touch a time, the earliest first."""
    return [one for one in _between(_of_role(role), begins, ends) if one.role == role]


def of_staff(staff: str, begins: datetime, ends: datetime) -> list[Shift]:
    """Shifts that this member of staff has, those that touch a time, the earliest first."""
    return [one for one in _between(_of_staff(staff), begins, ends) if one.staff == staff]


@dataclass(frozen=True)
class Turn:
    """How often somebody was given a duty, as it was before their shifts were read."""

    staff: str
    taken: int

    def take(self) -> Item:
        """The write that goes with a shift they are given; refused when they were given another since."""
        if not self.taken:
            return put(store().table, _turn_of(self.staff), {"n": {"N": "1"}}, "attribute_not_exists(pk)")
        after, before = {"n": {"N": str(self.taken + 1)}}, {":n": {"N": str(self.taken)}}
        return put(store().table, _turn_of(self.staff), after, "n = :n", before)


def turn_of(staff: str) -> Turn:
    """Read it first, and their shifts after it."""
    item = store().item(*_turn_of(staff))
    return Turn(staff, int(item["n"]["N"]) if item else 0)


def taken_by(staff: str, begins: datetime, ends: datetime) -> list[Shift]:
    """Like `of_staff`, with all that was written until now: for deciding whether they are free."""
    items = store().newest(_of_staff(staff), stamp(begins - LONGEST), stamp(ends), {}, _PAGES, as_written=True)
    shifts = [store().load(Shift, identity) for identity in _named(items)]
    return [one for one in shifts if one.staff == staff and one.touches(begins, ends)]


def on_duty(role: str, pack: Pack, now: datetime) -> list[Shift]:
    """Who is on duty: as one of the pack's roles, or as any of a group that is called so. Those who said that they
    are ready first.
    """
    found = [shift for code in roles_called(role, pack) for shift in as_role(code, now, now + _MOMENT)]
    return sorted((one for one in found if one.runs_at(now)), key=lambda one: (one.ready_at is None, one.begins))


def roles_called(name: str, pack: Pack) -> list[str]:
    """The role with this code, or all roles of the group with this name."""
    return [name] if name in pack.roles else [code for code, role in pack.roles.items() if role.group == name]


def _between(partition: str, begins: datetime, ends: datetime) -> list[Shift]:
    items = store().newest(partition, stamp(begins - LONGEST), stamp(ends), {}, _PAGES)
    shifts = [shift for some in _batches(_named(items)) for shift in store().load_many(Shift, some)]
    return sorted((one for one in shifts if one.touches(begins, ends)), key=lambda one: (one.begins, one.id))


def _named(rows: Iterable[Item]) -> list[str]:
    """The shifts that these rows lead to."""
    return sorted({row["sk"]["S"].partition("#")[2] for row in rows})


def _batches(identities: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(identities)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _of_role(role: str) -> str:
    return f"ROTA#{role}"


def _turn_of(staff: str) -> tuple[str, str]:
    # In the partition of their rows, behind all times.
    return _of_staff(staff), "TURN"


def _of_staff(staff: str) -> str:
    return f"ROTA-OF#{staff}"
