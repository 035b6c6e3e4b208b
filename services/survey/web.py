"""Pages for customers: say how it was, once. Opening the link changes nothing, so a mail scanner can't answer.

The link's token moves into a cookie of that survey (`shared.pages.linked`).
"""

import re
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
from shared.pages import Fault, linked
from shared.pages.browser import HOME, Pages, Visit
from shared.pages.linked import Key
from shared.store import NotFound

handler = Pages("survey")

_SCORE: Final = re.compile(r"\d{1,2}")
_SCALES: Final[Mapping[str, range]] = {
    "satisfaction": range(5, 0, -1),
    "effort": range(5, 0, -1),
    "recommend": range(11),
}
_LONGEST: Final = 4000
_COOKIE: Final = "survey"


@handler.get("/survey/<invitation>/<token>")
def open_link(invitation: str, token: str) -> Response[str]:
    return linked.opened(handler, _COOKIE, invitation, token, _ask)


@handler.get("/survey/<invitation>")
def ask(invitation: str) -> Response[str]:
    visit = handler.visit
    return _ask(visit, linked.key(visit, _COOKIE, invitation, {}))


@handler.post("/survey/<invitation>")
def take(invitation: str) -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    visit.speaks(sent.get("language", ""))
    key = linked.key(visit, _COOKIE, invitation, sent)
    try:
        answering.answer(key.number, key.secret, _request(sent), utc_now(), handler.correlation())
    except Problem as refusal:
        if refusal.kind == "answered-before":
            return _answered_before(visit)
        if "faults" not in refusal.body:
            raise
        return _ask_again(visit, key, sent, refusal)
    return visit.say(HTTPStatus.OK, "thanks", "heard", "next", ways=HOME)


def _ask(visit: Visit, key: Key) -> Response[str]:
    asked = answering.view(key.number, key.secret)
    if not visit.chose_language:
        visit.speaks(asked.language)
    return _answered_before(visit) if asked.answered else _form(visit, key, asked, {})


def _request(sent: Mapping[str, str]) -> AnswerRequest:
    """The answer among what was sent. Raises `Problem` with the faults."""
    scores = {name: int(sent[name]) for name in _SCALES if _SCORE.fullmatch(sent.get(name, ""))}
    comment = {"comment": sent["comment"]} if sent.get("comment") else {}
    try:
        return AnswerRequest.model_validate(scores | comment)
    except ValidationError as error:
        raise invalid(error) from None


def _ask_again(visit: Visit, key: Key, sent: Mapping[str, str], refusal: Problem) -> Response[str]:
    asked = answering.view(key.number, key.secret)
    faulty = dict.fromkeys(fault["pointer"].removeprefix("/") for fault in refusal.body["faults"])
    faults = [Fault(field, visit.t(f"fault.{field}", most=_LONGEST)) for field in faulty]
    return _form(visit, key, asked, sent, faults)


def _form(
    visit: Visit,
    key: Key,
    asked: answering.InvitationView,
    answers: Mapping[str, str],
    faults: list[Fault] | None = None,
) -> Response[str]:
    scales: dict[str, list[dict[str, Any]]] = {
        name: [{"value": str(step), "text": _step_text(visit, name, step)} for step in steps]
        for name, steps in _SCALES.items()
    }
    return visit.page(
        "survey/answer.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        faults=faults or [],
        action=f"/survey/{key.number}",
        carried={"language": visit.language, **key.fields},
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


def _unknown(_error: Exception) -> Response[str]:
    """The same answer for an invitation that does not exist, a wrong token, none, and a case that was erased."""
    return handler.visit.say(HTTPStatus.NOT_FOUND, "unknown", "why", "else", ways=HOME)


handler.exception_handler(NotFound)(_unknown)
