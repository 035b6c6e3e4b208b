"""Why this date: what the clock did from start to end, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.worktime.calendar import Because
from shared.worktime.span import Clock
from shared.worktime.table import DAY_MINUTES, MINUTE, to_datetime, to_micros, transition, wall_to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.worktime.calendar import Calendar
    from shared.worktime.span import Pause, Span


class Kind(StrEnum):
    RUN = "run"
    PAUSED = "paused"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why closed, or which special hours ran."""

    NIGHT = "night"
    WEEKEND = "weekend"
    BREAK = "break"
    HOLIDAY = "holiday"
    OVERRIDE = "override"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Segment:
    """The clock ran, was paused, or stood because closed, from `start` to `end` (UTC).

    `reason` says why it was closed, or `override` where a season or special date gave the hours; `name` is
    the holiday, season, break or pause in the calendar's words. `clock_change` is how many seconds clocks in
    the calendar's zone jumped forward (back, when negative) during the segment.
    """

    start: datetime
    end: datetime
    kind: Kind
    reason: Reason | None = None
    name: str = ""
    clock_change: int = 0

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON: `from`, `to`, `kind`, `seconds`, and what else there is to say."""
        data: dict[str, Any] = {
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "kind": self.kind.value,
            "seconds": self.length.total_seconds(),
        }
        if self.reason is not None:
            data["reason"] = self.reason.value
        if self.name:
            data["name"] = self.name
        if self.clock_change:
            data["clock_change"] = self.clock_change
        return data


def explain(
    calendar: Calendar,
    start: datetime,
    end: datetime,
    on: Span | Clock = Clock.WORKING,
    pauses: Iterable[Pause] = (),
) -> tuple[Segment, ...]:
    """Cut the time from `start` to `end` into segments without a gap; nothing when `end` is not later.

    `on` is the clock, or the span that was promised. The lengths of the segments that ran add up to
    `elapsed` of the same arguments.
    """
    low, high = to_micros(start), to_micros(end)
    if low >= high:
        return ()
    if (on if isinstance(on, Clock) else on.clock) is Clock.WALL:
        pieces = [_Piece(low, high, Kind.RUN, None, "")]
    else:
        pieces = _opening_hours(calendar, low, high)
    for pause in sorted(pauses, key=lambda pause: pause.start):
        stop = to_micros(pause.start)
        pieces = _paused(pieces, stop, high if pause.end is None else to_micros(pause.end), pause.reason)
    changes = _clock_changes(calendar, low, high)
    return tuple(
        Segment(
            to_datetime(piece.low),
            to_datetime(piece.high),
            piece.kind,
            piece.reason,
            piece.name,
            sum(jump for at, jump in changes if piece.low <= at < piece.high),
        )
        for piece in _joined(pieces)
    )


class _Piece(NamedTuple):
    low: int
    high: int
    kind: Kind
    reason: Reason | None
    name: str


def _opening_hours(calendar: Calendar, low: int, high: int) -> list[_Piece]:
    """Cut at every edge of every date's hours, breaks and usual hours; say of each piece what it is."""
    zone = calendar.zone
    first = to_datetime(low).astimezone(zone).date()
    last = to_datetime(high).astimezone(zone).date()
    pieces: list[_Piece] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        hours = _Hours(calendar, date.fromordinal(ordinal))
        midnight = datetime.fromordinal(ordinal)
        edges = hours.edges()
        instants = [wall_to_micros(zone, midnight + timedelta(minutes=edge)) for edge in edges]
        for edge, since, until in zip(edges, instants, instants[1:], strict=False):
            start, end = max(since, low), min(until, high)
            if start < end:
                pieces.append(_Piece(start, end, *hours.at(edge)))
    return pieces


_SHUT = {Because.HOLIDAY: Reason.HOLIDAY, Because.CLOSED: Reason.CLOSED, Because.OVERRIDE: Reason.OVERRIDE}
_SPECIAL = (Because.SEASON, Because.OVERRIDE)


class _Hours:
    """What happens on one date, by minutes after its midnight."""

    def __init__(self, calendar: Calendar, on: date) -> None:
        before = on - timedelta(days=1)
        self._today, self._yesterday = calendar.day(on), calendar.day(before)
        self._open = calendar.open_windows(on)
        self._open_tail = _tail(calendar.open_windows(before))
        self._shut, self._shut_before = calendar.shut(on), calendar.shut(before)
        breaks = calendar.breaks.get(on)
        self._breaks = breaks.windows if breaks else ()
        self._break_name = breaks.name if breaks else ""
        # What would be open if the date were like any other.
        self._usual = _usual(calendar, on, self._today.because)
        self._usual_tail = _tail(_usual(calendar, before, self._yesterday.because))

    def edges(self) -> list[int]:
        windows = (*self._open, *self._open_tail, *self._breaks, *self._usual, *self._usual_tail)
        inner = {edge for window in windows for edge in window if 0 < edge < DAY_MINUTES}
        return [0, *sorted(inner), DAY_MINUTES]

    def at(self, minute: int) -> tuple[Kind, Reason | None, str]:
        for windows, day in ((self._open, self._today), (self._open_tail, self._yesterday)):
            if _within(windows, minute):
                if day.because in _SPECIAL:
                    return Kind.RUN, Reason.OVERRIDE, day.name
                return Kind.RUN, None, ""
        return Kind.CLOSED, *self._why_closed(minute)

    def _why_closed(self, minute: int) -> tuple[Reason, str]:
        if self._shut:
            return _SHUT[self._today.because], self._today.name
        if _within(self._breaks, minute):
            return Reason.BREAK, self._break_name
        if self._shut_before and _within(self._usual_tail, minute):
            return _SHUT[self._yesterday.because], self._yesterday.name
        if _within(self._usual, minute) and self._today.because in _SPECIAL:
            return Reason.OVERRIDE, self._today.name
        return self._ordinary(minute), ""

    def _ordinary(self, minute: int) -> Reason:
        windows = self._today.windows
        if not windows:
            return Reason.WEEKEND
        return Reason.BREAK if windows[0].start <= minute < windows[-1].end else Reason.NIGHT


def _usual(calendar: Calendar, on: date, because: Because) -> Sequence[tuple[int, int]]:
    return calendar.hours[on.weekday()] if because is Because.SEASON else calendar.usual(on).windows


def _tail(windows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(max(start - DAY_MINUTES, 0), end - DAY_MINUTES) for start, end in windows if end > DAY_MINUTES]


def _within(windows: Sequence[tuple[int, int]], minute: int) -> bool:
    return any(start <= minute < end for start, end in windows)


def _paused(pieces: Sequence[_Piece], stop: int, go: int, name: str) -> list[_Piece]:
    """Lay a pause over the pieces; what an earlier pause covers stays its own."""
    after: list[_Piece] = []
    for piece in pieces:
        low, high = max(piece.low, stop), min(piece.high, go)
        if piece.kind is Kind.PAUSED or low >= high:
            after.append(piece)
            continue
        if piece.low < low:
            after.append(piece._replace(high=low))
        after.append(_Piece(low, high, Kind.PAUSED, None, name))
        if high < piece.high:
            after.append(piece._replace(low=high))
    return after


def _joined(pieces: Sequence[_Piece]) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1][2:] == piece[2:]:
            joined[-1] = joined[-1]._replace(high=piece.high)
        else:
            joined.append(piece)
    return joined


def _clock_changes(calendar: Calendar, low: int, high: int) -> list[tuple[int, int]]:
    """Find when clocks in the zone change from `low` to `high`, and by how many seconds."""
    zone = calendar.zone
    changes: list[tuple[int, int]] = []
    at = low
    offset = to_datetime(at).astimezone(zone).utcoffset() or timedelta()
    while at < high:
        following = min(at + DAY_MINUTES * MINUTE, high)
        next_offset = to_datetime(following).astimezone(zone).utcoffset() or timedelta()
        if next_offset != offset:
            changes.append((transition(zone, at, following), int((next_offset - offset).total_seconds())))
        at, offset = following, next_offset
    return changes
