"""A callback: a call promised to a customer, owed until they were reached or a supervisor gives it up. Pure.

Nobody answers: it is owed once more, in another part of the day. Nobody answers again: whoever is first on the ladder
decides how to go on. A daily one is owed again on the next day, until somebody stops it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from services.notify import window
from services.notify.hours import Hours
from services.notify.window import Part
from shared import promises
from shared.aggregate import Aggregate
from shared.contracts.notify import CallWindow
from shared.packs import Pack
from shared.promises import Miss, Promise, Promises
from shared.worktime import Calendar

CALL = "call"
UNDELIVERED = "undelivered: "
"""How the reason begins of a call that says what could not be delivered."""

WAY_IN = frozenset({"way-in", "link_renewed"})
"""What gives its customer number and secret."""

ONCE_MORE = {"hours": 48}
"""How long there is for the second call, when the first was made in time and nobody answered."""

GiveUpReason = Literal["no-answer", "wrong-number", "not-wished", "told-otherwise"]
"""Why nobody calls any more. A code, so that nothing personal is in it."""


class State(StrEnum):
    PROMISED = "promised"
    REACHED = "reached"
    GIVEN_UP = "given-up"


class Outcome(StrEnum):
    """How a call went."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    """A machine answered; nothing was left on it."""
    SOMEBODY_ELSE = "somebody-else"
    """Another person answered, and was told nothing."""
    WRONG_NUMBER = "wrong-number"
    """The number is not theirs: whoever is first on the ladder decides how they are reached."""
    ANOTHER_TIME = "another-time"
    """They answered and asked for another time."""
    GIVEN_UP = "given-up"


SHORTEST = timedelta(seconds=10)
"""Nobody hears it ring, hangs up and calls again faster than this."""

UNANSWERED = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.VOICEMAIL, Outcome.SOMEBODY_ELSE})
"""The customer was not spoken to: the rule for no answer holds."""

MOVES: Mapping[State, tuple[Outcome, ...]] = {
    State.PROMISED: tuple(Outcome),
    State.REACHED: (),
    State.GIVEN_UP: (),
}


class IllegalMove(Exception):
    """The call is settled already; says how."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__(state)


class Unsaid(BaseModel):
    """What could not be delivered, a call is to say: which event told so, and of which message, if of one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    event: str
    message: str = ""


class Callback(Aggregate):
    """Whom to call is the recipient of `case`; `reason` says why."""

    KIND: ClassVar[str] = "CALLBACK"

    case: str
    reason: str
    state: State = State.PROMISED
    tries: int = 0
    """Calls without an answer that count by the rule."""
    calls: int = 0
    """Calls made at all. Each says its own one-time word."""
    tried: tuple[Part, ...] = ()
    """The parts of the day at which nobody answered."""
    window: CallWindow | None = None
    """When the customer was told that they are called; None: of one that was booked before windows were."""
    chosen: bool = False
    """They chose it themselves."""
    only_then: bool = False
    """They are rung in this window and at no other time: it was agreed with them, or lies in hours that they wished
    for."""
    plan: CallWindow | None = None
    """When to try, by the rule."""
    daily: bool = False
    """Every day until somebody stops it."""
    taken_by: str = ""
    """Who is about to make it: of whom a message can harm, only they read how to reach them."""
    way_in_given: bool = False
    """Number and secret were read out to whoever makes it."""
    unsaid: tuple[Unsaid, ...] = ()
    """What it is to say that no message could bring, in order."""
    utc_offset: int | None = None
    """How many minutes their clock is ahead of UTC, when they said so; None: it is the desk's."""

    last: Outcome | None = None
    """What was said last of a call, and when."""
    last_at: datetime | None = None

    def said(self, outcome: Outcome, now: datetime) -> "Callback":
        return self.changed(last=outcome, last_at=now)

    def is_doubled(self, outcome: Outcome, now: datetime) -> bool:
        """Whether this was said a moment ago: no call is that short, so somebody sent it twice."""
        return outcome is self.last and self.last_at is not None and now - self.last_at < SHORTEST

    @property
    def undelivered(self) -> tuple[str, ...]:
        """What it is to say, each once; of a call that was booked before this was kept, what its reason names."""
        named = self.reason.removeprefix(UNDELIVERED) if self.reason.startswith(UNDELIVERED) else ""
        return tuple(dict.fromkeys(one for one in (named, *(one.what for one in self.unsaid)) if one))

    @property
    def owed(self) -> Promise | None:
        return next((one for one in self.promises if one.open), None)

    def changed(self, **changes: Any) -> "Callback":
        return self.model_copy(update=changes)


def booked(
    identity: str,
    case: str,
    reason: str,
    pack: Pack,
    calendar: Calendar,
    hours: Hours,
    now: datetime,
    *,
    at: CallWindow | None = None,
    daily: bool = False,
) -> Callback:
    """Promised from now on: within the pack's time, or `at` a time that was agreed with the customer.

    In all of these, `hours` are those at which the customer may be rung.
    """
    duty = pack.clocks.callback
    callback = Callback(id=identity, case=case, reason=reason, daily=daily)
    if at is not None:
        return _agreed(callback, duty.role, at, calendar, now)
    return _within(callback, (), duty.role, duty.within, calendar, hours, now)


def chosen(callback: Callback, at: CallWindow, utc_offset: int | None, calendar: Calendar, now: datetime) -> Callback:
    """The customer chose this window. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.ANOTHER_TIME)
    role = callback.owed.role if callback.owed else ""
    offset = callback.utc_offset if utc_offset is None else utc_offset
    return _agreed(callback.changed(utc_offset=offset), role, at, calendar, now).changed(chosen=True)


def reached(callback: Callback, calendar: Calendar, hours: Hours, now: datetime) -> Callback:
    """The customer was spoken to; of a daily one the next day's call is owed. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.REACHED)
    role = _role(callback)
    kept = promises.keep(callback.promises, CALL, now)
    after = callback.changed(promises=kept, tries=callback.tries + 1, calls=callback.calls + 1)
    if not callback.daily:
        return after.changed(state=State.REACHED)
    usual = callback.window or window.planned(calendar, hours, now, now + window.AHEAD, set())
    tomorrow = window.next_day(calendar, hours, usual, now)
    again = _agreed(after.changed(tries=0, tried=()), role, tomorrow, calendar, now)
    return again.changed(chosen=callback.chosen)


def unanswered(callback: Callback, pack: Pack, calendar: Calendar, hours: Hours, now: datetime) -> Callback:
    """Called, but the customer was not spoken to. Raises `IllegalMove`.

    One before the time that they chose takes nothing of it. A call at a part of the day at which nobody answered
    before does not count, as long as another one comes before the call is due: who is at work in the morning is not
    reached by calling twice in the morning.
    """
    _must_allow(callback, Outcome.NO_ANSWER)
    role, called = _role(callback), callback.changed(calls=callback.calls + 1)
    part, owed, tried = window.part_of(now, hours.zone), callback.owed, set(callback.tried)
    if callback.chosen and callback.window and now < callback.window.since:
        return called
    if part in tried and owed and now < owed.due and window.untried(hours, now, owed.due, tried):
        return called.changed(plan=window.planned(calendar, hours, now, owed.due, tried))
    within = ONCE_MORE
    if callback.tries:
        decides = pack.rungs()[0]
        role, within = decides.role, decides.within
    made = promises.keep(callback.promises, CALL, now)
    once_more = called.changed(tries=callback.tries + 1, tried=tuple(sorted({*tried, part})))
    return _within(once_more, made, role, within, calendar, hours, now)


def unreachable(callback: Callback, pack: Pack, calendar: Calendar, hours: Hours, now: datetime) -> Callback:
    """This number is not theirs: whoever is first on the ladder decides. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.WRONG_NUMBER)
    decides = pack.rungs()[0]
    made = promises.keep(callback.promises, CALL, now)
    called = callback.changed(calls=callback.calls + 1, tries=callback.tries + 1)
    return _within(called, made, decides.role, decides.within, calendar, hours, now)


def postponed(callback: Callback, at: CallWindow, calendar: Calendar, now: datetime) -> Callback:
    """The customer answered, and asked to be called at this time. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.ANOTHER_TIME)
    kept = promises.keep(callback.promises, CALL, now)
    role = _role(callback)
    called = callback.changed(promises=kept, calls=callback.calls + 1, tries=0, tried=())
    return _agreed(called, role, at, calendar, now).changed(chosen=True)


def given_up(callback: Callback, reason: GiveUpReason, now: datetime) -> Callback:
    """Nobody calls any more, for this reason. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.GIVEN_UP)
    waived = promises.waive(callback.promises, CALL, now, reason)
    return callback.changed(state=State.GIVEN_UP, promises=waived)


def saying(callback: Callback, one: Unsaid) -> Callback:
    """This could not be delivered either; a new way in has to be read out, too."""
    given = callback.way_in_given and one.what not in WAY_IN
    return callback.changed(unsaid=(*callback.unsaid, one), way_in_given=given)


def taken(callback: Callback, by: str) -> Callback:
    """Somebody is about to call. Raises `IllegalMove`."""
    _must_allow(callback, Outcome.REACHED)
    return callback.changed(taken_by=by)


def late(
    callback: Callback, pack: Pack, calendar: Calendar, hours: Hours, now: datetime
) -> tuple[Callback, tuple[Miss, ...]]:
    """The call that did not happen in time, and the rung that owes it now."""
    made, misses = promises.miss(callback.promises, pack.rungs(), calendar, now)
    after = callback.changed(promises=made)
    return (_told(after, calendar, hours, now) if misses else after), misses


def moved(callback: Callback, calendar: Calendar, hours: Hours, now: datetime) -> Callback:
    """Its customer wished for other hours: promised anew when what was promised lies outside, else as it is."""
    if callback.state is not State.PROMISED or not hours.wished or callback.owed is None:
        return callback
    still = (
        CallWindow(since=max(callback.window.since, now), until=callback.window.until) if callback.window else None
    )
    if still and (still.since >= still.until or (callback.only_then and hours.hold(still))):
        return callback
    return _told(callback, calendar, hours, now)


def _must_allow(callback: Callback, outcome: Outcome) -> None:
    if outcome not in MOVES[callback.state]:
        raise IllegalMove(callback.state)


def _role(callback: Callback) -> str:
    """Who owes it."""
    return callback.owed.role if callback.owed else ""


def _within(
    callback: Callback,
    made: Promises,
    role: str,
    within: dict[str, int],
    calendar: Calendar,
    hours: Hours,
    now: datetime,
) -> Callback:
    owed = promises.make(made, CALL, role, within, calendar, now)
    return _told(callback.changed(promises=owed), calendar, hours, now)


def _told(callback: Callback, calendar: Calendar, hours: Hours, now: datetime) -> Callback:
    """What the customer is told of a date by the rule: from now until then.

    Whoever wished for hours is told a window that lies in them. The call is owed by its end, even when that is later
    than the rule says: what goes up the ladder while nobody may ring goes up for nothing.
    """
    due, tried = callback.owed.due if callback.owed else now, set(callback.tried)
    if not hours.wished:
        plan = window.planned(calendar, hours, now, due, tried)
        return callback.changed(window=CallWindow(since=now, until=due), chosen=False, only_then=False, plan=plan)
    at = window.within(calendar, hours, now, due, tried)
    owed = tuple(
        one.dated(at.until, calendar, now).model_copy(update={"agreed": True}) if one.open else one
        for one in callback.promises
    )
    return callback.changed(promises=owed, window=at, chosen=False, only_then=True, plan=at)


def _agreed(callback: Callback, role: str, at: CallWindow, calendar: Calendar, now: datetime) -> Callback:
    """The call is owed at the end of this window, instead of what was owed before."""
    left = promises.waive(callback.promises, CALL, now, "another-time")
    owed = promises.agreed(CALL, role, at.until, calendar, now)
    return callback.changed(promises=(*left, owed), window=at, only_then=True, plan=at)
