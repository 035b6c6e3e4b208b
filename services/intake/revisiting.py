"""What a customer says of how they were served so far; who was not satisfied is somebody else's to look into."""

from typing import Annotated, Any

from pydantic import Field

from services.intake.case import LOOK_AGAIN
from services.intake.handling import Act, Draft
from services.intake.notes import HandlingJudged, LookedAgain
from shared import promises
from shared.http import Request, Text
from shared.store import NotFound


class EarlierHandling(Request):
    """Whether the customer is satisfied with how they were served so far, and what they say of it."""

    satisfied: bool
    text: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None


class LookedAgainRequest(Request):
    """What came of looking into it, for staff."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]


def judge(draft: Draft, judged: EarlierHandling) -> None:
    """Put it on record. Dissatisfaction is owed a look by the first rung of the ladder (ADR 0061)."""
    private = {"text": judged.text} if judged.text else None
    draft.tell(HandlingJudged(satisfied=judged.satisfied), private=private)
    if judged.satisfied or promises.is_open(draft.case.promises, LOOK_AGAIN):
        return
    rung = draft.pack.rungs()[0]
    made = promises.make(draft.case.promises, LOOK_AGAIN, rung.role, rung.within, draft.calendar, draft.now)
    draft.case = draft.case.promising(made)


def looked_again(draft: Draft, request: LookedAgainRequest) -> None:
    """Somebody in charge looked into it, who did not handle the case: for whoever did there is nothing here."""
    if draft.by.is_subject(draft.case.handlers):
        raise NotFound(draft.case.id)
    if not promises.is_open(draft.case.promises, LOOK_AGAIN):
        raise promises.NotOwed(LOOK_AGAIN)
    draft.case = draft.case.promising(promises.keep(draft.case.promises, LOOK_AGAIN, draft.now))
    draft.tell(LookedAgain(), private={"text": request.text})


ACTS: dict[str, Act[Any]] = {
    "looked-again": Act("case.look-again", LookedAgainRequest, looked_again, handles=False),
}
