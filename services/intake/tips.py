"""Tip-offs: what is under way is sent to at once; what is past is thanked for and passed on. Nobody is named."""

from typing import Annotated, Any

from pydantic import Field

from services.intake.case import Move, State
from services.intake.handling import Act, Draft, conclude, take_on
from services.intake.notes import TipPassedOn
from shared.http import Request, fault


class PassOnRequest(Request):
    """`to` is a body of the pack's directory, or one of its departments."""

    to: Annotated[str, Field(min_length=1, max_length=40)]


def pass_on(draft: Draft, request: PassOnRequest) -> None:
    """Whoever it concerns has it now: for the desk it is done."""
    draft.must_be("tip")
    if request.to not in draft.pack.directory and request.to not in draft.pack.departments:
        raise fault("/to", "unknown_body", "This is neither in the directory nor a department.")
    if draft.case.state is State.RECEIVED:
        draft.move(Move.OPEN)
        take_on(draft)
    draft.tell_customer(TipPassedOn(to=request.to))
    conclude(draft, "passed-on")


ACTS: dict[str, Act[Any]] = {
    "pass-on": Act("case.pass-on", PassOnRequest, pass_on),
}
