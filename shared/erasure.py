"""Erasure in two halves (ADR 0063). The key under which a person's words were encrypted is destroyed at once: nobody
reads them any more. What it leaves behind, ciphertext and sealed boxes, goes when nothing on its way needs it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from shared.aggregate import Aggregate
from shared.store import Cause
from shared.tables import store
from shared.worktime import Calendar, Span, due

LEFT = timedelta(days=14)
"""How long a box may still be wanted: as long as queues and the bus's archive keep the event that it came with."""

A = TypeVar("A", bound=Aggregate)


def ends(within: Mapping[str, int] | None, calendar: Calendar, done: datetime) -> datetime | None:
    """When the key of a matter that was done at this time is destroyed; None where the pack sets no end."""
    return due(calendar, done, Span.parse(within)) if within else None


def without_key(aggregate: A, now: datetime, **also: Any) -> A:
    """The aggregate without its key and without the reasons that people gave for its dates, to be looked at once more
    when its boxes are wanted no longer.
    """
    wordless = tuple(one.without_words() for one in aggregate.promises)
    return aggregate.model_copy(update={"salt": None, "erase_at": now + LEFT, "promises": wordless, **also})


def clear(aggregate: Aggregate, now: datetime) -> None:
    """The second half, for what has no key any more. Raises `Conflict`."""
    here, kind = store(), type(aggregate)
    here.wipe(kind, aggregate.id)
    after = aggregate.model_copy(update={"erase_at": None})
    here.change(after, [], Cause(now, "clock", f"clear:{aggregate.key(aggregate.id)}"))
