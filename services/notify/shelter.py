"""Safe contact of one person, who may have said different things about it on different cases. Pure.

Whoever needs it anywhere needs it everywhere. Of the hours that they named all hold, as far as they have a time in
common; hours that nobody named are the desk's.
"""

from collections.abc import Sequence
from functools import reduce

from services.notify.wishes import Safe
from shared.packs import Daily

_DAY = 24 * 60


def together(asked: Sequence[Safe]) -> Safe | None:
    """What holds for the person, what counts most at the end; None when nobody asked for it."""
    if not asked:
        return None
    hours = [one.hours for one in asked if one.hours]
    words = [one.word for one in asked if one.word]
    return Safe(hours=reduce(in_common, hours) if hours else None, word=words[-1] if words else None)


def in_common(earlier: Daily, later: Daily) -> Daily:
    """The longest time of the day at which both are; the later word where there is none."""
    minutes = _minutes(earlier) & _minutes(later)
    begins = [minute for minute in sorted(minutes) if (minute - 1) % _DAY not in minutes]
    stretches = [(_length(begin, minutes), -begin) for begin in begins]
    if not stretches:
        return later
    length, begin = max(stretches)
    return Daily(after=_clock(-begin), until=_clock(-begin + length))


def _minutes(hours: Daily) -> set[int]:
    after, until = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (hours.after, hours.until))
    return {(after + minute) % _DAY for minute in range((until - after) % _DAY)}


def _length(begin: int, minutes: set[int]) -> int:
    return next(length for length in range(1, _DAY + 1) if (begin + length) % _DAY not in minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
