"""What a customer does with the number and secret of a complaint: follow it, confirm, ask for rework, wish."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, SerializeAsAny

from services.complaints import contacting, notes, shelf, views, working
from services.complaints.accepting import Words
from services.complaints.complaint import Complaint, IllegalMove, Move
from services.complaints.draft import Draft
from shared import ids, vault
from shared.acting import Change, carry_out
from shared.commands import Command
from shared.http import Problem, Request, fault
from shared.policy import Principal
from shared.store import Audience, Cause, NotFound, Recorded
from shared.tables import store

# What an unknown number is compared with, so that it takes the time that a wrong secret takes.
_NOBODY = "0" * 44
_CONFLICT = 409
_WAYS = {
    "confirm": "to confirm or correct what is on record",
    "rework": "to ask for it to be handled again",
    "wish": "to wish for no calls",
}
_CUSTOMER = Principal(id="customer", roles=frozenset())


class ConfirmRequest(Request):
    """What is on record is what was said; or `correction` says what was really said."""

    correction: Words | None = None
    records: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=1000)] | None = None
    """Those that they were shown; left out: all that wait for their word."""


class _Deed(BaseModel):
    """One of `ACTS`, and what was sent with it: another act under the same key is another request."""

    act: str
    asked: SerializeAsAny[Request]


class WishRequest(Request):
    """No calls from now on; once said it stays."""

    calls: bool


def follow(number: str, secret: str, language: str | None = None) -> dict[str, Any]:
    """The complaint, for whoever holds its secret, in `language` or its own.

    Raises `NotFound` for a wrong number and a wrong secret alike.
    """
    complaint, events = _open(number, secret)
    return views.for_customer(complaint, events, shelf.book(), language)


def confirm(draft: Draft, request: ConfirmRequest) -> None:
    """What is on record is confirmed, with what they corrected."""
    complaint = draft.complaint
    shown = views.to_confirm(complaint) if request.records is None else request.records
    open_records = tuple(one for one in views.to_confirm(complaint) if one in shown)
    if not open_records:
        raise Problem(409, "nothing-to-confirm", "Nothing on record waits for your word.")
    draft.set(confirmed=(*complaint.confirmed, *open_records))
    draft.tell(
        notes.RecordConfirmed(records=open_records, corrected=request.correction is not None),
        Audience.CUSTOMER,
        {"text": request.correction} if request.correction else None,
    )


def rework(draft: Draft, request: working.ReworkRequest) -> None:
    draft.set(state=draft.complaint.moved(Move.REWORK).state)
    working.rework(draft, _CUSTOMER, request)


def wish(draft: Draft, request: WishRequest) -> None:
    """Nobody calls any more."""
    if request.calls:
        raise fault("/calls", "only_false", "Send false: from then nobody calls. Calls can be asked for by writing.")
    contacting.want_no_calls(draft)


ACTS: dict[str, tuple[type[Request], Callable[[Draft, Any], None]]] = {
    "rework": (working.ReworkRequest, rework),
    "confirm": (ConfirmRequest, confirm),
    "wish": (WishRequest, wish),
}


def act(
    name: str, number: str, secret: str, request: Request, key: str | None, now: datetime, correlation: str
) -> dict[str, Any]:
    """Do one of `ACTS`, under the same `key` once. Answers the complaint as its customer sees it.

    Raises `Problem` 422 when the key was used for something else, 409 with what they can do when this can't be done.
    """
    identity = _open(number, secret)[0].id
    command = Command("customer", key, _Deed(act=name, asked=request))

    def decide(complaint: Complaint) -> Change[Complaint]:
        draft = Draft(complaint, shelf.book(), now)
        try:
            ACTS[name][1](draft, request)
        except IllegalMove:
            raise _not_now(complaint) from None
        except Problem as refusal:
            if refusal.status == _CONFLICT:
                refusal.body.setdefault("allowed", list(views.possible(complaint, shelf.book())))
            raise
        if not draft.lines:
            command.raise_if_done(Complaint, identity)
        return Change(draft.complaint, draft.lines, draft.extra)

    # The answer is read anew: what was said is nowhere but in the complaint, encrypted.
    carry_out(Complaint, identity, command, Cause(now, "customer", correlation), decide, lambda _: {})
    return follow(number, secret)


def _not_now(complaint: Complaint) -> Problem:
    """Says what its customer can do instead."""
    allowed = views.possible(complaint, shelf.book())
    return Problem(
        _CONFLICT,
        "illegal-move",
        f"A complaint that is {complaint.state} can't do that.",
        f"Possible now: {', '.join(_WAYS[one] for one in allowed) or 'to wait for our answer'}.",
        state=str(complaint.state),
        allowed=list(allowed),
    )


def _open(number: str, secret: str) -> tuple[Complaint, list[Recorded]]:
    identity = ids.heard(number)
    try:
        complaint, events = store().history(Complaint, identity or number)
        stored = complaint.secret or _NOBODY
    except NotFound:
        complaint, events, stored = None, [], _NOBODY
    if not vault.matches("follow", stored, identity or number, secret) or complaint is None:
        raise NotFound(number)
    return complaint, events
