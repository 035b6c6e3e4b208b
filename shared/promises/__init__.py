"""The promise: what, owed by which role, due when, on which clock. Everything timed at the desk is one.

Pure: the time is an argument. A promise ends kept, broken or waived; before its date passes it may be given
another one, for a reason that is kept. One that breaks hands what it owed to the next rung of its ladder as a
promise of its own, so nothing is late in silence and no rung is skipped. A pause stops its clock exactly. Each
runs for itself: nothing that is done to one moves another.
"""

from shared.promises.explaining import explanation, why
from shared.promises.keeping import (
    Warned,
    agreed,
    is_open,
    is_paused,
    keep,
    lapse,
    make,
    move,
    next_due,
    next_look,
    pause,
    resume,
    still_since,
    waive,
    waive_all,
    warnings,
)
from shared.promises.ladder import Ladder, Miss, Rung, miss
from shared.promises.promise import Forewarning, Moved, Promise, Promises, PromiseState, Standstill
from shared.promises.recounting import Recalculation, Shift, Spans, recalculate
from shared.promises.refusals import (
    DatePassed,
    IntoThePast,
    NoReason,
    NotOwed,
    NotPaused,
    Refusal,
    StandsStill,
)

__all__ = [
    "DatePassed",
    "Forewarning",
    "IntoThePast",
    "Ladder",
    "Miss",
    "Moved",
    "NoReason",
    "NotOwed",
    "NotPaused",
    "Promise",
    "PromiseState",
    "Promises",
    "Recalculation",
    "Refusal",
    "Rung",
    "Shift",
    "Spans",
    "StandsStill",
    "Standstill",
    "Warned",
    "agreed",
    "explanation",
    "is_open",
    "is_paused",
    "keep",
    "lapse",
    "make",
    "miss",
    "move",
    "next_due",
    "next_look",
    "pause",
    "recalculate",
    "resume",
    "still_since",
    "waive",
    "waive_all",
    "warnings",
    "why",
]
