"""Minor matters settled between the parties: restitution, forgiveness, a check later, and whether it comes back."""

from typing import Any

from services.intake import notes
from services.intake.case import CHECK_SETTLEMENT, Move
from services.intake.handling import Act, Draft, identity_of
from services.intake.settlement import NotSettled, Settlement
from services.intake.working import Words
from shared import promises
from shared.http import Problem, Request, fault
from shared.packs import Money


class SettlementRequest(Request):
    """What the parties agreed, in words; what is paid back; whether it was forgiven. All of them said yes."""

    text: Words
    restitution: Money | None = None
    forgiven: bool = False
    agreed_by_all: bool


class FollowUpRequest(Request):
    """Whether what was agreed was done."""

    kept: bool
    text: Words | None = None


class RecurrenceRequest(Request):
    """The same matter came back: the number of the later case."""

    case: str
    text: Words | None = None


def settle(draft: Draft, request: SettlementRequest) -> None:
    """Recorded, and somebody asks later whether it was kept."""
    duty = draft.pack.clocks.check_settlement
    if duty is None:
        raise Problem(409, "no-settlement", "The organisation's rules know no settlement between the parties.")
    if not request.agreed_by_all:
        raise fault("/agreed_by_all", "not_agreed", "It is settled only when every party said yes.")
    if draft.case.settlement is not None:
        raise Problem(409, "settled-before", "A settlement is on record already.", "Follow it up first.")
    draft.move(Move.WORK)
    draft.set(settlement=Settlement(restitution=request.restitution, forgiven=request.forgiven))
    made = promises.make(draft.case.promises, CHECK_SETTLEMENT, duty.role, duty.within, draft.calendar, draft.now)
    draft.case = draft.case.promising(made)
    draft.tell_customer(notes.Settled(forgiven=request.forgiven, restitution=request.restitution), request.text)


def follow_up(draft: Draft, request: FollowUpRequest) -> None:
    if draft.case.settlement is None:
        raise NotSettled("none")
    draft.set(settlement=draft.case.settlement.followed_up(kept=request.kept))
    draft.case = draft.case.promising(promises.keep(draft.case.promises, CHECK_SETTLEMENT, draft.now))
    draft.tell_customer(notes.SettlementChecked(kept=request.kept), request.text)


def recur(draft: Draft, request: RecurrenceRequest) -> None:
    """Kept on both sides of the link: here the case that was settled, there by its own number."""
    later = identity_of(request.case)
    if draft.case.settlement is None or later == draft.case.id:
        raise NotSettled("none")
    draft.tell(notes.CameBack(later=later), private={"text": request.text} if request.text else None)


ACTS: dict[str, Act[Any]] = {
    "settlement": Act("case.work", SettlementRequest, settle),
    "settlement-check": Act("case.note", FollowUpRequest, follow_up),
    "recurrence": Act("case.note", RecurrenceRequest, recur, keyed=True),
}
