"""A message that waits heeds what its customer wishes for by then."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.notify import message as messages
from services.notify import notes
from services.notify.kinds import KINDS, RULES
from services.notify.letter import Letter
from services.notify.message import Message
from services.notify.recipient import Recipient, addresses
from services.notify.wishing import plan, plan_for_subscriber, wishes_of
from services.notify.wording import neutral
from shared.contracts import Event
from shared.contracts.notify import MessageHeld


def in_neutral_words(card: Mapping[str, Any], language: str) -> Letter:
    """What is said instead of any message when contact has to be safe."""
    safe = wishes_of(card).safe
    return neutral(language, safe.word if safe else None)


def held_until(message: Message, until: datetime) -> Event:
    return MessageHeld(message=message.id, case=message.case, template=message.template, until=until)


def heed_subscriber(
    message: Message, content: Mapping[str, Any], now: datetime, *, urgent: bool
) -> tuple[Message, Event | None]:
    """A message to a subscriber that waited: with a note when it does not go out now, after all."""
    channel = message.channels[0]
    address = content["addresses"][channel]
    wanted = plan_for_subscriber(channel, address, message.template, now, urgent=urgent)
    if wanted is None:
        return messages.given_up(message, now), notes.MessageRefused(channel=channel, reason="WayStopped")
    if wanted.at > now:
        return messages.held(message, wanted.at, now), notes.MessageKept()
    return message, None


def heed(
    message: Message, content: Mapping[str, Any], known: Recipient, card: Mapping[str, Any], now: datetime
) -> tuple[Message, dict[str, Any], Event | None]:
    """A message that waited, under the wishes of now: with a note when it does not go out now, after all.

    How they are reached may have changed meanwhile: then every way has its turn again.
    """
    channel, content = message.channels[0], {**content, "addresses": addresses(card)}
    if message.card == known.card:
        wanted = plan(known, card, message.template, now, message.channels)
    else:
        message = message.model_copy(update={"card": known.card, "attempt": 1})
        wanted = plan(known, card, message.template, now)
    if wanted is None and RULES[KINDS[message.template]].declinable:
        return messages.given_up(message, now), content, notes.MessageRefused(channel=channel, reason="NotWished")
    if wanted is None or not wanted.ways:
        return messages.without_way(message, now), content, notes.MessageRefused(channel=channel, reason="WayStopped")
    ways = wanted.ways
    if ways[0] != channel:
        message = message.model_copy(update={"channels": ways, "attempt": 1})
    elif ways != message.channels:
        message = message.model_copy(update={"channels": ways})
    if wanted.neutral:
        content["letter"] = asdict(in_neutral_words(card, known.language))
    if wanted.at > now:
        return messages.held(message, wanted.at, now), content, held_until(message, wanted.at)
    return message, content, None
