"""A subscriber: somebody who asked for news of the desk and confirmed it by a link that was sent to them. Pure.

Anybody can give anybody's address. So what is asked for waits apart until it is confirmed, changes nothing of what
was confirmed before, and lapses.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from services.notify.message import Channel
from shared import promises
from shared.aggregate import Aggregate
from shared.packs.care import Care, Recognition
from shared.worktime import Calendar, Span, due

RECOGNISE = "recognise"
CONFIRM_WITHIN = timedelta(days=2)
A_DAY = 3
"""Confirmations that are sent to one address in a day, whoever asks."""

AFTERWARDS = timedelta(days=14)
"""Nobody is thanked for how often they came while what they came with last is still on their mind."""

_DAY = timedelta(days=1)


class State(StrEnum):
    ASKED = "asked"
    ACTIVE = "active"
    ENDED = "ended"


class NotNow(Exception):
    """There is nothing to confirm, or not any more."""


class Choice(BaseModel):
    """What somebody wants to hear of. Without `communities`: of all."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    themes: tuple[str, ...]
    communities: tuple[str, ...] = ()
    language: str = "en"


class Subscriber(Aggregate):
    """The id is a keyed hash of the address. The address itself is in the event of each asking, encrypted."""

    KIND: ClassVar[str] = "SUBSCRIBER"

    salt: str | None
    channel: Channel
    state: State = State.ASKED
    choice: Choice | None = None
    """What was confirmed."""
    wanted: Choice | None = None
    """What was asked for since, until it is confirmed."""
    asked_at: datetime
    asked: int = 1
    """How many times within a day."""
    since: datetime | None = None
    recognised: tuple[str, ...] = ()
    contacts: int = 0
    """On how many days they brought something since they subscribed."""
    contacted_at: datetime | None = None
    earned: dict[str, datetime] = Field(default_factory=dict)
    """What the pack thanks for that they have brought often enough for, and when that was."""

    @property
    def active(self) -> bool:
        return self.state is State.ACTIVE

    def wants(self, theme: str) -> bool:
        return self.active and self.choice is not None and theme in self.choice.themes


def asking(identity: str, channel: Channel, wanted: Choice, salt: str, now: datetime) -> Subscriber:
    """Somebody asks for the first time."""
    lapses = now + CONFIRM_WITHIN
    return Subscriber(id=identity, salt=salt, channel=channel, wanted=wanted, asked_at=now, erase_at=lapses)


def asking_again(known: Subscriber, wanted: Choice, salt: str, now: datetime) -> Subscriber | None:
    """Somebody asks for an address that is known; None when it was asked for too often. What stands goes on."""
    today = now - known.asked_at < _DAY
    if today and known.asked >= A_DAY:
        return None
    asked = {"wanted": wanted, "asked_at": now, "asked": known.asked + 1 if today else 1}
    if known.active:
        return known.model_copy(update=asked)
    fresh = {"state": State.ASKED, "salt": known.salt or salt, "erase_at": now + CONFIRM_WITHIN}
    return known.model_copy(update={**asked, **fresh})


def confirmed(known: Subscriber, care: Care, calendar: Calendar, now: datetime) -> Subscriber:
    """Whoever has the address wants it. Raises `NotNow`."""
    if known.wanted is None or known.salt is None or now > known.asked_at + CONFIRM_WITHIN:
        raise NotNow
    since = known.since or now
    after = known.model_copy(
        update={"state": State.ACTIVE, "choice": known.wanted, "wanted": None, "since": since, "erase_at": None}
    )
    return until_recognised(after, care, calendar, now)


def ended(known: Subscriber, now: datetime) -> Subscriber:
    """They want no more: nobody can read the address from now on, and what it left is wiped next."""
    gone = {"state": State.ENDED, "salt": None, "choice": None, "wanted": None, "since": None, "recognised": ()}
    uncounted: dict[str, Any] = {"contacts": 0, "contacted_at": None, "earned": {}}
    return known.model_copy(update={**gone, **uncounted, "promises": (), "erase_at": now})


def lapsed(known: Subscriber, now: datetime) -> bool:
    """Whether nobody confirmed in time what was asked for, and nothing was confirmed before."""
    return known.state is State.ASKED and now > known.asked_at + CONFIRM_WITHIN


def next_merit(known: Subscriber, care: Care, calendar: Calendar) -> tuple[Recognition, datetime] | None:
    """What they are thanked for next, and when."""
    if known.since is None:
        return None
    ahead: list[tuple[Recognition, datetime]] = []
    for one in care.recognition:
        if one.id in known.recognised:
            continue
        if one.after is not None:
            ahead.append((one, due(calendar, known.since, Span.parse(one.after))))
        elif one.id in known.earned:
            ahead.append((one, known.earned[one.id] + AFTERWARDS))
    return min(ahead, key=lambda found: found[1], default=None)


def counts_contacts(care: Care) -> bool:
    """Whether the pack thanks for them at all."""
    return any(one.contacts for one in care.recognition)


def contacted(known: Subscriber, care: Care, calendar: Calendar, now: datetime) -> Subscriber:
    """They brought something. A day counts once: nobody earns thanks by reporting the same thing ten times."""
    if not known.active or (known.contacted_at and _day(known.contacted_at, calendar) == _day(now, calendar)):
        return known
    contacts = known.contacts + 1
    reached = {
        one.id: now
        for one in care.recognition
        if one.contacts is not None and one.contacts <= contacts and one.id not in known.earned
    }
    after = known.model_copy(
        update={"contacts": contacts, "contacted_at": now, "earned": {**known.earned, **reached}}
    )
    return until_recognised(after.model_copy(update={"promises": ()}), care, calendar, now) if reached else after


def _day(at: datetime, calendar: Calendar) -> date:
    return at.astimezone(calendar.zone).date()


def recognised(known: Subscriber, merit: Recognition, care: Care, calendar: Calendar, now: datetime) -> Subscriber:
    """They are thanked for this, once."""
    kept = promises.keep(known.promises, RECOGNISE, now)
    after = known.model_copy(update={"promises": kept, "recognised": (*known.recognised, merit.id)})
    return until_recognised(after, care, calendar, now)


def until_recognised(known: Subscriber, care: Care, calendar: Calendar, now: datetime) -> Subscriber:
    if promises.is_open(known.promises, RECOGNISE):
        return known
    ahead = next_merit(known, care, calendar)
    if ahead is None or known.since is None:
        return known
    merit, at = ahead
    made = promises.Promise(name=RECOGNISE, role="notify", made=now, due=max(at, now), clock=dict(merit.after or {}))
    # Only the one that is ahead is kept: a subscriber of many years would carry all of them.
    return known.model_copy(update={"promises": (made,)})
