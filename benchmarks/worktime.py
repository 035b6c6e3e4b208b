"""How long working time takes: `python -m benchmarks.worktime` prints microseconds for each question.

The calendar is the heaviest of its kind: two windows a day, a half day, a zone whose clocks change, holidays,
a season. Each figure is the best of several rounds; "first" builds the tables that later questions search.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.worktime import Calendar, Pause, Span, Unit, due, elapsed, explain

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 7
TIMES = 2_000
START = datetime(2026, 1, 5, 10, 17, 23, tzinfo=UTC)
DATA = {
    "name": "office",
    "tz": "Europe/Berlin",
    "hours": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu")}
    | {"fri": [["08:00", "12:00"]]},
    "seasons": [
        {
            "name": "summer hours",
            "from": "2026-07-01",
            "to": "2026-08-31",
            "hours": {day: [["08:00", "14:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        }
    ],
    "holidays": {f"2026-{month:02}-01": "first of the month" for month in range(1, 13)},
}


def micros(question: Callable[[], object], times: int = TIMES) -> float:
    """Give the microseconds one call takes, in the best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(times):
            question()
        best = min(best, time.perf_counter() - begun)
    return best / times * 1e6


def main() -> None:
    calendar = Calendar.from_data(DATA)
    three_days, year = Span(3, Unit.WORKING_DAYS), Span(250, Unit.WORKING_DAYS)
    hours = Span(1_700, Unit.WORKING_HOURS)
    pauses = [Pause(START + timedelta(days=30 * i), START + timedelta(days=30 * i + 4)) for i in range(1, 7)]
    soon = due(calendar, START, three_days)
    later = due(calendar, START, year)

    def first() -> object:
        return due(Calendar.from_data(DATA), START, year)

    questions: list[tuple[str, Callable[[], object], int]] = [
        ("due in 5 minutes on the wall clock", lambda: due(calendar, START, Span(5, Unit.MINUTES)), TIMES),
        ("due in 3 working days", lambda: due(calendar, START, three_days), TIMES),
        ("due in 250 working days", lambda: due(calendar, START, year), TIMES),
        ("due in 1,700 working hours", lambda: due(calendar, START, hours), TIMES),
        ("due in 250 working days, six pauses", lambda: due(calendar, START, year, pauses), TIMES),
        ("working time elapsed over a year", lambda: elapsed(calendar, START, later), TIMES),
        ("explanation of 3 working days", lambda: explain(calendar, START, soon, three_days), 200),
        ("explanation of a year", lambda: explain(calendar, START, later, year), 5),
        ("first: read the calendar, due in 250 working days", first, 5),
    ]
    for name, question, times in questions:
        print(f"{micros(question, times):10.1f} µs  {name}")


if __name__ == "__main__":
    main()
