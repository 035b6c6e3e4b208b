"""Ending what people said about a case: because they ask for it, or because its time is over (ADR 0063)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from services.intake import quarantine
from services.intake.case import DONE, SCAN, Case
from services.intake.handling import Act, Draft, carry_out, decided, must_not_have_handled
from services.intake.notes import ComplaintAgain, ComplaintNoted, ComplaintWasClosed
from shared import erasure, promises
from shared.commands import Command
from shared.contracts.intake import CaseErased, ComplaintsToErase, FilesLeft, GrievanceVoiced
from shared.http import Problem, Request
from shared.policy import Principal
from shared.store import Cause, Recorded
from shared.tables import store
from shared.worktime import Span, due

_CLOCK = Principal(id="clock", roles=frozenset())
_LOOK_AGAIN = Span.parse({"days": 30})
"""When the time of a case is over that somebody still complains about."""


class EraseRequest(Request):
    """Why, as the law asks: the customer wants it, or it should never have been taken down."""

    reason: Literal["asked", "unlawful"]


def erase(draft: Draft, _request: EraseRequest) -> None:
    """What was said ends now. That it was, when, and what was promised stays."""
    case = draft.case
    must_not_have_handled(draft.by, case, "Whether something is still owed about it is not for you to see.")
    if case.state not in DONE:
        raise Problem(409, "still-open", "This case is still open.", "Close or decline it first; then erase it.")
    _, events = store().history(Case, case.id)
    complaints = complaints_of(events)
    if _owes(case, events):
        raise Problem(
            409,
            "still-owed",
            "Something about this case is still owed to the customer.",
            "See to it first: an appointment, an answer, whatever else they brought. Then erase it.",
        )
    _end(draft, events, asked=True, complaints=tuple(complaints))


def look(number: str, now: datetime) -> None:
    """A tick: the time of this case is over, or that of what its erasure left."""
    case = store().load(Case, number)
    if case.erase_at is None or case.erase_at > now:
        return
    if case.salt is None:
        erasure.clear(case, now)
        return
    _, events = store().history(Case, case.id)
    draft = Draft(case, now, _CLOCK)
    if _owes(case, events):
        draft.set(erase_at=due(draft.calendar, now, _LOOK_AGAIN))
    else:
        _end(draft, events, asked=False)
    change = decided(draft, lambda _draft: None)
    store().change(change.after, change.lines, Cause(now, "clock", f"tick:{case.id}:{case.seq}"), extra=change.extra)


def owes_nothing(case: Case) -> bool:
    """Whether nothing of a case is owed any more, to its customer or about a complaint of it."""
    return not _owes(case, store().history(Case, case.id)[1])


def erase_case(
    principal: Principal, number: str, command: Command, request: EraseRequest, cause: Cause
) -> dict[str, Any]:
    """Erase one, as the act does."""
    return carry_out(ACTS["erase"], principal, number, command, request, cause)


def _owes(case: Case, events: Sequence[Recorded]) -> bool:
    owed = any(one.open and one.name != SCAN for one in case.promises)
    return owed or any(complaints_of(events).values()) or _unheard(events)


def complaints_of(events: Sequence[Recorded]) -> dict[str, bool]:
    """The complaints that came of a case as far as it has heard, and whether they are open."""
    opens = {ComplaintNoted.detail_type(): True, ComplaintAgain.detail_type(): True}
    says = {**opens, ComplaintWasClosed.detail_type(): False}
    return {event.data["complaint"]: says[event.type] for event in events if event.type in says}


def _unheard(events: Sequence[Recorded]) -> bool:
    """Whether something was voiced of which no complaint was heard yet."""
    voiced = sum(event.type == GrievanceVoiced.detail_type() for event in events)
    return voiced > sum(event.type == ComplaintNoted.detail_type() for event in events)


def _end(draft: Draft, events: Sequence[Recorded], *, asked: bool, complaints: tuple[str, ...] = ()) -> None:
    """The hash of what was sent goes too; that of the secret stays, so that whoever has it learns what happened."""
    # Where they lie can't be read any more afterwards.
    if files := tuple(str(said["key"]) for _, said in quarantine.named_on(draft.case, events)):
        draft.tell(FilesLeft(case=draft.case.id, files=files))
    # Its files go with it, checked or not.
    draft.case = draft.case.promising(promises.waive_all(draft.case.promises, draft.now, "erased"))
    draft.case = erasure.without_key(draft.case, draft.now, public=None, fingerprint="")
    draft.tell(CaseErased(case=draft.case.id, asked=asked))
    if complaints:
        draft.tell(ComplaintsToErase(case=draft.case.id, complaints=complaints))


ACTS: dict[str, Act[Any]] = {
    "erase": Act("case.erase", EraseRequest, erase, keyed=True, handles=False),
}
