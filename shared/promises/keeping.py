"""What is done with promises: made, kept, waived, stopped and started, given another date, warned of.

Every function acts on what is open by one name and leaves every other promise as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.promises.promise import (
    Forewarning,
    Moved,
    Promise,
    Promises,
    PromiseState,
    Standstill,
    ahead,
    ended,
)
from shared.promises.refusals import DatePassed, IntoThePast, NoReason, NotOwed, NotPaused, StandsStill
from shared.worktime import Calendar, Span, advance, due, elapsed


@dataclass(frozen=True)
class Warned:
    """Whoever owes this promise has to be told that its date is near."""

    promise: Promise
    warning: Forewarning


def make(
    promises: Promises,
    name: str,
    role: str,
    clock: dict[str, int],
    calendar: Calendar,
    now: datetime,
    *,
    warn: tuple[dict[str, int], ...] = (),
    rules: str = "",
) -> Promises:
    """Promise `name` by `role` within `clock` of `now`; `warn` are spans before the date at which `role` is warned.

    `rules` is the pack version that says so. Raises `SpanError`.
    """
    until = due(calendar, now, Span.parse(clock))
    warnings = ahead(warn, until, calendar, now)
    made = Promise(name=name, role=role, made=now, due=until, clock=clock, rules=rules, warnings=warnings)
    return (*promises, made)


def agreed(
    name: str,
    role: str,
    at: datetime,
    calendar: Calendar,
    now: datetime,
    *,
    warn: tuple[dict[str, int], ...] = (),
    rules: str = "",
) -> Promise:
    """A promise for a date that was agreed as a date: no calendar moves it."""
    return Promise(
        name=name,
        role=role,
        made=now,
        due=at,
        clock={"minutes": max(int((at - now).total_seconds() // 60), 0)},
        rules=rules,
        agreed=True,
        warnings=ahead(warn, at, calendar, now),
    )


def keep(promises: Promises, name: str, now: datetime) -> Promises:
    """What was promised as `name` is done: its open promise is kept, whichever rung it had reached.

    Done after its date it is broken, although done: a tick that came late doesn't make it punctual.
    """
    return _each(promises, name, lambda promise: promise.settle(PromiseState.KEPT, now, None))


def waive(promises: Promises, name: str, now: datetime, reason: str) -> Promises:
    """What was promised as `name` is owed no more, for a reason that is kept. Past its date it is broken."""
    return _each(promises, name, lambda promise: promise.settle(PromiseState.WAIVED, now, reason))


def waive_all(promises: Promises, now: datetime, reason: str) -> Promises:
    """Nothing is owed any more."""
    return tuple(one.settle(PromiseState.WAIVED, now, reason) if one.open else one for one in promises)


def lapse(promises: Promises, name: str, now: datetime, reason: str) -> Promises:
    """What was promised as `name` did not happen, and nobody owes it instead: broken, with no rung after it."""
    return _each(promises, name, lambda promise: promise.settle(PromiseState.BROKEN, now, reason))


def pause(promises: Promises, name: str, now: datetime, reason: str) -> Promises:
    """The clock of `name` stands still from `now`. Raises `NotOwed`, `StandsStill`, `DatePassed`, `NoReason`."""

    def stopped(promise: Promise) -> Promise:
        _must_run(promise, now)
        return promise.model_copy(update={"pauses": (*promise.pauses, Standstill(since=now, reason=reason))})

    after = _each_owed(promises, name, stopped)
    _must_say_why(name, reason)
    return after


def resume(promises: Promises, name: str, calendar: Calendar, now: datetime) -> Promises:
    """The clock of `name` goes on where it stopped, counted on the calendar as it is now.

    Never due before `now`, even when no time was left on its clock. Raises `NotOwed`, `NotPaused`.
    """

    def going_on(promise: Promise) -> Promise:
        if not promise.paused:
            raise NotPaused(name)
        over = ended(promise.pauses[-1], now)
        after = promise.model_copy(update={"pauses": (*promise.pauses[:-1], over)})
        if promise.agreed:
            clock = promise.span.clock
            left = elapsed(calendar, over.since, promise.due, clock)
            until = advance(calendar, over.until or now, left, clock)
        else:
            until = after.counted(calendar)
        return after.dated(max(until, now), calendar, now)

    return _each_owed(promises, name, going_on)


def move(
    promises: Promises,
    name: str,
    to: datetime | Mapping[str, int],
    calendar: Calendar,
    now: datetime,
    reason: str,
    by: str,
) -> Promises:
    """Give `name` another date, before the one it has passes and for a reason; who, when and why is kept.

    `to` is the date itself, which no calendar moves then, or the whole new span, counted like the first from
    when it was made, pauses included: the customer's clock never restarts. What has gone up the ladder is past
    its date. Raises `NotOwed`, `StandsStill`, `DatePassed`, `NoReason`, `IntoThePast`.
    """

    def dated(promise: Promise) -> Promise:
        if promise.rung:
            raise DatePassed(name, _first_date(promises, promise))
        _must_run(promise, now)
        if isinstance(to, datetime):
            until, clock = to, promise.clock
        else:
            clock = dict(to)
            until = promise.model_copy(update={"clock": clock}).counted(calendar)
        if until <= now:
            raise IntoThePast(name, until)
        was_clock = None if clock == promise.clock else promise.clock
        moved = Moved(at=now, by=by, reason=reason, was=promise.due, due=until, clock=was_clock)
        changes = {"clock": clock, "agreed": isinstance(to, datetime), "moves": (*promise.moves, moved)}
        return promise.dated(until, calendar, now).model_copy(update=changes)

    after = _each_owed(promises, name, dated)
    _must_say_why(name, reason)
    return after


def warnings(promises: Promises, now: datetime) -> tuple[Promises, tuple[Warned, ...]]:
    """Warn of what is due soon: every warning whose time has come, once for the date it warns of.

    Of what is due by `now` nobody is warned any more: that is for `miss`.
    """
    warned: list[Warned] = []

    def told(promise: Promise) -> Promise:
        near = [one for one in promise.warnings if one.owed and one.at <= now]
        if not near or not promise.running or promise.due <= now:
            return promise
        warned.extend(Warned(promise, one) for one in near)
        marked = tuple(one.model_copy(update={"told": now}) if one in near else one for one in promise.warnings)
        return promise.model_copy(update={"warnings": marked})

    return tuple(told(promise) for promise in promises), tuple(warned)


def is_open(promises: Iterable[Promise], name: str) -> bool:
    """Whether `name` is owed, its clock running or not."""
    return any(promise.name == name and promise.open for promise in promises)


def is_paused(promises: Iterable[Promise], name: str) -> bool:
    return any(promise.name == name and promise.paused for promise in promises)


def next_due(promises: Iterable[Promise]) -> datetime | None:
    """The earliest date of what is owed and runs; None when nothing is."""
    return min((promise.due for promise in promises if promise.running), default=None)


def next_look(promises: Iterable[Promise]) -> datetime | None:
    """When the clock has to look again, for a date or a warning; None when nothing runs."""
    looks = (promise.next_look for promise in promises)
    return min((look for look in looks if look is not None), default=None)


def still_since(promises: Iterable[Promise]) -> datetime | None:
    """Since when everything that is owed has stood still; None when something runs or nothing is owed."""
    owed = [promise for promise in promises if promise.open]
    if not owed or any(promise.running for promise in owed):
        return None
    return min(promise.pauses[-1].since for promise in owed)


def _each(promises: Promises, name: str, change: Callable[[Promise], Promise]) -> Promises:
    return tuple(change(one) if one.name == name and one.open else one for one in promises)


def _each_owed(promises: Promises, name: str, change: Callable[[Promise], Promise]) -> Promises:
    if not is_open(promises, name):
        raise NotOwed(name)
    return _each(promises, name, change)


def _must_run(promise: Promise, now: datetime) -> None:
    if promise.paused:
        raise StandsStill(promise.name, promise.pauses[-1].since)
    if promise.due <= now:
        raise DatePassed(promise.name, promise.due)


def _must_say_why(name: str, reason: str) -> None:
    if not reason.strip():
        raise NoReason(name)


def _first_date(promises: Promises, promise: Promise) -> datetime:
    """When the last promise of this name that was not yet up the ladder had been due."""
    return [one.due for one in promises if one.name == promise.name and one.made <= promise.made and not one.rung][-1]
