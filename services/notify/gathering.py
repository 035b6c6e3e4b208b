"""Messages in neutral words to one number or address take turns, so that one tells of all that came before it.

Nothing of it is told in the clear: that somebody is written to in neutral words is nobody's business. Which one
stands for which is kept encrypted with both.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from services.notify import burst, notes, recipient, ways, wishing
from services.notify import message as messages
from services.notify.burst import Turn
from services.notify.cards import card_of
from services.notify.message import Message
from services.notify.recipient import Recipient
from shared.contracts.notify import MessageSent
from shared.store import Cause, Line, NotFound, Recorded, retrying
from shared.tables import store

_KNOWN, _SENT = (kind.detail_type() for kind in (notes.MessageKnown, MessageSent))


def ask(message: Message, content: Mapping[str, Any], begun: datetime, salt: str, cause: Cause) -> Message:
    """The message as it is when its turn was decided: as it was if it goes now, waiting, or told of by another.

    Raises `Conflict`.
    """
    address = content["addresses"][message.channels[0]]

    at = ready(message, begun, cause.at)

    def decide() -> Message:
        before = ways.rang_last(address)
        last = _load(before) if before != message.id else None
        turn, until = burst.turn(message, begun, at, last, cause.at)
        if turn is Turn.WAIT:
            return store().change(messages.held(message, until, cause.at), [Line(notes.MessageKept())], cause)
        if turn is Turn.COVERED and last and (its_salt := _salt_of(last)):
            return _covered(message, content, last, its_salt, salt, cause)
        if before != message.id:
            ways.give_turn(address, before, message.id, cause)
        return message

    return retrying(decide)


def ready(message: Message, begun: datetime, now: datetime) -> datetime:
    """When it has waited long enough for others, within the hours at which it may come."""

    def would_go(at: datetime) -> bool:
        wanted = wishing.plan(*card_of(message.case), message.template, at, message.channels)
        return wanted is None or wanted.at <= at

    return burst.ready(message, begun, now, would_go)


def _covered(
    message: Message, content: Mapping[str, Any], last: Message, its_salt: str, salt: str, cause: Cause
) -> Message:
    """Told of by `last`, unless a receipt says otherwise at this very moment. Raises `Conflict`."""
    channel = message.channels[0]
    told = MessageSent(message=message.id, case=message.case, template=message.template, channel=channel)
    lines = [Line(told, private={"by": last.id, "try": last.tries, "letter": content["letter"]})]
    known = Line(notes.MessageKnown(), private={"for": message.id, "try": last.tries})
    beside = [
        recipient.unless_forgotten(store().table, message.case, salt),
        *store().beside(last, [known], cause, new=False, salt=its_salt),
    ]
    return store().change(messages.sent(message, None, cause.at), lines, cause, extra=beside, salt=salt)


def release(last: Message, number: int, events: Sequence[Recorded], cause: Cause) -> None:
    """Its try `number` came back: those that this stood for have not been told of, and are looked at again.

    Those that another try of it stands for, by another way, may have been.
    """
    its_salt = _salt_of(last)
    known = [one.private(its_salt) for one in events if its_salt and one.type == _KNOWN]
    stood_for = [str(one["for"]) for one in known if one.get("try", number) == number]
    for identity in dict.fromkeys(stood_for):
        retrying(partial(_released, identity, last, number, cause))


def _released(identity: str, last: Message, number: int, cause: Cause) -> Message:
    message, events = store().history(Message, identity)
    salt = _salt_of(message)
    told = [one.private(salt) for one in events if salt and one.type == _SENT]
    stands = told[-1] if told else {}
    if not message.is_told or stands.get("by") != last.id or stands.get("try", number) != number:
        return message
    return store().change(messages.held(message, cause.at, cause.at), [Line(notes.MessageKept())], cause)


def _salt_of(message: Message) -> str | None:
    """What opens what is encrypted with it; None when its customer was forgotten, or it never had one."""
    return store().load(Recipient, message.case).salt if message.case else None


def _load(identity: str) -> Message | None:
    try:
        return store().load(Message, identity) if identity else None
    except NotFound:
        return None
