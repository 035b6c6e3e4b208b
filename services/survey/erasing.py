"""Ending what customers said of how it was: with their case, or when its time is over (ADR 0063)."""

from datetime import datetime
from functools import partial

from services.survey import notes
from services.survey.invitation import Invitation
from shared import erasure
from shared.settings import settings
from shared.store import Cause, Item, Line, put_item, retrying
from shared.tables import store


def finding(invitation: Invitation) -> Item:
    """What is written with an invitation so that it is found by its case."""
    return put_item(settings().need("table"), (f"CASE#{invitation.case}", invitation.id), {})


def end_all(case: str, cause: Cause) -> None:
    """What was said about a case, and about complaints of it, ends now; what it scored has long been counted."""
    for item in store().partition(f"CASE#{case}"):
        retrying(partial(_end_one, item["sk"]["S"], cause))


def look(identity: str, now: datetime) -> None:
    """A tick: the time of this answer is over, or that of what its erasure left."""
    invitation = store().load(Invitation, identity)
    if invitation.erase_at is None or invitation.erase_at > now:
        return
    if invitation.salt is None:
        erasure.clear(invitation, now)
    else:
        _end(invitation, Cause(now, "clock", f"tick:{invitation.id}:{invitation.seq}"))


def _end_one(identity: str, cause: Cause) -> Invitation:
    return _end(store().load(Invitation, identity), cause)


def _end(invitation: Invitation, cause: Cause) -> Invitation:
    if invitation.salt is None:
        return invitation
    after = erasure.without_key(invitation, cause.at, answer=None)
    return store().change(after, [Line(notes.AnswerErased())], cause)
