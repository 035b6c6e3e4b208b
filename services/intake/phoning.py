"""The log of telephone calls: every call has a number, whether or not a case comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import call as calls
from services.intake import notes, reported, reporting
from services.intake.call import Call
from services.intake.handling import identity_of
from shared import acting, ids, vault
from shared.acting import Change
from shared.commands import Command
from shared.contracts.intake import CallLate, CallWanted
from shared.http import Problem, Request, Text, fault
from shared.packs.pack import Calls
from shared.policy import Principal, require
from shared.promises import PromiseState
from shared.reach import Contact
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Cause, Line, retrying
from shared.tables import store

Words = Annotated[Text, Field(min_length=1, max_length=4000)]


class AnsweredRequest(Request):
    """A call was answered: after how many rings, and whether it is recorded, which the caller was told."""

    rings: Annotated[int, Field(ge=0, le=100, strict=True)]
    recorded: bool = False
    notice_given: bool = False


class NothingMore(Request):
    """Nothing to say."""


class MessageRequest(Request):
    """What whoever waited left as a message, and where to call them back; or that they did not want to."""

    wanted: bool
    text: Words | None = None
    phone: Annotated[Text, Field(min_length=3, max_length=32)] | None = None
    name: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    language: Literal["en", "ar", "zh"] = "en"


class EndRequest(Request):
    """It is over; the number of the case that came of it, if one did."""

    case: Annotated[str, Field(max_length=40)] | None = None


@dataclass(frozen=True)
class Talk:
    """One thing that happens on a call."""

    request: type[Request]
    do: Callable[[Call, Any, Calls, datetime], Call]


def rules() -> Calls:
    """How the organisation answers the telephone. Raises `Problem` where it has not said."""
    found = pack().calls
    if found is None:
        raise Problem(409, "no-calls", "The organisation says nothing of calls.", "Key in what was said.")
    return found


TALKS: dict[str, Talk] = {
    "hold": Talk(NothingMore, lambda call, _, known, now: calls.held(call, known, calendar(), now)),
    "reassure": Talk(NothingMore, lambda call, _, known, now: calls.reassured(call, known, calendar(), now)),
    "back": Talk(NothingMore, lambda call, _, __, now: calls.back(call, now)),
    "message": Talk(MessageRequest, lambda call, _, __, now: calls.offered(call, now)),
    "stay": Talk(NothingMore, lambda call, _, __, now: calls.stayed(call, now)),
    "second-line": Talk(NothingMore, lambda call, _, __, now: calls.handed_on(call, now)),
    "end": Talk(
        EndRequest,
        lambda call, request, _, now: calls.ended(call, identity_of(request.case) if request.case else None, now),
    ),
}


def take(principal: Principal, request: AnsweredRequest, key: str, cause: Cause) -> dict[str, Any]:
    """Log that a call was answered; under the same key once."""
    require(principal, "call.log")
    if request.recorded and not request.notice_given:
        raise fault("/notice_given", "no_notice", "Tell the caller that the call is recorded, or do not record it.")
    identity = ids.number_from(vault.mac("call", principal.id, key))
    call = calls.answered(
        identity, principal.id, request.rings, rules(), calendar(), cause.at, recorded=request.recorded
    )
    try:
        stored = retrying(lambda: store().create(call, [Line(notes.CallAnswered(rings=request.rings))], cause))
    except AlreadyExists:
        stored = store().load(Call, identity)
    return facts(stored)


def go_on(
    principal: Principal, number: str, what: str, command: Command, request: Request, cause: Cause
) -> dict[str, Any]:
    """Something happens on a call: one of `TALKS`, once."""
    require(principal, "call.log")
    case = _left(request, command, cause) if isinstance(request, MessageRequest) and request.wanted else None

    def decide(call: Call) -> Change[Call]:
        try:
            after = TALKS[what].do(call, request, rules(), cause.at)
        except calls.IllegalMove as error:
            raise Problem(
                409,
                "illegal-move",
                f"A call that is {error.state} can't do that.",
                f"Possible now: {', '.join(error.allowed) or 'nothing'}.",
                allowed=list(error.allowed),
            ) from None
        lines = [Line(notes.CallWentOn(what=what, state=str(after.state)))]
        if case:
            after = after.model_copy(update={"case": case})
            lines.append(Line(CallWanted(case=case, reason="message")))
        return Change(after, lines)

    return acting.carry_out(Call, identity_of(number), command, cause, decide, facts)


def read(principal: Principal, number: str) -> dict[str, Any]:
    require(principal, "call.read")
    call, events = store().history(Call, identity_of(number))
    return {
        **facts(call),
        "promises": [
            {"what": one.name, "due": one.due.isoformat(), "state": one.state.value, "role": one.role}
            for one in call.promises
        ],
        "events": [{"at": one.at.isoformat(), "what": one.type, "facts": one.data} for one in events],
    }


def look(number: str, now: datetime) -> None:
    """A tick: whoever waits too long, or talks too long, is seen to by somebody else."""
    call = store().load(Call, number)
    after, misses = calls.late(call, pack().rungs(), calendar(), now)
    lines = [
        Line(CallLate(call=call.id, promise=one.broken.name, role=one.successor.role, operator=call.operator))
        for one in misses
    ]
    if lines:
        store().change(after, lines, Cause(now, "clock", f"tick:{call.id}:{call.seq}"))


def facts(call: Call) -> dict[str, Any]:
    """What every answer about a call says."""
    owed = min(
        (one for one in call.promises if one.state is PromiseState.OPEN), key=lambda one: one.due, default=None
    )
    return {
        "call": ids.spoken(call.id),
        "state": str(call.state),
        "answered": call.answered.isoformat(),
        "rings": call.rings,
        "in_time": call.in_time,
        "recorded": call.recorded,
        "case": ids.spoken(call.case) if call.case else None,
        "held": call.held,
        "reassured": call.reassured,
        "ended": call.ended.isoformat() if call.ended else None,
        "owed": {"what": owed.name, "due": owed.due.isoformat()} if owed else None,
    }


def _left(request: MessageRequest, command: Command, cause: Cause) -> str:
    """The message as a case of its own, so that nothing that was said is lost."""
    if not (request.text and request.phone):
        raise fault("/text", "missing", "Write down the message and the number to call back.")
    said = reported.KeyedReportRequest(
        description=request.text,
        contact=Contact(name=request.name, phone=request.phone),
        language=request.language,
        channel="phone",
        facts={},
        read_back=True,
    )
    receipt = reporting.report(said, f"message-{command.key}", cause.at, cause.correlation, cause.actor)
    return receipt.number
