"""Claim, send, mark: each step its own transaction, so that whatever breaks in between, somebody looks again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.notify import ceiling, gathering, heeding, notes, recipient, tally
from services.notify import message as messages
from services.notify.bulletin import Bulletin
from services.notify.cards import card_of
from services.notify.channels import PROVIDERS, NeverTaken, NoAnswer, NotTaken
from services.notify.letter import Letter
from services.notify.mark import Which
from services.notify.message import Channel, Message, State
from services.notify.recipient import Recipient
from services.notify.segments import length
from services.notify.subscriber import Subscriber
from services.notify.telling import telling
from shared.clock import utc_now
from shared.contracts import Event
from shared.contracts.notify import MessageFailed, MessageSent
from shared.heard import Heard
from shared.logs import log
from shared.store import AlreadyExists, Cause, Conflict, Item, Line, Refused, retrying
from shared.tables import store

STAFF_UNTOLD, DAY_SPENT = "staff untold", "day spent"
"""The events of log lines that call ops."""


def begin(
    heard: Heard[Any],
    message: Message,
    addresses: Mapping[str, str | None],
    words: Letter,
    salt: str | None,
    at: datetime | None = None,
) -> None:
    """Keep a message and try it, once for this event. `salt` encrypts what it says.

    With `at` in the future it is only kept, and tried then; one that no way is open for has failed at once. One in
    neutral words takes its turn with others.
    """
    content, now = {"addresses": addresses, "letter": asdict(words)}, utc_now()
    try:
        if not message.channels or (at and at > now):
            _keep(heard, message, content, salt, at)
            return
        if words.neutral:
            _take_turn(heard, message, content, salt, now)
            return
        stored = retrying(
            lambda: _claim(message, content, heard.cause(utc_now()), first=True, salt=salt), but=(Refused,)
        )
    except AlreadyExists:
        # Heard before. If that try broke off, the message's own promise brings the clock to it.
        return
    _go_on(stored, content, heard.correlation, salt)


def _take_turn(heard: Heard[Any], message: Message, content: dict[str, Any], salt: str | None, now: datetime) -> None:
    """Keep a message in neutral words, and try it if it goes at once. Raises `AlreadyExists`."""
    until = gathering.ready(message, now, now)
    lines = [Line(notes.MessageKept(), private=content)]
    extra = _remembered(message, now) + _still_known(message, salt)
    kept = retrying(
        lambda: store().create(messages.held(message, until, now), lines, heard.cause(now), extra=extra, salt=salt),
        but=(Refused,),
    )
    _go_on(kept, content, heard.correlation, salt, begun=now)


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
    extra = _remembered(message, now) + _still_known(message, salt)
    retrying(lambda: store().create(after, lines, heard.cause(now), extra=extra, salt=salt), but=(Refused,))


def _remembered(message: Message, now: datetime) -> list[Item]:
    """For whoever calls the customer: that this was said."""
    return [telling(message, now)] if message.case else []


def _still_known(message: Message, salt: str | None) -> list[Item]:
    """The check that nobody has forgotten the customer since their card was read."""
    return [recipient.unless_forgotten(store().table, message.case, salt or "")] if message.case else []


def keep(
    heard: Heard[Any],
    message: Message,
    addresses: Mapping[str, str | None],
    words: Letter,
    salt: str | None,
    at: datetime,
) -> None:
    """Like `begin`, when there is no time for a try, or it is not time yet: the clock begins it."""
    content = {"addresses": addresses, "letter": asdict(words)}
    cause = heard.cause(utc_now())
    waiting, counted = tally.counted(messages.held(message, max(at, cause.at), cause.at))
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
    if not message.is_to_be_looked_at(now):
        return  # two ticks at once, or an index that is behind: somebody else is sending it
    correlation = str(events[0].facts["correlation"])
    cause = Cause(now, "clock", correlation)
    if message.state is State.SENDING and message.is_over(now):
        after = messages.outcome_unknown(message, now)
        message = mark(after, notes.MessageUnsettled(channel=message.channels[0]), cause)
    elif message.state is State.UNSETTLED and message.is_over(now):
        after = messages.unreconciled(message, now)
        message = mark(after, notes.MessageUnreconciled(channel=message.channels[0]), cause)
    if message.is_due(now):
        bulletin = store().load(Bulletin, message.bulletin) if message.bulletin else None
        salt = None if bulletin and bulletin.over else _salt_of(message)
        if salt is None:
            given_up = notes.MessageRefused(channel=message.channels[0], reason="Erased")
            after, counted = tally.counted(messages.given_up(message, now))
            store().change(after, [Line(given_up)], cause, extra=counted)
            return
        kept = content = events[0].private(salt)
        instead: Event | None = None
        if message.case:
            message, content, instead = heeding.heed(message, content, *card_of(message.case), now)
        elif message.subscriber:
            urgent = bool(bulletin and bulletin.urgent)
            message, instead = heeding.heed_subscriber(message, content, now, urgent=urgent)
        if instead:
            mark(message, instead, cause)
            return
        changed = content["letter"] != kept["letter"]
        claimed = _in_turn(message, content, events[0].at, cause, salt=salt, changed=changed)
        if claimed.state is State.SENDING:
            _try(claimed, content, correlation)


def forget(identity: str, now: datetime) -> None:
    """What staff were told, and where, is erased some days after it is settled."""
    message = store().load(Message, identity)
    if message.erase_at is None or message.erase_at > now:
        return
    store().wipe(Message, identity)
    store().change(messages.forgotten(message), [], Cause(now, "clock", f"tick:{identity}:{message.seq}"))


def _salt_of(message: Message) -> str | None:
    """What opens what it says. None: nobody is there any more to be told."""
    if message.subscriber:
        return store().load(Subscriber, message.subscriber).salt
    return message.salt or store().load(Recipient, message.case).salt


def _go_on(
    message: Message, content: dict[str, Any], correlation: str, salt: str | None, begun: datetime | None = None
) -> None:
    """Try the channel that is claimed, then the next ones as long as a channel says never."""
    while True:
        if message.state is State.SENDING:
            message = _try(message, content, correlation)
        now = utc_now()
        if not message.is_due(now):
            return
        message = _in_turn(message, content, begun or now, Cause(now, "notify", correlation), salt=salt)


def _in_turn(
    message: Message,
    content: dict[str, Any],
    begun: datetime,
    cause: Cause,
    *,
    salt: str | None,
    changed: bool = False,
) -> Message:
    """The message, claimed; one in neutral words only when it is its turn. Raises `Conflict`."""
    if content["letter"].get("neutral") and salt:
        message = gathering.ask(message, content, begun, salt, cause)
        if not message.is_due(cause.at):
            return message
    return _claim(message, content, cause, salt=salt, changed=changed)


def _claim(
    message: Message,
    content: dict[str, Any],
    cause: Cause,
    *,
    first: bool = False,
    changed: bool = False,
    salt: str | None,
) -> Message:
    """Take the message for a try on its preferred channel, unless that address or the day had enough.

    `salt` encrypts what it says; `first` stores the message itself, with its content, `changed` its words, which
    are not those it was kept with. Raises `AlreadyExists`, `Conflict`; `Refused` when its customer was forgotten.
    """
    channel = message.channels[0]
    beside = _still_known(message, salt) + (_remembered(message, cause.at) if first else [])

    def write(after: Message, what: Event, counted: Sequence[Item] = ()) -> Message:
        private = content if first else {"letter": content["letter"]} if changed else None
        lines = [Line(what, private=private), *_ending(after)]
        after, counts = tally.counted(after)
        extra = [*counted, *beside, *counts]
        if first:
            return store().create(after, lines, cause, extra=extra, salt=salt)
        return store().change(after, lines, cause, extra=extra, salt=salt)

    def claim(ceilings: Sequence[ceiling.Ceiling]) -> Message:
        claimed = notes.MessageClaimed(channel=channel, attempt=message.attempt, parts=_parts(message, content))
        return write(messages.claimed(message, cause.at), claimed, [one.counting(cause.at) for one in ceilings])

    try:
        return ceiling.beneath(_ceilings(message, content, cause.at), claim)
    except ceiling.Reached as error:
        reached = str(error)
    log().warning("ceiling reached", message=message.id, channel=channel, template=message.template, kind=reached)
    if reached == ceiling.MONEY:
        # The alarm `day-spent` listens for this line (infra.notify_stack).
        log().error(DAY_SPENT, channel=channel)
    refused = notes.MessageRefused(channel=channel, reason="CeilingReached")
    return write(messages.next_channel(message, cause.at), refused)


def _parts(message: Message, content: dict[str, Any]) -> int | None:
    return length(content["letter"]["sms"]).parts if message.channels[0] == "sms" else None


def _ceilings(message: Message, content: dict[str, Any], now: datetime) -> list[ceiling.Ceiling]:
    """What a try of it counts towards. An address is counted once a message and way, money each time."""
    channel = message.channels[0]
    address, found = content["addresses"][channel], []
    if message.may_be_provoked and message.attempt == 1:
        found.append(ceiling.of_address(address, now, urgent=message.urgent))
    parts = _parts(message, content)
    if parts is not None:
        money = ceiling.of_money(message, address, parts, now)
        found += [money] if money.adds else []
    return found


def _try(message: Message, content: dict[str, Any], correlation: str) -> Message:
    """One try on the channel that is claimed. Answers the message as it is then."""
    channel = message.channels[0]
    cause = Cause(utc_now(), "notify", correlation)
    which = Which(message.id, message.tries, turn=len(message.unclear))
    try:
        provider_id = PROVIDERS[channel].send(content["addresses"][channel], Letter.kept(content["letter"]), which)
    except NoAnswer as error:
        # It may have been taken. The claim stands until its end; then a receipt has time to tell.
        log().warning("no answer", message=message.id, channel=channel, error=str(error))
        return message
    except (NotTaken, NeverTaken) as error:
        refused = notes.MessageRefused(channel=channel, reason=str(error))
        go_on = messages.to_try_later if isinstance(error, NotTaken) else messages.next_channel
        told = _tell(message, lambda now: go_on(now, cause.at), refused, cause)
        # Of the day that it was taken from, and after what is known is kept: whatever becomes of money, this holds.
        ceiling.give_back(_ceilings(message, content, message.claimed_at), message.claimed_at)
        return told
    return _tell(message, lambda now: messages.sent(now, provider_id, cause.at), sent_note(message, channel), cause)


def _tell(tried: Message, become: Callable[[Message], Message], what: Event, cause: Cause) -> Message:
    """Keep what the provider answered, unless a receipt was quicker: it knows more."""
    try:
        return mark(become(tried), what, cause)
    except Conflict:
        current = store().load(Message, tried.id)
    if current.tries != tried.tries or current.state not in {State.SENDING, State.UNSETTLED}:
        return current
    return mark(become(current), what, cause)


def mark(after: Message, what: Event, cause: Cause, *more: Event) -> Message:
    """Store what became of a message, and what has to be told of it."""
    after, counts = tally.counted(after)
    lines = [Line(what), *map(Line, more), *_ending(after)]
    # Counters are shared: when one is busy it is written again, because what was sent has to be marked.
    attempts = 5 if counts else 1
    marked = retrying(lambda: store().change(after, lines, cause, extra=counts), attempts)
    if marked.staff_untold:
        # The alarm `staff-untold` listens for this line (infra.notify_stack).
        log().error(STAFF_UNTOLD, message=marked.id, template=marked.template, attempt=marked.attempt)
    if marked.state is State.UNKNOWN:
        log().warning("left in doubt", message=marked.id, template=marked.template)
    return marked


def _ending(after: Message) -> list[Line]:
    """What a message that failed leaves to tell."""
    if after.state is not State.FAILED:
        return []
    if after.to_staff:
        return [Line(notes.StaffUntold())]
    if after.subscriber:
        return [Line(notes.SubscriberUntold())]
    if after.channels:  # given up on purpose: nobody is left, or they don't want it
        return []
    return [Line(MessageFailed(message=after.id, case=after.case, template=after.template))]


def sent_note(message: Message, channel: Channel) -> Event:
    """What tells that a provider has it."""
    if message.to_staff:
        return notes.StaffTold(channel=channel)
    if message.subscriber:
        return notes.SubscriberTold(channel=channel)
    return MessageSent(message=message.id, case=message.case, template=message.template, channel=channel)
