"""JSON logs with an allow-list of keys: what is not on the list does not reach the log, so nothing personal can.

Exceptions are logged as their type and the places they passed, never their message: messages quote input.
"""

import traceback
from functools import cache
from types import TracebackType
from typing import Any, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "service", "correlation", "request", "method", "route", "status",
        "problem", "case", "complaint", "message", "callback", "invitation", "kind", "type", "id", "promise",
        "role", "rung", "count", "failed", "late", "channel", "template", "attempt", "error", "at", "aggregate",
        "action", "staff", "seq", "reason_code", "duration_ms", "provider",
    }
)  # fmt: skip


def allow_listed(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Keep what may be logged; name what was left out, without its value."""
    dropped = sorted(key for key in event if key not in ALLOWED)
    if not dropped:
        return event
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    return kept | {"dropped": dropped}


def describe(error: BaseException) -> str:
    """An exception's type and the places it passed: `ValueError at intake/case.py:12 < intake/api.py:40`."""
    return f"{type(error).__name__} at {_places(error.__traceback__)}"


def _places(trace: TracebackType | None) -> str:
    # Not traceback.extract_tb: it reads the source of every place.
    passed = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)][-6:]
    return " < ".join(f"{'/'.join(file.split('/')[-2:])}:{line}" for file, line in reversed(passed))


@cache
def _configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allow_listed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def log() -> FilteringBoundLogger:
    """The logger. What `bind` added for this request or message is on every line."""
    _configure()
    return cast("FilteringBoundLogger", structlog.get_logger())


def bind(**context: str | None) -> None:
    """Forget the last request's context; put this on every line from now on."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**context)
