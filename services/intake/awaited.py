"""A call that the customer of a case was promised and waits for, as far as the case heard of it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from pydantic import BaseModel, ConfigDict

from shared.contracts.notify import CallWindow


class NoSuchCall(Exception):
    """No such call is promised any more."""


class NotOffered(Exception):
    """This time was not offered, or has begun."""


class AwaitedCall(BaseModel):
    """The id is the callback's; the word that its caller says is private, in the line that told of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    callback: str
    since: datetime
    until: datetime
    chosen: bool = False
    daily: bool = False
    choices: tuple[CallWindow, ...] = ()
    heard: int = 0
    """Which event of the callback said so: what happened to it before changes nothing."""
    worded: int | None = None
    """Which event of the callback told of its word, when that was not the last one heard."""
    utc_offset: int | None = None
    """How many minutes the customer's clock is ahead of UTC, when they said so."""

    @property
    def told(self) -> int:
        """Which event of the callback its customer was told of."""
        return self.heard if self.worded is None else self.worded

    def is_as(self, other: "AwaitedCall") -> bool:
        """Whether it is the same call at the same time, whatever else may be chosen."""
        mine, others = ((one.since, one.until, one.chosen, one.daily) for one in (self, other))
        return self.callback == other.callback and mine == others

    @property
    def zone(self) -> timezone | None:
        """Where the customer said that they are."""
        return None if self.utc_offset is None else timezone(timedelta(minutes=self.utc_offset))

    def choices_at(self, now: datetime) -> tuple[CallWindow, ...]:
        """The times that may still be chosen."""
        return tuple(one for one in self.choices if one.since > now)

    def at(self, since: datetime, utc_offset: int | None, now: datetime) -> "AwaitedCall":
        """At the time that was offered and begins then. Raises `NotOffered`."""
        found = next((one for one in self.choices_at(now) if one.since == since), None)
        if found is None:
            raise NotOffered
        changes = {"since": found.since, "until": found.until, "chosen": True}
        offset = self.utc_offset if utc_offset is None else utc_offset
        return self.model_copy(update={**changes, "utc_offset": offset})


AwaitedCalls = tuple[AwaitedCall, ...]


def promised(calls: AwaitedCalls, call: AwaitedCall) -> AwaitedCalls:
    """With this one, in the place of what was known of it before; what is older than that changes nothing."""
    known = next((one for one in calls if one.callback == call.callback), None)
    if known and known.heard > call.heard:
        return calls
    kept = call.model_copy(update={"utc_offset": known.utc_offset}) if known and call.utc_offset is None else call
    rest = [one for one in calls if one.callback != call.callback]
    return tuple(sorted((*rest, kept), key=lambda one: (one.since, one.callback)))


def over(calls: AwaitedCalls, callback: str, heard: int) -> AwaitedCalls:
    """Without this one, unless it was promised anew since."""
    return tuple(one for one in calls if one.callback != callback or one.heard > heard)


def found(calls: Sequence[AwaitedCall], callback: str | None) -> AwaitedCall:
    """This one; the next one when none is named. Raises `NoSuchCall`."""
    for one in calls:
        if callback is None or one.callback == callback:
            return one
    raise NoSuchCall
