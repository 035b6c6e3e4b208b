"""Hold working days against the City of Boston's own target dates for "Pick up Dead Animal".

    python -m tests.unit.worktime.boston FILE

The city promises one working day, Monday to Friday 08:30 to 17:00, on Massachusetts' holidays. FILE is a CSV
of its 311 requests with `case_title`, `open_dt` and `sla_target_dt`; local times in it were shifted by the
UTC offset once too often, and most opening times have lost their seconds, which the targets kept.
"""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from infra.holidays_of import closed_days
from shared.worktime import Calendar, Span, Unit, due

TITLE = "Pick up Dead Animal"
BOSTON = ZoneInfo("America/New_York")
PROMISE = Span(1, Unit.WORKING_DAYS)
# What the lost seconds can amount to.
TOLERANCE = timedelta(minutes=2)


class Target(NamedTuple):
    id: str
    opened: datetime
    citys: datetime
    ours: datetime

    @property
    def agrees(self) -> bool:
        return abs(self.ours - self.citys) <= TOLERANCE


@cache
def city_calendar() -> Calendar:
    weekdays = ("mon", "tue", "wed", "thu", "fri")
    holidays = {"country": "US", "subdivision": "MA", "years": list(range(2015, 2026))}
    return Calendar.from_data(
        {
            "name": "Boston",
            "tz": BOSTON.key,
            "hours": {weekday: [["08:30", "17:00"]] for weekday in weekdays},
            "holidays": closed_days(holidays),
        }
    )


def targets(path: Path) -> list[Target]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Target(
                row["case_enquiry_id"],
                opened := _shifted_back(row["open_dt"]),
                _shifted_back(row["sla_target_dt"]),
                due(city_calendar(), opened, PROMISE),
            )
            for row in csv.DictReader(file)
            if row["case_title"] == TITLE and row["sla_target_dt"]
        ]


def share(found: list[Target]) -> float:
    return sum(target.agrees for target in found) / len(found)


def _shifted_back(text: str) -> datetime:
    too_early = datetime.fromisoformat(text).replace(tzinfo=BOSTON)
    return too_early.astimezone(UTC).replace(tzinfo=BOSTON)


def main(arguments: list[str]) -> int:
    found = targets(Path(arguments[0]))
    for target in found:
        if not target.agrees:
            opened, citys, ours = (
                instant.astimezone(BOSTON).strftime("%a %Y-%m-%d %H:%M:%S") for instant in target[1:]
            )
            sys.stdout.write(f"{target.id}: opened {opened}, the city says {citys}, we say {ours}\n")
    agreeing = sum(target.agrees for target in found)
    sys.stdout.write(f"{agreeing} of {len(found)} agree: {share(found):.2%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
