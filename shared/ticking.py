"""The clock of a service: once a minute, whatever has a promise due is looked at again.

A tick carries no truth of its own. It reads each aggregate as it is now and decides again, in a transaction of
its own, so that late, early, double and missed ticks all come out right.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from shared import relay
from shared.logs import describe, log
from shared.store import Conflict, NotFound
from shared.tables import store

AT_MOST = 200
"""Aggregates a tick takes on; the next tick goes on with the rest."""

_WAITED_LONGEST = AT_MOST // 2
"""How many of them are those due longest, when more are due than a tick takes on."""

Look = Callable[[str, datetime], None]
"""Looks at the aggregate with this id, at this time. Raises `Conflict` when somebody was quicker."""


def tick(looks: Mapping[str, Look], now: datetime) -> int:
    """Look at everything due by `now`, by kind of aggregate, then tell what the stream lost. Answers how many.

    Raises an `ExceptionGroup` of what went wrong, after everything else was looked at.
    """
    due = _due(now)
    failures: list[Exception] = []
    for at, key in due:
        kind, _, identity = key.partition("#")
        try:
            looks[kind](identity, now)
        except (Conflict, NotFound) as error:
            # Whoever was quicker has set the next due time; if it is past, the next tick sees it.
            log().info("somebody was quicker", aggregate=key, at=at.isoformat(), error=describe(error))
        except Exception as error:  # noqa: BLE001  one aggregate's trouble must not make the others late
            log().error("tick failed", aggregate=key, at=at.isoformat(), error=describe(error))
            failures.append(error)
    relay.sweep(now)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(due)} could not be looked at", failures)
    return len(due)


def _due(now: datetime) -> list[tuple[datetime, str]]:
    """What a tick takes on. In a jam half of it is what became due last.

    What fails again and again stays due longest; it must not keep everything after it waiting for ever.
    """
    due = store().due(now, AT_MOST)
    if len(due) < AT_MOST:
        return due
    longest = due[:_WAITED_LONGEST]
    newest = [one for one in store().newly_due(now, AT_MOST - _WAITED_LONGEST) if one not in longest]
    return [*longest, *newest]
