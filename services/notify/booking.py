"""Booking: a call is promised to a customer, by an event or by staff, at a time that the customer may choose."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from services.notify import callback as callbacks
from services.notify import recipient, watchword, window
from services.notify.callback import Callback, State
from services.notify.cards import card_of
from services.notify.recipient import Recipient
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import Heard, NotYet
from shared.contracts.intake import CallsStopped, CallTimeChosen
from shared.contracts.notify import CallbackBooked, CallbackGivenUp, CallbackWord, CallWindow
from shared.http import Problem, Request, When, fault, key_used
from shared.policy import Principal, require
from shared.rules import calendar, pack
from shared.store import AlreadyDone, AlreadyExists, Cause, Guard, Line, NotFound, retrying
from shared.tables import store

_LONGEST = timedelta(hours=12)
_FURTHEST = timedelta(days=31)
"""Who asks to be called later than that is promised a call when it is nearer."""


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
    known, card = card_of(case)
    if known.no_calls or "sms" not in recipient.channels(card):
        return None
    identity = ids.number_from(vault.mac("number", heard.id))
    callback = callbacks.booked(identity, case, reason, pack(), calendar(), heard.at)
    line = told(callback, known, heard.at)
    with suppress(AlreadyExists):
        retrying(lambda: store().create(callback, [line], heard.cause(heard.at)))
    return callback.window


def by_staff(principal: Principal, request: BookingRequest, key: str, now: datetime, correlation: str) -> Callback:
    """Promise a call that staff agreed with the customer; under the same key once.

    Raises `NotFound`, `NotPermitted`; `Problem` 409 where nobody can be called.
    """
    require(principal, "callback.record")
    case = ids.heard(request.case)
    try:
        known, card = card_of(case or "")
    except NotYet:
        raise NotFound(request.case) from None
    require(principal, "callback.record", known.subjects)
    if known.no_calls:
        raise Problem(409, "no-calls", "This customer wants no calls.", "Write to them instead.")
    if "sms" not in recipient.channels(card):
        raise Problem(409, "no-number", "There is no number to call.", "Add one to their contact, or write to them.")
    at = request.at.agreed("/at", now) if request.at else None
    identity = ids.number_from(vault.mac("number", principal.id, key))
    callback = callbacks.booked(
        identity, known.id, request.reason, pack(), calendar(), now, at=at, daily=request.daily
    )
    try:
        cause = Cause(now, principal.id, correlation)
        return retrying(lambda: store().create(callback, [told(callback, known, now)], cause))
    except AlreadyExists:
        before = store().load(Callback, identity)
        if (before.case, before.reason, before.daily) != (known.id, request.reason, request.daily):
            raise key_used() from None
        return before


def choose(heard: Heard[CallTimeChosen]) -> None:
    """The customer chose a time. When it can't be any more, they are told again what is promised."""
    event = heard.event
    at = CallWindow(since=event.since, until=event.until)

    def decide(callback: Callback, known: Recipient, now: datetime) -> tuple[Callback, Line]:
        after = callbacks.chosen(callback, at, event.utc_offset, calendar(), now) if now < at.until else callback
        return after, told(after, known, now)

    _change(heard, event.callback, decide)


def stop(heard: Heard[CallsStopped]) -> None:
    """The customer wants this call no more."""

    def decide(callback: Callback, _known: Recipient, now: datetime) -> tuple[Callback, Line]:
        over = CallbackGivenUp(callback=callback.id, case=callback.case, reason="not-wished")
        return callbacks.given_up(callback, "not-wished", now), Line(over)

    _change(heard, heard.event.callback, decide)


def told(callback: Callback, known: Recipient, now: datetime) -> Line:
    """What is told of a call that is promised: when, what else may be chosen, and sealed the word that is said."""
    zone = callback.zone_in(calendar())
    at = callback.window or CallWindow(since=now, until=callback.owed.due if callback.owed else now)
    event = CallbackBooked(
        callback=callback.id,
        case=callback.case,
        reason=callback.reason,
        since=at.since,
        until=at.until,
        chosen=callback.chosen,
        daily=callback.daily,
        choices=tuple(one for one in window.offered(calendar(), zone, now) if one != at),
    )
    # Whoever has a complaint alone has no page that shows the word; whoever is erased has none at all.
    shown = known.about == "case" and known.salt is not None
    word = CallbackWord(word=watchword.watchword(callback, known.language))
    return Line(event, boxes={"intake": word.model_dump()} if shown else {})


def _change(
    heard: Heard[Any], identity: str, decide: Callable[[Callback, Recipient, datetime], tuple[Callback, Line]]
) -> None:
    """Do what the customer wants of a call that is still promised, once for this event."""
    now = utc_now()

    def write() -> Callback:
        callback = store().load(Callback, identity)
        if callback.state is not State.PROMISED or callback.case != heard.event.case:
            return callback
        after, line = decide(callback, card_of(callback.case)[0], now)
        return store().change(after, [line], heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)
