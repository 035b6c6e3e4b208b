"""What a customer wishes for, as staff see it and keep it for them: who rings in asks for it on the telephone."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.notify import choosing, notes, sheltering, wishing
from services.notify.cards import said_by
from services.notify.choosing import WishesRequest
from services.notify.recipient import Recipient
from shared import ids
from shared.http import Problem, Text
from shared.logs import log
from shared.policy import Principal, may, require
from shared.store import Cause, Line, NotFound, retrying
from shared.tables import store

_THEIR_WORD = Problem(
    409,
    "word-agreed",
    "A safe word is agreed with them already; their messages begin with it.",
    "Leave `safe.word` out, and it stays. An officer or one of those who lead agrees on another with them.",
)
_SET = notes.WishesSetForThem.detail_type()


class OnBehalf(WishesRequest):
    """All wishes at once, as the customer would send them; `reason` says why staff keep them."""

    reason: Annotated[Text, Field(min_length=1, max_length=1000)]


def read(principal: Principal, number: str) -> dict[str, Any]:
    """How they want to be written to and rung, and what staff changed of it, by whom and why."""
    require(principal, "wishes.read")
    known, card = _let(principal, "wishes.read", number)
    seen = choosing.seen_by_them(known, card)
    safe = said_by(card).safe
    if safe:
        # Whoever knows the word can pass for the desk; whoever makes a call that needs it reads it there.
        word = safe.word if may(principal, "customer.protected") else None
        seen["safe"] = {**seen["safe"], "word": word, "has_word": safe.word is not None}
    return {**seen, "set_by_staff": _changes(known)}


def keep(principal: Principal, number: str, request: OnBehalf, now: datetime, correlation: str) -> dict[str, Any]:
    """From now on they are written to and rung like this. Raises `NotFound`, `NotPermitted`, `Problem`.

    Who lifts safe contact for somebody else may be talking to whom they have to fear: that is for those who lead.
    The word agreed with them stays as it is with whoever may not read it.
    """
    require(principal, "wishes.set")

    def write() -> Recipient:
        known, card = _let(principal, "wishes.set", number)
        before, said = said_by(card), choosing.checked(request, card)
        if before.safe and not said.safe:
            require(principal, "wishes.unprotect", known.subjects)
        if before.safe and before.safe.word and said.safe and not may(principal, "customer.protected"):
            if said.safe.word:
                raise _THEIR_WORD
            said = said.model_copy(update={"safe": said.safe.model_copy(update={"word": before.safe.word})})
        after = known.model_copy(update={"language": request.language or known.language})
        if said == before and after == known:
            return known
        why = Line(notes.WishesSetForThem(), private={"reason": request.reason})
        lines = [*wishing.lines(known.id, before, said), why]
        return store().change(after, lines, Cause(now, principal.id, correlation))

    retrying(write)
    sheltering.spread(ids.heard(number) or "", Cause(now, principal.id, correlation))
    return read(principal, number)


def _let(principal: Principal, permit: str, number: str) -> tuple[Recipient, dict[str, Any]]:
    """The customer, unless they complain about whoever asks. Raises `NotFound`, `NotPermitted`."""
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    known, card = choosing.reachable(identity)
    if principal.is_subject(known.subjects):
        log().warning("subject turned away", recipient=known.id, staff=principal.id, action=permit)
    require(principal, permit, known.subjects)
    return known, card


def _changes(known: Recipient) -> list[dict[str, Any]]:
    """What staff kept for them, the latest last."""
    _, events = store().history(Recipient, known.id)
    return [
        {"at": one.at.isoformat(), "by": one.facts["actor"], "reason": one.private(known.salt).get("reason")}
        for one in events
        if one.type == _SET
    ]
