"""Callbacks as operators work them off: what is owed, what to say, how it went; and what becomes of those missed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from services.notify import booking, entrance, notes, whom, window, wishes, wishing
from services.notify import callback as callbacks
from services.notify.booking import TimeRequest
from services.notify.callback import UNANSWERED, Callback, GiveUpReason, Outcome, State
from services.notify.cards import as_read, card_of
from services.notify.hours import Because, Hours
from services.notify.recipient import Recipient
from services.notify.script import script
from shared import ids
from shared.commands import Command
from shared.contracts.notify import CallbackGivenUp, CallbackMissed, CallbackReached
from shared.http import Problem, Request, Text, fault
from shared.logs import log
from shared.place import Place
from shared.policy import Principal, require
from shared.promises import PromiseState
from shared.rules import calendar, pack
from shared.store import Cause, Line, NotFound, retrying
from shared.tables import store

PAGE = 50
_WHY: Mapping[Because, str] = {"safe": "not-safe", "quiet": "quiet-hours", "day": "night"}
"""Why somebody may not be rung now, by what their hours are there for."""
_HORIZON = timedelta(days=3650)


Words = Annotated[Text, Field(min_length=1, max_length=2000)]


class OutcomeRequest(Request):
    """How the call went. `reason` goes with `given-up`, and only with it; `at` with `another-time`.

    `said` and `promised` are for whoever calls next: what was talked about, and what the desk said it would do.
    They go with every outcome but `given-up`.
    """

    outcome: Outcome
    reason: GiveUpReason | None = None
    at: TimeRequest | None = None
    said: Words | None = None
    promised: Words | None = None
    word_said: bool | None = None


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
        "callbacks": [{**_facts(callback), "now": _now(callback, now)} for _, callback in page],
        "next": page[-1][0].mark if len(found) > PAGE else None,
    }


def read(principal: Principal, number: str, now: datetime) -> dict[str, Any]:
    """One callback with whom to call and what to say, and whether they may be rung now."""
    require(principal, "callback.record")
    identity = _identity(number)
    _let(principal, "callback.record", identity)
    callback, events = store().history(Callback, identity)
    known, card = card_of(callback.case)
    said, hours = wishing.wishes_of(card), wishing.hours(card, callback.utc_offset)
    heed, ringing = wishes.for_caller(said, wishing.house()), _now(callback, now, hours)
    hidden = whom.is_hidden(principal, callback, card, said)
    return {
        **_facts(callback),
        "now": ringing,
        "contact_hidden": hidden,
        "taken": whom.taken(events),
        "call": whom.reached(card, known.language, hidden=hidden),
        "script": None if hidden else script(callback, events, known, card, heed, ringing["why"]),
        "safe_contact": {**heed, "word": ""} if heed and hidden else heed,
    }


def take(principal: Principal, number: str, now: datetime, correlation: str) -> dict[str, Any]:
    """Whoever asks is about to make this call: it is on record, and they are answered whom it reaches."""
    require(principal, "callback.record")
    identity = _identity(number)

    def write() -> Callback:
        callback = _let(principal, "callback.record", identity)
        if callback.taken_by == principal.id:
            return callback
        try:
            after = callbacks.taken(callback, principal.id)
        except callbacks.IllegalMove as illegal:
            raise _settled(illegal) from None
        return store().change(after, [Line(notes.CallTaken())], Cause(now, principal.id, correlation))

    retrying(write)
    return read(principal, number, now)


def book(
    principal: Principal, request: booking.BookingRequest, key: str, now: datetime, correlation: str
) -> dict[str, Any]:
    """Promise a call that was agreed with the customer."""
    return _facts(booking.by_staff(principal, request, key, now, correlation))


def give_way_in(principal: Principal, number: str, now: datetime, correlation: str) -> dict[str, Any]:
    """Number and secret for the customer, whom no message may bring them. Raises `Problem` 409."""
    require(principal, "callback.record")
    callback = _let(principal, "callback.record", _identity(number))
    return entrance.hand_over(callback, principal, Cause(now, principal.id, correlation))


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
    if request.outcome is Outcome.GIVEN_UP and (request.said or request.promised):
        where = "/said" if request.said else "/promised"
        raise fault(where, "no_call", "Who gives up made no call: send what was said with the call it was said on.")
    if (request.outcome is Outcome.ANOTHER_TIME) != (request.at is not None):
        raise fault("/at", "at", "Send the time with the outcome another-time, and only with it.")
    identity = _identity(number)
    stored: list[Callback] = []

    def act() -> Callback:
        callback = _let(principal, "callback.record", identity)
        if callback.is_doubled(request.outcome, now):
            command.raise_if_done(Callback, identity)
            raise Problem(
                409,
                "said-already",
                "This was said of the call a moment ago, and counts once.",
                "Nothing has to be said. After another call, send what came of that.",
            )
        _must_be_theirs(callback, principal, request.outcome)
        known, card = card_of(callback.case)
        try:
            after, lines = _after(callback, known, wishing.hours(card, callback.utc_offset), request, now)
            after = after.said(request.outcome, now)
        except callbacks.IllegalMove as illegal:
            command.raise_if_done(Callback, identity)
            raise _settled(illegal) from None
        cause = Cause(now, principal.id, correlation)
        guard, checked = command.guard(_facts(after)), as_read(known, card)
        stored.append(store().change(after, lines, cause, guard, checked, salt=known.salt))
        return stored[-1]

    before_answer = command.once(Callback, identity, act)
    return before_answer if before_answer is not None else _facts(stored[-1])


def _must_be_theirs(callback: Callback, principal: Principal, outcome: Outcome) -> None:
    """What came of a call says whoever made it; and who has to get their way in was not reached without it."""
    if outcome is Outcome.GIVEN_UP:
        return
    if callback.taken_by not in {"", principal.id}:
        raise Problem(
            409, "taken", "Somebody else makes this call.", "Leave it to them, or take it and make it yourself."
        )
    if outcome is Outcome.REACHED and entrance.is_owed(callback):
        raise Problem(
            409,
            "way-in-owed",
            "They still have neither their number nor their secret, and no message may bring them.",
            "Take the call, ask for the way in, read it to them; then say that they were reached.",
        )


def _settled(illegal: callbacks.IllegalMove) -> Problem:
    return Problem(
        409,
        "illegal-move",
        f"This call is settled already: {illegal.state}.",
        "Nothing is possible now.",
        allowed=list(callbacks.MOVES[illegal.state]),
    )


def _after(
    callback: Callback, known: Recipient, hours: Hours, request: OutcomeRequest, now: datetime
) -> tuple[Callback, list[Line]]:
    """The callback after this outcome, and what tells of it. Raises `IllegalMove`."""
    if request.reason is not None:
        over = CallbackGivenUp(callback=callback.id, case=callback.case, reason=request.reason)
        return callbacks.given_up(callback, request.reason, now), [Line(over)]
    after = _called(callback, hours, request, now).changed(taken_by="")
    lines = [_kept(callback, after, known, request)]
    if request.outcome is Outcome.REACHED:
        lines.append(Line(CallbackReached(callback=callback.id, case=callback.case)))
    if after.state is State.PROMISED:
        lines.append(booking.told(after, known, hours, now))
    return after, lines


def _called(callback: Callback, hours: Hours, request: OutcomeRequest, now: datetime) -> Callback:
    if request.at is not None:
        return callbacks.postponed(callback, booking.agreed(request.at, "/at", hours, now), calendar(), now)
    if request.outcome in UNANSWERED:
        return callbacks.unanswered(callback, pack(), calendar(), hours, now)
    if request.outcome is Outcome.WRONG_NUMBER:
        return callbacks.unreachable(callback, pack(), calendar(), hours, now)
    return callbacks.reached(callback, calendar(), hours, now)


def _kept(callback: Callback, after: Callback, known: Recipient, request: OutcomeRequest) -> Line:
    """What is kept of a call that was made: of somebody who was erased, not what they said."""
    words = {"said": request.said, "promised": request.promised}
    private = {name: text for name, text in words.items() if text} if known.salt else {}
    if request.outcome is Outcome.REACHED:
        return Line(notes.CallMade(word_said=request.word_said), private=private or None)
    counted = after.tries > callback.tries
    return Line(notes.CallTried(outcome=request.outcome, counted=counted), private=private or None)


def look(identity: str, now: datetime) -> None:
    """A call that did not happen in time goes up the ladder; nobody is left to be called who was erased."""
    callback = store().load(Callback, identity)
    if callback.state is not callbacks.State.PROMISED:
        return  # two ticks at once: the other one has given it up
    known, card = card_of(callback.case)
    if known.salt is None:
        over = CallbackGivenUp(callback=callback.id, case=callback.case, reason="not-wished")
        cause = Cause(now, "clock", f"tick:{callback.id}:{callback.seq}")
        store().change(callbacks.given_up(callback, "not-wished", now), [Line(over)], cause)
        return
    hours = wishing.hours(card, callback.utc_offset)
    after, misses = callbacks.late(callback, pack(), calendar(), hours, now)
    if misses:
        missed = CallbackMissed(callback=callback.id, case=callback.case)
        lines = [Line(missed), booking.told(after, known, hours, now)]
        cause = Cause(now, "clock", f"tick:{callback.id}:{callback.seq}")
        store().change(after, lines, cause, extra=as_read(known, card))


def _now(callback: Callback, now: datetime, hours: Hours | None = None) -> dict[str, Any]:
    """Whether the customer may be rung now; if not, why, and from when. Without `hours`: as far as the call says.

    A list says of nobody what they wished for: it says that another time was promised.
    """
    known = hours or wishing.hours({}, callback.utc_offset)
    if callback.state is not State.PROMISED:
        return {"ring": False, "why": "settled", "from": None}
    if callback.only_then and callback.window and not callback.window.since <= now < callback.window.until:
        why, since = "another-time", callback.window.since if now < callback.window.since else None
    elif (hours or not callback.only_then) and not known.allow(now):
        why = _WHY[known.because]
        since = next((one.since for one in known.stretches(now, now + window.AHEAD)), None)
    else:
        return {"ring": True, "why": None, "from": None}
    return {"ring": False, "why": why, "from": since.isoformat() if since else None}


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
        "undelivered": list(callback.undelivered),
        "state": str(callback.state),
        "tries": callback.tries,
        "calls": callback.calls,
        "daily": callback.daily,
        "chosen": callback.chosen,
        "taken_by": callback.taken_by or None,
        "promised": callback.window.model_dump(mode="json") if callback.window else None,
        "try": callback.plan.model_dump(mode="json") if callback.plan and owed else None,
        "utc_offset": callback.utc_offset,
        "owed_by": owed.role if owed else None,
        "due": owed.due.isoformat() if owed else None,
    }
