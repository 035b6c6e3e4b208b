"""Many messages in neutral words say the same: one stands for all that come within a short time. Pure.

Each ring of a telephone can be dangerous to somebody who is watched. One that rings after another began has told of
that one, too: whoever looks then finds both.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto

from services.notify.kinds import KINDS, Kind
from services.notify.message import Message, State

SPAN = timedelta(minutes=5)  # [choice] as long as staff need for what they do to a case in one go
_A_MOMENT = timedelta(minutes=1)
"""After which the clock looks again."""

_AT_ONCE = frozenset({Kind.URGENT, Kind.STATUTORY})


class Turn(Enum):
    """What a message in neutral words does now."""

    GO = auto()
    WAIT = auto()
    COVERED = auto()
    """Another one told of it."""


def goes_at_once(message: Message) -> bool:
    """Whether it waits for no others: emergencies, what times run from, and our word that we have their report."""
    return message.urgent or KINDS[message.template] in _AT_ONCE or message.template == "acknowledgement"


def ready(message: Message, begun: datetime, now: datetime, would_go: Callable[[datetime], bool]) -> datetime:
    """When it has waited long enough for others: now, or later.

    `would_go` says whether it could go at a time. Where its hours end before, it waits as long as they leave time to
    look at it once more; the last moments leave none.
    """
    until = begun + SPAN
    if goes_at_once(message):
        return now
    while until > now and not would_go(until + _A_MOMENT):
        until -= _A_MOMENT
    return max(until, now)


def turn(
    message: Message, begun: datetime, at: datetime, last: Message | None, now: datetime
) -> tuple[Turn, datetime]:
    """Whose turn it is, and when to look again. It is ready `at` this time; `last` is whichever had its turn before,
    by the same way.
    """
    if last and stands_for(last, message, begun):
        return Turn.COVERED, now
    if goes_at_once(message):
        return Turn.GO, now
    if now < at:
        return Turn.WAIT, at
    if last and _is_ringing(last, now):
        return Turn.WAIT, now + _A_MOMENT
    return Turn.GO, now


def _is_ringing(last: Message, now: datetime) -> bool:
    """Whether it may ring at this moment, or has rung just now and nobody knows. What has to be tried later waits for
    its turn itself.
    """
    if last.is_due(now):
        return now < last.promises[0].due + 2 * SPAN
    in_doubt = last.state in {State.SENDING, State.UNSETTLED}
    return in_doubt and now < (last.tells_from or last.claimed_at) + 2 * SPAN


def stands_for(last: Message, message: Message, begun: datetime) -> bool:
    """Whether a provider has `last`, by the way that has its turn, claimed after the other one began."""
    same = last.channels[:1] == message.channels[:1]
    return last.is_told and same and last.tells_from is not None and last.tells_from > begun
