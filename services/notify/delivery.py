"""Claim, send, mark: each step its own transaction, so that whatever breaks in between, somebody looks again."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from services.notify import ceiling, heeding, notes, recipient, wishing
from services.notify import message as messages
from services.notify.cards import card_of
from services.notify.channels import PROVIDERS, Letter, NeverTaken, NoAnswer, NotTaken
from services.notify.entry import Entry
from services.notify.message import Message, Policy, State
from services.notify.recipient import Recipient
from services.notify.segments import length
from services.notify.wording import letter
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import Heard
from shared.contracts import Event
from shared.contracts.notify import MessageFailed, MessageSent
from shared.logs import log
from shared.settings import settings
from shared.store import AlreadyExists, Cause, Conflict, Item, Line, retrying
from shared.tables import store

STAFF_UNTOLD = "staff untold"
"""The event of the log line that calls ops."""


def tell_customer(
    heard: Heard[Any],
    case: str,
    template: str,
    values: dict[str, Any],
    policy: Policy = Policy.AT_LEAST_ONCE,
    entry: Entry | None = None,
) -> None:
    """Send the customer of a case a message, once for this event, if they gave a way to reach them and want it.

    `entry` goes into their calendar. It goes out by the ways, at the time and in the words that they wished for.
    """
    known, card = card_of(case)
    plan = wishing.plan(card, template, utc_now())
    if plan is None:
        return
    follow = settings().need("url") + recipient.follow_path(known, card["secret"])
    greeted = {"number": ids.spoken(case), "follow": follow, "name": card.get("name") or "", **values}
    greeted["wishes"] = wishing.page_of(case, card)
    message = Message(id=f"{heard.id}.{template}", case=case, template=template, policy=policy, channels=plan.ways)
    addresses = {"sms": card.get("phone"), "email": card.get("email")}
    if plan.neutral:
        words = heeding.in_neutral_words(card, known.language)
    else:
        words = letter(template, known.language, greeted, entry)
        words = replace(words, unsubscribe=wishing.unsubscribe_link(case, template))
    begin(heard, message, addresses, words, known.salt, plan.at)


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
    heard: Heard[Any],
    message: Message,
    addresses: Mapping[str, str | None],
    words: Letter,
    salt: str | None,
    at: datetime | None = None,
) -> None:
    """Keep a message and try it, once for this event. `salt` encrypts what it says.

    With `at` in the future it is only kept, and tried then; one that no way is open for has failed at once.
    """
    content = {"addresses": addresses, "letter": asdict(words)}
    try:
        if not message.channels or (at and at > utc_now()):
            _keep(heard, message, content, salt, at)
            return
        stored = retrying(lambda: _claim(message, content, heard.cause(utc_now()), first=True, salt=salt))
    except AlreadyExists:
        # Heard before. If that try broke off, the message's own promise brings the clock to it.
        return
    _go_on(stored, content, heard.correlation)


def _keep(
    heard: Heard[Any], message: Message, content: dict[str, Any], salt: str | None, at: datetime | None
) -> None:
    """Store a message that is not tried now. Raises `AlreadyExists`."""
    now = utc_now()
    note: Event
    if message.channels and at:
        after, note = messages.held(message, at, now), heeding.held_until(message, at)
    else:
        after, note = messages.without_way(message, now), notes.MessageRefused(channel="none", reason="WayStopped")
    lines = [Line(note, private=content), *_ending(after)]
    retrying(lambda: store().create(after, lines, heard.cause(now), salt=salt))


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
        salt = message.salt or store().load(Recipient, message.case).salt
        if salt is None:
            given_up = notes.MessageRefused(channel=message.channels[0], reason="Erased")
            store().change(messages.given_up(message, now), [Line(given_up)], cause)
            return
        content = events[0].private(salt)
        if not message.to_staff:
            message, content, instead = heeding.heed(message, content, *card_of(message.case), now)
            if instead:
                _mark(message, instead, cause)
                return
        claimed = _claim(message, content, cause)
        if claimed.state is State.SENDING:
            _try(claimed, content, correlation)


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
        if first:
            return store().create(after, lines, cause, extra=extra, salt=salt)
        return store().change(after, lines, cause, extra=extra)

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
    marked = store().change(after, [Line(what), *_ending(after)], cause)
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
    if after.channels:  # given up on purpose: nobody is left, or they don't want it
        return []
    return [Line(MessageFailed(message=after.id, case=after.case, template=after.template))]


def _sent(message: Message) -> Event:
    channel = message.channels[0]
    if message.to_staff:
        return notes.StaffTold(channel=channel)
    return MessageSent(message=message.id, case=message.case, template=message.template, channel=channel)
