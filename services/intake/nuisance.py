"""Callers who were flagged, as the table keeps them: by a keyed hash of their number, never the number (ADR 0051)."""

from datetime import datetime
from typing import Any

from services.intake import caller as callers
from services.intake.caller import Caller
from services.intake.notes import CallerAgain, CallerErased, FlagExpired
from shared import erasure, vault
from shared.rules import calendar, pack
from shared.store import Cause, Item, Line, NotFound, Recorded, retrying
from shared.tables import store


def identity(phone: str) -> str:
    """What a number is known as here."""
    return vault.mac("caller", phone).hex()


def unless_flagged(phone: str) -> Item:
    """What refuses a transaction when this number is flagged. Only what is flagged stands in the index."""
    return {
        "ConditionCheck": {
            "TableName": store().table,
            "Key": {"pk": {"S": Caller.key(identity(phone))}, "sk": {"S": "STATE"}},
            "ConditionExpression": "attribute_not_exists(due)",
        }
    }


def known(phone: str) -> Caller | None:
    """The caller, if the number is flagged now."""
    try:
        caller = store().load(Caller, identity(phone))
    except NotFound:
        return None
    return caller if caller.flagged else None


def count(caller: Caller, case: str, cause: Cause) -> None:
    """It rang again, about this case."""

    def write() -> Caller:
        current = store().load(Caller, caller.id)
        return store().change(callers.rang(current, cause.at), [Line(CallerAgain(case=case))], cause)

    retrying(write)


def look(identity: str, now: datetime) -> None:
    """A flag whose time is over."""
    after = callers.expired(store().load(Caller, identity), now)
    if after is not None:
        cause = Cause(now, "clock", f"tick:{identity[:12]}:{after.seq}")
        store().change(kept_for_now(after, now), [Line(FlagExpired())], cause)


def kept_for_now(caller: Caller, now: datetime) -> Caller:
    """A caller who is not flagged any more, with when the reasons for it end."""
    kept = pack().retention
    return caller.model_copy(update={"erase_at": erasure.ends(kept.cases if kept else None, calendar(), now)})


def forget(identity: str, now: datetime) -> None:
    """A tick: nobody needs to know any more why a number was flagged."""
    caller = store().load(Caller, identity)
    if caller.flagged or caller.erase_at is None or caller.erase_at > now:
        return
    if caller.salt is None:
        erasure.clear(caller, now)
    else:
        cause = Cause(now, "clock", f"tick:{identity[:12]}:{caller.seq}")
        store().change(erasure.without_key(caller, now), [Line(CallerErased())], cause)


def history(phone: str) -> tuple[Caller, list[dict[str, Any]]]:
    """The caller and what was done, by whom, why. Raises `NotFound`."""
    caller, events = store().history(Caller, identity(phone))
    return caller, [
        {
            "at": event.at.isoformat(),
            "what": event.type.partition(".")[0],
            "by": event.facts["actor"],
            "reason": _reason(event, caller.salt),
        }
        for event in events
    ]


def _reason(event: Recorded, salt: str | None) -> str | None:
    """Why, unless it was erased: what a number was flagged for before that can't be read under a later key either."""
    try:
        return event.private(salt).get("text")
    except (vault.Erased, ValueError):
        return None
