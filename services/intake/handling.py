"""What is done with a case, by staff or its customer: each in a table, each carried out the same way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from services.intake import case as cases
from services.intake import publishing, views
from services.intake.case import Case, Move
from shared import acting, ids
from shared.acting import Change
from shared.commands import Command
from shared.contracts import Event
from shared.http import Problem, Request
from shared.packs import Pack
from shared.policy import Principal, require
from shared.promises import NoReason, Refusal
from shared.rules import calendar, pack
from shared.store import Audience, Cause, Item, Line, NotFound
from shared.worktime import Calendar

R = TypeVar("R", bound=Request)


class Draft:
    """Collects what one command does to a case, so that it is stored at once or not at all."""

    def __init__(self, case: Case, now: datetime, by: Principal) -> None:
        self.case, self.now, self.by = case, now, by
        self.lines: list[Line] = []
        self.extra: list[Item] = []

    @property
    def pack(self) -> Pack:
        return pack()

    @property
    def calendar(self) -> Calendar:
        return calendar()

    def set(self, **changes: Any) -> None:
        self.case = self.case.model_copy(update=changes)

    def move(self, move: Move) -> None:
        """The case moves, by whoever does this. Raises `IllegalMove`."""
        self.case = self.case.moved(move, self.by.id).handled_in(self.by.units)

    def tell(
        self,
        event: Event,
        audience: Audience = Audience.STAFF,
        private: Mapping[str, Any] | None = None,
        boxes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Add a line: an event that others hear, or a note that stays on the case."""
        self.lines.append(Line(event, audience, private, boxes or {}))

    def tell_customer(self, event: Event, text: str | None = None) -> None:
        """Add a line of the customer's timeline, with words for them; notify gets these too when others hear it."""
        words = {"text": text} if text else None
        sealed = {"notify": words} if words and event.told and self.case.contactable else {}
        self.lines.append(Line(event, Audience.CUSTOMER, words, sealed))


@dataclass(frozen=True)
class Act(Generic[R]):
    """One thing that staff do with a case: who may, what they say, and what it changes."""

    permit: str
    request: type[R]
    do: Callable[[Draft, R], None]
    keyed: bool = False
    """Whether it needs an Idempotency-Key, because nothing else would notice that it is sent twice."""


class Nothing(Request):
    """Nothing to say."""


def carry_out(
    act: Act[Any], principal: Principal, number: str, command: Command, request: Request, cause: Cause
) -> dict[str, Any]:
    """Do it, once. Raises `NotFound`, `NotPermitted`, `Problem`."""
    require(principal, act.permit)

    def decide(case: Case) -> Change[Case]:
        return decided(Draft(case, cause.at, principal), lambda draft: act.do(draft, request))

    return acting.carry_out(Case, identity_of(number), command, cause, decide, views.facts)


def decided(draft: Draft, do: Callable[[Draft], None]) -> Change[Case]:
    """What comes of it. A refusal of the rules becomes a `Problem` that says what is possible instead."""
    before = draft.case
    try:
        do(draft)
    except REFUSALS as error:
        raise refused(error) from None
    after, public = publishing.kept_current(before, draft.case, draft.pack, draft.now)
    return Change(after, draft.lines, [*draft.extra, *public])


def identity_of(number: str) -> str:
    """The id that a number in an address means. Raises `NotFound`."""
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity


def _illegal(error: cases.IllegalMove) -> Problem:
    return Problem(
        409,
        "illegal-move",
        f"A case that is {error.state} can't do that.",
        f"Possible now: {', '.join(error.allowed) or 'nothing'}.",
        state=str(error.state),
        allowed=list(error.allowed),
    )


def _of_promise(error: Refusal) -> Problem:
    status = 422 if isinstance(error, NoReason) else 409
    return Problem(status, error.code, f"{error}.", error.advice, promise=error.name)


_ANSWERS: Mapping[type[Exception], Callable[[Any], Problem]] = {
    cases.IllegalMove: _illegal,
    Refusal: _of_promise,
}
REFUSALS = tuple(_ANSWERS)


def refused(error: Exception) -> Problem:
    """A refusal of the rules as an answer that says what is possible instead."""
    return next(say(error) for kind, say in _ANSWERS.items() if isinstance(error, kind))
