"""Opening hours laid out as instants, year by year, so that every question is a binary search.

All instants in here are whole microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY_MINUTES = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time has no zone until the calendar gives it one
EPOCH_ORDINAL = EPOCH_NAIVE.toordinal()
MICROSECOND = timedelta(microseconds=1)
# A calendar that does not open for so many years never will.
PATIENCE_YEARS = 20
LAST_YEAR = 9990
FIRST_YEAR = 10


class EndlessError(ValueError):
    """The clock never gets there: the calendar does not open any more, or a pause has no end."""


def to_micros(instant: datetime) -> int:
    """Turn an aware datetime into microseconds; raises ValueError for one without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no zone; instants are aware datetimes")
    return (instant - EPOCH) // MICROSECOND


def to_datetime(micros: int) -> datetime:
    """Turn microseconds into a datetime in UTC; raises EndlessError beyond what a datetime can hold."""
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise EndlessError("the due time lies beyond the year 9999") from None


def wall_to_micros(zone: tzinfo, wall: datetime) -> int:
    """Give the instant at which clocks in the zone (first) show, or jump past, this wall time.

    It never decreases as the wall time grows, so that windows which touch on the wall touch in time.
    """
    before = wall.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    after = wall.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    naive = (wall - EPOCH_NAIVE) // MICROSECOND
    first = naive - before // MICROSECOND
    if before >= after:
        return first
    # The clocks jumped over this wall time: it "happens" at the jump.
    return transition(zone, naive - after // MICROSECOND, first)


def transition(zone: tzinfo, low: int, high: int) -> int:
    """Find the instant in (low, high] from which the zone's offset is that of `high`."""
    goal = to_datetime(high).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if to_datetime(middle).astimezone(zone).utcoffset() == goal:
            high = middle
        else:
            low = middle
    return high


@dataclass(frozen=True, slots=True)
class Table:
    """Open periods of whole years. `work[i]` is the open time in the table before period i."""

    first_year: int
    last_year: int
    opens: Sequence[int]
    closes: Sequence[int]
    work: Sequence[int]
    owners: Sequence[int]  # per period: ordinal of the date to which it belongs
    days: Sequence[int]  # ordinals of the dates that have a period
    day_starts: Sequence[int]  # per such date: its first period; one more at the end

    def worked(self, instant: int) -> int:
        """Open time in the table before the instant."""
        i = bisect_right(self.opens, instant) - 1
        if i < 0:
            return 0
        return self.work[i] + min(instant, self.closes[i]) - self.opens[i]

    def day_index(self, ordinal: int) -> int:
        return bisect_left(self.days, ordinal)


@dataclass(frozen=True, slots=True)
class _Year:
    opens: list[int]
    closes: list[int]
    owners: list[int]


class Timetable:
    """The growing table of one calendar: years are computed when first asked for, then kept.

    `windows(date)` gives the open windows that belong to a date, in minutes after its midnight, in order,
    free of overlaps; an overnight window ends after minute 1440.
    """

    def __init__(self, zone: tzinfo, windows: Callable[[date], Sequence[tuple[int, int]]]) -> None:
        self._zone = zone
        self._windows = windows
        self._years: dict[int, _Year] = {}
        self._table: Table | None = None
        # Instants for which the present table certainly knows the period around them.
        self._safe_from = 1
        self._safe_to = 0

    def around(self, instant: int) -> Table:
        """Give a table that covers the instant and two days on either side."""
        if self._table is not None and self._safe_from <= instant <= self._safe_to:
            return self._table
        year = to_datetime(instant).year
        first = to_datetime(instant - 3 * DAY_MINUTES * MINUTE).year
        last = to_datetime(instant + 3 * DAY_MINUTES * MINUTE).year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise EndlessError(f"the year {year} is beyond every calendar")
        return self._cover(first, last)

    def cover(self, year: int) -> Table:
        """Give a table that covers the year and its neighbours."""
        if not FIRST_YEAR < year < LAST_YEAR:
            raise EndlessError(f"the year {year} is beyond every calendar")
        return self._cover(year - 1, year + 1)

    def later(self, table: Table) -> Table:
        """Give the table with the next year that has opening hours; raises EndlessError if none has."""
        for year in range(table.last_year + 1, min(table.last_year + PATIENCE_YEARS, LAST_YEAR) + 1):
            if self._year(year).opens:
                # Ever wider steps: each one lays out the whole table again.
                return self._cover(table.first_year, min(year + (year - table.first_year) // 4, LAST_YEAR))
        raise EndlessError(f"the calendar does not open again after {table.last_year}")

    def earlier(self, table: Table) -> Table:
        """Give the table with the year before that has opening hours; raises EndlessError if none has."""
        for year in range(table.first_year - 1, max(table.first_year - PATIENCE_YEARS, FIRST_YEAR) - 1, -1):
            if self._year(year).opens:
                return self._cover(max(year - (table.last_year - year) // 4, FIRST_YEAR), table.last_year)
        raise EndlessError(f"the calendar is not open before {table.first_year}")

    def _cover(self, first: int, last: int) -> Table:
        if self._table is not None:
            first = min(first, self._table.first_year)
            last = max(last, self._table.last_year)
            if (first, last) == (self._table.first_year, self._table.last_year):
                return self._table
        opens: list[int] = []
        closes: list[int] = []
        owners: list[int] = []
        for number in range(first, last + 1):
            year = self._year(number)
            opens += year.opens
            closes += year.closes
            owners += year.owners
        work = [0]
        for start, end in zip(opens, closes, strict=True):
            work.append(work[-1] + end - start)
        days: list[int] = []
        day_starts: list[int] = []
        for i, owner in enumerate(owners):
            if not days or days[-1] != owner:
                days.append(owner)
                day_starts.append(i)
        day_starts.append(len(owners))
        self._table = Table(first, last, opens, closes, work, owners, days, day_starts)
        self._safe_from = to_micros(datetime(first, 1, 3, tzinfo=UTC))
        self._safe_to = to_micros(datetime(last, 12, 29, tzinfo=UTC))
        return self._table

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            year = self._years[number] = self._compute(number)
        return year

    def _compute(self, number: int) -> _Year:
        zone = self._zone
        first, last = date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal()
        midnight = datetime(number, 1, 1)  # noqa: DTZ001 - wall time
        one_day = timedelta(days=1)
        # The offset at each midnight, or None where the clocks change at it.
        offsets: list[timedelta | None] = []
        for _ in range(first, last + 3):
            offset = midnight.replace(tzinfo=zone).utcoffset()
            same = midnight.replace(tzinfo=zone, fold=1).utcoffset() == offset
            offsets.append(offset if same else None)
            midnight += one_day
        year = _Year([], [], [])
        for ordinal in range(first, last + 1):
            here, tomorrow, after = offsets[ordinal - first : ordinal - first + 3]
            steady = here is not None and here == tomorrow == after
            base = (ordinal - EPOCH_ORDINAL) * DAY_MINUTES * MINUTE
            for start, end in self._windows(date.fromordinal(ordinal)):
                if steady and here is not None:
                    shift = base - here // MICROSECOND
                    opening, closing = shift + start * MINUTE, shift + end * MINUTE
                else:
                    wall = datetime.fromordinal(ordinal)
                    opening = wall_to_micros(zone, wall + timedelta(minutes=start))
                    closing = wall_to_micros(zone, wall + timedelta(minutes=end))
                if opening < closing:
                    year.opens.append(opening)
                    year.closes.append(closing)
                    year.owners.append(ordinal)
        return year
