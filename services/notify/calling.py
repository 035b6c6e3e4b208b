"""Callbacks: booked when a message can't be delivered or a customer was not satisfied, worked off by operators."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from services.notify import callback as callbacks
from services.notify import notes, recipient, wishes, wishing
from services.notify.callback import Callback, GiveUpReason, Outcome
from services.notify.cards import card_of
from services.notify.recipient import Recipient
from shared import ids, vault
from shared.commands import Command
from shared.consumer import Heard
from shared.contracts import Event
from shared.contracts.notify import CallbackGivenUp, CallbackMissed, CallbackReached
from shared.http import Problem, Request, fault
from shared.logs import log
from shared.place import Place
from shared.policy import Principal, require
from shared.promises import PromiseState
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Cause, Line, NotFound, retrying
from shared.tables import store

PAGE = 50
_HORIZON = timedelta(days=3650)


class OutcomeRequest(Request):
    """How the call went. `reason` goes with `given-up`, and only with it."""

    outcome: Outcome
    reason: GiveUpReason | None = None


def book(heard: Heard[Any], case: str, reason: str) -> datetime | None:
    """Promise the customer of a case a call, once for this event.

    Answers by when; None without a number, and to whoever wants no calls.
    """
    known, card = card_of(case)
    if known.no_calls or "sms" not in recipient.channels(card):
        return None
    identity = ids.number_from(vault.mac("number", heard.id))
    callback = callbacks.booked(identity, case, reason, pack(), calendar(), heard.at)
    with suppress(AlreadyExists):
        retrying(lambda: store().create(callback, [Line(notes.CallbackBooked(reason=reason))], heard.cause(heard.at)))
    return callback.promises[0].due


def worklist(principal: Principal, now: datetime, after: Place | None = None) -> dict[str, Any]:
    """Calls that are owed, the soonest due first; at most a page. What the reader may not see leaves no gap."""
    require(principal, "callback.read")
    found: list[tuple[Place, Callback]] = []
    while len(found) <= PAGE:
        places = store().due(Callback.KIND, now + _HORIZON, PAGE, after)
        found += _visible(principal, places)
        if len(places) < PAGE:
            break
        after = places[-1]
    page = found[:PAGE]
    return {
        "callbacks": [_facts(callback) for _, callback in page],
        "next": page[-1][0].mark if len(found) > PAGE else None,
    }


def read(principal: Principal, number: str) -> dict[str, Any]:
    """One callback with whom to call."""
    require(principal, "callback.record")
    callback = _let(principal, "callback.record", _identity(number))
    known, card = card_of(callback.case)
    return {
        **_facts(callback),
        "call": {"name": card.get("name"), "phone": card.get("phone"), "language": known.language},
        "safe_contact": wishes.for_caller(wishing.wishes_of(card), wishing.house()),
    }


def record(
    principal: Principal,
    number: str,
    command: Command,
    request: OutcomeRequest,
    now: datetime,
    correlation: str,
) -> dict[str, Any]:
    """Keep how a call went. Giving up is for those who lead, with a reason."""
    require(principal, "callback.record")
    if request.outcome is Outcome.GIVEN_UP:
        require(principal, "callback.give-up")
    if (request.outcome is Outcome.GIVEN_UP) != (request.reason is not None):
        raise fault("/reason", "reason", "Send a reason with the outcome given-up, and only with it.")
    identity = _identity(number)
    stored: list[Callback] = []

    def act() -> Callback:
        callback = _let(principal, "callback.record", identity)
        try:
            after, event = _after(callback, request, now)
        except callbacks.IllegalMove as illegal:
            command.raise_if_done(Callback, identity)
            raise Problem(
                409,
                "illegal-move",
                f"This call is settled already: {illegal.state}.",
                "Nothing is possible now.",
                allowed=list(callbacks.MOVES[illegal.state]),
            ) from None
        cause = Cause(now, principal.id, correlation)
        stored.append(store().change(after, [Line(event)], cause, command.guard(_facts(after))))
        return stored[-1]

    before_answer = command.once(Callback, identity, act)
    return before_answer if before_answer is not None else _facts(stored[-1])


def _after(callback: Callback, request: OutcomeRequest, now: datetime) -> tuple[Callback, Event]:
    """The callback after this outcome, and what tells of it. Raises `IllegalMove`."""
    if request.reason is not None:
        return callbacks.given_up(callback, request.reason, now), CallbackGivenUp(
            callback=callback.id, case=callback.case, reason=request.reason
        )
    if request.outcome is Outcome.REACHED:
        return callbacks.reached(callback, now), CallbackReached(callback=callback.id, case=callback.case)
    return callbacks.unanswered(callback, pack(), calendar(), now), notes.CallTried()


def look(identity: str, now: datetime) -> None:
    """A call that did not happen in time goes up the ladder; nobody is left to be called who was erased."""
    callback = store().load(Callback, identity)
    if card_of(callback.case)[0].salt is None:
        over = CallbackGivenUp(callback=callback.id, case=callback.case, reason="not-wished")
        cause = Cause(now, "clock", f"tick:{callback.id}:{callback.seq}")
        store().change(callbacks.given_up(callback, "not-wished", now), [Line(over)], cause)
        return
    after, misses = callbacks.late(callback, pack(), calendar(), now)
    if misses:
        told = CallbackMissed(callback=callback.id, case=callback.case)
        store().change(after, [Line(told)], Cause(now, "clock", f"tick:{callback.id}:{callback.seq}"))


def _visible(principal: Principal, places: Sequence[Place]) -> Iterator[tuple[Place, Callback]]:
    """Those of them whose customer does not complain about the reader, or their unit."""
    calls = {one.id: one for one in store().load_many(Callback, [place.id for place in places])}
    cases = sorted({one.case for one in calls.values()})
    subjects = {one.id: one.subjects for one in store().load_many(Recipient, cases)}
    for place in places:
        call = calls.get(place.id)
        if call and not principal.is_subject(subjects.get(call.case, ())):
            yield place, call


def _let(principal: Principal, permit: str, identity: str) -> Callback:
    """The callback, unless its customer complains about whoever asks. Raises `NotFound`, `NotPermitted`."""
    callback = store().load(Callback, identity)
    known = store().load(Recipient, callback.case)
    if principal.is_subject(known.subjects):
        log().warning("subject turned away", callback=callback.id, staff=principal.id, action=permit)
    require(principal, permit, known.subjects)
    return callback


def _identity(number: str) -> str:
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity


def _facts(callback: Callback) -> dict[str, Any]:
    owed = next((one for one in callback.promises if one.state is PromiseState.OPEN), None)
    return {
        "number": ids.spoken(callback.id),
        "case": ids.spoken(callback.case),
        "reason": callback.reason,
        "state": str(callback.state),
        "tries": callback.tries,
        "owed_by": owed.role if owed else None,
        "due": owed.due.isoformat() if owed else None,
    }
