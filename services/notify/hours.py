"""When somebody may be rung: in the daytime of where they are, or at the hours that they wished for. Pure.

A message that waits for its hour is late; a call at the wrong hour is heard by whoever is in the room. So what is
promised to whoever wished for hours lies in them, and is put off rather than made outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from shared.contracts.notify import ASLEEP, RAISED, CallWindow
from shared.packs import Daily

DAYTIME = Daily(after=f"{RAISED:%H:%M}", until=f"{ASLEEP:%H:%M}")
"""Where they are."""

Because = Literal["safe", "quiet", "day"]
"""What hours are there for: safe contact, quiet that they asked for, or that people sleep at night."""


@dataclass(frozen=True)
class Hours:
    """`zone` is where they are; every one of `daily` holds by the clock of `clock`, the daytime by that of `zone`."""

    zone: tzinfo
    clock: tzinfo
    daily: tuple[Daily, ...] = ()
    daytime: bool = True
    because: Because = "day"

    @property
    def wished(self) -> bool:
        """Whether they said so themselves: what is promised to them lies within."""
        return self.because != "day"

    def stretches(self, since: datetime, until: datetime) -> Iterator[CallWindow]:
        """The times between the two at which they may be rung, in order; none touches the next."""
        left = [CallWindow(since=since, until=until)] if since < until else []
        rules = [(one, self.clock) for one in self.daily]
        if self.daytime:
            rules.append((DAYTIME, self.zone))
        for daily, zone in rules:
            left = [both for one in left for both in _cut(one, daily, zone)]
        yield from left

    def hold(self, window: CallWindow) -> bool:
        """Whether they may be rung at any moment of this window."""
        return list(self.stretches(window.since, window.until)) == [window]

    def allow(self, at: datetime) -> bool:
        """Whether they may be rung at this moment."""
        return any(True for _ in self.stretches(at, at + timedelta(microseconds=1)))


def hours_of(
    zone: tzinfo, clock: tzinfo, *, safe: Daily | None = None, quiet: Daily | None = None, house: Daily | None = None
) -> Hours:
    """The hours of whoever has these safe hours and this quiet of their own; `house` is the quiet of everybody.

    Safe hours are their word for when, at night too. Quiet that would leave no minute of them is not kept; quiet that
    leaves none of the daytime says that they sleep by day.
    """
    outside = tuple(Daily(after=one.until, until=one.after) for one in (quiet or house,) if one)
    if safe:
        both = Hours(zone, clock, (safe, *outside), daytime=False, because="safe")
        return both if _leave_time(both) else Hours(zone, clock, (safe,), daytime=False, because="safe")
    by_day = Hours(zone, clock, outside, because="quiet" if quiet else "day")
    if _leave_time(by_day):
        return by_day
    return Hours(zone, clock, outside, daytime=False, because="quiet") if quiet else Hours(zone, clock)


def _leave_time(hours: Hours) -> bool:
    """Whether a minute of an ordinary day is left."""
    day = datetime(2026, 1, 14, tzinfo=UTC)
    return any(True for _ in hours.stretches(day, day + timedelta(days=1)))


def _cut(window: CallWindow, daily: Daily, zone: tzinfo) -> Iterator[CallWindow]:
    """What of a window lies in these hours of a day."""
    after, until = time.fromisoformat(daily.after), time.fromisoformat(daily.until)
    on = window.since.astimezone(zone).date() - timedelta(days=1)
    while on <= window.until.astimezone(zone).date():
        ends = on if after < until else on + timedelta(days=1)
        since, over = max(window.since, _begins(on, after, zone)), min(window.until, _ends(ends, until, zone))
        if since < over:
            yield CallWindow(since=since, until=over)
        on += timedelta(days=1)


def _begins(on: date, shown: time, zone: tzinfo) -> datetime:
    """When the clock shows this for the last time that day: an hour that comes twice is safe from the second on."""
    return max(_moments(on, shown, zone))


def _ends(on: date, shown: time, zone: tzinfo) -> datetime:
    return min(_moments(on, shown, zone))


def _moments(on: date, shown: time, zone: tzinfo) -> tuple[datetime, ...]:
    """In UTC: times of one zone are subtracted as its clocks show them, an hour off where those change."""
    return tuple(datetime.combine(on, shown.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
