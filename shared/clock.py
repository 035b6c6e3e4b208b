"""The one place that reads the time. Handlers call it at the edge; domain modules take `now` as an argument."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
