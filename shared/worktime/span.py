"""How much time, on which clock, and when that clock stood still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class SpanError(ValueError):
    """A span that cannot be read; the message says what would be right."""


class Clock(StrEnum):
    """Which time counts: all of it, or only the calendar's opening hours."""

    WALL = "wall"
    WORKING = "working"


class Unit(StrEnum):
    """What a span counts. `days` and `months` keep the wall-clock time in the calendar's zone.

    One of `working_day_ends` is closing time of the working day that it is, or else of the next: "the same day".
    """

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    WORKING_SECONDS = "working_seconds"
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    WORKING_DAY_ENDS = "working_day_ends"

    @property
    def clock(self) -> Clock:
        return Clock.WORKING if self.value.startswith("working_") else Clock.WALL


# Microseconds in one of each; units that are not here are counted by date, not by length.
LENGTHS = {
    Unit.SECONDS: 1_000_000,
    Unit.MINUTES: 60_000_000,
    Unit.HOURS: 3_600_000_000,
    Unit.WORKING_SECONDS: 1_000_000,
    Unit.WORKING_MINUTES: 60_000_000,
    Unit.WORKING_HOURS: 3_600_000_000,
}


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of one unit. A negative amount counts backwards."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, data: object) -> Span:
        """Read `{"working_days": 3}`: exactly one unit, a whole number that is not negative.

        Raises SpanError.
        """
        if not isinstance(data, Mapping) or len(data) != 1:
            raise SpanError(f'a span names exactly one unit, such as {{"working_days": 3}}; got {data!r}')
        ((name, amount),) = data.items()
        try:
            unit = Unit(name)
        except ValueError:
            raise SpanError(f"{name!r} is not a unit of time; use one of {', '.join(Unit)}") from None
        if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0:
            raise SpanError(f"{name} takes a whole number from 0 up; got {amount!r}")
        return cls(amount, unit)

    def as_dict(self) -> dict[str, int]:
        """Give the mapping that `parse` reads back."""
        return {self.unit.value: self.amount}

    @property
    def clock(self) -> Clock:
        return self.unit.clock

    def __neg__(self) -> Span:
        return Span(-self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from `start` until `end`; without `end` it still does."""

    start: datetime
    end: datetime | None = None
    reason: str = ""
