"""How a case changes hands: offered, accepted or refused; after a second refusal an arbiter decides."""

from typing import Annotated, Any

from pydantic import Field

from services.intake import notes
from services.intake.case import ARBITRATE, HANDOVER
from services.intake.handling import Act, Draft, Nothing
from services.intake.ownership import Ownership
from services.intake.working import Short
from shared import promises
from shared.contracts.intake import ArbiterWanted, HandoverOffered
from shared.http import Problem, Request

Staff = Annotated[str, Field(pattern=r"^[\w.@:+-]{1,64}$")]


class HandOverRequest(Request):
    """To whom, an id of staff, and why."""

    to: Staff
    reason: Short


class RefuseRequest(Request):
    """Why it is not for them."""

    reason: Short


class AssignRequest(Request):
    """Whose it is, by decision of the arbiter, and why."""

    to: Staff
    reason: Short


def take(draft: Draft, _request: Nothing) -> None:
    """Whoever is asked first is responsible."""
    if draft.case.ownership.owner == draft.by.id:
        return
    draft.set(ownership=draft.case.ownership.taken(draft.by.id, draft.by.unit))
    draft.tell(notes.CaseTaken(owner=draft.by.id))


def hand_over(draft: Draft, request: HandOverRequest) -> None:
    """Offer it to somebody else; it stays with its owner until they accept. No clock starts again."""
    duty = draft.pack.clocks.handover
    if duty is None:
        raise Problem(409, "no-handover", "The organisation's rules know no handover.", "An arbiter may assign it.")
    draft.set(ownership=draft.case.ownership.offered(request.to, draft.by.id, draft.now))
    _over(draft, HANDOVER, "offered to somebody else")
    made = promises.make(draft.case.promises, HANDOVER, duty.role, duty.within, draft.calendar, draft.now)
    draft.case = draft.case.promising(made)
    offered = HandoverOffered(case=draft.case.id, to=request.to, by=draft.by.id, until=made[-1].due)
    draft.tell(offered, private={"text": request.reason})


def accept(draft: Draft, _request: Nothing) -> None:
    """From now on it is theirs."""
    draft.set(ownership=draft.case.ownership.accepted(draft.by.id, draft.by.unit))
    draft.case = draft.case.promising(promises.keep(draft.case.promises, HANDOVER, draft.now))
    draft.tell(notes.CaseTaken(owner=draft.by.id))


def refuse(draft: Draft, request: RefuseRequest) -> None:
    """It stays with its owner. The second time the arbiter is called."""
    after = draft.case.ownership.refused(draft.by.id)
    draft.set(ownership=after)
    draft.case = draft.case.promising(promises.keep(draft.case.promises, HANDOVER, draft.now))
    draft.tell(notes.HandoverRefused(by=draft.by.id), private={"text": request.reason})
    if after.disputed:
        arbiter = draft.pack.rungs()[0]
        made = promises.make(draft.case.promises, ARBITRATE, arbiter.role, arbiter.within, draft.calendar, draft.now)
        draft.case = draft.case.promising(made)
        draft.tell(
            ArbiterWanted(case=draft.case.id, role=arbiter.role, until=made[-1].due, unit=draft.case.where_it_is)
        )


def assign(draft: Draft, request: AssignRequest) -> None:
    """The arbiter decides, and that binds."""
    draft.set(ownership=Ownership(owner=request.to))
    _over(draft, HANDOVER, "an arbiter decided")
    draft.case = draft.case.promising(promises.keep(draft.case.promises, ARBITRATE, draft.now))
    draft.tell(notes.CaseAssigned(owner=request.to), private={"text": request.reason})


def _over(draft: Draft, name: str, why: str) -> None:
    draft.case = draft.case.promising(promises.waive(draft.case.promises, name, draft.now, why))


ACTS: dict[str, Act[Any]] = {
    "take": Act("case.take", Nothing, take),
    "hand-over": Act("case.take", HandOverRequest, hand_over),
    "accept": Act("case.take", Nothing, accept),
    "refuse": Act("case.take", RefuseRequest, refuse),
    "assign": Act("case.assign", AssignRequest, assign),
}
