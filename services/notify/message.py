"""A message: its cause, its template, the ways it may take, and what became of each try. Pure.

Providers offer no token against doubles. A message is claimed before it is sent; when the outcome is unknown
(the provider may have taken it), a receipt may still say. If none does in time, its policy decides: send once
more, or leave it and say so. What was taken may come back: then the next way has its turn.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from services.notify.kinds import KINDS, Kind
from shared.aggregate import Aggregate
from shared.promises import Promise, PromiseState

Channel = Literal["sms", "email"]
ATTEMPTS = 6
_CLAIM_LASTS = timedelta(minutes=1)
"""Longer than a function that claims can run: whoever claimed is gone when it ends."""

RECEIPT_WINDOW = timedelta(minutes=5)
"""How long a receipt may tell what became of a try without an answer. Most come in seconds."""

_BACKOFF = (1, 2, 5, 15, 60)
"""Minutes before the next try, by how many there were."""

STAFF_ATTEMPTS = ATTEMPTS + 72
"""Staff have no other way: after a customer's tries theirs go on every hour for three days."""

_STAFF_RHYTHM = timedelta(hours=1)

_STAFF_KEPT = timedelta(days=3)
"""How long after it is settled a message to staff can be read: it may come back, and then it is told again."""

_STAFF_TOLD_WITHIN = 3
"""Tries, over three minutes, after which somebody else has to be called."""

DELIVER = "deliver"


class State(StrEnum):
    SENDING = "sending"
    UNSETTLED = "unsettled"
    """The provider may have it. A receipt may say so."""
    WAITING = "waiting"
    SENT = "sent"
    """A provider took it."""
    DELIVERED = "delivered"
    """It is in their mailbox, or on their telephone."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Left, because it must not come twice."""


class Fate(StrEnum):
    """What a receipt says of one try."""

    TAKEN = "taken"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNWANTED = "unwanted"
    """Whoever got it called it spam."""


_MAY_COME_BACK = frozenset({State.SENDING, State.SENT, State.DELIVERED})
"""Mail bounces even after the receiving server took it."""


class Policy(StrEnum):
    """What an unknown outcome means for a kind of message."""

    AT_LEAST_ONCE = "at-least-once"
    AT_MOST_ONCE = "at-most-once"


class Message(Aggregate):
    """One message to one audience. Who it goes to and what it says is in its first event, encrypted.

    `case` is empty for messages to staff, which have a salt of their own and are erased soon after they are settled;
    those to customers are encrypted under their recipient's, so that erasing the recipient erases them.
    """

    KIND: ClassVar[str] = "MESSAGE"
    OF_BULLETINS: ClassVar[str] = "MESSAGE-OF-BULLETIN"
    """The queue of those that may wait until all others had their turn."""

    case: str
    template: str
    policy: Policy
    state: State = State.SENDING
    channels: tuple[Channel, ...]
    """Those still to be tried, the preferred first."""
    attempt: int = 1
    """On the way that has its turn."""
    tries: int = 0
    """On all ways. The number of the last one goes with it to the provider, and comes back with receipts."""
    unclear: tuple[int, ...] = ()
    """Tries without an answer of which no receipt has told yet."""
    returned: tuple[int, ...] = ()
    """Tries of which a receipt told that they did not arrive."""
    tells_from: datetime | None = None
    """When the first try was claimed that may have arrived: of what came later it does not tell."""
    urgent: bool = False
    """Whether it is about an emergency, which has ceilings of its own."""
    card: int = 0
    """Which card of its customer its ways were chosen by (`services.notify.recipient`)."""
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
    def queue(self) -> str:
        return self.OF_BULLETINS if self.bulletin else self.KIND

    @property
    def may_be_provoked(self) -> bool:
        """Whether a stranger can bring it about. What is statutory staff decide, and customers have a right to it."""
        return not self.to_staff and KINDS[self.template] is not Kind.STATUTORY

    @property
    def to_staff(self) -> bool:
        return not (self.case or self.subscriber)

    @property
    def staff_untold(self) -> bool:
        """Whether staff should have been told by now: ops have to be called."""
        return self.to_staff and not self.is_told and self.attempt > _STAFF_TOLD_WITHIN

    @property
    def is_told(self) -> bool:
        """Whether a provider has it, as far as anybody knows."""
        return self.state in {State.SENT, State.DELIVERED}

    @property
    def claimed_at(self) -> datetime:
        """Of a message that is claimed: since when."""
        return self.promises[0].made

    def is_over(self, now: datetime) -> bool:
        """Whether the time has passed that it had for what it is at."""
        return self.promises[0].due <= now

    def is_to_be_looked_at(self, now: datetime) -> bool:
        """Whether its claim has ended, or its next try has come."""
        return self.promises[0].open and self.is_over(now)

    def is_due(self, now: datetime) -> bool:
        """Whether it waits for a try now."""
        return self.state is State.WAITING and self.is_over(now)


def claimed(message: Message, now: datetime) -> Message:
    """Taken for one try. Until the claim ends nobody else tries; after it the outcome counts as unknown."""
    taken = {"state": State.SENDING, "tries": message.tries + 1, "promises": _look_again(now, _CLAIM_LASTS)}
    in_doubt = message.tells_from if message.unclear else None
    return message.model_copy(update={**taken, "tells_from": in_doubt or now})


def sent(message: Message, provider_id: str | None, now: datetime) -> Message:
    """The provider took it: this very try, if its claim has not ended."""
    tells_from = message.claimed_at if message.state is State.SENDING else message.tells_from
    taken = {"provider_id": provider_id, "tells_from": tells_from}
    return _settled(message, State.SENT, now).model_copy(update=taken)


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
    if message.to_staff and message.salt and message.attempt < STAFF_ATTEMPTS:
        attempt = max(message.attempt, ATTEMPTS) + 1
        waiting = message.model_copy(update={"state": State.WAITING, "attempt": attempt, "erase_at": None})
        return waiting.model_copy(update={"promises": _look_again(now, _STAFF_RHYTHM)})
    rest = message.channels[1:]
    if not rest:
        return _settled(message, State.FAILED, now).model_copy(update={"channels": ()})
    waiting = message.model_copy(update={"state": State.WAITING, "channels": rest, "attempt": 1})
    return waiting.model_copy(update={"promises": _look_again(now, timedelta())})


def held(message: Message, until: datetime, now: datetime) -> Message:
    """It waits for a better hour: that is no try."""
    waiting = message.model_copy(update={"state": State.WAITING})
    return waiting.model_copy(update={"promises": _look_again(now, until - now)})


def without_way(message: Message, now: datetime) -> Message:
    """No way that they gave is open: a person has to bring it."""
    return _settled(message, State.FAILED, now).model_copy(update={"channels": ()})


def given_up(message: Message, now: datetime) -> Message:
    """Nobody is there any more to be told."""
    return _settled(message, State.FAILED, now)


def forgotten(message: Message) -> Message:
    """What it said, and where, can't be read any more."""
    return message.model_copy(update={"salt": None, "erase_at": None})


def outcome_unknown(message: Message, now: datetime) -> Message:
    """The claim ended without word: a receipt has some time to tell. Staff are told again at once, or twice."""
    unclear = message.model_copy(update={"unclear": (*message.unclear, message.tries)})
    if message.to_staff:
        return unreconciled(unclear, now)
    return unclear.model_copy(update={"state": State.UNSETTLED, "promises": _look_again(now, RECEIPT_WINDOW)})


def unreconciled(message: Message, now: datetime) -> Message:
    """No receipt came in time. At least once: try again, now. At most once: leave it, and say so."""
    if message.policy is Policy.AT_MOST_ONCE:
        return _settled(message, State.UNKNOWN, now)
    if message.attempt >= ATTEMPTS:
        return next_channel(message, now)
    waiting = message.model_copy(update={"state": State.WAITING, "attempt": message.attempt + 1})
    return waiting.model_copy(update={"promises": _look_again(now, timedelta())})


def received(message: Message, number: int, channel: Channel, fate: Fate, now: datetime) -> Message | None:
    """After a receipt of its try `number`, by this way. None when it changes nothing: late, doubled or no news.

    A try that came back never arrived, whatever is said of it afterwards.
    """
    if not 1 <= number <= message.tries or number in message.returned:
        return None
    last, in_doubt = number == message.tries, number in message.unclear
    clear = message.model_copy(update={"unclear": tuple(one for one in message.unclear if one != number)})
    if fate is Fate.UNDELIVERED:
        if message.state is State.FAILED:
            return None
        back = clear.model_copy(update={"returned": (*message.returned, number)})
        return _returned(back, channel, now) if last and (in_doubt or message.state in _MAY_COME_BACK) else back
    if message.state is State.DELIVERED:
        return None
    if fate is Fate.TAKEN:
        return _taken(message, clear, now) if in_doubt or (last and message.state is State.SENDING) else None
    return _settled(clear, State.DELIVERED, now)


def _taken(message: Message, clear: Message, now: datetime) -> Message | None:
    """A try in doubt is with the provider. While another is under way, that one's outcome decides."""
    if message.state is State.SENDING and clear.unclear != message.unclear:
        return None
    return clear if message.is_told else _settled(clear, State.SENT, now)


def _returned(message: Message, channel: Channel, now: datetime) -> Message:
    """The next way has its turn, or has it already when this one was given up before its receipt came."""
    if message.to_staff or message.channels[:1] in {(), (channel,)}:
        return next_channel(message, now)
    return message.model_copy(update={"state": State.WAITING, "promises": _look_again(now, timedelta())})


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
    kept = PromiseState.KEPT if state in {State.SENT, State.DELIVERED} else PromiseState.BROKEN
    promises = tuple(one.model_copy(update={"state": kept, "settled": now}) for one in message.promises)
    erase_at = now + _STAFF_KEPT if message.to_staff and message.salt else None
    return message.model_copy(update={"state": state, "promises": promises, "erase_at": erase_at})
