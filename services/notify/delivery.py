"""Claim, send, mark: each step its own transaction, so that whatever breaks in between, somebody looks again."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.notify import ceiling, notes, recipient, tally
from services.notify import message as messages
from services.notify.bulletin import Bulletin
from services.notify.channels import PROVIDERS, Letter, NeverTaken, NoAnswer, NotTaken
from services.notify.entry import Entry
from services.notify.message import Message, Policy, State
from services.notify.recipient import Recipient
from services.notify.segments import length
from services.notify.subscriber import Subscriber
from services.notify.wording import letter
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import Heard, NotYet
from shared.contracts import Event
from shared.contracts.notify import MessageFailed, MessageSent
from shared.logs import log
from shared.settings import settings
from shared.store import AlreadyExists, Cause, Conflict, Item, Line, NotFound, retrying
from shared.tables import store

STAFF_UNTOLD = "staff untold"
"""The event of the log line that calls ops."""


def card_of(case: str) -> tuple[Recipient, dict[str, Any]]:
    """How the customer of a case is reached; nothing of whoever was erased. Raises `NotYet` when the case's report
    was not heard yet.
    """
    try:
        known, events = store().history(Recipient, case)
    except NotFound:
        raise NotYet(case) from None
    if known.salt is None:
        return known, {}
    cards = (event for event in reversed(events) if event.type == notes.RecipientKnown.detail_type_name())
    return known, next(cards).private(known.salt)


def tell_customer(
    heard: Heard[Any],
    case: str,
    template: str,
    values: dict[str, Any],
    policy: Policy = Policy.AT_LEAST_ONCE,
    entry: Entry | None = None,
) -> None:
    """Send the customer of a case a message, once for this event, if they gave a way to reach them.

    `entry` goes into their calendar.
    """
    known, card = card_of(case)
    ways = recipient.channels(card)
    if not ways:
        return
    follow = settings().need("url") + recipient.follow_path(known, card["secret"])
    greeted = {"number": ids.spoken(case), "follow": follow, "name": card.get("name") or "", **values}
    message = Message(id=f"{heard.id}.{template}", case=case, template=template, policy=policy, channels=ways)
    addresses = {"sms": card.get("phone"), "email": card.get("email")}
    begin(heard, message, addresses, letter(template, known.language, greeted, entry), known.salt)


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
    begin(heard, message, addresses, letter(template, "en", {"role": role, **values}), salt)


def begin(
    heard: Heard[Any], message: Message, addresses: Mapping[str, str | None], words: Letter, salt: str | None
) -> None:
    """Keep a message and try it, once for this event. `salt` encrypts what it says."""
    content = {"addresses": addresses, "letter": asdict(words)}
    try:
        stored = retrying(lambda: _claim(message, content, heard.cause(utc_now()), first=True, salt=salt))
    except AlreadyExists:
        # Heard before. If that try broke off, the message's own promise brings the clock to it.
        return
    _go_on(stored, content, heard.correlation)


def keep(
    heard: Heard[Any], message: Message, addresses: Mapping[str, str | None], words: Letter, salt: str | None
) -> None:
    """Like `begin`, when there is no time for a try: the clock begins it."""
    content = {"addresses": addresses, "letter": asdict(words)}
    cause = heard.cause(utc_now())
    waiting, counted = tally.counted(messages.kept(message, cause.at))
    with suppress(AlreadyExists):
        retrying(lambda: _kept(waiting, content, cause, salt, counted))


def _kept(
    message: Message, content: Mapping[str, Any], cause: Cause, salt: str | None, counted: Sequence[Item]
) -> Message:
    return store().create(message, [Line(notes.MessageKept(), private=content)], cause, extra=counted, salt=salt)


def look(identity: str, now: datetime) -> None:
    """A message whose time has come: its claim ended without word, or it waits for another try.

    One try at a time: a tick has many to look at, and what a channel refuses now the next tick gives to the next one.
    """
    message, events = store().history(Message, identity)
    correlation = str(events[0].facts["correlation"])
    cause = Cause(now, "clock", correlation)
    if message.state is State.SENDING:
        after = messages.outcome_unknown(message, now)
        message = _mark(after, notes.MessageUnsettled(channel=message.channels[0]), cause)
    if message.is_due(now):
        salt = _salt_of(message)
        if salt is None:
            given_up = notes.MessageRefused(channel=message.channels[0], reason="Erased")
            after, counted = tally.counted(messages.given_up(message, now))
            store().change(after, [Line(given_up)], cause, extra=counted)
            return
        content = events[0].private(salt)
        claimed = _claim(message, content, cause)
        if claimed.state is State.SENDING:
            _try(claimed, content, correlation)


def _salt_of(message: Message) -> str | None:
    """What opens what it says. None: nobody is there any more to be told, or is to be told."""
    if message.bulletin and store().load(Bulletin, message.bulletin).over:
        return None
    if message.subscriber:
        return store().load(Subscriber, message.subscriber).salt
    return message.salt or store().load(Recipient, message.case).salt


def _go_on(message: Message, content: dict[str, Any], correlation: str) -> None:
    """Try the channel that is claimed, then the next ones as long as a channel says never."""
    while True:
        if message.state is State.SENDING:
            message = _try(message, content, correlation)
        if not message.is_due(utc_now()):
            return
        message = _claim(message, content, Cause(utc_now(), "notify", correlation))


def _claim(
    message: Message, content: dict[str, Any], cause: Cause, *, first: bool = False, salt: str | None = None
) -> Message:
    """Take the message for a try on its preferred channel, unless that address had enough today.

    `first` stores the message itself, with its content. Raises `AlreadyExists`, `Conflict`.
    """
    channel, address = message.channels[0], content["addresses"][message.channels[0]]
    counted = [ceiling.counting(address, cause.at)] if message.may_be_provoked and message.attempt == 1 else []

    def write(after: Message, what: Event, *extra: Item) -> Message:
        lines = [Line(what, private=content if first else None), *_ending(after)]
        after, counts = tally.counted(after)
        if first:
            return store().create(after, lines, cause, extra=[*extra, *counts], salt=salt)
        return store().change(after, lines, cause, extra=[*extra, *counts])

    try:
        parts = length(content["letter"]["sms"]).parts if channel == "sms" else None
        claim = notes.MessageClaimed(channel=channel, attempt=message.attempt, parts=parts)
        return write(messages.claimed(message, cause.at), claim, *counted)
    except Conflict:
        if not (counted and ceiling.is_reached(address, cause.at)):
            raise
    log().warning("ceiling reached", message=message.id, channel=channel, template=message.template)
    refused = notes.MessageRefused(channel=channel, reason="CeilingReached")
    return write(messages.next_channel(message, cause.at), refused)


def _try(message: Message, content: dict[str, Any], correlation: str) -> Message:
    """One try on the channel that is claimed. Answers the message as it is then."""
    channel = message.channels[0]
    cause = Cause(utc_now(), "notify", correlation)
    try:
        provider_id = PROVIDERS[channel].send(content["addresses"][channel], Letter.kept(content["letter"]))
    except NoAnswer as error:
        # It may have been taken. The claim stands until its end; then the clock decides by the policy.
        log().warning("no answer", message=message.id, channel=channel, error=str(error))
        return message
    except NotTaken as error:
        after = messages.to_try_later(message, cause.at)
        return _mark(after, notes.MessageRefused(channel=channel, reason=str(error)), cause)
    except NeverTaken as error:
        after = messages.next_channel(message, cause.at)
        return _mark(after, notes.MessageRefused(channel=channel, reason=str(error)), cause)
    return _mark(messages.sent(message, provider_id, cause.at), _sent(message), cause)


def _mark(after: Message, what: Event, cause: Cause) -> Message:
    after, counts = tally.counted(after)
    # Counters are shared: when one is busy it is written again, because what was sent has to be marked.
    marked = retrying(lambda: store().change(after, [Line(what), *_ending(after)], cause, extra=counts))
    if marked.staff_untold:
        # The alarm `staff-untold` listens for this line (infra.notify_stack).
        log().error(STAFF_UNTOLD, message=marked.id, template=marked.template, attempt=marked.attempt)
    return marked


def _ending(after: Message) -> list[Line]:
    """What a message that failed leaves to tell."""
    if after.state is not State.FAILED:
        return []
    if after.to_staff:
        return [Line(notes.StaffUntold())]
    if after.subscriber:
        return [Line(notes.SubscriberUntold())]
    return [Line(MessageFailed(message=after.id, case=after.case, template=after.template))]


def _sent(message: Message) -> Event:
    channel = message.channels[0]
    if message.to_staff:
        return notes.StaffTold(channel=channel)
    if message.subscriber:
        return notes.SubscriberTold(channel=channel)
    return MessageSent(message=message.id, case=message.case, template=message.template, channel=channel)
