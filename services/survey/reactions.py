"""What survey does when others tell something: a closing asks its customer how it was, once."""

from typing import Any, Literal

from services.survey.answering import AnswerRequest, told
from services.survey.invitation import Invitation, State
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import Heard, Reactions, consume
from shared.contracts.complaints import ComplaintClosed
from shared.contracts.intake import CaseClosed
from shared.contracts.survey import SurveyInvited
from shared.store import AlreadyExists, Line, retrying
from shared.tables import store


def invite_about_case(heard: Heard[CaseClosed]) -> None:
    """Who was asked already is not asked again; what they answered counts like any other answer."""
    event = heard.event
    if event.satisfaction is not None:
        _count(heard, event.satisfaction)
    elif not event.asked:
        _invite(heard, "case")


def _count(heard: Heard[CaseClosed], satisfaction: int) -> None:
    event = heard.event
    identity = ids.number_from(vault.mac("number", heard.id))
    answered = Invitation(
        id=identity,
        state=State.ANSWERED,
        case=event.case,
        about="case",
        category=event.category,
        language=event.language,
        invited=heard.at,
        salt=vault.new_salt(),
        token=vault.mac_text("survey", identity, ids.secret()),
    )
    request = AnswerRequest(satisfaction=satisfaction)
    lines, counted = told(answered, request, heard.at)
    try:
        retrying(lambda: store().create(answered, lines, heard.cause(utc_now()), [counted]))
    except AlreadyExists:
        return


def invite_about_complaint(heard: Heard[ComplaintClosed]) -> None:
    _invite(heard, "complaint", heard.event.complaint)


def _invite(heard: Heard[Any], about: Literal["case", "complaint"], complaint: str | None = None) -> None:
    """Who gave no way to be reached is not asked."""
    event = heard.event
    if not event.contactable:
        return
    identity, token = ids.number_from(vault.mac("number", heard.id)), ids.secret()
    invitation = Invitation(
        id=identity,
        case=event.case,
        about=about,
        complaint=complaint,
        category=event.category,
        language=event.language,
        invited=heard.at,
        salt=vault.new_salt(),
        token=vault.mac_text("survey", identity, token),
    )
    asked = SurveyInvited(invitation=identity, case=event.case, about=about, complaint=complaint)
    line = Line(asked, boxes={"notify": {"token": token}})
    try:
        retrying(lambda: store().create(invitation, [line], heard.cause(utc_now())))
    except AlreadyExists:
        return


REACTIONS: Reactions = {CaseClosed: invite_about_case, ComplaintClosed: invite_about_complaint}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of survey's queue."""
    return consume(event, REACTIONS)
