"""Pages for customers: when they are called, how and when they are written to. A link changes nothing by being
opened; a mail program's one click (RFC 8058) comes as POST, as a person's own does.

The secret of the case moves into a cookie (`shared.pages.linked`).
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from services.notify import choosing
from services.notify.awaiting import CallRequest
from services.notify.choosing import WishesRequest
from services.notify.kinds import DECLINABLE
from shared import ids
from shared.clock import utc_now
from shared.http import Problem, invalid
from shared.pages import LANGUAGES, Fault, linked
from shared.pages.asking import as_request
from shared.pages.browser import HOME, Pages, Visit, see_other
from shared.pages.calls import call_shown
from shared.pages.linked import Key
from shared.rules import calendar
from shared.store import NotFound
from shared.wording import Speaker, left_to_right

handler = Pages("notify")

_COOKIE: Final = "contact"
_WAYS: Final = ("sms", "email")
_STOP: Final = "stop"
_FIELDS: Final[Mapping[str, str]] = {
    "quiet": "quiet_after",
    "safe/hours": "safe_after",
    "safe/word": "word",
    "zone": "zone",
    "without": "without",
    "preferred": "preferred",
    "stopped": "stopped",
}
"""Where on the page a fault of the request stands."""


@handler.get("/contact/<number>/<secret>")
def open_link(number: str, secret: str) -> Response[str]:
    return linked.opened(handler, _COOKIE, number, secret, _ask)


@handler.get("/contact/<number>")
def ask(number: str) -> Response[str]:
    visit = handler.visit
    kept = "kept" in (handler.current_event.query_string_parameters or {})
    return _ask(visit, linked.key(visit, _COOKIE, number, {}), kept=kept)


@handler.post("/contact/<number>")
def take(number: str) -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    visit.speaks(sent.get("language", ""))
    key = linked.key(visit, _COOKIE, number, sent)
    try:
        seen = choosing.choose(key.number, key.secret, _request(sent), utc_now(), handler.correlation())
    except Problem as refusal:
        if "faults" not in refusal.body:
            raise
        return _ask_again(visit, key, sent, refusal)
    if key.carried:
        return _form(visit, key, seen, _answers(seen), kept=True)
    return see_other(f"/contact/{key.number}?kept=1")


@handler.post("/contact/<number>/calls")
def choose_call(number: str) -> Response[str]:
    """When they are called, or that they are not."""
    visit = handler.visit
    sent = visit.form()
    visit.speaks(sent.get("language", ""))
    key = linked.key(visit, _COOKIE, number, sent)
    try:
        request = as_request(CallRequest, _call(sent.get("call", "")))
        seen = choosing.choose_call(key.number, key.secret, request, utc_now(), handler.correlation())
    except Problem as refusal:
        seen = choosing.view(key.number, key.secret, utc_now())
        wrong = [Fault("call", visit.t("fault.call"))] if "faults" in refusal.body else []
        return _form(visit, key, seen, _answers(seen), wrong)
    if key.carried:
        return _form(visit, key, seen, _answers(seen))
    return see_other(f"/contact/{key.number}")


@handler.get("/contact/stop/<number>/<kind>/<token>")
def ask_to_stop(number: str, kind: str, token: str) -> Response[str]:
    """Only asks: whoever scans mail for bad links opens this, too."""
    visit = handler.visit
    identity = choosing.must_open(number, kind, token)
    if not visit.chose_language:
        visit.speaks(choosing.language_of(identity))
    return visit.page("notify/contact/stop.html", kind=kind, action=visit.path)


@handler.post("/contact/stop/<number>/<kind>/<token>")
def stop(number: str, kind: str, token: str) -> Response[str]:
    """One click. The token opens this and nothing else, so whoever sends it may: no cookie, no page before it."""
    visit = handler.visit
    identity = choosing.must_open(number, kind, token)
    choosing.stop(number, kind, token, utc_now(), handler.correlation())
    if not visit.chose_language:
        visit.speaks(choosing.language_of(identity))
    return visit.say(HTTPStatus.OK, "stopped", "done", "still", ways=HOME)


def _ask(visit: Visit, key: Key, *, kept: bool = False) -> Response[str]:
    seen = choosing.view(key.number, key.secret, utc_now())
    if not visit.chose_language:
        visit.speaks(seen["language"])
    return _form(visit, key, seen, _answers(seen), kept=kept)


def _answers(seen: Mapping[str, Any]) -> dict[str, str]:
    """What is in force, as the form's fields."""
    quiet, safe = seen["quiet"] or {}, seen["safe"] or {}
    hours = safe.get("hours") or {}
    answers = {
        "speaks": seen["language"],
        "preferred": seen["preferred"] or "",
        "zone": seen["zone"] or "",
        "quiet_after": quiet.get("after", ""),
        "quiet_until": quiet.get("until", ""),
        "safe": "yes" if seen["safe"] else "",
        "safe_after": hours.get("after", ""),
        "safe_until": hours.get("until", ""),
        "word": safe.get("word") or "",
    }
    answers |= {f"stop_{one['kind']}": "yes" for one in seen["kinds"] if one["stopped"]}
    return answers | {f"without_{way}": "yes" for way in seen["without"]}


def _request(sent: Mapping[str, str]) -> WishesRequest:
    """The wishes among what was sent. Raises `Problem` with the faults."""
    word = {"word": sent["word"]} if sent.get("word") else {}
    safe = {"hours": _hours(sent, "safe"), **word} if sent.get("safe") == "yes" else None
    wishes = {
        "language": sent.get("speaks") or None,
        "stopped": tuple(kind for kind in DECLINABLE if sent.get(f"stop_{kind}") == "yes"),
        "without": tuple(way for way in _WAYS if sent.get(f"without_{way}") == "yes"),
        "preferred": sent.get("preferred") or None,
        "quiet": _hours(sent, "quiet"),
        "zone": sent.get("zone") or None,
        "safe": safe,
    }
    try:
        return WishesRequest.model_validate(wishes)
    except ValidationError as error:
        raise invalid(error) from None


def _call(sent: str) -> dict[str, Any]:
    """What was chosen: which call, and when or that not at all."""
    callback, _, chosen = sent.partition(" ")
    if chosen == _STOP:
        return {"callback": callback, "stop": True}
    try:
        return {"callback": callback, "since": datetime.fromisoformat(chosen)}
    except ValueError:
        return {"callback": callback}


def _calls(seen: Mapping[str, Any], t: Speaker) -> list[dict[str, Any]]:
    """Promised calls, each with what may be chosen of it."""
    shown = []
    for one in seen["calls"]:
        call, number = call_shown(one, t, calendar().zone), one["callback"]
        stop = t("choose.calls.stop_daily" if one["daily"] else "choose.calls.stop")
        times = [{"value": f"{number} {time['value']}", "text": time["text"]} for time in call["choices"]]
        shown.append({**call, "items": [*times, {"value": f"{number} {_STOP}", "text": stop}]})
    return shown


def _hours(sent: Mapping[str, str], name: str) -> dict[str, str] | None:
    after, until = sent.get(f"{name}_after", ""), sent.get(f"{name}_until", "")
    return {"after": after, "until": until} if after or until else None


def _ask_again(visit: Visit, key: Key, sent: Mapping[str, str], refusal: Problem) -> Response[str]:
    seen = choosing.view(key.number, key.secret, utc_now())
    pointers = [fault["pointer"].removeprefix("/") for fault in refusal.body["faults"]]
    fields = dict.fromkeys(
        field for at in pointers for name, field in _FIELDS.items() if at == name or at.startswith(f"{name}/")
    )
    faults = [Fault(field, visit.t(f"fault.{field}")) for field in fields]
    if not faults:
        raise refusal
    return _form(visit, key, seen, sent, faults)


def _form(
    visit: Visit,
    key: Key,
    seen: Mapping[str, Any],
    answers: Mapping[str, str],
    faults: list[Fault] | None = None,
    *,
    kept: bool = False,
) -> Response[str]:
    desk = seen["desk"]
    return visit.page(
        "notify/contact/choose.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        faults=faults or [],
        action=f"/contact/{key.number}",
        carried={"language": visit.language, **key.fields},
        number=ids.spoken(key.number),
        spoken=LANGUAGES,
        calls=_calls(seen, visit.t),
        ways=seen["ways"],
        kinds=[one["kind"] for one in seen["kinds"] if one["declinable"]],
        zone=desk["zone"],
        house={edge: left_to_right(at) for edge, at in (desk["quiet"] or {}).items()},
        answers=answers,
        kept=kept,
        here=f"/contact/{key.number}/{key.secret}" if key.carried else f"/contact/{key.number}",
    )


def _unknown(_error: Exception) -> Response[str]:
    """The same answer for a number that does not exist, a wrong secret, none, and a case that was erased."""
    return handler.visit.say(HTTPStatus.NOT_FOUND, "unknown", "why", "else", ways=HOME)


handler.exception_handler(NotFound)(_unknown)
