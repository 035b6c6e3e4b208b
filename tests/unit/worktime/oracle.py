"""Hold working time against a file of cases that other libraries assert or computed.

    python -m tests.unit.worktime.oracle FILE

prints what each failing case gave, and ends with `N passed, N failed` and the ids of those that failed.
The format is described in the file's own `about`.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from shared.worktime import Calendar, EndlessError, Pause, Span, Unit, due, elapsed, is_open, periods

# Cases of `periods` give their first few periods and no end; all of them lie within this of the start.
HORIZON = timedelta(days=400)


class Outcome(NamedTuple):
    id: str
    expected: object
    got: object

    @property
    def passed(self) -> bool:
        return self.expected == self.got


def read(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return cases


def judge(case: dict[str, Any]) -> Outcome:
    """Work one case out and set it beside what the file expects."""
    try:
        expected, got = _OPERATIONS[case["op"]](case)
    except (ValueError, KeyError, EndlessError) as error:
        return Outcome(str(case.get("id")), "an answer", f"{type(error).__name__}: {error}")
    return Outcome(case["id"], expected, got)


def _calendar(case: dict[str, Any]) -> Calendar:
    return _parsed(json.dumps(case["calendar"], sort_keys=True))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Calendar:
    data = json.loads(text)
    return Calendar.from_data(
        {
            "tz": data["tz"],
            "hours": data["hours"],
            "holidays": dict.fromkeys(data.get("holidays", []), "holiday"),
            "overrides": {on: {"name": "override", "hours": h} for on, h in data.get("overrides", {}).items()},
            "breaks": {on: {"name": "break", "hours": h} for on, h in data.get("breaks", {}).items()},
        }
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _pauses(case: dict[str, Any]) -> list[Pause]:
    return [Pause(_instant(start), _instant(end)) for start, end in case.get("pauses", [])]


def _add(case: dict[str, Any]) -> tuple[object, object]:
    span = Span(case["duration_s"], Unit.WORKING_SECONDS)
    return _instant(case["expected_end"]), due(_calendar(case), _instant(case["start"]), span, _pauses(case))


def _between(case: dict[str, Any]) -> tuple[object, object]:
    ran = elapsed(_calendar(case), _instant(case["start"]), _instant(case["end"]), pauses=_pauses(case))
    return timedelta(seconds=case["expected_s"]), ran


def _add_days(case: dict[str, Any]) -> tuple[object, object]:
    calendar, days = _calendar(case), case["days"]
    if "T" not in case["start"]:
        return (
            date.fromisoformat(case["expected_end"]),
            calendar.working_day(date.fromisoformat(case["start"]), days),
        )
    end = due(calendar, _instant(case["start"]), Span(days, Unit.WORKING_DAYS), _pauses(case))
    return _instant(case["expected_end"]), end


def _is_open(case: dict[str, Any]) -> tuple[object, object]:
    return case["expected"], is_open(_calendar(case), _instant(case["start"]))


def _periods(case: dict[str, Any]) -> tuple[object, object]:
    expected = [(_instant(start), _instant(end)) for start, end in case["expected_periods"]]
    start = _instant(case["start"])
    if "end" in case:
        return expected, periods(_calendar(case), start, _instant(case["end"]))
    return expected, periods(_calendar(case), start, start + HORIZON)[: len(expected)]


_OPERATIONS = {
    "add": _add,
    "between": _between,
    "add_days": _add_days,
    "is_open": _is_open,
    "periods": _periods,
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: make worktime-oracle FILE=cases.json\n")
        return 2
    outcomes = [judge(case) for case in read(Path(arguments[0]))]
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        sys.stdout.write(f"{outcome.id}: expected {outcome.expected}, got {outcome.got}\n")
    ids = ": " + " ".join(outcome.id for outcome in failed) if failed else ""
    sys.stdout.write(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed{ids}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
