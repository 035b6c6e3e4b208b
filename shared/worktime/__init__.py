"""Working time: when is something due, how much time has run, and why this date.

Pure: time is an argument, nothing here reads a clock, a file or the network (the zone database aside).
Instants are aware datetimes and come back in UTC; opening hours are wall time in the calendar's zone.

Settled conventions:

- Windows are half open: at closing time the calendar is closed. Yet a due time that lands on closing
  time *is* closing time, not the next opening; counted backwards, one that lands on opening time stays.
- n working days: roll forward into opening hours, then the same clock time n working days later, clipped
  to that day's hours (inside a break: the end of the break). Backwards rolls backwards.
- Time is what elapses: a day open around the clock has 25 hours when the clocks go back.
- An overnight window belongs to the date on which it opens. A closed date is closed from midnight to
  midnight: it also cuts short what opened the evening before.
- A pause stops the clock exactly. For spans counted in days it moves the due time by just as much working
  (or, for wall-clock days, elapsed) time as the pause took away.
"""

from shared.worktime.calendar import Calendar, CalendarError, Problem
from shared.worktime.clock import advance, due, elapsed, is_open, next_open, periods
from shared.worktime.explain import Segment, explain
from shared.worktime.span import Clock, Pause, Span, SpanError, Unit
from shared.worktime.table import EndlessError

__all__ = [
    "Calendar",
    "CalendarError",
    "Clock",
    "EndlessError",
    "Pause",
    "Problem",
    "Segment",
    "Span",
    "SpanError",
    "Unit",
    "advance",
    "due",
    "elapsed",
    "explain",
    "is_open",
    "next_open",
    "periods",
]
