"""Why this date: how a promise's clock ran, stood still and was moved."""

from typing import Any

from shared.promises.promise import Promise
from shared.worktime import Calendar, EndlessError, explain


def why(promise: Promise, calendar: Calendar) -> list[dict[str, Any]]:
    """How the date came about, as segments that ran or stood still, ready for JSON.

    They leave no gap from when it was made until it is due; while it is paused, until it was due before that.
    """
    segments = explain(calendar, promise.made, promise.due, promise.span, promise.stops())
    return [segment.as_dict() for segment in segments]


def explanation(promise: Promise, calendar: Calendar) -> dict[str, Any]:
    """Everything there is to say about the date, ready for JSON. Who moved it is for staff to see.

    `counted` is false where today's calendar would come to another date: it was agreed, or counted under the
    rules that are named, and settled or left before they changed.
    """
    return {
        "made": promise.made.isoformat(),
        "due": promise.due.isoformat(),
        "clock": promise.clock,
        "rules": promise.rules,
        "agreed": promise.agreed,
        "paused": promise.paused,
        "counted": _still_comes_to_it(promise, calendar),
        "segments": why(promise, calendar),
        "pauses": [
            {
                "from": pause.since.isoformat(),
                "to": pause.until.isoformat() if pause.until else None,
                "reason": pause.reason,
            }
            for pause in promise.pauses
        ],
        "moves": [
            {
                "at": move.at.isoformat(),
                "by": move.by,
                "reason": move.reason,
                "from": move.was.isoformat(),
                "to": move.due.isoformat(),
                **({"clock_before": move.clock} if move.clock else {}),
            }
            for move in promise.moves
        ],
    }


def _still_comes_to_it(promise: Promise, calendar: Calendar) -> bool:
    try:
        return not promise.agreed and promise.counted(calendar) == promise.due
    except EndlessError:
        return False
