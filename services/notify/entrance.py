"""The way in: number and secret of somebody to whom no message may bring them. Whoever calls them says it.

Number and secret open everything that was said. Who reads the customer's telephone must not find them there; who
works at the desk reads them only on a call that was promised for that, once they have taken it, and it is on record.
"""

from typing import Any

from services.notify import notes, recipient, unsaid, wishing
from services.notify.callback import WAY_IN, Callback
from services.notify.cards import card_of
from services.notify.duty import tell_duty
from shared import ids
from shared.heard import Heard
from shared.http import Problem
from shared.policy import Principal
from shared.settings import settings
from shared.store import Cause, Line, retrying
from shared.tables import store

WANTED = "way-in"
_SHOWN = frozenset({"web", "api"})
"""Channels on which whoever reports is answered with number and secret."""


def promise(heard: Heard[Any], case: str, channel: str) -> None:
    """Have somebody called who got neither number nor secret, and gets no message that holds them."""
    _, card = card_of(case)
    if channel in _SHOWN or card.get("handed") or not recipient.channels(card) or not wishing.wishes_of(card).safe:
        return
    if not unsaid.have_said(heard, case, WANTED):
        tell_duty(heard, "operator", "duty_unreachable", {"number": ids.spoken(case), "what": WANTED})


def is_owed(callback: Callback) -> bool:
    """Whether this call is to give its customer their way in, and nobody read it yet."""
    return not WAY_IN.isdisjoint(callback.undelivered) and not callback.way_in_given


def hand_over(callback: Callback, principal: Principal, cause: Cause) -> dict[str, Any]:
    """What opens it, to be said to them now. Raises `Problem` 409."""
    known, card = card_of(callback.case)
    if WAY_IN.isdisjoint(callback.undelivered) or "secret" not in card:
        raise Problem(
            409,
            "not-for-that",
            "This call was not promised to give the customer their way in.",
            "If they lost it, give the case a new secret; then they are called for that.",
        )
    if callback.taken_by != principal.id:
        raise Problem(409, "not-taken", "Only whoever makes the call says it.", "Take the call first.")

    def write() -> Callback:
        given = store().load(Callback, callback.id).changed(way_in_given=True)
        return store().change(given, [Line(notes.WayInGiven())], cause)

    retrying(write)
    follow = settings().need("url") + recipient.follow_path(known, card["secret"])
    return {"number": ids.spoken(known.id), "secret": card["secret"], "follow": follow}
