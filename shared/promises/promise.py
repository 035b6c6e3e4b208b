"""One promise as it is stored: what is owed, on which clock, when that stood still, how its date was moved."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.worktime import Calendar, Pause, Span, due


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WAIVED = "waived"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Standstill(_Part):
    """The clock of a promise stood still. Without `until` it still does."""

    since: datetime
    until: datetime | None = None
    reason: str


class Moved(_Part):
    """A promise was given another date: who did it, when and why; it was due `was` and became due `due`.

    `clock` is the span that it had before, when that changed as well. `rules` is the version under which it was
    counted anew; empty when somebody moved it.
    """

    at: datetime
    by: str
    reason: str
    was: datetime
    due: datetime
    clock: dict[str, int] | None = None
    rules: str = ""


class Forewarning(_Part):
    """Its role is told at `at`, which is `before` the date. What was told by `told` need not be again."""

    before: dict[str, int]
    at: datetime
    told: datetime | None = None

    @property
    def owed(self) -> bool:
        """Not told yet of this date: one told before `at` was of another date, since put off."""
        return self.told is None or self.told < self.at


class Promise(BaseModel):
    """One promise. `clock` is the span as the pack writes it, e.g. `{"working_days": 3}`.

    `rules` is the pack version its date was counted under. `again` counts how often the
    top of the ladder owed it again. `agreed` says that the date was set as a date and
    not counted, so that no calendar moves it. While it is paused `due` is the date it had before the pause.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: str
    made: datetime
    due: datetime
    clock: dict[str, int]
    rung: int = 0
    again: int = 0
    state: PromiseState = PromiseState.OPEN
    settled: datetime | None = None
    reason: str | None = None
    rules: str = ""
    agreed: bool = False
    pauses: tuple[Standstill, ...] = ()
    moves: tuple[Moved, ...] = ()
    warnings: tuple[Forewarning, ...] = ()

    @property
    def open(self) -> bool:
        return self.state is PromiseState.OPEN

    @property
    def paused(self) -> bool:
        """Owed, but its clock stands still: nothing is due until it is resumed."""
        return self.open and bool(self.pauses) and self.pauses[-1].until is None

    @property
    def running(self) -> bool:
        return self.open and not self.paused

    @property
    def span(self) -> Span:
        return Span.parse(self.clock)

    @property
    def next_look(self) -> datetime | None:
        """The next time at which something happens to it: a warning that is owed, or its date."""
        if not self.running:
            return None
        return min([self.due, *(warning.at for warning in self.warnings if warning.owed)])

    def stops(self) -> tuple[Pause, ...]:
        """Its pauses as working time takes them."""
        return tuple(Pause(pause.since, pause.until, pause.reason) for pause in self.pauses)

    def first(self, until: datetime) -> "Promise":
        """As it was when it was made, due `until`: what has become of it since is left out."""
        clock = next((move.clock for move in self.moves if move.clock), self.clock)
        return Promise(
            name=self.name, role=self.role, made=self.made, due=until, clock=clock, rung=self.rung, rules=self.rules
        )

    def counted(self, calendar: Calendar) -> datetime:
        """The date its clock comes to on this calendar. Raises `EndlessError` while it is paused."""
        return due(calendar, self.made, self.span, self.stops())

    def dated(self, until: datetime, calendar: Calendar, now: datetime) -> "Promise":
        """The same promise, due at another time. Whoever was warned is warned again only when that is put off."""
        warnings: list[Forewarning] = []
        for warning in self.warnings:
            at = due(calendar, until, -Span.parse(warning.before))
            told = warning.told if warning.owed or at > now else now
            warnings.append(warning.model_copy(update={"at": at, "told": told}))
        return self.model_copy(update={"due": until, "warnings": tuple(warnings)})

    def without_words(self) -> "Promise":
        """Without what people wrote as reasons; when and by whom stays."""
        return self.model_copy(
            update={
                "reason": None,
                "pauses": tuple(one.model_copy(update={"reason": ""}) for one in self.pauses),
                "moves": tuple(one.model_copy(update={"reason": ""}) for one in self.moves),
            }
        )

    def settle(self, state: PromiseState, now: datetime, reason: str | None) -> "Promise":
        """How it ended. Whatever ends after its date is broken, whether or not the clock had looked by then."""
        pauses = self.pauses
        if self.paused:
            pauses = (*pauses[:-1], ended(pauses[-1], now))
        elif self.due < now:
            state = PromiseState.BROKEN
        return self.model_copy(update={"state": state, "settled": now, "reason": reason, "pauses": pauses})


Promises = tuple[Promise, ...]


def ended(pause: Standstill, now: datetime) -> Standstill:
    """A pause that is over. Clocks of two machines may differ: it never ends before it began."""
    return pause.model_copy(update={"until": max(now, pause.since)})


def ahead(
    spans: tuple[dict[str, int], ...], until: datetime, calendar: Calendar, made: datetime
) -> tuple[Forewarning, ...]:
    """Warnings of a new promise. Those that would come no later than the promise itself are told by it."""
    times = ((span, due(calendar, until, -Span.parse(span))) for span in spans)
    return tuple(Forewarning(before=span, at=at, told=made if at <= made else None) for span, at in times)
