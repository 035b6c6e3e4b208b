"""Staff flag a number that rings without need, look at it, lift the flag; and call whoever looks after a caller."""

from typing import Annotated, Any

from pydantic import Field

from services.intake import caller as callers
from services.intake import nuisance
from services.intake.caller import Caller, Kind, Telephone
from services.intake.case import CALL_FAMILY, Move
from services.intake.handling import Act, Draft
from services.intake.notes import CallerFlagged, FamilyCalled, FlagLifted
from shared import promises, reach, vault
from shared.http import Problem, Request, Text
from shared.policy import Principal, require
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Cause, Conflict, Line, NotFound, retrying
from shared.tables import store

_Number = Annotated[Text, Field(min_length=3, max_length=32)]
_Why = Annotated[Text, Field(min_length=1, max_length=1000)]


class NumberRequest(Request):
    """In the body and not in the address: numbers stand in no log."""

    phone: _Number


class FlagRequest(NumberRequest):
    """What kind of caller it is, from what kind of telephone, and why it is flagged."""

    kind: Kind
    telephone: Telephone = "unknown"
    reason: _Why


class LiftRequest(NumberRequest):
    """`reason` is kept."""

    reason: _Why


class FamilyRequest(Request):
    """Whether the parents, or whoever cares for the caller, were reached, and what was said."""

    reached: bool
    text: _Why


def flag(principal: Principal, request: FlagRequest, cause: Cause) -> dict[str, Any]:
    """Slow this number for as long as the pack says. Raises `Problem`."""
    require(principal, "caller.flag")
    rules = pack().nuisance
    if rules is None:
        raise Problem(409, "not-offered", "This desk flags nobody.", "Its pack says nothing of nuisance.")
    identity = nuisance.identity(reach.phone(request.phone, pack().region, "/phone"))
    line = Line(CallerFlagged(kind=request.kind, telephone=request.telephone), private={"text": request.reason})

    def write() -> Caller:
        try:
            before = store().load(Caller, identity)
        except NotFound:
            new = Caller(id=identity, kind=request.kind, telephone=request.telephone, salt=vault.new_salt())
            after = callers.flagged(new, request.kind, request.telephone, rules, calendar(), cause.at)
            try:
                return store().create(after, [line], cause)
            except AlreadyExists:
                raise Conflict(identity) from None
        readable = before.model_copy(update={"salt": before.salt or vault.new_salt(), "erase_at": None})
        after = callers.flagged(readable, request.kind, request.telephone, rules, calendar(), cause.at)
        return store().change(after, [line], cause)

    return _view(retrying(write))


def lift(principal: Principal, request: LiftRequest, cause: Cause) -> dict[str, Any]:
    """Raises `NotFound` for a number that was never flagged, `Problem` 409 for one that is not now."""
    require(principal, "caller.lift")
    identity = nuisance.identity(reach.phone(request.phone, pack().region, "/phone"))

    def write() -> Caller:
        try:
            after = callers.lifted(store().load(Caller, identity), cause.at, request.reason)
        except callers.NotFlagged:
            raise Problem(409, "not-flagged", "This number is not flagged.") from None
        lifted = nuisance.kept_for_now(after, cause.at)
        return store().change(lifted, [Line(FlagLifted(), private={"text": request.reason})], cause)

    return _view(retrying(write))


def look(principal: Principal, request: NumberRequest) -> dict[str, Any]:
    """Whether it is flagged, and all that was done. Raises `NotFound`."""
    require(principal, "caller.read")
    caller, done = nuisance.history(reach.phone(request.phone, pack().region, "/phone"))
    return {**_view(caller), "history": done}


def family_called(draft: Draft, request: FamilyRequest) -> None:
    """The parents or the guardian were called; while nobody was reached it stays owed."""
    draft.move(Move.NOTE)
    if not promises.is_open(draft.case.promises, CALL_FAMILY):
        raise promises.NotOwed(CALL_FAMILY)
    if request.reached:
        draft.case = draft.case.promising(promises.keep(draft.case.promises, CALL_FAMILY, draft.now))
    draft.tell(FamilyCalled(reached=request.reached), private={"text": request.text})


def _view(caller: Caller) -> dict[str, Any]:
    return {
        "flagged": caller.flagged,
        "kind": caller.kind,
        "telephone": caller.telephone,
        "times": caller.times,
        "until": caller.until.isoformat() if caller.until else None,
    }


ACTS: dict[str, Act[Any]] = {
    "family-called": Act("case.note", FamilyRequest, family_called, keyed=True, handles=False),
}
