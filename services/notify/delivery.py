"""Claim, send, mark: each step its own transaction, so that whatever breaks in between, somebody looks again."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.notify import message as messages
from services.notify import notes, recipient
from services.notify.channels import PROVIDERS, Letter, NeverTaken, NoAnswer, NotTaken
from services.notify.message import Message, Policy, State
from services.notify.recipient import Recipient
from services.notify.wording import letter
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import Heard, NotYet
from shared.contracts import Event
from shared.contracts.notify import MessageFailed, MessageSent
from shared.logs import log
from shared.settings import settings
from shared.store import AlreadyExists, Cause, Line, NotFound, retrying
from shared.tables import store


def card_of(case: str) -> tuple[Recipient, dict[str, Any]]:
    """How the customer of a case is reached. Raises `NotYet` when the case's report was not heard yet."""
    try:
        known, events = store().history(Recipient, case)
    except NotFound:
        raise NotYet(case) from None
    return known, events[0].private(known.salt)


def tell_customer(
    heard: Heard[Any], case: str, template: str, values: dict[str, Any], policy: Policy = Policy.AT_LEAST_ONCE
) -> None:
    """Send the customer of a case a message, once for this event, if they gave a way to reach them."""
    known, card = card_of(case)
    ways = recipient.channels(card)
    if not ways:
        return
    follow = settings().need("url") + recipient.follow_path(known, card["secret"])
    greeted = {"number": ids.spoken(case), "follow": follow, "name": card.get("name") or "", **values}
    message = Message(id=f"{heard.id}.{template}", case=case, template=template, policy=policy, channels=ways)
    addresses = {"sms": card.get("phone"), "email": card.get("email")}
    _begin(heard, message, addresses, letter(template, known.language, greeted), known.salt)


def tell_duty(heard: Heard[Any], role: str, template: str, values: dict[str, Any]) -> None:
    """Send staff on duty a message, once for this event."""
    salt = vault.new_salt()
    message = Message(
        id=f"{heard.id}.{template}",
        case="",
        template=template,
        policy=Policy.AT_LEAST_ONCE,
        channels=("email",),
        salt=salt,
    )
    addresses = {"email": settings().need("duty_mail")}
    _begin(heard, message, addresses, letter(template, "en", {"role": role, **values}), salt)


def _begin(
    heard: Heard[Any], message: Message, addresses: Mapping[str, str | None], words: Letter, salt: str | None
) -> None:
    now = utc_now()
    content = {"addresses": addresses, "letter": asdict(words)}
    claim = notes.MessageClaimed(channel=message.channels[0], attempt=1)
    try:
        stored = retrying(
            lambda: store().create(
                messages.claimed(message, now), [Line(claim, private=content)], heard.cause(now), salt=salt
            )
        )
    except AlreadyExists:
        # Heard before. If that try broke off, the message's own promise brings the clock to it.
        return
    _send(stored, content, heard.correlation)


def look(identity: str, now: datetime) -> None:
    """A message whose time has come: its claim ended without word, or it waits for another try."""
    message, events = store().history(Message, identity)
    correlation = str(events[0].facts["correlation"])
    cause = Cause(now, "clock", correlation)
    if message.state is State.SENDING:
        after = messages.outcome_unknown(message, now)
        _mark(after, notes.MessageUnsettled(channel=message.channels[0]), cause)
    elif message.state is State.WAITING:
        salt = message.salt or store().load(Recipient, message.case).salt
        content = events[0].private(salt)
        claim = notes.MessageClaimed(channel=message.channels[0], attempt=message.attempt)
        claimed = store().change(messages.claimed(message, now), [Line(claim)], cause)
        _send(claimed, content, correlation)


def _send(message: Message, content: dict[str, Any], correlation: str) -> None:
    """One try on the channel that is claimed, then on the next ones as long as a channel says never."""
    words = Letter(**content["letter"])
    while True:
        channel = message.channels[0]
        cause = Cause(utc_now(), "notify", correlation)
        try:
            provider_id = PROVIDERS[channel].send(content["addresses"][channel], words)
        except NoAnswer as error:
            # It may have been taken. The claim stands until its end; then the clock decides by the policy.
            log().warning("no answer", message=message.id, channel=channel, error=str(error))
            return
        except NotTaken as error:
            after = messages.to_try_later(message, cause.at)
            _mark(after, notes.MessageRefused(channel=channel, reason=str(error)), cause)
            return
        except NeverTaken as error:
            after = messages.next_channel(message, cause.at)
            message = _mark(after, notes.MessageRefused(channel=channel, reason=str(error)), cause)
            if message.state is not State.WAITING:
                return
            claim = notes.MessageClaimed(channel=message.channels[0], attempt=message.attempt)
            message = store().change(messages.claimed(message, cause.at), [Line(claim)], cause)
            continue
        _mark(messages.sent(message, provider_id, cause.at), _sent(message), cause)
        return


def _mark(after: Message, what: Event, cause: Cause) -> Message:
    lines = [Line(what)]
    if after.state is State.FAILED:
        lines.append(Line(_failed(after)))
    return store().change(after, lines, cause)


def _sent(message: Message) -> Event:
    channel = message.channels[0]
    if not message.case:
        return notes.StaffTold(channel=channel)
    return MessageSent(message=message.id, case=message.case, template=message.template, channel=channel)


def _failed(message: Message) -> Event:
    if not message.case:
        return notes.StaffUntold()
    return MessageFailed(message=message.id, case=message.case, template=message.template)
