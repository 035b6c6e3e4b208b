"""What a customer does with the number and secret of a complaint: follow it, confirm, ask for rework, wish."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from services.complaints import contacting, notes, shelf, views, working
from services.complaints.accepting import Words
from services.complaints.complaint import Complaint, IllegalMove, Move
from services.complaints.draft import Draft
from services.complaints.handling import refused
from shared import ids, vault
from shared.http import Problem, Request, fault
from shared.policy import Principal
from shared.store import AlreadyDone, Audience, Cause, Guard, NotFound, Recorded, retrying
from shared.tables import store

# What an unknown number is compared with, so that it takes the time that a wrong secret takes.
_NOBODY = "0" * 44
_CUSTOMER = Principal(id="customer", roles=frozenset())


class ConfirmRequest(Request):
    """What is on record is what was said; or `correction` says what was really said."""

    correction: Words | None = None


class WishRequest(Request):
    """No calls from now on; once said it stays."""

    calls: bool


def follow(number: str, secret: str) -> dict[str, Any]:
    """The complaint, for whoever holds its secret. Raises `NotFound` for a wrong number and a wrong secret alike."""
    complaint, events = _open(number, secret)
    return views.for_customer(complaint, events, shelf.book())


def confirm(draft: Draft, request: ConfirmRequest) -> None:
    """Everything on record up to now is confirmed, with what they corrected."""
    complaint = draft.complaint
    open_records = tuple(one for one in range(1, complaint.records + 1) if one not in complaint.confirmed)
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
    """Do one of `ACTS`, under the same `key` once. Answers the complaint as its customer sees it."""
    complaint, _ = _open(number, secret)
    guard = Guard(f"CMD#{vault.mac_text('command', complaint.id, key)}") if key else None

    def decide() -> Complaint:
        before, book = store().load(Complaint, complaint.id), shelf.book()
        draft = Draft(before, book, now)
        try:
            ACTS[name][1](draft, request)
        except IllegalMove as error:
            _raise_if_done(complaint.id, guard)
            raise refused(error, before.possible(book.rules.rework.rounds)) from None
        except Problem:
            _raise_if_done(complaint.id, guard)
            raise
        if not draft.lines:
            return draft.complaint
        return store().change(draft.complaint, draft.lines, Cause(now, "customer", correlation), guard, draft.extra)

    with suppress(AlreadyDone):  # the same command again: the complaint as it is now is its answer
        retrying(decide)
    return follow(number, secret)


def _raise_if_done(identity: str, guard: Guard | None) -> None:
    if guard is None:
        return
    try:
        store().guarded(Complaint, identity, guard)
    except NotFound:
        return
    raise AlreadyDone


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
