"""A service's open promises counted anew, after its calendar or pack changed: looked at first, then carried out.

Walks the index of what is owed, never the table, a page at a time; a walk that was broken off goes on from its
mark. Every aggregate is read as it is now and changed in a transaction of its own, together with an event that
says what moved; whoever gets in between is decided upon again. Carried out twice it comes to the same as once,
and a walk that moves nothing proves that nothing was missed: `carry_out` walks until then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared import promises
from shared.aggregate import Aggregate
from shared.contracts import Note
from shared.promises import Recalculation, Shift, Spans
from shared.store import Audience, Cause, Conflict, Line, NotFound, Store, retrying
from shared.worktime import Calendar

PAGE = 100
_WALKS = 5
"""After so many walks in which something still moved, somebody else is changing dates at the same time."""


class PromiseRecalculated(Note):
    """The date of a promise was counted anew, under `rules`."""

    detail_type: Literal["PromiseRecalculated.v1"] = "PromiseRecalculated.v1"
    promise: str
    rung: int = 0
    was_due: datetime
    now_due: datetime
    rules: str = ""
    reason: str


class Outcome(StrEnum):
    MOVED = "moved"
    LEFT = "left"
    """The new date would have passed already: the one that was given stands."""
    CONTENDED = "contended"
    """Others changed the aggregate again and again; the next walk meets it once more."""


@dataclass(frozen=True)
class Row:
    """What becomes of one promise; of one aggregate, when `contended`."""

    aggregate: str
    outcome: Outcome
    promise: str = ""
    rung: int = 0
    was_due: datetime | None = None
    now_due: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Part of a walk. `mark` is where the next page goes on; None after the last."""

    rows: tuple[Row, ...]
    mark: str | None


Tell = Callable[[Aggregate, Sequence[Shift]], Sequence[Line]]
"""The events with which a service tells that dates of one of its aggregates moved, for whoever is to know."""


@dataclass(frozen=True)
class NewRules:
    """What dates are counted under from now on.

    `rules` names the pack version, `spans` says where it gives other spans, too, and `reason` is what is kept and
    told: why the date moved.
    """

    calendar: Calendar
    reason: str
    rules: str = ""
    spans: Spans | None = None

    def of(self, aggregate: Aggregate, now: datetime, by: str) -> Recalculation:
        return promises.recalculate(
            aggregate.promises,
            self.calendar,
            now,
            rules=self.rules,
            spans=self.spans,
            by=by,
            reason=self.reason,
        )


@dataclass(frozen=True)
class Walk:
    """A recalculation of one service's table, ordered by `actor`.

    `kinds` are its aggregates, as `Aggregate.KIND` names them; those of other kinds are left alone. A walk may
    take long: `now` is asked for every aggregate.
    """

    store: Store
    kinds: Mapping[str, type[Aggregate]]
    new: NewRules
    actor: str
    now: Callable[[], datetime]
    tell: Tell | None = None

    def preview(self, mark: str | None = None, limit: int = PAGE) -> Page:
        """Which promises of the next aggregates would move, from when to when. Writes nothing."""
        return self._page(self._previewed, mark, limit)

    def apply(self, mark: str | None = None, limit: int = PAGE) -> Page:
        """Move what moves of the next aggregates."""
        return self._page(self._applied, mark, limit)

    def preview_all(self) -> Iterator[Row]:
        """Everything that would become of it, each aggregate once."""
        seen: set[str] = set()
        for row in self._through(self.preview):
            if (one := f"{row.aggregate}/{row.promise}/{row.rung}") not in seen:
                seen.add(one)
                yield row

    def carry_out(self) -> Iterator[Row]:
        """Walk until nothing moves any more; every row is told as it happens. Raises `Unsettled`."""
        for walk in range(_WALKS):
            moved = False
            for row in self._through(self.apply):
                moved = moved or row.outcome is not Outcome.LEFT
                if walk == 0 or row.outcome is not Outcome.LEFT:
                    yield row
            if not moved:
                return
        raise Unsettled(f"dates still moved in walk {_WALKS}: is another recalculation under way? Run it again")

    def _through(self, page: Callable[[str | None], Page]) -> Iterator[Row]:
        mark: str | None = None
        while True:
            found = page(mark)
            yield from found.rows
            mark = found.mark
            if mark is None:
                return

    def _page(self, act: Callable[[type[Aggregate], str], tuple[Row, ...]], mark: str | None, limit: int) -> Page:
        keys, following = self.store.running(tuple(self.kinds), limit, mark)
        rows: list[Row] = []
        for key in keys:
            kind, _, identity = key.partition("#")
            if kind in self.kinds:
                rows += act(self.kinds[kind], identity)
        return Page(tuple(rows), following)

    def _previewed(self, kind: type[Aggregate], identity: str) -> tuple[Row, ...]:
        try:
            aggregate = self.store.load(kind, identity)
        except NotFound:
            return ()
        return _rows(aggregate, self.new.of(aggregate, self.now(), self.actor))

    def _applied(self, kind: type[Aggregate], identity: str) -> tuple[Row, ...]:
        rows: list[tuple[Row, ...]] = []

        def move() -> Aggregate:
            aggregate = self.store.load(kind, identity)
            now = self.now()
            counted = self.new.of(aggregate, now, self.actor)
            rows.append(_rows(aggregate, counted))
            if not counted.moved:
                return aggregate
            after = aggregate.model_copy(update={"promises": counted.promises})
            told = self.tell(after, counted.moved) if self.tell else ()
            cause = Cause(now, self.actor, f"recalculation:{identity}:{aggregate.seq}")
            return self.store.change(after, [*self._noted(counted), *told], cause)

        try:
            retrying(move)
        except NotFound:
            return ()
        except Conflict:
            return (Row(kind.key(identity), Outcome.CONTENDED),)
        return rows[-1]

    def _noted(self, counted: Recalculation) -> list[Line]:
        return [
            Line(
                PromiseRecalculated(
                    promise=shift.before.name,
                    rung=shift.before.rung,
                    was_due=shift.before.due,
                    now_due=shift.after.due,
                    rules=self.new.rules,
                    reason=self.new.reason,
                ),
                Audience.STAFF,
            )
            for shift in counted.moved
        ]


class Unsettled(RuntimeError):
    """Walk after walk something moved again."""


def _rows(aggregate: Aggregate, counted: Recalculation) -> tuple[Row, ...]:
    return tuple(
        Row(
            aggregate.key(aggregate.id),
            outcome,
            shift.before.name,
            shift.before.rung,
            shift.before.due,
            shift.after.due,
        )
        for outcome, shifts in ((Outcome.MOVED, counted.moved), (Outcome.LEFT, counted.left))
        for shift in shifts
    )
