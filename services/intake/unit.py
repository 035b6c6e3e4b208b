"""A unit: who can be sent, what it does now, and where it is. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

_EARTH_METRES = 6_371_009
"""Mean radius."""


class UnitState(StrEnum):
    OFF = "off"
    FREE = "free"
    SENT = "sent"
    ON_SCENE = "on-scene"


MOVES: Mapping[UnitState, frozenset[UnitState]] = {
    UnitState.OFF: frozenset({UnitState.FREE}),
    UnitState.FREE: frozenset({UnitState.OFF, UnitState.SENT}),
    UnitState.SENT: frozenset({UnitState.ON_SCENE, UnitState.FREE, UnitState.OFF}),
    UnitState.ON_SCENE: frozenset({UnitState.FREE}),
}
BUSY = frozenset({UnitState.SENT, UnitState.ON_SCENE})
"""On a case: what becomes of the unit then is said on that case."""


class IllegalUnitMove(Exception):
    """A unit in this state can't become that."""

    def __init__(self, state: UnitState, to: UnitState, case: str | None) -> None:
        self.state, self.to, self.case = state, to, case
        super().__init__(f"a unit that is {state} can't become {to}")


@dataclass(frozen=True)
class Position:
    """WGS 84 degrees."""

    lat: float
    long: float

    def metres_to(self, other: "Position") -> int:
        """Along the great circle (haversine)."""
        lat, there = radians(self.lat), radians(other.lat)
        half_way = sin((there - lat) / 2) ** 2
        half_way += cos(lat) * cos(there) * sin(radians(other.long - self.long) / 2) ** 2
        return round(2 * _EARTH_METRES * asin(min(1.0, sqrt(half_way))))


@dataclass(frozen=True)
class Free:
    """A free unit as the index knows it: since when it waits, and where."""

    id: str
    since: datetime
    position: Position | None

    def metres_to(self, where: Position | None) -> int | None:
        """How far it is from there; None when that or the unit has no coordinates."""
        return self.position.metres_to(where) if self.position and where else None


@dataclass(frozen=True)
class Unit:
    """A unit as it is stored. `case` is the number of the case it is on, while it is on one."""

    id: str
    name: str
    state: UnitState
    since: datetime
    seq: int = 1
    position: Position | None = None
    located: datetime | None = None
    case: str | None = None
    by: str = ""
    """Who changed it last."""

    def become(self, state: UnitState, now: datetime, by: str) -> "Unit":
        """In another state from now on. Raises `IllegalUnitMove`."""
        if state not in MOVES[self.state]:
            raise IllegalUnitMove(self.state, state, self.case)
        case = self.case if state in BUSY else None
        return replace(self, state=state, since=now, case=case, by=by)

    def standing_at(self, position: Position, now: datetime, by: str) -> "Unit":
        return replace(self, position=position, located=now, by=by)


def nearest_first(free: Iterable[Free], where: Position | None) -> list[Free]:
    """The nearest first. Those whose position nobody knows come after all others, as does everybody where the place
    itself has no coordinates: then whoever has been free longest goes.
    """

    def rank(unit: Free) -> tuple[bool, int, datetime, str]:
        metres = unit.metres_to(where)
        return metres is None, metres or 0, unit.since, unit.id

    return sorted(free, key=rank)


def mark(since: datetime, position: Position | None) -> str:
    """Where a unit stands in the index: since when it is in its state, and its position."""
    where = f"{position.lat:.6f},{position.long:.6f}" if position else ""
    return f"{since.astimezone(UTC).isoformat(timespec='microseconds')}~{where}"


def at_mark(identity: str, text: str) -> Free:
    """The free unit that stands at this mark."""
    since, _, where = text.partition("~")
    lat, _, long = where.partition(",")
    position = Position(float(lat), float(long)) if where else None
    return Free(identity, datetime.fromisoformat(since), position)
