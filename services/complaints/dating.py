"""The dates of a complaint's promises: moved, stopped and resumed, each for a reason that the customer reads."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.complaints import notes, steps
from services.complaints.accepting import Short
from services.complaints.complaint import ANSWER, Move
from services.complaints.draft import Draft
from services.complaints.handling import Act, of_promise
from shared import promises
from shared.http import HORIZON, Request
from shared.newdate import NewDate
from shared.policy import Principal
from shared.store import Audience
from shared.worktime import EndlessError


class MovePromiseRequest(NewDate):
    """Another date for the promise of this name; the customer is told."""

    promise: Annotated[str, Field(max_length=40)]


Names = Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(min_length=1, max_length=20)]


class PauseRequest(Request):
    """The promises whose clocks stand still from now, and why: the customer reads it where they are theirs."""

    promises: Names
    reason: Short


class ResumeRequest(Request):
    """The promises whose clocks go on, with what was left of them."""

    promises: Names


def move_promise(draft: Draft, principal: Principal, request: MovePromiseRequest) -> None:
    """Give a promise another date before it passes; the customer is told of what was promised to them."""
    name, complaint = request.promise, draft.complaint
    to: datetime | dict[str, int] = request.to or dict(request.within or {})
    was = next((one.due for one in complaint.promises if one.name == name and one.open), None)
    made = promises.move(complaint.promises, name, to, draft.book.calendar, draft.now, request.reason, principal.id)
    draft.complaint = complaint.promising(made)
    due = next(one.due for one in made if one.name == name and one.open)
    if due > draft.now + HORIZON:
        raise EndlessError("beyond ten years")
    was = was or due
    if not steps.is_for_customer(name, draft.book):
        draft.tell(notes.DateMoved(promise=name, was_due=was, due=due), private={"text": request.reason})
        return
    draft.moved(name, was, due, request.reason)


def pause(draft: Draft, _principal: Principal, request: PauseRequest) -> None:
    """Stop the clocks of promises that nobody here can keep for now: documents are awaited, the site is closed."""
    made, now = draft.complaint.promises, draft.now
    can = sorted({one.name for one in made if one.running and one.due > now})
    for name in dict.fromkeys(request.promises):
        try:
            made = promises.pause(made, name, now, request.reason)
        except promises.Refusal as error:
            raise of_promise(error, allowed=can) from None
    draft.complaint = draft.complaint.promising(made)
    draft.tell(
        notes.ClocksStopped(promises=request.promises), _audience(draft, request.promises), {"text": request.reason}
    )


def resume(draft: Draft, _principal: Principal, request: ResumeRequest) -> None:
    """Let clocks go on where they stopped; the customer is told of the dates that this gives to what is theirs."""
    before, book = draft.complaint, draft.book
    made = before.promises
    can = sorted({one.name for one in made if one.paused})
    for name in dict.fromkeys(request.promises):
        try:
            made = promises.resume(made, name, book.calendar, draft.now)
        except promises.Refusal as error:
            raise of_promise(error, allowed=can) from None
    draft.complaint = before.promising(made)
    if ANSWER in request.promises:  # whoever classified it meanwhile could not change a clock that stood still
        draft.complaint = steps.answer_again(draft.complaint, book, draft.now)
    draft.tell(notes.ClocksResumed(promises=request.promises), _audience(draft, request.promises))
    for was, one in zip(before.promises, draft.complaint.promises, strict=True):
        if was.paused and not one.paused and was.due != one.due and steps.is_for_customer(one.name, book):
            draft.moved(one.name, was.due, one.due, was.pauses[-1].reason)


def _audience(draft: Draft, names: tuple[str, ...]) -> Audience:
    return Audience.CUSTOMER if any(steps.is_for_customer(one, draft.book) for one in names) else Audience.STAFF


ACTS: dict[str, Act[Any]] = {
    "move": Act("complaint.decide", Move.RECORD, MovePromiseRequest, move_promise),
    "pause": Act("complaint.decide", Move.RECORD, PauseRequest, pause),
    "resume": Act("complaint.decide", Move.RECORD, ResumeRequest, resume),
}
