"""What survey does when others tell something: a closing asks its customer how it was, once."""

from collections.abc import Sequence
from typing import Any, Literal

from services.survey import erasing
from services.survey.answering import AnswerRequest, told
from services.survey.invitation import Invitation, State
from shared import erasure, ids, vault
from shared.clock import utc_now
from shared.consumer import consume
from shared.contracts.complaints import ComplaintClosed, ComplaintErased
from shared.contracts.intake import CaseClosed, CaseErased
from shared.contracts.survey import SurveyInvited
from shared.heard import Heard, Reactions
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Item, Line, retrying
from shared.tables import store


def invite_about_case(heard: Heard[CaseClosed]) -> None:
    """A case that goes on as another one is asked about when that one ends. Who was asked already is not asked again;
    what they answered counts like any other answer.
    """
    event = heard.event
    if event.outcome == "joined":
        return
    if event.satisfaction is not None:
        _count(heard, event.satisfaction)
    elif not event.asked:
        _invite(heard, "case")


def invite_about_complaint(heard: Heard[ComplaintClosed]) -> None:
    _invite(heard, "complaint", heard.event.complaint)


def _count(heard: Heard[CaseClosed], satisfaction: int) -> None:
    answered = _invitation(heard, "case", ids.secret()).model_copy(update={"state": State.ANSWERED})
    lines, counted = told(answered, AnswerRequest(satisfaction=satisfaction), heard.at)
    _store(heard, answered, lines, [counted])


def _invite(heard: Heard[Any], about: Literal["case", "complaint"], complaint: str | None = None) -> None:
    """Who gave no way to be reached is not asked."""
    if not heard.event.contactable:
        return
    token = ids.secret()
    invitation = _invitation(heard, about, token, complaint)
    asked = SurveyInvited(invitation=invitation.id, case=invitation.case, about=about, complaint=complaint)
    _store(heard, invitation, [Line(asked, boxes={"notify": {"token": token}})])


def _invitation(heard: Heard[Any], about: str, token: str, complaint: str | None = None) -> Invitation:
    event, kept = heard.event, pack().retention
    identity = ids.number_from(vault.mac("number", heard.id))
    return Invitation(
        id=identity,
        case=event.case,
        about=about,
        complaint=complaint,
        category=event.category,
        language=event.language,
        invited=heard.at,
        salt=vault.new_salt(),
        erase_at=erasure.ends(kept.surveys, calendar(), heard.at) if kept else None,
        token=vault.mac_text("survey", identity, token),
    )


def _store(heard: Heard[Any], invitation: Invitation, lines: list[Line], extra: Sequence[Item] = ()) -> None:
    found = [erasing.finding(invitation), *extra]
    try:
        retrying(lambda: store().create(invitation, lines, heard.cause(utc_now()), found))
    except AlreadyExists:
        return


def erase_about_case(heard: Heard[CaseErased]) -> None:
    erasing.end_all(heard.event.case, heard.cause(utc_now()))


def erase_about_complaint(heard: Heard[ComplaintErased]) -> None:
    """Of a complaint that came with a case, how it was is told of that."""
    if heard.event.case == heard.event.complaint:
        erasing.end_all(heard.event.complaint, heard.cause(utc_now()))


REACTIONS: Reactions = {
    CaseClosed: invite_about_case,
    ComplaintClosed: invite_about_complaint,
    CaseErased: erase_about_case,
    ComplaintErased: erase_about_complaint,
}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of survey's queue."""
    return consume(event, REACTIONS)
