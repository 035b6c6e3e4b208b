"""Waiting for a call: the customer chooses when they are called, among the times that they were offered, or that they
are not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.intake import awaited
from services.intake.awaited import AwaitedCall, NoSuchCall, NotOffered
from services.intake.case import Case
from services.intake.handling import Draft
from services.intake.notes import CallPromised
from services.intake.writing import write
from shared import ids
from shared.clock import utc_now
from shared.contracts.intake import CallsStopped, CallTimeChosen
from shared.contracts.notify import ASLEEP, RAISED, CallWindow
from shared.http import Problem, Request, When, fault
from shared.store import Audience, Recorded
from shared.tables import store


class CallRequest(Request):
    """When the customer wants to be called: `since` begins a time that was offered; or `stop`: not at all.

    `callback` says which call, when several are promised. `utc_offset`, in minutes, says how far their clock is
    ahead of UTC: nobody is called before eight or after nine at night.
    """

    callback: Annotated[str, Field(max_length=40)] | None = None
    since: When | None = None
    stop: bool = False
    utc_offset: Annotated[int, Field(ge=-12 * 60, le=14 * 60, strict=True)] | None = None


def choose(draft: Draft, request: CallRequest) -> None:
    """When, or that they are not called."""
    if (request.since is None) != request.stop:
        raise fault("/since", "since", "Send `since`, one of the times that are offered, or `stop`: true.")
    calls = draft.case.calls
    try:
        call = awaited.found(calls, ids.heard(request.callback) if request.callback else None)
    except NoSuchCall:
        raise Problem(409, "no-call", "No call is promised to you now.", _instead(draft)) from None
    write(draft)
    if request.stop:
        draft.case = draft.case.no_longer_awaiting(call.callback, call.heard)
        draft.tell(CallsStopped(case=draft.case.id, callback=call.callback), Audience.CUSTOMER)
        return
    chosen = _chosen(call, request, draft.now)
    draft.set(calls=awaited.promised(calls, chosen))
    told = CallTimeChosen(
        case=draft.case.id,
        callback=call.callback,
        since=chosen.since,
        until=chosen.until,
        utc_offset=request.utc_offset,
    )
    draft.tell(told, Audience.CUSTOMER)


def _instead(draft: Draft) -> str:
    """How whoever wants to be called says so."""
    where = "Ask your question" if draft.pack.clocks.reply else "Add what you want to say"
    return f"{where} where you follow your case, or ring us; whoever has your case can promise you a call."


def _chosen(call: AwaitedCall, request: CallRequest, now: datetime) -> AwaitedCall:
    try:
        chosen = call.at(request.since or now, request.utc_offset, now)
    except NotOffered:
        raise fault("/since", "since", "This time is not offered, or no longer: choose one that is.") from None
    if chosen.zone is None:
        return chosen  # what is offered is right for where the desk knows them to be
    since, until = (at.astimezone(chosen.zone).time() for at in (chosen.since, chosen.until))
    if not RAISED <= since < until <= ASLEEP:
        raise fault("/since", "night", "It is night there at that time: choose another one.")
    return chosen


def promised_calls(case: Case, events: Sequence[Recorded]) -> tuple[dict[str, Any], ...]:
    """The calls that a case's customer waits for, with the word that each caller says."""
    now = utc_now()
    return tuple(
        {
            "callback": ids.spoken(call.callback),
            "since": call.since.isoformat(),
            "until": call.until.isoformat(),
            "chosen": call.chosen,
            "daily": call.daily,
            "utc_offset": call.utc_offset,
            "word": _word(case, call, events),
            "choices": [_shown(one) for one in call.choices_at(now)],
        }
        for call in case.calls
    )


def _shown(window: CallWindow) -> dict[str, str]:
    return {"since": window.since.isoformat(), "until": window.until.isoformat()}


def already_told(case: Case, call: AwaitedCall, word: str | None) -> AwaitedCall | None:
    """What the customer was told of this call, when that is all that there is to tell: its time and its word.

    Of an erased case no word is left to compare, and nobody to tell.
    """
    known = next((one for one in case.calls if one.is_as(call)), None)
    if known is None or case.salt is None:
        return known
    _, events = store().history(Case, case.id)
    return known if _word(case, known, events) == word else None


def _word(case: Case, call: AwaitedCall, events: Sequence[Recorded]) -> str | None:
    for event in reversed(events):
        told = event.data.get("callback"), event.data.get("sequence", 0)
        if event.type == CallPromised.detail_type() and told == (call.callback, call.told):
            word = event.private(case.salt).get("word")
            return str(word) if word else None
    return None
