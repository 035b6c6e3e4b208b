"""The press: a domestic medium is referred to the press office; a foreign one or a sensitive matter, to nobody."""

from typing import Any, Literal

from services.intake.case import Case, Move
from services.intake.handling import Act, Draft
from services.intake.notes import PressAnswered
from shared.http import Request
from shared.packs import STRONGEST_FIRST

Answer = Literal["press-office", "no-comment"]


class PressRequest(Request):
    """What kind of medium asks, and whether what it asks about is politically sensitive."""

    medium: Literal["domestic", "foreign"]
    sensitive: bool


def answered(case: Case, answer: Answer) -> Case:
    """The case with what it was decided to be answered; that the duty leader is told never falls away."""
    disposition = {"press-office": "refer", "no-comment": "no_comment"}[answer]
    kept = {*case.dispositions} - {"refer", "no_comment"} | {disposition, "duty"}
    return case.model_copy(update={"dispositions": tuple(one for one in STRONGEST_FIRST if one in kept)})


def record(draft: Draft, request: PressRequest) -> None:
    """Which of the two they were answered."""
    draft.must_be("press")
    draft.move(Move.WORK)
    answer: Answer = "press-office" if request.medium == "domestic" and not request.sensitive else "no-comment"
    draft.case = answered(draft.case, answer)
    draft.tell_customer(PressAnswered(answer=answer, medium=request.medium, sensitive=request.sensitive))


ACTS: dict[str, Act[Any]] = {
    "press": Act("case.press", PressRequest, record),
}
