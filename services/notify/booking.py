"""Booking: a call is promised to a customer, by an event or by staff, at a time that the customer may choose."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from services.notify import callback as callbacks
from services.notify import owing, pledged, recipient, watchword, window, wishing
from services.notify.callback import Callback, State
from services.notify.cards import as_read, card_of
from services.notify.hours import Hours
from services.notify.recipient import Recipient
from shared import ids, vault
from shared.clock import utc_now
from shared.contracts.intake import CallsStopped, CallTimeChosen
from shared.contracts.notify import CallbackBooked, CallbackGivenUp, CallbackWord, CallWindow
from shared.heard import Heard, NotYet
from shared.http import Problem, Request, When, fault, key_used
from shared.policy import Principal, require
from shared.rules import calendar, pack
from shared.store import AlreadyDone, AlreadyExists, Cause, Guard, Item, Line, NotFound, retrying
from shared.tables import store

_LONGEST = timedelta(hours=12)
_FURTHEST = timedelta(days=31)
"""Who asks to be called later than that is promised a call when it is nearer."""


class NotToBeCalled(Exception):
    """There is no number, or they want no calls."""


class TimeRequest(Request):
    """A time that was agreed with the customer."""

    since: When
    until: When

    def agreed(self, where: str, now: datetime) -> CallWindow:
        """As a window that is still to come. Raises `Problem` 422."""
        if not self.since < self.until <= self.since + _LONGEST or not now < self.until <= now + _FURTHEST:
            advice = "Send a time within the next 31 days, `since` before `until`, 12 hours at most."
            raise fault(where, "window", advice)
        return CallWindow(since=max(self.since, now), until=self.until)


class BookingRequest(Request):
    """Promise the customer of a case a call: once, or every day until somebody stops it."""

    case: str = Field(max_length=40)
    reason: Literal["asked-for", "follow-up", "news"]
    daily: bool = False
    at: TimeRequest | None = None


def book(heard: Heard[Any], case: str, reason: str) -> CallWindow | None:
    """Promise the customer of a case a call, once for this event.

    Answers when; None without a number, and to whoever wants no calls.
    """

    def write() -> Callback:
        known, card = callable_card(case)
        return create(promised_to(heard, case, reason, card), known, card, heard)

    try:
        return retrying(write).window
    except AlreadyExists:
        return store().load(Callback, _of(heard)).window
    except NotToBeCalled:
        return None


def callable_card(case: str) -> tuple[Recipient, dict[str, Any]]:
    """Who is called and how they are reached. Raises `NotToBeCalled`."""
    known, card = card_of(case)
    if known.no_calls or "sms" not in recipient.channels(card):
        raise NotToBeCalled
    return known, card


def promised_to(heard: Heard[Any], case: str, reason: str, card: dict[str, Any]) -> Callback:
    """The call that this event promises, not stored yet."""
    return callbacks.booked(_of(heard), case, reason, pack(), calendar(), wishing.hours(card), heard.at)


def create(
    callback: Callback, known: Recipient, card: dict[str, Any], heard: Heard[Any], beside: Sequence[Item] = ()
) -> Callback:
    """Stored and told of, with what is written `beside`. Raises `AlreadyExists`, `Conflict`."""
    line = told(callback, known, wishing.hours(card), heard.at)
    return _created(callback, line, known, card, heard.cause(heard.at), beside)


def _of(heard: Heard[Any]) -> str:
    return ids.number_from(vault.mac("number", heard.id))


def by_staff(principal: Principal, request: BookingRequest, key: str, now: datetime, correlation: str) -> Callback:
    """Promise a call that staff agreed with the customer; under the same key once.

    Raises `NotFound`, `NotPermitted`; `Problem` 409 where nobody can be called, or is for this already.
    """
    require(principal, "callback.record")
    case = ids.heard(request.case)
    identity = ids.number_from(vault.mac("number", principal.id, key))

    def write() -> Callback:
        known, card = _called(principal, request, case or "")
        before = owing.last(known.id, request.reason)
        if before and before.id != identity and owing.owed(before):
            _must_be_new(identity, before)
        hours = wishing.hours(card)
        at = agreed(request.at, "/at", hours, now) if request.at else None
        callback = callbacks.booked(
            identity, known.id, request.reason, pack(), calendar(), hours, now, at=at, daily=request.daily
        )
        cause = Cause(now, principal.id, correlation)
        beside = [owing.succeeding(callback, request.reason, before)]
        return _created(callback, told(callback, known, hours, now), known, card, cause, beside)

    try:
        return retrying(write)
    except AlreadyExists:
        before = store().load(Callback, identity)
        if (before.case, before.reason, before.daily) != (case, request.reason, request.daily):
            raise key_used() from None
        return before


def _must_be_new(identity: str, owed: Callback) -> None:
    """Raises `AlreadyExists` for a request that was answered before the one which is owed; else `Problem` 409."""
    with suppress(NotFound):
        store().load(Callback, identity)
        raise AlreadyExists
    raise Problem(
        409,
        "call-owed",
        "This customer is promised a call for this reason already.",
        "Make that one, whose number is `callback`; to agree on another time, record `another-time`.",
        callback=ids.spoken(owed.id),
    )


def _called(principal: Principal, request: BookingRequest, case: str) -> tuple[Recipient, dict[str, Any]]:
    """The customer, who can be called. Raises `NotFound`, `NotPermitted`; `Problem` 409."""
    try:
        known, card = card_of(case)
    except NotYet:
        raise NotFound(request.case) from None
    require(principal, "callback.record", known.subjects)
    if known.no_calls:
        raise Problem(409, "no-calls", "This customer wants no calls.", "Write to them instead.")
    if "sms" not in recipient.channels(card):
        raise Problem(409, "no-number", "There is no number to call.", "Add one to their contact, or write to them.")
    return known, card


def _created(
    callback: Callback,
    line: Line,
    known: Recipient,
    card: dict[str, Any],
    cause: Cause,
    beside: Sequence[Item] = (),
) -> Callback:
    """Stored, unless something else has been wished for since they were read. Raises `AlreadyExists`, `Conflict`."""
    extra = [*pledged.pledging(callback, str(card["phone"])), *as_read(known, card), *beside]
    return store().create(callback, [line], cause, extra)


def agreed(request: TimeRequest, where: str, hours: Hours, now: datetime) -> CallWindow:
    """The time that staff agreed with a customer. Raises `Problem` 422 for one at which they are not to be rung."""
    at = request.agreed(where, now)
    if hours.wished and not hours.hold(at):
        raise fault(
            where,
            "outside-their-hours",
            "The customer has said at which hours they may be called, and this lies outside. Agree on a time within"
            " them; GET /staff/v1/wishes/ and the number of the case says which they are.",
        )
    if not hours.wished and not (hours.allow(at.since) or hours.allow(at.until)):
        raise fault(where, "night", "It is night there, or an hour at which nobody is rung: agree on a time by day.")
    return at


def choose(heard: Heard[CallTimeChosen]) -> None:
    """The customer chose a time. When it can't be any more, they are told again what is promised."""
    event = heard.event
    at = CallWindow(since=event.since, until=event.until)

    def decide(callback: Callback, known: Recipient, card: dict[str, Any], now: datetime) -> tuple[Callback, Line]:
        offset = callback.utc_offset if event.utc_offset is None else event.utc_offset
        hours, after = wishing.hours(card, offset), callback
        if now < at.until and (hours.hold(at) or not hours.wished):
            after = callbacks.chosen(callback, at, event.utc_offset, calendar(), now)
        return after, told(after, known, hours, now)

    _change(heard, event.callback, decide)


def stop(heard: Heard[CallsStopped]) -> None:
    """The customer wants this call no more."""
    _change(heard, heard.event.callback, lambda callback, _known, _card, now: given_up(callback, now))


def stop_all(heard: Heard[Any], case: str) -> None:
    """The customer wants no calls: those still promised are given up."""
    for identity in pledged.calls_to(case):
        _change(heard, identity, lambda callback, _known, _card, now: given_up(callback, now))


def keep_to_wishes(heard: Heard[Any], case: str) -> None:
    """The customer has said anew when they may be rung: what is promised outside of that is promised anew."""

    def decide(callback: Callback, known: Recipient, card: dict[str, Any], now: datetime) -> tuple[Callback, Line]:
        hours = wishing.hours(card, callback.utc_offset)
        after = callbacks.moved(callback, calendar(), hours, now)
        return after, told(after, known, hours, now)

    for identity in pledged.calls_to(case):
        _change(heard, identity, decide)


def keep_to_number(heard: Heard[Any], case: str) -> None:
    """The customer of a case is reached by another number: what may not ring there when it was promised, moves."""
    for identity in pledged.calls_to(case):
        _change(heard, identity, _move)


def keep_to_shelter(heard: Heard[Any], addresses: Iterable[str]) -> Iterator[Callback]:
    """Whoever is reached by these may be rung at other hours: so it is on whichever other case they were promised a
    call. Answers those that moved, when this was heard before as well.
    """
    for identity in dict.fromkeys(one for address in addresses for one in pledged.calls_by(address)):
        callback = store().load(Callback, identity)
        if callback.case == heard.event.case:
            continue
        moved = _change(heard, identity, _move, callback.case)
        if moved:
            yield moved


def _move(callback: Callback, known: Recipient, card: dict[str, Any], now: datetime) -> "Decided | None":
    """The call at hours at which its number may ring; None where it is at such already."""
    hours = wishing.hours(card, callback.utc_offset)
    after = callbacks.moved(callback, calendar(), hours, now)
    return (after, told(after, known, hours, now)) if after != callback else None


def given_up(callback: Callback, now: datetime) -> tuple[Callback, Line]:
    """The call after its customer wants it no more, and what tells of it."""
    over = CallbackGivenUp(callback=callback.id, case=callback.case, reason="not-wished")
    return callbacks.given_up(callback, "not-wished", now), Line(over)


def told(callback: Callback, known: Recipient, hours: Hours, now: datetime) -> Line:
    """What is told of a call that is promised: when, what else may be chosen, and sealed the word that is said."""
    at = callback.window or CallWindow(since=now, until=callback.owed.due if callback.owed else now)
    event = CallbackBooked(
        callback=callback.id,
        case=callback.case,
        reason=callback.reason,
        since=at.since,
        until=at.until,
        chosen=callback.chosen,
        daily=callback.daily,
        choices=tuple(one for one in window.offered(calendar(), hours, now) if one != at),
    )
    # Whoever has a complaint alone has no page that shows the word; whoever is erased has none at all.
    shown = known.about == "case" and known.salt is not None
    word = CallbackWord(word=watchword.watchword(callback, known.language))
    return Line(event, boxes={"intake": word.model_dump()} if shown else {})


Decided = tuple[Callback, Line]
Decide = Callable[[Callback, Recipient, dict[str, Any], datetime], Decided | None]


def _change(heard: Heard[Any], identity: str, decide: Decide, case: str = "") -> Callback | None:
    """Do what the customer wants of a call of this case, or the event's, that is still promised; once for this event.

    Answers it if that changed it, when it was heard before as well; None where nothing had to be changed.
    """
    now, changed, guard = utc_now(), list[Callback](), Guard(f"SEEN#{heard.id}")

    def write() -> Callback:
        callback = store().load(Callback, identity)
        if callback.state is not State.PROMISED or callback.case != (case or heard.event.case):
            return callback
        known, card = card_of(callback.case)
        decided = decide(callback, known, card, now)
        if decided is None:
            if store().was_done(Callback, identity, guard):
                raise AlreadyDone
            return callback
        after, line = decided
        changed.append(store().change(after, [line], heard.cause(now), guard, as_read(known, card)))
        return changed[-1]

    try:
        retrying(write)
    except AlreadyDone:
        return store().load(Callback, identity)
    return changed[-1] if changed else None
