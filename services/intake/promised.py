"""A promise as its customer sees it."""

from typing import Any

from shared.promises import Promise, why
from shared.rules import calendar


def promise_view(promise: Promise) -> dict[str, Any]:
    """What, by when, whether it was kept, and the reason of its date."""
    return {
        "what": promise.name,
        "due": promise.due.isoformat(),
        "state": promise.state.value,
        "settled": promise.settled.isoformat() if promise.settled else None,
        "clock": promise.clock,
        "why": why(promise, calendar()),
    }
