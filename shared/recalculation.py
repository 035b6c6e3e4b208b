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
from typing import Any

from shared import promises
from shared.aggregate import Aggregate
from shared.contracts import Note
from shared.place import SHARDS, Milestone
from shared.promises import Recalculation, Shift, Spans
from shared.store import Audience, Cause, Conflict, Line, NotFound, Store, retrying
from shared.worktime import Calendar

PAGE = 100
_WALKS = 5
"""After so many walks in which something still moved, somebody else is changing dates at the same time."""


class PromiseRecalculated(Note):
    """The date of a promise was counted anew, under `rules`."""

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
    """Part of a walk. `mark` is where the next page goes on; None after the last.

    `met` is how many aggregates it looked at, `done` the share of the index that lies behind it, from 0 to 1.
    """

    rows: tuple[Row, ...]
    mark: Milestone | None
    met: int = 0
    done: float = 1


Tell = Callable[[Aggregate, Sequence[Shift]], Sequence[Line]]
"""The events with which a service tells that dates of one of its aggregates moved, for whoever is to know."""


@dataclass(frozen=True)
class NewRules:
    """What dates are counted under from now on.

    `rules` names the pack version, `spans_of` says where it gives the promises of an aggregate other spans, too, and
    `reason` is what is kept and told: why the date moved.
    """

    calendar: Calendar
    reason: str
    rules: str = ""
    spans_of: Callable[[Any], Spans] | None = None

    def of(self, aggregate: Aggregate, now: datetime, by: str) -> Recalculation:
        return promises.recalculate(
            aggregate.promises,
            self.calendar,
            now,
            rules=self.rules,
            spans=self.spans_of(aggregate) if self.spans_of else None,
            by=by,
            reason=self.reason,
        )


@dataclass(frozen=True)
class Walk:
    """A recalculation of one service's table, ordered by `actor`.

    `kinds` are its aggregates, as `Aggregate.KIND` names them; those of other kinds are left alone, and so are those
    that `actor` may not touch: rows, marks and sizes of pages are what they would be without them. A walk may take
    long: `now` is asked for every aggregate.
    """

    store: Store
    kinds: Mapping[str, type[Aggregate]]
    new: NewRules
    actor: str
    now: Callable[[], datetime]
    tell: Tell | None = None
    may: Callable[[Any], bool] = lambda _: True

    def milestone(self, word: str) -> Milestone:
        """The mark of an earlier page. Raises `ValueError` when it is none of such a walk."""
        given = Milestone.of(word)
        if not 0 <= given.part < self._parts:
            raise ValueError(word)
        return given

    def preview(self, mark: Milestone | None = None, limit: int = PAGE) -> Page:
        """Which promises of the next aggregates would move, from when to when. Writes nothing."""
        return self._page(self._previewed, mark, limit)

    def apply(self, mark: Milestone | None = None, limit: int = PAGE) -> Page:
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

    @property
    def _parts(self) -> int:
        return SHARDS * len(self.kinds)

    def _through(self, page: Callable[[Milestone | None], Page]) -> Iterator[Row]:
        mark: Milestone | None = None
        while True:
            found = page(mark)
            yield from found.rows
            mark = found.mark
            if mark is None:
                return

    def _page(
        self,
        act: Callable[[type[Aggregate], Sequence[str]], Iterator[tuple[Row, ...]]],
        mark: Milestone | None,
        limit: int,
    ) -> Page:
        rows: list[Row] = []
        met, here = 0, mark or Milestone(0)
        kind = self.kinds[tuple(self.kinds)[here.part // SHARDS]]
        while True:
            # Filled up to the limit: a page that is shorter for what is hidden would give it away.
            keys, following = self.store.running(tuple(self.kinds), min(limit - met, PAGE), here)
            for found in act(kind, [key.partition("#")[2] for key in keys]):
                met += 1
                rows += found
            if following is None or following.part != here.part or met >= limit:
                return Page(tuple(rows), following, met, following.part / self._parts if following else 1)
            here = following

    def _previewed(self, kind: type[Aggregate], identities: Sequence[str]) -> Iterator[tuple[Row, ...]]:
        for aggregate in self.store.load_many(kind, identities):
            if self.may(aggregate):
                yield _rows(aggregate, self.new.of(aggregate, self.now(), self.actor))

    def _applied(self, kind: type[Aggregate], identities: Sequence[str]) -> Iterator[tuple[Row, ...]]:
        for identity in identities:
            rows = self._moved(kind, identity)
            if rows is not None:
                yield rows

    def _moved(self, kind: type[Aggregate], identity: str) -> tuple[Row, ...] | None:
        """What became of one aggregate; None when there is none for whoever ordered it."""
        rows: list[tuple[Row, ...] | None] = []

        def move() -> Aggregate:
            aggregate = self.store.load(kind, identity)
            if not self.may(aggregate):
                rows.append(None)
                return aggregate
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
            return None
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
