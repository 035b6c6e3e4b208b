"""What is done with a case, by staff or its customer: each in a table, each carried out the same way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from services.intake import case as cases
from services.intake import emergency, publishing, sending, views
from services.intake.appointment import NoSuchAppointment
from services.intake.case import DONE, Case, Move
from services.intake.consultation import NoAnswerWaits
from services.intake.exhibit import NoSuchExhibit, NotInYourHands
from services.intake.ownership import Disputed, NothingOffered, NotYours
from services.intake.papers import AskedForMore, NothingMissing
from services.intake.settlement import NotSettled
from services.intake.unit import IllegalUnitMove
from shared import acting, erasure, ids, vault
from shared.acting import Change
from shared.commands import Command
from shared.contracts import Event
from shared.contracts.intake import CaseClosed, CaseOpened, PromiseMade
from shared.http import Problem, Request, fault
from shared.packs import Pack
from shared.policy import Principal, require
from shared.promises import NoReason, Refusal
from shared.rules import calendar, pack
from shared.store import Audience, Cause, Item, Line, NotFound
from shared.worktime import Calendar, EndlessError

R = TypeVar("R", bound=Request)


class WrongKind(Exception):
    """What was asked is done with another kind of case."""

    def __init__(self, kind: str, needed: str) -> None:
        self.kind, self.needed = kind, needed
        super().__init__(f"a {kind} is no {needed}")


class Draft:
    """Collects what one command does to a case, so that it is stored at once or not at all."""

    def __init__(self, case: Case, now: datetime, by: Principal) -> None:
        self.case, self.now, self.by = case, now, by
        self.lines: list[Line] = []
        self.extra: list[Item] = []
        self.frees = False
        """Whether a unit may be free for another case once this is stored."""

    @property
    def pack(self) -> Pack:
        return pack()

    @property
    def calendar(self) -> Calendar:
        return calendar()

    def add(self, case: Case, lines: Sequence[Line], extra: Sequence[Item]) -> None:
        """Take over what somebody else decided about it."""
        self.case = case
        self.lines += lines
        self.extra += extra

    def set(self, **changes: Any) -> None:
        self.case = self.case.model_copy(update=changes)

    def must_be(self, kind: str) -> None:
        """Raises `WrongKind`."""
        if self.case.kind != kind:
            raise WrongKind(self.case.kind, kind)

    def move(self, move: Move) -> None:
        """Raises `IllegalMove`."""
        self.case = self.case.moved(move)

    def tell(
        self,
        event: Event,
        audience: Audience = Audience.STAFF,
        private: Mapping[str, Any] | None = None,
        boxes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Add a line: an event that others hear, or a note that stays on the case."""
        self.lines.append(Line(event, audience, private, boxes or {}))

    def tell_customer(self, event: Event, text: str | None = None, *, also: Mapping[str, str] | None = None) -> None:
        """Add a line of the customer's timeline, with words for them; notify gets these too when others hear it.

        `also` is what is private of it besides.
        """
        words = {**({"text": text} if text else {}), **(also or {})} or None
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
    handles: bool = True
    """Whether whoever does it has handled the case: they may not see or judge a complaint about that."""


@dataclass(frozen=True)
class Said:
    """How the customer says that it was, from 1 (bad) to 5 (good), if they say."""

    satisfaction: int | None = None


class Nothing(Request):
    """Nothing to say."""


def carry_out(
    act: Act[Any], principal: Principal, number: str, command: Command, request: Request, cause: Cause
) -> dict[str, Any]:
    """Do it, once. Raises `NotFound`, `NotPermitted`, `Problem`."""
    require(principal, act.permit)

    drafts: list[Draft] = []

    def decide(case: Case) -> Change[Case]:
        if case.salt is None:
            raise vault.Erased(case.id)
        drafts.append(Draft(case, cause.at, principal))
        return decided(drafts[-1], do)

    def do(draft: Draft) -> None:
        act.do(draft, request)
        if act.handles:
            draft.case = draft.case.handled_by(principal.id).handled_in(principal.units)

    done = acting.carry_out(Case, identity_of(number), command, cause, decide, views.facts)
    if drafts and drafts[-1].frees:
        sending.send_wanted(cause.at)
    return done


def decided(draft: Draft, do: Callable[[Draft], None]) -> Change[Case]:
    """What comes of it. A refusal of the rules becomes a `Problem` that says what is possible instead."""
    before = draft.case
    try:
        do(draft)
    except REFUSALS as error:
        raise refused(error) from None
    if draft.case.state in DONE and before.state not in DONE and draft.pack.retention:
        draft.set(erase_at=erasure.ends(draft.pack.retention.cases, draft.calendar, draft.now))
    after, public = publishing.kept_current(before, draft.case, draft.pack, draft.now)
    return Change(after, draft.lines, [*draft.extra, *public])


def must_not_have_handled(principal: Principal, case: Case, because: str) -> None:
    """Raises `Problem` 403: whatever was done about it or is said of that is seen to by somebody else."""
    if principal.is_subject(case.handlers):
        raise Problem(403, "handled-by-you", "You handled this case: somebody else does this.", because)


def take_on(draft: Draft) -> None:
    """The case is taken on after review: an outcome is promised, and the customer told by when."""
    draft.case = cases.opened(draft.case, draft.pack, draft.calendar, draft.now)
    made = [promise for promise in draft.case.promises if promise.made == draft.now]
    told = tuple(PromiseMade(name=promise.name, due=promise.due) for promise in made)
    draft.tell_customer(CaseOpened(case=draft.case.id, promises=told))


def conclude(draft: Draft, outcome: str, text: str | None = None, *, said: Said | None = None) -> None:
    """The case is done, and the customer told what came of it. Whoever is still on it is free again.

    With `said` the customer has told how it was, and is not asked again.
    """
    before = draft.case
    draft.move(Move.CLOSE)
    ended = sending.ended(before, cases.closed(draft.case, draft.now), draft.now, draft.by.id)
    draft.add(ended.case, ended.lines, ended.extra)
    draft.frees = before.unit is not None
    case = draft.case
    closed = CaseClosed(
        case=case.id,
        kind=case.kind,
        category=case.category,
        outcome=outcome,
        contactable=case.contactable,
        language=case.language,
        asked=said is not None,
        satisfaction=said.satisfaction if said else None,
    )
    draft.tell_customer(closed, text)


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


def _wrong_kind(error: WrongKind) -> Problem:
    return Problem(409, "wrong-kind", f"This case is no {error.needed}.", is_a=error.kind)


def _no_unit(_error: emergency.NoUnit) -> Problem:
    return Problem(409, "no-unit", "No unit is on this case.", "Send one with dispatch.")


def _unit_there(error: emergency.UnitThere) -> Problem:
    return Problem(
        409, "unit-there", "A unit was sent to this case.", "Clear it first, or wait for it.", unit=error.unit
    )


def _of_unit(error: IllegalUnitMove) -> Problem:
    on: dict[str, Any] = {"case": ids.spoken(error.case)} if error.case else {}
    return Problem(
        409,
        "illegal-unit-move",
        f"A unit that is {error.state} can't become {error.to}.",
        "What becomes of a unit that is on a case is said on that case: arrived, clear." if error.case else None,
        state=error.state.value,
        **on,
    )


def _of_promise(error: Refusal) -> Problem:
    status = 422 if isinstance(error, NoReason) else 409
    return Problem(status, error.code, f"{error}.", error.advice, promise=error.name)


def _not_yours(error: NotYours) -> Problem:
    return Problem(
        403, "not-yours", "Somebody else has this.", f"It is with {error.args[0]}.", holder=str(error.args[0])
    )


def _not_now(title: str, advice: str) -> Callable[[Exception], Problem]:
    return lambda _error: Problem(409, "not-now", title, advice)


_ANSWERS: Mapping[type[Exception], Callable[[Any], Problem]] = {
    cases.IllegalMove: _illegal,
    NotYours: _not_yours,
    NotInYourHands: _not_yours,
    NothingOffered: _not_now("No handover waits for an answer.", "Whoever has the case can offer it."),
    Disputed: _not_now("It was refused twice.", "An arbiter decides whose it is now."),
    NoSuchExhibit: lambda _error: fault("/evidence", "unknown_evidence", "There is no piece with this number."),
    NoSuchAppointment: lambda _error: fault(
        "/appointment", "unknown_appointment", "There is no appointment with this number that still stands."
    ),
    NotSettled: _not_now("Nothing waits to be followed up.", "Record first what the parties agreed."),
    NothingMissing: _not_now("No document is waited for.", "Add to your case by writing to us."),
    AskedForMore: lambda error: Problem(
        409,
        "told-once",
        "What is missing was told already; nothing new can be asked for.",
        f"It was: {', '.join(error.told) or 'nothing'}.",
        told=list(error.told),
    ),
    NoAnswerWaits: _not_now(
        "No answer waits for a word from you.", "When there is one, you are told; until then add to your case."
    ),
    Refusal: _of_promise,
    WrongKind: _wrong_kind,
    emergency.NoUnit: _no_unit,
    emergency.UnitThere: _unit_there,
    IllegalUnitMove: _of_unit,
    EndlessError: lambda _error: fault("/within", "too_far", "This comes to no date that a calendar knows."),
}
REFUSALS = tuple(_ANSWERS)


def refused(error: Exception) -> Problem:
    """A refusal of the rules as an answer that says what is possible instead."""
    return next(say(error) for kind, say in _ANSWERS.items() if isinstance(error, kind))
