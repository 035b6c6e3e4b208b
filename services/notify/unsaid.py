"""What no message could bring to the customer of a case, a person says: all of it on one call, not on one each."""

from functools import partial
from typing import Any

from services.notify import booking, notes, owing, pledged
from services.notify import callback as callbacks
from services.notify.callback import UNDELIVERED, Callback, Unsaid
from services.notify.cards import as_read
from services.notify.recipient import Recipient
from shared.clock import utc_now
from shared.heard import Heard
from shared.store import AlreadyExists, Line, retrying
from shared.tables import store


def have_said(heard: Heard[Any], case: str, what: str, message: str = "") -> bool:
    """Have somebody say this on the telephone, once for this event: on the call that is owed for that already, or on
    a new one. Answers whether somebody will; nobody does without a number, and to whoever wants no calls.

    A call that somebody has taken is being made, with what its script said by then: the rest is for another one.
    """
    try:
        retrying(partial(_said, heard, case, Unsaid(what=what, event=heard.id, message=message)))
    except AlreadyExists:
        return True
    except booking.NotToBeCalled:
        return False
    return True


def _said(heard: Heard[Any], case: str, one: Unsaid) -> Callback:
    # Read first: whoever hears this event at the same moment writes to that one, or takes its place.
    before = owing.last(case, UNDELIVERED)
    for identity in pledged.calls_to(case):
        if any(known.event == one.event for known in store().load(Callback, identity).unsaid):
            raise AlreadyExists
    known, card = booking.callable_card(case)
    if before and owing.owed(before) and not before.taken_by:
        line, cause = Line(notes.CallSaysMore(what=one.what)), heard.cause(utc_now())
        return store().change(callbacks.saying(before, one), [line], cause, extra=as_read(known, card))
    fresh = booking.promised_to(heard, case, f"{UNDELIVERED}{one.what}", card)
    return booking.create(
        callbacks.saying(fresh, one), known, card, heard, [owing.succeeding(fresh, UNDELIVERED, before)]
    )


def to_say(identity: str) -> str:
    """What a call was to say that could not be delivered; empty for another reason, or whoever was erased."""
    callback = store().load(Callback, identity)
    known = store().load(Recipient, callback.case)
    return ", ".join(callback.undelivered) if known.salt is not None else ""
