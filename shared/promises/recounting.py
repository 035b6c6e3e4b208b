"""A calendar or a pack changed: which promises that becomes another date for, and from when to when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.promises.promise import Moved, Promise, Promises
from shared.worktime import Calendar

Spans = Callable[[Promise], dict[str, int] | None]
"""The span that new rules give a promise; None leaves it the one it was made with."""


@dataclass(frozen=True)
class Shift:
    """One promise before and after."""

    before: Promise
    after: Promise


@dataclass(frozen=True)
class Recalculation:
    """What a recalculation comes to. Nothing has happened until `promises` are stored.

    `moved` become due at another time. `left` would have been due by now under the new rules: they keep the date
    that was given, because nobody can be late by a rule that did not exist; `after` is where they would be.
    """

    promises: Promises
    moved: tuple[Shift, ...]
    left: tuple[Shift, ...]


def recalculate(
    promises: Promises,
    calendar: Calendar,
    now: datetime,
    *,
    rules: str = "",
    spans: Spans | None = None,
    by: str = "recalculation",
    reason: str = "the calendar changed",
) -> Recalculation:
    """Count every date anew on this calendar. Twice comes to the same as once.

    What is settled, or past its date, never changes; an agreed date stays; what is paused is counted when it is
    resumed. `rules` is the version of the pack that is new; `spans` says where that gives other spans, too.
    """
    after: list[Promise] = []
    moved: list[Shift] = []
    left: list[Shift] = []
    for promise in promises:
        counted = _counted(promise, calendar, now, spans)
        if counted.due == promise.due:
            after.append(promise)
        elif counted.due <= now:
            left.append(Shift(promise, counted))
            after.append(promise)
        else:
            was_clock = None if counted.clock == promise.clock else promise.clock
            move = Moved(at=now, by=by, reason=reason, was=promise.due, due=counted.due, clock=was_clock, rules=rules)
            changes = {"moves": (*promise.moves, move), "rules": rules or promise.rules}
            after.append(counted.model_copy(update=changes))
            moved.append(Shift(promise, after[-1]))
    return Recalculation(tuple(after), tuple(moved), tuple(left))


def _counted(promise: Promise, calendar: Calendar, now: datetime, spans: Spans | None) -> Promise:
    if not promise.running or promise.agreed or promise.due <= now:
        return promise
    clock = spans(promise) if spans else None
    after = promise.model_copy(update={"clock": clock}) if clock else promise
    return after.dated(after.counted(calendar), calendar, now)
