"""Calls that a customer was promised, as they see them: when, which word the caller says, other times to choose."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.notify import booking, pledged, watchword, window, wishing
from services.notify import callback as callbacks
from services.notify.callback import Callback, State
from services.notify.cards import as_read, card_of
from services.notify.recipient import Recipient
from shared import ids
from shared.contracts.notify import CallWindow
from shared.http import Problem, Request, When, fault
from shared.rules import calendar
from shared.store import Cause, Line, NotFound, retrying
from shared.tables import store


class CallRequest(Request):
    """When the customer wants to be called: `since` begins a time that was offered; or `stop`: not at all.

    `callback` says which call. `utc_offset`, in minutes, says how far their clock is ahead of UTC.
    """

    callback: Annotated[str, Field(max_length=40)]
    since: When | None = None
    stop: bool = False
    utc_offset: Annotated[int, Field(ge=-12 * 60, le=14 * 60, strict=True)] | None = None


def promised(known: Recipient, card: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The calls that a customer waits for, the next one first."""
    found = (store().load(Callback, one) for one in pledged.calls_to(known.id))
    waiting = [one for one in found if one.state is State.PROMISED and one.window]
    return [_shown(one, known, card, now) for one in sorted(waiting, key=lambda one: (_since(one), one.id))]


def choose(case: str, request: CallRequest, now: datetime, correlation: str) -> None:
    """When, or that they are not called. The same again changes nothing. Raises `Problem`."""
    if (request.since is None) != request.stop:
        raise fault("/since", "since", "Send `since`, one of the times that are offered, or `stop`: true.")
    identity = ids.heard(request.callback) or ""

    def write() -> Callback:
        callback = _promised(identity, case)
        known, card = card_of(case)
        after, line = _after(callback, known, card, request, now)
        if after == callback:
            return callback
        cause = Cause(now, "customer", correlation)
        return store().change(after, [line], cause, extra=as_read(known, card))

    retrying(write)


def _after(
    callback: Callback, known: Recipient, card: dict[str, Any], request: CallRequest, now: datetime
) -> tuple[Callback, Line]:
    if request.since is None:
        return booking.given_up(callback, now)
    offset = callback.utc_offset if request.utc_offset is None else request.utc_offset
    hours = wishing.hours(card, offset)
    at = window.from_then(calendar(), hours, request.since, now)
    if at is None:
        raise fault("/since", "since", "This time is not offered, or no longer: choose one that is.")
    same = callback.chosen and callback.window == at and callback.utc_offset == offset
    after = callback if same else callbacks.chosen(callback, at, offset, calendar(), now)
    return after, booking.told(after, known, hours, now)


def _promised(identity: str, case: str) -> Callback:
    """The call that this customer is promised. Raises `Problem` 409."""
    try:
        callback = store().load(Callback, identity)
    except NotFound:
        callback = None
    if callback is None or callback.case != case or callback.state is not State.PROMISED:
        raise Problem(409, "no-call", "This call is not promised to you now.", "Look which calls are.")
    return callback


def _shown(callback: Callback, known: Recipient, card: dict[str, Any], now: datetime) -> dict[str, Any]:
    at = callback.window or CallWindow(since=now, until=now)
    offered = window.offered(calendar(), wishing.hours(card, callback.utc_offset), now)
    return {
        "callback": ids.spoken(callback.id),
        **at.model_dump(mode="json"),
        "chosen": callback.chosen,
        "daily": callback.daily,
        "utc_offset": callback.utc_offset,
        "word": watchword.watchword(callback, known.language),
        "choices": [one.model_dump(mode="json") for one in offered if one != at],
    }


def _since(callback: Callback) -> datetime:
    return callback.window.since if callback.window else callback.promises[-1].due
