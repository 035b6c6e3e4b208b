"""A browser that holds the secret of a case: which case it is, and what it is told when it is none of theirs."""

from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from services.intake import following
from services.intake.following import CaseView
from shared.pages.browser import HOME, Visit, cookie, number_of
from shared.store import NotFound

COOKIE: Final = "case"


def opens(number: str, secret: str) -> Cookie:
    """The secret of one case, sent only to that case's own pages, forgotten when the browser is closed."""
    return cookie(COOKIE, secret, f"/follow/{number}")


def case_of(visit: Visit, number: str) -> CaseView:
    """The case whose secret this browser holds, in its language unless the person chose one.

    Raises `NotFound`.
    """
    identity, secret = number_of(number), visit.cookie(COOKIE)
    if not secret:
        raise NotFound(identity)
    case = following.follow(identity, secret, visit.language if visit.chose_language else None)
    if not visit.chose_language:
        visit.speaks(case.language)
    return case


def not_yours(visit: Visit) -> Response[str]:
    """The same answer for a number that does not exist, a wrong secret, and none."""
    return visit.say(
        HTTPStatus.NOT_FOUND,
        "case_missing",
        "why",
        "check",
        ways=(("/follow", "follow.find.title"), *HOME[:2]),
    )
