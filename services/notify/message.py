"""A message: its cause, its template, the ways it may take, and what became of each try. Pure.

Providers offer no token against doubles. A message is claimed before it is sent; when the outcome is unknown
(the provider may have taken it), its policy decides after a while: send once more, or leave it and say so.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from shared.aggregate import Aggregate
from shared.promises import Promise, PromiseState

Channel = Literal["sms", "email"]
ATTEMPTS = 6
_CLAIM_LASTS = timedelta(minutes=1)
"""Longer than a function that claims can run: whoever claimed is gone when it ends."""

_BACKOFF = (1, 2, 5, 15, 60)
"""Minutes before the next try, by how many there were."""

STAFF_ATTEMPTS = ATTEMPTS + 72
"""Staff have no other way: after a customer's tries theirs go on every hour for three days."""

_DECISIONS = frozenset({"declined", "closed", "complaint_answered", "complaint_answered_last"})
"""What must be told whatever else was sent that day."""

_STAFF_RHYTHM = timedelta(hours=1)

_STAFF_TOLD_WITHIN = 3
"""Tries, over three minutes, after which somebody else has to be called."""

DELIVER = "deliver"


class State(StrEnum):
    SENDING = "sending"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Policy(StrEnum):
    """What an unknown outcome means for a kind of message."""

    AT_LEAST_ONCE = "at-least-once"
    AT_MOST_ONCE = "at-most-once"


class Message(Aggregate):
    """One message to one audience. Who it goes to and what it says is in its first event, encrypted.

    `case` is empty for messages to staff, which have a salt of their own; those to customers are encrypted under
    their recipient's, so that erasing the recipient erases them.
    """

    KIND: ClassVar[str] = "MESSAGE"

    case: str
    template: str
    policy: Policy
    state: State = State.SENDING
    channels: tuple[Channel, ...]
    """Those still to be tried, the preferred first."""
    attempt: int = 1
    salt: str | None = None
    provider_id: str | None = None
    subscriber: str = ""
    """Whom it goes to when it is no customer of a case."""
    bulletin: str = ""
    """What it is one of."""
    counter: int = 0
    """Which of the bulletin's counters counts it."""
    tallied: str = ""
    """As what it is counted there."""

    @property
    def may_be_provoked(self) -> bool:
        """Whether a stranger can bring it about. Decisions are made by staff, and customers have a right to them."""
        return not self.to_staff and self.template not in _DECISIONS

    @property
    def to_staff(self) -> bool:
        return not (self.case or self.subscriber)

    @property
    def staff_untold(self) -> bool:
        """Whether staff should have been told by now: ops have to be called."""
        return self.to_staff and self.state is not State.SENT and self.attempt > _STAFF_TOLD_WITHIN

    def is_due(self, now: datetime) -> bool:
        """Whether it waits for a try now."""
        return self.state is State.WAITING and self.promises[0].due <= now


def kept(message: Message, now: datetime) -> Message:
    """Not tried yet: it waits for the clock."""
    return message.model_copy(update={"state": State.WAITING, "promises": _look_again(now, timedelta())})


def claimed(message: Message, now: datetime) -> Message:
    """Taken for one try. Until the claim ends nobody else tries; after it the outcome counts as unknown."""
    return message.model_copy(update={"state": State.SENDING, "promises": _look_again(now, _CLAIM_LASTS)})


def sent(message: Message, provider_id: str, now: datetime) -> Message:
    """The provider took it."""
    return _settled(message, State.SENT, now).model_copy(update={"provider_id": provider_id})


def to_try_later(message: Message, now: datetime) -> Message:
    """Not taken, but may be later. After the last attempt the next channel has its turn, or it has failed."""
    if message.attempt >= ATTEMPTS:
        return next_channel(message, now)
    minutes = _BACKOFF[min(message.attempt, len(_BACKOFF)) - 1]
    waiting = message.model_copy(update={"state": State.WAITING, "attempt": message.attempt + 1})
    return waiting.model_copy(update={"promises": _look_again(now, timedelta(minutes=minutes))})


def next_channel(message: Message, now: datetime) -> Message:
    """This channel never will. The next one is tried at once; without one the message has failed.

    Staff have no next one, and their address is mended by ops: the same is tried again, for days.
    """
    if message.to_staff and message.attempt < STAFF_ATTEMPTS:
        attempt = max(message.attempt, ATTEMPTS) + 1
        waiting = message.model_copy(update={"state": State.WAITING, "attempt": attempt})
        return waiting.model_copy(update={"promises": _look_again(now, _STAFF_RHYTHM)})
    rest = message.channels[1:]
    if not rest:
        return _settled(message, State.FAILED, now).model_copy(update={"channels": ()})
    waiting = message.model_copy(update={"state": State.WAITING, "channels": rest, "attempt": 1})
    return waiting.model_copy(update={"promises": _look_again(now, timedelta())})


def given_up(message: Message, now: datetime) -> Message:
    """Nobody is there any more to be told."""
    return _settled(message, State.FAILED, now)


def outcome_unknown(message: Message, now: datetime) -> Message:
    """The claim ended without word. At least once: try again, now. At most once: leave it, and say so."""
    if message.policy is Policy.AT_MOST_ONCE:
        return _settled(message, State.UNKNOWN, now)
    if message.attempt >= ATTEMPTS:
        return next_channel(message, now)
    waiting = message.model_copy(update={"state": State.WAITING, "attempt": message.attempt + 1})
    return waiting.model_copy(update={"promises": _look_again(now, timedelta())})


def _look_again(now: datetime, after: timedelta) -> tuple[Promise, ...]:
    """The one promise of a message under way: that somebody looks at it again."""
    return (
        Promise(
            name=DELIVER,
            role="notify",
            made=now,
            due=now + after,
            clock={"seconds": int(after.total_seconds())},
        ),
    )


def _settled(message: Message, state: State, now: datetime) -> Message:
    kept = PromiseState.KEPT if state is State.SENT else PromiseState.BROKEN
    promises = tuple(one.model_copy(update={"state": kept, "settled": now}) for one in message.promises)
    return message.model_copy(update={"state": state, "promises": promises})
