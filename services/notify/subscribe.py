"""Pages for citizens: subscribe, confirm, end. Opening a link asks; its button acts, or a mail program's one click
(RFC 8058), which comes as POST as well. A token opens one thing and stays in its own address.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from services.notify import signup, subscribing
from services.notify.signup import SubscriptionRequest
from services.notify.subscriber import State
from shared.clock import utc_now
from shared.http import Problem, invalid
from shared.pages import LANGUAGES, Fault
from shared.pages.browser import HOME, Pages, Visit
from shared.store import NotFound

handler = Pages("notify")

_FIELDS: Final = ("email", "phone", "themes", "communities")
_WORDED: Final[Mapping[tuple[str, str], str]] = {
    ("email", "one_address"): "address",
    ("themes", "too_long"): "too_many_themes",
}
"""What is said of a fault at a field, where that is not simply the field's own."""


@handler.get("/subscribe")
def ask() -> Response[str]:
    return _form(handler.visit, {})


@handler.post("/subscribe")
def take() -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    visit.speaks(sent.get("language", ""))
    try:
        signup.ask(_request(sent), utc_now(), handler.correlation())
    except Problem as refusal:
        if "faults" not in refusal.body:
            raise
        return _form(visit, sent, _faults(visit, refusal))
    return visit.say(HTTPStatus.OK, "subscribe.asked", "look", "not_yet", ways=HOME, here="/subscribe")


@handler.get("/subscribe/confirm/<identity>/<token>")
def ask_to_confirm(identity: str, token: str) -> Response[str]:
    return _ask(identity, token, "confirm")


@handler.post("/subscribe/confirm/<identity>/<token>")
def confirm(identity: str, token: str) -> Response[str]:
    visit = _speaking(identity, token)
    subscribing.confirm(identity, token, utc_now(), handler.correlation())
    return visit.say(HTTPStatus.OK, "subscribe.confirmed", "done", "end", ways=HOME, here="/subscribe")


@handler.get("/subscribe/end/<identity>/<token>")
def ask_to_end(identity: str, token: str) -> Response[str]:
    return _ask(identity, token, "end")


@handler.post("/subscribe/end/<identity>/<token>")
def end(identity: str, token: str) -> Response[str]:
    visit = _speaking(identity, token)
    subscribing.end(identity, token, utc_now(), handler.correlation())
    return visit.say(HTTPStatus.OK, "subscribe.ended", "done", "again", ways=HOME, here="/subscribe")


def _ask(identity: str, token: str, what: str) -> Response[str]:
    visit = _speaking(identity, token)
    seen = subscribing.view(identity, token)
    if seen["state"] == State.ENDED and what == "end":
        return visit.say(HTTPStatus.OK, "subscribe.ended", "done", "again", ways=HOME, here="/subscribe")
    offered = signup.offered(visit.language)
    named = {one["code"]: one["name"] for one in (*offered["themes"], *offered["communities"])}
    return visit.page(
        "notify/subscribe/decide.html",
        what=what,
        action=visit.path,
        themes=[named.get(code, code) for code in seen["themes"]],
        communities=[named.get(code, code) for code in seen["communities"]],
    )


def _speaking(identity: str, token: str) -> Visit:
    """In the language of the subscription, unless they chose one. Raises `NotFound`."""
    visit = handler.visit
    seen = subscribing.view(identity, token)
    if not visit.chose_language:
        visit.speaks(seen["language"] or "")
    return visit


def _request(sent: Mapping[str, str]) -> SubscriptionRequest:
    """The subscription among what was sent. Raises `Problem` with the faults."""
    chosen = {
        part: tuple(name.removeprefix(f"{part}.") for name, value in sent.items() if _chosen(part, name, value))
        for part in ("themes", "communities")
    }
    addresses = {name: sent[name] for name in ("email", "phone") if sent.get(name)}
    try:
        return SubscriptionRequest.model_validate({**addresses, **chosen, "language": sent.get("speaks", "en")})
    except ValidationError as error:
        raise invalid(error) from None


def _chosen(part: str, name: str, value: str) -> bool:
    return name.startswith(f"{part}.") and value == "yes"


def _faults(visit: Visit, refusal: Problem) -> list[Fault]:
    """What to put right, by field. Raises the refusal when it is about none of them."""
    faults = {}
    for one in refusal.body["faults"]:
        field = one["pointer"].split("/")[1]
        if field not in _FIELDS:
            raise refusal
        key = _WORDED.get((field, one["code"]), field)
        faults[field] = Fault(field, visit.t(f"subscribe.fault.{key}"))
    return list(faults.values())


def _form(visit: Visit, answers: Mapping[str, str], faults: list[Fault] | None = None) -> Response[str]:
    offered = signup.offered(visit.language)
    if not offered["themes"]:
        return visit.say(HTTPStatus.NOT_FOUND, "subscribe.none", "why", ways=HOME)
    return visit.page(
        "notify/subscribe/choose.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        faults=faults or [],
        themes=offered["themes"],
        communities=offered["communities"],
        spoken=LANGUAGES,
        answers={"speaks": visit.language, **answers},
        here="/subscribe",
    )


def _unknown(_error: Exception) -> Response[str]:
    """The same answer for whoever never subscribed, a wrong token, and one of an older asking."""
    ways = (("/subscribe", "subscribe.choose.title"), *HOME)
    return handler.visit.say(HTTPStatus.NOT_FOUND, "subscribe.unknown", "why", "else", ways=ways, here="/subscribe")


handler.exception_handler(NotFound)(_unknown)
