"""JSON logs with an allow-list of keys: what is not on the list does not reach the log, so nothing personal can.

Exceptions are logged as their type and the places they passed, never their message: messages quote input.
"""

import json
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "service", "correlation", "request", "method", "route", "status",
        "problem", "case", "complaint", "message", "callback", "invitation", "kind", "type", "id", "promise",
        "role", "rung", "count", "failed", "late", "channel", "template", "attempt", "error", "at", "aggregate",
        "action", "staff", "seq", "reason_code", "duration_ms", "provider",
    }
)  # fmt: skip


_BOUND: ContextVar[Mapping[str, str | None]] = ContextVar("bound")


class Log:
    """One line of JSON on the standard output for each call, which is where Lambda reads a function's log."""

    def info(self, event: str, **facts: Any) -> None:
        _say("info", event, facts)

    def warning(self, event: str, **facts: Any) -> None:
        _say("warning", event, facts)

    def error(self, event: str, **facts: Any) -> None:
        _say("error", event, facts)


_LOG = Log()


def log() -> Log:
    """The logger. What `bind` added for this request or message is on every line."""
    return _LOG


def bind(**context: str | None) -> None:
    """Forget the last request's context; put this on every line from now on."""
    _BOUND.set(context)


def allow_listed(line: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what may be logged; name what was left out, without its value."""
    kept = {key: value for key, value in line.items() if key in ALLOWED}
    dropped = sorted(line.keys() - ALLOWED)
    return {**kept, "dropped": dropped} if dropped else kept


def _say(level: str, event: str, facts: Mapping[str, Any]) -> None:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    said = allow_listed({**_BOUND.get({}), **facts, "event": event, "level": level, "timestamp": at})
    write(json.dumps(said, default=repr))


def write(line: str) -> None:
    """To the log. In one piece: what other threads say does not come between."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def describe(error: BaseException) -> str:
    """An exception's type and the places it passed: `ValueError at intake/case.py:12 < intake/api.py:40`."""
    return f"{type(error).__name__} at {_places(error.__traceback__)}"


def _places(trace: TracebackType | None) -> str:
    # Not traceback.extract_tb: it reads the source of every place.
    passed = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)][-6:]
    return " < ".join(f"{'/'.join(file.split('/')[-2:])}:{line}" for file, line in reversed(passed))
