"""Answering a survey: whoever holds the token may, once. The answer counts in the same write that takes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.survey import invitation as invitations
from services.survey import scores
from services.survey.invitation import AlreadyAnswered, Invitation, State
from shared import ids, vault
from shared.contracts import Event
from shared.contracts.survey import SatisfactionLow, SurveyAnswered
from shared.http import Problem, Request, Text, fingerprint
from shared.rules import pack
from shared.store import Cause, Item, Line, NotFound, retrying
from shared.tables import store

# What an unknown invitation is compared with, so that it takes the time that a wrong token takes.
_NOBODY = "0" * 44
_NO_ID = "0" * 12


class AnswerRequest(Request):
    """How it was: satisfaction and effort from 1 (bad) to 5 (good), recommendation from 0 to 10."""

    satisfaction: Annotated[int, Field(ge=1, le=5, strict=True)]
    effort: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    recommend: Annotated[int, Field(ge=0, le=10, strict=True)] | None = None
    comment: Annotated[Text, Field(min_length=1, max_length=4000)] | None = None


@dataclass(frozen=True)
class InvitationView:
    """An invitation as its customer sees it."""

    id: str
    case: str
    about: str
    language: str
    answered: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "invitation": self.id,
            "case": ids.spoken(self.case),
            "about": self.about,
            "language": self.language,
            "answered": self.answered,
        }


def view(identity: str, token: str) -> InvitationView:
    """The invitation, for whoever holds its token. Raises `NotFound` for a wrong id and a wrong token alike."""
    invitation = _open(identity, token)
    return InvitationView(
        id=invitation.id,
        case=invitation.case,
        about=invitation.about,
        language=invitation.language,
        answered=invitation.state is State.ANSWERED,
    )


def answer(identity: str, token: str, request: AnswerRequest, now: datetime, correlation: str) -> None:
    """Take the answer. Raises `NotFound`, and `Problem` 409 when it was answered before."""

    def take() -> Invitation:
        invitation = _open(identity, token)
        said = fingerprint(request)
        try:
            after = invitations.answered(invitation, said)
        except AlreadyAnswered:
            if invitation.answer == said:
                return invitation  # the same answer again, because ours got lost
            raise Problem(
                409,
                "answered-before",
                "This survey was answered already. Thank you.",
                "Nothing more is needed.",
            ) from None
        lines, counted = told(invitation, request, now)
        return store().change(after, lines, Cause(now, "customer", correlation), extra=[counted])

    retrying(take)


def told(invitation: Invitation, request: AnswerRequest, now: datetime) -> tuple[list[Line], Item]:
    """What an answer tells the others, and the write that counts it."""
    facts = {
        "invitation": invitation.id,
        "case": invitation.case,
        "satisfaction": request.satisfaction,
        "complaint": invitation.complaint,
    }
    events: list[Event] = [SurveyAnswered(**facts)]
    if request.satisfaction <= pack().low_satisfaction:
        events.append(SatisfactionLow(**facts))
    private = request.model_dump(exclude_none=True)
    lines = [Line(events[0], private=private), *(Line(event) for event in events[1:])]
    return lines, scores.counting(invitation.about, invitation.category, now, request.model_dump())


def _open(identity: str, token: str) -> Invitation:
    known = ids.heard(identity) or _NO_ID
    try:
        invitation = store().load(Invitation, known)
        stored = invitation.token
    except NotFound:
        invitation, stored = None, _NOBODY
    if not vault.matches("survey", stored, known, token) or invitation is None:
        raise NotFound(identity)
    return invitation
