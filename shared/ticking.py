"""The clock of a service: once a minute, whatever has a promise due is looked at again.

A tick carries no truth of its own. It reads each aggregate as it is now and decides again, in a transaction of
its own, so that late, early, double and missed ticks all come out right.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from shared import relay
from shared.logs import describe, log
from shared.place import Place
from shared.store import Conflict, NotFound
from shared.tables import store

AT_MOST = 200
"""Aggregates a tick takes on; the next tick goes on with the rest."""

_WAITED_LONGEST = AT_MOST // 2
"""How many of them are those due longest, when more are due than a tick takes on."""

ENOUGH_SECONDS = 10
"""What one look may take at most: a provider that does not answer, and the writes around it."""

Look = Callable[[str, datetime], None]
"""Looks at the aggregate with this id, at this time. Raises `Conflict` when somebody was quicker."""


def tick(
    looks: Mapping[str, Look],
    now: datetime,
    seconds_left: Callable[[], float],
    erase: Mapping[str, Look] | None = None,
) -> int:
    """Tell what the stream lost, then look at everything due by `now`, by kind. Answers at how many.

    After that `erase` has its turn with what is to be erased by `now`. Stops in good time before the function is
    stopped; the next tick goes on. Raises an `ExceptionGroup` of what went wrong, after all else was looked at.
    """
    failures: list[Exception] = []
    looked = 0
    with _gathering(failures, "sweep"):
        relay.sweep(now)
    taken_on: list[tuple[Look, str, Place]] = []
    for what, every in ((_due, looks), (_to_erase, erase or {})):
        with _gathering(failures, "index"):
            taken_on += what(every, now)
    for look, kind, place in taken_on:
        if seconds_left() < ENOUGH_SECONDS:
            log().warning("out of time", count=looked)
            break
        looked += 1
        with _gathering(failures, f"{kind}#{place.id}"):
            try:
                look(place.id, now)
            except (Conflict, NotFound) as error:
                # Whoever was quicker has set the next due time; if it is past, the next tick sees it.
                log().info("somebody was quicker", aggregate=f"{kind}#{place.id}", error=describe(error))
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {looked} could not be looked at", failures)
    return looked


@contextmanager
def _gathering(failures: list[Exception], aggregate: str) -> Iterator[None]:
    """One aggregate's trouble must not make the others late."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  whatever it is, it is told at the end
        log().error("tick failed", aggregate=aggregate, error=describe(error))
        failures.append(error)


def _due(looks: Mapping[str, Look], now: datetime) -> list[tuple[Look, str, Place]]:
    """What is due."""
    here = store()
    return _taken_on(
        looks,
        lambda kind, limit, newest: here.newly_due(kind, now, limit) if newest else here.due(kind, now, limit),
    )


def _to_erase(looks: Mapping[str, Look], now: datetime) -> list[tuple[Look, str, Place]]:
    """What is to be erased."""
    here = store()
    return _taken_on(looks, lambda kind, limit, newest: here.to_erase(kind, now, limit, newest=newest))


def _taken_on(
    looks: Mapping[str, Look], ask: Callable[[str, int, bool], list[Place]]
) -> list[tuple[Look, str, Place]]:
    """What a tick takes on, the longest due first. In a jam half of it is what became due last.

    What fails again and again stays due longest; it must not keep everything after it waiting for ever.
    """
    found: list[tuple[Look, str, Place]] = []
    for kind, look in looks.items():
        places = ask(kind, AT_MOST, False)
        if len(places) == AT_MOST:
            places = places[:_WAITED_LONGEST]
            newest = ask(kind, AT_MOST - _WAITED_LONGEST, True)
            places += [place for place in newest if place not in places]
        found += [(look, kind, place) for place in places]
    return found


def time_left(context: Any) -> Callable[[], float]:
    """Seconds until Lambda stops the function, as its context tells."""
    return lambda: float(context.get_remaining_time_in_millis()) / 1000
