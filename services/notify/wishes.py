"""How a customer wants to be written to, and what that makes of a message: whether, by which ways, when, in which
words. Pure.

Quiet hours keep a message waiting. Safe contact is for whom a message seen by somebody else can harm: neutral words
and sender, and nothing outside safe hours unless it is urgent to life.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from services.notify.kinds import KINDS, LIVES_BY_ITS_LINK, RULES, Kind
from services.notify.message import Channel
from shared.packs import Daily

SAFE_HOURS = Daily(after="09:00", until="18:00")  # [choice] where a pack says nothing
_TURNS = 8
"""Quiet and safe hours that leave a minute in common are settled in fewer steps than this."""


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Safe(_Wish):
    """Safe contact. Nothing is ever said to a voicemail."""

    hours: Daily | None = None
    """When it is safe; None: the desk's own."""
    word: str | None = None
    """A word agreed with them, by which they know the desk's messages."""


class Wishes(_Wish):
    """What a customer wished for. Kept encrypted: that somebody needs safe contact is nobody's business."""

    stopped: tuple[Kind, ...] = ()
    without: tuple[Channel, ...] = ()
    preferred: Channel | None = None
    quiet: Daily | None = None
    zone: str | None = None
    """By IANA's name; None: the desk's own."""
    safe: Safe | None = None

    @property
    def rung(self) -> tuple[object, ...]:
        """All of it that says when they may be rung."""
        return self.quiet, self.zone, self.safe is None, self.safe and self.safe.hours


STRICT = Wishes(safe=Safe())
"""Of victims and witnesses, until they say otherwise."""


@dataclass(frozen=True)
class House:
    """What holds at this desk for whoever wished for nothing."""

    zone: str
    quiet: Daily | None = None
    """For text messages: they ring, mail does not."""
    safe: Daily = SAFE_HOURS
    neutral_mail: bool = True
    """Whether there is a sender's address that does not name the desk."""


@dataclass(frozen=True)
class Plan:
    """What becomes of one message. Without a way a person has to bring it."""

    ways: tuple[Channel, ...]
    at: datetime
    neutral: bool = False


def decide(
    template: str, ways: Sequence[Channel], wishes: Wishes, house: House, now: datetime, *, closed: bool = False
) -> Plan | None:
    """How a message goes out, or None: it is not wanted.

    `ways` lead to them, the preferred first; `closed` says that one or more that they gave are stopped.
    """
    kind = KINDS[template]
    rule = RULES[kind]
    safe = wishes.safe
    if rule.declinable and (kind in wishes.stopped or (safe and template in LIVES_BY_ITS_LINK)):
        return None
    open_ways = [way for way in ways if way not in wishes.without]
    if safe and not house.neutral_mail:
        open_ways = [way for way in open_ways if way != "email"]
    if safe and template in LIVES_BY_ITS_LINK:
        open_ways = []
    taken = tuple(sorted(open_ways, key=lambda way: way != wishes.preferred))
    if not taken:
        return None if rule.declinable or not (ways or closed) else Plan((), now, bool(safe))
    return Plan(taken, _earliest(kind, taken[0], wishes, house, now), bool(safe))


def _earliest(kind: Kind, way: Channel, wishes: Wishes, house: House, now: datetime) -> datetime:
    """The first moment from now on that neither quiet nor safe hours forbid; safe hours win where they leave none."""
    if kind is Kind.URGENT:
        return now
    quiet = wishes.quiet or (house.quiet if way == "sms" else None)
    if not RULES[kind].rests:
        quiet = None
    zone = ZoneInfo(wishes.zone or house.zone)
    safe = (wishes.safe.hours or house.safe) if wishes.safe else None
    at = now
    for _ in range(_TURNS):
        after = at
        if quiet and within(quiet, after, zone):
            after = _next(quiet.until, after, zone)
        if safe and not within(safe, after, zone):
            after = _next(safe.after, after, zone)
        if after == at:
            return at
        at = after
    return at if safe is None or within(safe, at, zone) else _next(safe.after, at, zone)


def within(hours: Daily, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment lies in these hours as the clock of the zone shows it; at `until` they are over."""
    clock = f"{at.astimezone(zone):%H:%M}"
    if hours.after < hours.until:
        return hours.after <= clock < hours.until
    return clock >= hours.after or clock < hours.until


def _next(clock: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When the zone's clock shows this next, after now."""
    today = now.astimezone(zone).date()
    shown = time.fromisoformat(clock)
    moments = (_moment(today + timedelta(days=ahead), shown, zone, fold) for ahead in range(3) for fold in (0, 1))
    return min(moment for moment in moments if moment > now)


def _moment(day: date, shown: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, shown.replace(fold=fold), tzinfo=zone).astimezone(UTC)


def leaves_time(wishes: Wishes, house: House) -> bool:
    """Whether quiet and safe hours leave any minute of the day."""
    if not (wishes.quiet and wishes.safe):
        return True
    safe, quiet = wishes.safe.hours or house.safe, wishes.quiet
    day, zone = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC")
    minutes = (day + timedelta(minutes=minute) for minute in range(24 * 60))
    return any(within(safe, at, zone) and not within(quiet, at, zone) for at in minutes)


def for_caller(wishes: Wishes, house: House) -> Mapping[str, str | bool] | None:
    """What whoever calls them has to heed; None when nothing."""
    if wishes.safe is None:
        return None
    hours = wishes.safe.hours or house.safe
    return {
        "voicemail": False,
        "after": hours.after,
        "until": hours.until,
        "zone": wishes.zone or house.zone,
        "word": wishes.safe.word or "",
    }
