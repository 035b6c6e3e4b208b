"""What staff do with a complaint, each carried out the same way: never who it is about, once, all or nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from services.complaints import complaint as complaints
from services.complaints import corrective, injury, press, rectification, shelf, views
from services.complaints.complaint import Complaint, Move
from services.complaints.draft import Draft
from shared import ids
from shared.commands import Command
from shared.http import Problem, Request, fault
from shared.logs import log
from shared.policy import Principal, require
from shared.promises import NoReason, Refusal
from shared.store import Cause, NotFound
from shared.tables import store
from shared.worktime import EndlessError, SpanError

R = TypeVar("R", bound=Request)


@dataclass(frozen=True)
class Act(Generic[R]):
    """One thing that staff do: who may, from which states, what is asked, and what it changes."""

    permit: str
    move: Move
    request: type[R]
    do: Callable[[Draft, Principal, R], None]


class Nothing(Request):
    """Nothing to say."""


def carry_out(
    act: Act[Any], principal: Principal, number: str, command: Command, request: Request, cause: Cause
) -> dict[str, Any]:
    """Do it, once. Raises `NotFound`, `NotPermitted`, `Problem`."""
    identity = identity_of(number)
    stored: list[Complaint] = []

    def decide() -> Complaint:
        complaint = store().load(Complaint, identity)
        let(principal, act.permit, complaint)
        draft = Draft(complaint, shelf.book(), cause.at)
        draft.acting = roles_of(principal, draft)
        try:
            draft.set(state=complaint.moved(act.move).state)
            act.do(draft, principal, request)
        except REFUSALS as error:
            # A command that was carried out before gets its answer again, not a refusal of the second try.
            command.raise_if_done(Complaint, identity)
            raise refused(error, complaint.possible(draft.book.rules.rework.rounds)) from None
        after = draft.complaint
        stored.append(store().change(after, draft.lines, cause, command.guard(views.facts(after)), draft.extra))
        return stored[-1]

    before_answer = command.once(Complaint, identity, decide)
    return before_answer if before_answer is not None else views.facts(stored[-1])


def let(principal: Principal, permit: str, complaint: Complaint) -> None:
    """The conflict rule and the role; a try by a subject leaves a trace for auditors."""
    if principal.is_subject(complaint.subjects):
        log().warning("subject turned away", complaint=complaint.id, staff=principal.id, action=permit)
    require(principal, permit, complaint.subjects)


def identity_of(number: str) -> str:
    """The id that a number in an address means. Raises `NotFound`."""
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity


def roles_of(principal: Principal, draft: Draft) -> frozenset[str]:
    """The pack's roles that a member of staff may act as: those their token names, or else all of their group."""
    known = draft.book.pack.roles
    if principal.acts_as:
        return principal.acts_as & known.keys()
    return frozenset(role for role, one in known.items() if one.group in principal.roles)


def must_hold(principal: Principal, draft: Draft, roles: tuple[str, ...]) -> None:
    """Raises `Problem` 403 unless the member of staff is one of these roles."""
    if not roles_of(principal, draft).intersection(roles):
        raise Problem(
            403, "not-your-role", "Your role may not do this.", f"It is for {', '.join(roles)}.", roles=list(roles)
        )


def must_investigate(principal: Principal, draft: Draft) -> None:
    """Once investigators are assigned, only they and whoever leads add to the investigation."""
    assigned = draft.complaint.investigators
    leads = {"supervisor", "duty-leader"} & set(principal.roles)
    if assigned and principal.id not in assigned and not leads:
        raise Problem(403, "not-assigned", "You are not assigned to this investigation.", "Ask whoever leads it.")


def _illegal_corrective(error: corrective.IllegalMove) -> Problem:
    return _with_what_is_allowed("A corrective action", str(error.stage), tuple(map(str, error.allowed)))


def _with_what_is_allowed(what: str, state: str, allowed: tuple[str, ...]) -> Problem:
    return Problem(
        409,
        "illegal-move",
        f"{what} that is {state} can't do that.",
        f"Possible now: {', '.join(allowed) or 'nothing'}.",
        state=state,
        allowed=list(allowed),
    )


def _of_injury(error: injury.TooEarly | injury.NotAsked | injury.Decided) -> Problem:
    possible = [str(item) for item in error.allowed]
    return Problem(
        409,
        "not-now",
        "This can't be recorded now.",
        f"{error}. Possible now: {', '.join(possible)}.",
        allowed=possible,
    )


def of_promise(error: Refusal, **more: Any) -> Problem:
    """What can't be done to a promise, and what can."""
    status = 422 if isinstance(error, NoReason) else 409
    return Problem(status, error.code, f"{error}.", error.advice, promise=error.name, **more)


def _somebody_else(error: Exception) -> Problem:
    return Problem(403, "not-your-role", "Somebody else has to do this.", f"{error}.")


def _not_now(error: Exception) -> Problem:
    return Problem(409, "not-now", "This can't be recorded now.", f"{error}.")


_ANSWERS: Mapping[type[Exception], Callable[[Any], Problem]] = {
    corrective.IllegalMove: _illegal_corrective,
    corrective.OwnWork: _somebody_else,
    press.NotTheSpeaker: _somebody_else,
    injury.TooEarly: _of_injury,
    injury.NotAsked: _of_injury,
    injury.Decided: _of_injury,
    rectification.AlreadyIssued: _not_now,
    rectification.NoneAsked: lambda _error: Problem(
        409, "not-asked", "The organisation's rules know no rectification notice."
    ),
    Refusal: of_promise,
    SpanError: lambda _error: fault("/within", "not_a_span", "A span is one unit with a whole number from 0 up."),
    EndlessError: lambda _error: fault("/within", "too_far", "That is more than ten years ahead: give less time."),
    Problem: lambda error: error,
}
REFUSALS: tuple[type[Exception], ...] = (complaints.IllegalMove, *_ANSWERS)


def refused(error: Exception, possible: Iterable[Move]) -> Problem:
    """A refusal of the rules as an answer that says what is possible instead: `possible`, or what it knows better."""
    if isinstance(error, complaints.IllegalMove):
        return _with_what_is_allowed("A complaint", str(error.state), tuple(map(str, possible)))
    problem = next(say(error) for kind, say in _ANSWERS.items() if isinstance(error, kind))
    if problem.status == HTTPStatus.CONFLICT and "allowed" not in problem.body:
        problem.body["allowed"] = [str(move) for move in possible]
    return problem
