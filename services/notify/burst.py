"""Many messages in neutral words say the same: one stands for all that come within a short time. Pure.

Each ring of a telephone can be dangerous to somebody who is watched. One that rings after another began has told of
that one, too: whoever looks then finds both.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from services.notify.kinds import KINDS, Kind
from services.notify.message import Message, State

SPAN = timedelta(minutes=5)  # [choice] as long as staff need for what they do to a case in one go
_A_MOMENT = timedelta(minutes=1)
_AT_ONCE = frozenset({Kind.URGENT, Kind.STATUTORY})
_UNDER_WAY = frozenset({State.SENDING, State.UNSETTLED, State.WAITING})


class Turn(Enum):
    """What a message in neutral words does now."""

    GO = auto()
    WAIT = auto()
    COVERED = auto()
    """Another one told of it."""


def goes_at_once(message: Message) -> bool:
    """Whether it waits for no others: emergencies, what times run from, and our word that we have their report."""
    return message.urgent or KINDS[message.template] in _AT_ONCE or message.template == "acknowledgement"


def turn(message: Message, begun: datetime, last: Message | None, now: datetime) -> tuple[Turn, datetime]:
    """Whose turn it is, and when to look again. `last` is whichever had its turn before, by the same way."""
    if last and stands_for(last, message, begun):
        return Turn.COVERED, now
    if goes_at_once(message):
        return Turn.GO, now
    if now < begun + SPAN:
        return Turn.WAIT, begun + SPAN
    if last and last.state in _UNDER_WAY and now < begun + 2 * SPAN:
        return Turn.WAIT, now + _A_MOMENT
    return Turn.GO, now


def stands_for(last: Message, message: Message, begun: datetime) -> bool:
    """Whether a provider has `last`, by the way that has its turn, claimed after the other one began."""
    return last.is_told and last.channels[:1] == message.channels[:1] and last.claimed_at > begun
