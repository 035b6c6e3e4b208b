"""Callers who were flagged, as the table keeps them: by a keyed hash of their number, never the number (ADR 0051)."""

from datetime import datetime
from typing import Any

from services.intake import caller as callers
from services.intake.caller import Caller
from services.intake.notes import CallerAgain, FlagExpired
from shared import vault
from shared.store import Cause, Item, Line, NotFound, retrying
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
        store().change(after, [Line(FlagExpired())], Cause(now, "clock", f"tick:{identity[:12]}:{after.seq}"))


def history(phone: str) -> tuple[Caller, list[dict[str, Any]]]:
    """The caller and what was done, by whom, why. Raises `NotFound`."""
    caller, events = store().history(Caller, identity(phone))
    return caller, [
        {
            "at": event.at.isoformat(),
            "what": event.type.partition(".")[0],
            "by": event.facts["actor"],
            "reason": event.private(caller.salt).get("text"),
        }
        for event in events
    ]
