"""A calendar: when is open, in which zone, and why a date differs from its week.

As data (what a compiled pack holds), with every part but `tz` and `hours` optional:

    {
      "name": "uae",
      "tz": "Asia/Dubai",
      "hours": {"mon": [["07:30", "12:00"], ["13:00", "15:30"]], "fri": [["07:30", "12:00"]]},
      "seasons": [{"name": "Ramadan hours", "from": "2026-02-18", "to": "2026-03-19",
                   "hours": {"mon": [["09:00", "14:30"]], "fri": [["09:00", "12:00"]]}}],
      "overrides": {"2025-09-28": {"name": "make-up day", "hours": [["09:00", "18:00"]]}},
      "holidays": {"2026-12-02": "National Day"},
      "closed": {"2026-06-01": "stocktaking"},
      "breaks": {"2026-03-03": {"name": "assembly", "hours": [["10:00", "11:00"]]}}
    }

A window whose end is not after its start runs into the next day; a whole day is 00:00-24:00. For a date the
first of these decides: `closed`, `overrides`, `holidays`, `seasons`, `hours`. `breaks` are taken out last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.worktime.table import DAY_MINUTES, Timetable

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("name", "tz", "hours", "seasons", "overrides", "holidays", "closed", "breaks")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


class Problem(NamedTuple):
    """Where in the data something is wrong (`hours.mon[1]`), and what to do about it."""

    key: str
    what: str


class CalendarError(ValueError):
    """Calendar data that cannot be right. `problems` lists everything found, not only the first."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"{problem.key}: {problem.what}" for problem in problems]
        super().__init__(f"calendar {name!r}: " + "; ".join(lines))


class Window(NamedTuple):
    """Open from `start` to `end`, minutes after midnight; past 1440 it runs into the next day."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end if self.end <= DAY_MINUTES else self.end - DAY_MINUTES)}"


class Because(StrEnum):
    """What decides the hours of a date."""

    WEEK = "week"
    SEASON = "season"
    OVERRIDE = "override"
    HOLIDAY = "holiday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Season:
    """Other weekly hours from `first` to `last`, both included."""

    name: str
    first: date
    last: date
    hours: tuple[tuple[Window, ...], ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """Windows of one date, and what they are called."""

    name: str
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The hours of one date before breaks, and what decided them."""

    because: Because
    name: str
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Calendar:
    """Opening hours in a zone. Build it with `from_data`, which refuses what cannot be right."""

    tz: str
    hours: tuple[tuple[Window, ...], ...]
    name: str = ""
    seasons: tuple[Season, ...] = ()
    overrides: Mapping[date, Dated] = field(default_factory=dict, hash=False)
    holidays: Mapping[date, str] = field(default_factory=dict, hash=False)
    closed: Mapping[date, str] = field(default_factory=dict, hash=False)
    breaks: Mapping[date, Dated] = field(default_factory=dict, hash=False)
    zone: ZoneInfo = field(init=False, repr=False, compare=False)
    timetable: Timetable = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zone", ZoneInfo(self.tz))
        object.__setattr__(self, "timetable", Timetable(self.zone, self.open_windows))
        for part in ("overrides", "holidays", "closed", "breaks"):
            object.__setattr__(self, part, MappingProxyType(dict(getattr(self, part))))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Calendar:
        """Read a calendar; raises CalendarError naming every key that is wrong and what to do."""
        return _Reader(data).calendar()

    @classmethod
    def always_open(cls, tz: str = "UTC", name: str = "always open") -> Calendar:
        """Give the calendar that never closes."""
        return cls(tz=tz, hours=((Window(0, DAY_MINUTES),),) * 7, name=name)

    def day(self, on: date) -> Day:
        """Say which hours a date has before breaks, and why."""
        if on in self.closed:
            return Day(Because.CLOSED, self.closed[on], ())
        override = self.overrides.get(on)
        if override is not None:
            return Day(Because.OVERRIDE, override.name, override.windows)
        if on in self.holidays:
            return Day(Because.HOLIDAY, self.holidays[on], ())
        return self.usual(on)

    def usual(self, on: date) -> Day:
        """Say which hours a date would have by season and weekday alone."""
        for season in self.seasons:
            if season.first <= on <= season.last:
                return Day(Because.SEASON, season.name, season.hours[on.weekday()])
        return Day(Because.WEEK, "", self.hours[on.weekday()])

    def shut(self, on: date) -> bool:
        """Say whether a date is closed from midnight to midnight, whatever opened the evening before."""
        if on in self.closed:
            return True
        override = self.overrides.get(on)
        return not override.windows if override is not None else on in self.holidays

    def is_working_day(self, on: date) -> bool:
        """Say whether any opening hours belong to the date."""
        return bool(self.open_windows(on))

    def working_day(self, on: date, days: int) -> date:
        """Give the date `days` working days after a date, or before it when negative.

        From a date that is closed it first rolls to the next working day (the previous one when negative);
        0 gives that day. Raises EndlessError.
        """
        timetable = self.timetable
        ordinal = on.toordinal()
        table = timetable.cover(on.year)
        while True:
            at = table.day_index(ordinal)
            goal = at + days
            if days < 0 and not (at < len(table.days) and table.days[at] == ordinal):
                goal -= 1
            if goal < 0:
                table = timetable.earlier(table)
            elif goal >= len(table.days):
                table = timetable.later(table)
            else:
                return date.fromordinal(table.days[goal])

    def working_days(self, first: date, last: date) -> int:
        """Count working days from `first` up to, not including, `last`."""
        self.timetable.cover(first.year)
        table = self.timetable.cover(last.year)
        return table.day_index(last.toordinal()) - table.day_index(first.toordinal())

    def open_windows(self, on: date) -> Sequence[tuple[int, int]]:
        """Give the windows that belong to a date, breaks and closures taken out.

        They are minutes after its midnight; a window that runs into the next day ends after minute 1440.
        """
        windows = self.day(on).windows
        if not windows:
            return ()
        cuts: list[tuple[int, int]] = []
        if on in self.breaks:
            cuts += self.breaks[on].windows
        if windows[-1].end > DAY_MINUTES:
            tomorrow = on + timedelta(days=1)
            if self.shut(tomorrow):
                cuts.append((DAY_MINUTES, 2 * DAY_MINUTES))
            elif tomorrow in self.breaks:
                cuts += [(start + DAY_MINUTES, end + DAY_MINUTES) for start, end in self.breaks[tomorrow].windows]
        return _without(windows, cuts) if cuts else windows


def _without(windows: Sequence[tuple[int, int]], cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    left = list(windows)
    for cut_start, cut_end in cuts:
        left = [
            (start, end)
            for a, b in left
            for start, end in ((a, min(b, cut_start)), (max(a, cut_end), b))
            if start < end
        ]
    return left


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class _Reader:
    """Reads calendar data and collects what is wrong with it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._problems: list[Problem] = []

    def calendar(self) -> Calendar:
        if not isinstance(self._data, Mapping):
            raise CalendarError("", [Problem("calendar", f"must be a mapping, got {self._data!r}")])
        data = self._data
        name = data.get("name", "")
        self._known(data, KEYS, "")
        if not isinstance(name, str):
            self._wrong("name", f"must be text, got {name!r}")
        tz = self._tz(data.get("tz"))
        if "hours" not in data:
            self._wrong("hours", 'is missing; give opening hours by weekday, such as {"mon": [["09:00", "17:00"]]}')
        week = self._week(data.get("hours", {}), "hours")
        seasons = self._seasons(data.get("seasons", []))
        overrides = self._dated(data.get("overrides", {}), "overrides")
        holidays = self._names(data.get("holidays", {}), "holidays")
        closed = self._names(data.get("closed", {}), "closed")
        breaks = self._dated(data.get("breaks", {}), "breaks")
        for on in sorted(closed.keys() & overrides.keys()):
            self._wrong(f"overrides.{on}", "the date is also in `closed`; keep one of the two")
        for on, dated in breaks.items():
            if not dated.windows:
                self._wrong(f"breaks.{on}.hours", "is empty; give the break's hours or drop the date")
        if not self._problems:
            calendar = Calendar(tz, week, str(name), seasons, overrides, holidays, closed, breaks)
            self._opens_at_all(calendar)
            self._nights_fit(calendar)
            if not self._problems:
                return calendar
        raise CalendarError(str(name), self._problems)

    def _wrong(self, key: str, what: str) -> None:
        self._problems.append(Problem(key, what))

    def _known(self, data: Mapping[str, Any], known: Sequence[str], key: str) -> None:
        for name in data:
            if name not in known:
                self._wrong(f"{key}{name}", f"is not a key here; known are {', '.join(known)}")

    def _tz(self, tz: object) -> str:
        if tz is None:
            self._wrong("tz", "is missing; name an IANA time zone, such as Asia/Dubai")
            return "UTC"
        try:
            ZoneInfo(str(tz))
        except (KeyError, ValueError, OSError):
            self._wrong("tz", f"{tz!r} is not a time zone; use an IANA name, such as Asia/Dubai")
            return "UTC"
        return str(tz)

    def _mapping(self, data: object, key: str) -> Mapping[Any, Any]:
        if isinstance(data, Mapping):
            return data
        self._wrong(key, f"must be a mapping, got {data!r}")
        return {}

    def _week(self, data: object, key: str) -> tuple[tuple[Window, ...], ...]:
        week = self._mapping(data, key)
        for weekday in week:
            if weekday not in WEEKDAYS:
                self._wrong(f"{key}.{weekday}", f"is not a weekday; use {', '.join(WEEKDAYS)}")
        days = tuple(self._windows(week.get(weekday, []), f"{key}.{weekday}") for weekday in WEEKDAYS)
        for i, windows in enumerate(days):
            following = days[(i + 1) % 7]
            if windows and following and windows[-1].end - DAY_MINUTES > following[0].start:
                self._wrong(
                    f"{key}.{WEEKDAYS[(i + 1) % 7]}[0]",
                    f"{following[0]} overlaps {windows[-1]} of the evening before; "
                    "let one end where the other starts",
                )
        return days

    def _windows(self, data: object, key: str) -> tuple[Window, ...]:
        if not isinstance(data, list | tuple):
            self._wrong(key, f'must be a list of windows, such as [["09:00", "17:00"]]; got {data!r}')
            return ()
        found: list[tuple[Window, int]] = []
        for i, item in enumerate(data):
            window = self._window(item, f"{key}[{i}]")
            if window is not None:
                found.append((window, i))
        found.sort()
        for (before, _), (after, i) in pairwise(found):
            if after.start < before.end:
                self._wrong(f"{key}[{i}]", f"{after} overlaps {before}; join them or move one")
        return tuple(window for window, _ in found)

    def _window(self, data: object, key: str) -> Window | None:
        match data:
            case [since, until]:
                pass
            case _:
                self._wrong(key, f'a window is a start and an end, such as ["09:00", "17:00"]; got {data!r}')
                return None
        times: list[int] = []
        for text in (since, until):
            match = _TIME.fullmatch(text) if isinstance(text, str) else None
            if match is None:
                self._wrong(key, f"{text!r} is not a time of day; write 00:00 to 24:00, in quotes")
                return None
            times.append(DAY_MINUTES if text == "24:00" else int(match[1]) * 60 + int(match[2]))
        start, end = times
        if start == end:
            self._wrong(key, f"{data[0]}-{data[1]} has no length; a whole day is 00:00-24:00")
            return None
        if start == DAY_MINUTES:
            self._wrong(key, "cannot start at 24:00; write 00:00 on the next day")
            return None
        return Window(start, end if end > start else end + DAY_MINUTES)

    def _date(self, data: object, key: str) -> date | None:
        if isinstance(data, date) and not isinstance(data, datetime):
            return data
        if isinstance(data, str) and _DATE.fullmatch(data):
            with suppress(ValueError):
                return date.fromisoformat(data)
        self._wrong(key, f"{data!r} is not a date; write it as 2026-12-02")
        return None

    def _names(self, data: object, key: str) -> dict[date, str]:
        names: dict[date, str] = {}
        for text, name in self._mapping(data, key).items():
            on = self._date(text, f"{key}.{text}")
            if not isinstance(name, str) or not name.strip():
                self._wrong(f"{key}.{text}", f"needs a name that people can read, got {name!r}")
            elif on is not None:
                names[on] = name
        return names

    def _dated(self, data: object, key: str) -> dict[date, Dated]:
        dated: dict[date, Dated] = {}
        for text, value in self._mapping(data, key).items():
            here = f"{key}.{text}"
            on = self._date(text, here)
            entry = self._mapping(value, here)
            self._known(entry, ("name", "hours"), f"{here}.")
            name = entry.get("name")
            if not isinstance(name, str) or not name.strip():
                self._wrong(f"{here}.name", "is missing; say what it is, people read it as the reason")
                name = ""
            if "hours" not in entry:
                self._wrong(f"{here}.hours", "is missing; give the windows of that date")
            windows = self._windows(entry.get("hours", []), f"{here}.hours")
            if on is not None:
                dated[on] = Dated(name, windows)
        return dated

    def _seasons(self, data: object) -> tuple[Season, ...]:
        if not isinstance(data, list | tuple):
            self._wrong("seasons", f"must be a list, got {data!r}")
            return ()
        seasons: list[tuple[date, date, int, Season]] = []
        for i, value in enumerate(data):
            key = f"seasons[{i}]"
            entry = self._mapping(value, key)
            self._known(entry, ("name", "from", "to", "hours"), f"{key}.")
            name = entry.get("name")
            if not isinstance(name, str) or not name.strip():
                self._wrong(f"{key}.name", "is missing; say what it is, people read it as the reason")
                name = ""
            first = self._date(entry.get("from"), f"{key}.from")
            last = self._date(entry.get("to"), f"{key}.to")
            week = self._week(entry.get("hours", {}), f"{key}.hours")
            if "hours" not in entry:
                self._wrong(f"{key}.hours", "is missing; give the season's hours by weekday")
            if first is None or last is None:
                continue
            if last < first:
                self._wrong(f"{key}.to", f"{last} is before {first}; `to` is the last day of the season")
                continue
            seasons.append((first, last, i, Season(name, first, last, week)))
        seasons.sort(key=lambda item: item[:3])
        for (_, last, i, _), (first, _, j, _) in pairwise(seasons):
            if first <= last:
                self._wrong(f"seasons[{j}].from", f"{first} lies within seasons[{i}], which ends {last}; move one")
        return tuple(season for _, _, _, season in seasons)

    def _opens_at_all(self, calendar: Calendar) -> None:
        open_somewhere = (
            any(calendar.hours)
            or any(any(season.hours) for season in calendar.seasons)
            or any(dated.windows for dated in calendar.overrides.values())
        )
        if not open_somewhere:
            self._wrong(
                "hours", "has no opening hours at all, so nothing would ever be due; open at least one window"
            )

    def _nights_fit(self, calendar: Calendar) -> None:
        """Refuse a night that runs into hours which a special date or a season opens before it ends."""
        one = timedelta(days=1)
        edges = {season.first: "seasons" for season in calendar.seasons}
        edges |= {season.last + one: "seasons" for season in calendar.seasons}
        edges |= dict.fromkeys(calendar.overrides, "overrides")
        edges |= {on + one: "overrides" for on in calendar.overrides}
        for on, part in sorted(edges.items()):
            evening, morning = calendar.day(on - one).windows, calendar.day(on).windows
            if evening and morning and evening[-1].end - DAY_MINUTES > morning[0].start:
                self._wrong(
                    part,
                    f"on {on} {morning[0]} overlaps {evening[-1]} of the evening before; "
                    f"give {on - one} or {on} hours of its own in `overrides`",
                )
