"""A caller who rings without need: known by a hash of the number, flagged for a while, slowed meanwhile. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from shared import promises
from shared.aggregate import Aggregate
from shared.packs.pack import Nuisance
from shared.promises import PromiseState
from shared.worktime import Calendar

Kind = Literal["adult", "child", "unwell", "drunk"]
Telephone = Literal["home", "public", "mobile", "unknown"]
EXPIRE = "expire"
_HOUR = timedelta(hours=1)
_REPEATED = "repeated"
_WHERE_FROM: Mapping[str, str] = {"home": "from_home", "public": "public_phone"}


class NotFlagged(Exception):
    """This number is not flagged, or not any more."""


class Caller(Aggregate):
    """A telephone number that was flagged once. `times` counts how often it rang since, and was flagged again."""

    KIND: ClassVar[str] = "CALLER"

    kind: Kind
    telephone: Telephone
    salt: str | None
    times: int = 0
    calls: tuple[datetime, ...] = ()
    """Within the last hour."""

    @property
    def flagged(self) -> bool:
        return promises.is_open(self.promises, EXPIRE)

    @property
    def until(self) -> datetime | None:
        return promises.next_due(self.promises)


def flagged(
    caller: Caller, kind: Kind, telephone: Telephone, rules: Nuisance, cal: Calendar, now: datetime
) -> Caller:
    """From now on, for as long as the pack says; what was flagged before is so anew."""
    kept = promises.waive(caller.promises, EXPIRE, now, "flagged again")
    made = promises.make(_last(kept), EXPIRE, rules.review.role, rules.flagged_for, cal, now)
    changes = {"kind": kind, "telephone": telephone, "promises": made, "times": caller.times + 1}
    return caller.model_copy(update=changes)


def lifted(caller: Caller, now: datetime, reason: str) -> Caller:
    """No longer flagged. Raises `NotFlagged`."""
    if not caller.flagged:
        raise NotFlagged
    return caller.model_copy(update={"promises": promises.waive(caller.promises, EXPIRE, now, reason)})


def expired(caller: Caller, now: datetime) -> Caller | None:
    """No longer flagged when its time is over; None while it is not."""
    over = caller.until is not None and caller.until <= now
    return (
        caller.model_copy(update={"promises": promises.lapse(caller.promises, EXPIRE, now, "over")}) if over else None
    )


def rang(caller: Caller, now: datetime) -> Caller:
    """It rang again."""
    calls = (*(at for at in caller.calls if at > now - _HOUR), now)
    return caller.model_copy(update={"calls": calls, "times": caller.times + 1})


def wait(caller: Caller, an_hour: int, now: datetime) -> int:
    """Seconds until its next call is taken; 0 when that is now."""
    recent = [at for at in caller.calls if at > now - _HOUR]
    if len(recent) < an_hour:
        return 0
    return max(1, round((recent[-an_hour] + _HOUR - now).total_seconds()))


def facts_of(caller: Caller) -> dict[str, bool]:
    """What is known of a call before anybody asks: it is not the first one, and where from."""
    where = _WHERE_FROM.get(caller.telephone)
    return {_REPEATED: True, **({where: True} if where else {})}


def _last(made: promises.Promises) -> promises.Promises:
    """The last that was settled is enough to remember; its chain has the others."""
    return tuple(one for one in made if one.state is not PromiseState.OPEN)[-1:]
