"""The ladder: what breaks is owed by the next rung, as a promise of its own, so that no rung is skipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.promises.promise import Promise, Promises, PromiseState, ahead
from shared.worktime import Calendar, Span, due


@dataclass(frozen=True)
class Rung:
    """Who owes it when the one before did not act, how long they have, and how long before that they are warned.

    `end` marks the top: there it stays until it is done. `from_due`: they have it from the date that passed, however
    late that was noticed.
    """

    role: str
    within: dict[str, int]
    warn: tuple[dict[str, int], ...] = ()
    end: bool = False
    from_due: bool = False


Ladder = tuple[Rung, ...]


@dataclass(frozen=True)
class Miss:
    """A promise that broke, and the promise that took its place."""

    broken: Promise
    successor: Promise

    @property
    def again(self) -> bool:
        """The top of the ladder had it already and owes it once more."""
        return self.successor.again > 0


def miss(
    promises: Promises, ladder: Ladder | Mapping[str, Ladder], calendar: Calendar, now: datetime
) -> tuple[Promises, tuple[Miss, ...]]:
    """Break what runs and is due by `now`. Each broken promise is followed by the next rung's.

    The top of the ladder owes it again and again until it is done or waived: a ladder has no end to fall off. There
    the new promise takes the place of the broken one, counted by `again`; the events keep each date that passed.
    One ladder serves every promise; given by the names of promises, those without one are left as they are.
    """
    after: list[Promise] = []
    misses: list[Miss] = []
    for promise in promises:
        climbs = ladder.get(promise.name) if isinstance(ladder, Mapping) else ladder
        if climbs is None or not promise.running or promise.due > now:
            after.append(promise)
            continue
        if not climbs:
            raise ValueError(f"the ladder of {promise.name!r} has no rung; give it at least one")
        broken = promise.model_copy(update={"state": PromiseState.BROKEN, "settled": now})
        rung = climbs[min(promise.rung, len(climbs) - 1)]
        at_the_top = rung.end and promise.rung > 0 and promise.role == rung.role
        if not at_the_top:
            after.append(broken)
        misses.append(Miss(broken, _successor(promise, rung, calendar, now, again=at_the_top)))
    return (*after, *(missed.successor for missed in misses)), tuple(misses)


def _successor(promise: Promise, rung: Rung, calendar: Calendar, now: datetime, *, again: bool) -> Promise:
    since = promise.due if rung.from_due else now
    until = due(calendar, since, Span.parse(rung.within))
    return Promise(
        name=promise.name,
        role=rung.role,
        made=since,
        due=until,
        clock=rung.within,
        rung=promise.rung if again else promise.rung + 1,
        again=promise.again + 1 if again else 0,
        rules=promise.rules,
        warnings=ahead(rung.warn, until, calendar, now),
    )
