"""What survey does when others tell something: a closing asks its customer how it was, once."""

from typing import Any, Literal

from services.survey import erasing
from services.survey.invitation import Invitation
from shared import erasure, ids, vault
from shared.clock import utc_now
from shared.consumer import Heard, Reactions, consume
from shared.contracts.complaints import ComplaintClosed, ComplaintErased
from shared.contracts.intake import CaseClosed, CaseErased
from shared.contracts.survey import SurveyInvited
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Line, retrying
from shared.tables import store


def invite_about_case(heard: Heard[CaseClosed]) -> None:
    _invite(heard, "case")


def invite_about_complaint(heard: Heard[ComplaintClosed]) -> None:
    _invite(heard, "complaint", heard.event.complaint)


def _invite(heard: Heard[Any], about: Literal["case", "complaint"], complaint: str | None = None) -> None:
    """Who gave no way to be reached is not asked."""
    event = heard.event
    if not event.contactable:
        return
    kept = pack().retention
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
        erase_at=erasure.ends(kept.surveys, calendar(), heard.at) if kept else None,
        token=vault.mac_text("survey", identity, token),
    )
    told = SurveyInvited(invitation=identity, case=event.case, about=about, complaint=complaint)
    found = [erasing.finding(invitation)]
    line = Line(told, boxes={"notify": {"token": token}})
    try:
        retrying(lambda: store().create(invitation, [line], heard.cause(utc_now()), found))
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
