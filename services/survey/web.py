"""Pages for customers: say how it was, once. Opening the link changes nothing, so a mail scanner can't answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from services.survey import answering
from services.survey.answering import AnswerRequest
from shared import ids
from shared.clock import utc_now
from shared.http import Problem, invalid
from shared.pages import Fault
from shared.pages.browser import HOME, Pages, Visit
from shared.store import NotFound

handler = Pages("survey")

_SCALES: Final[Mapping[str, range]] = {
    "satisfaction": range(5, 0, -1),
    "effort": range(5, 0, -1),
    "recommend": range(11),
}
_LONGEST: Final = 4000


@handler.get("/survey/<invitation>/<token>")
def ask(invitation: str, token: str) -> Response[str]:
    visit = handler.visit
    try:
        asked = answering.view(invitation, token)
    except NotFound:
        return _unknown(visit)
    if asked.answered:
        return _answered_before(visit)
    return _form(visit, asked, {})


@handler.post("/survey/<invitation>/<token>")
def take(invitation: str, token: str) -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    try:
        request = _request(sent)
        answering.answer(invitation, token, request, utc_now(), handler.correlation())
    except NotFound:
        return _unknown(visit)
    except Problem as refusal:
        if refusal.kind == "answered-before":
            return _answered_before(visit)
        return _ask_again(visit, invitation, token, sent, refusal)
    return visit.say(HTTPStatus.OK, "thanks", "heard", "next", ways=HOME)


def _request(sent: Mapping[str, str]) -> AnswerRequest:
    """The answer among what was sent. Raises `Problem` with the faults."""
    scores = {name: int(sent[name]) for name in _SCALES if sent.get(name, "").isdecimal() and len(sent[name]) <= 2}  # noqa: PLR2004  10 is the longest
    comment = {"comment": sent["comment"]} if sent.get("comment") else {}
    try:
        return AnswerRequest.model_validate(scores | comment)
    except ValidationError as error:
        raise invalid(error) from None


def _ask_again(visit: Visit, invitation: str, token: str, sent: Mapping[str, str], refusal: Problem) -> Response[str]:
    try:
        asked = answering.view(invitation, token)
    except NotFound:
        return _unknown(visit)
    faulty = dict.fromkeys(fault["pointer"].removeprefix("/") for fault in refusal.body.get("faults", []))
    faults = [Fault(field, visit.t(f"fault.{field}", most=_LONGEST)) for field in faulty]
    return _form(visit, asked, sent, faults)


def _form(
    visit: Visit, asked: answering.InvitationView, answers: Mapping[str, str], faults: list[Fault] | None = None
) -> Response[str]:
    if not visit.chose_language:
        visit.speaks(asked.language)
    scales: dict[str, list[dict[str, Any]]] = {
        name: [{"value": str(step), "text": _step_text(visit, name, step)} for step in steps]
        for name, steps in _SCALES.items()
    }
    return visit.page(
        "survey/answer.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        faults=faults or [],
        number=ids.spoken(asked.case),
        about=asked.about,
        scales=scales,
        answers=answers,
        longest=_LONGEST,
    )


def _step_text(visit: Visit, scale: str, step: int) -> str:
    return str(step) if scale == "recommend" else visit.t(f"{scale}.{step}")


def _answered_before(visit: Visit) -> Response[str]:
    return visit.say(HTTPStatus.OK, "answered", "thanks", "more", ways=HOME)


def _unknown(visit: Visit) -> Response[str]:
    """The same answer for an invitation that does not exist and a wrong token."""
    return visit.say(HTTPStatus.NOT_FOUND, "unknown", "why", "else", ways=HOME)
