"""The page on which a customer follows a complaint, with what they can do about it. It needs no JavaScript."""

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie
from pydantic import ValidationError

from services.complaints import following
from shared import ids
from shared.clock import utc_now
from shared.http import Problem, invalid
from shared.pages.browser import HOME, Pages, Visit, cookie, see_other
from shared.pages.wording import Speaker
from shared.rules import calendar
from shared.store import NotFound

handler = Pages("complaints")

_SECRET = re.compile(r"[\w-]{8,128}", re.ASCII)
_COOKIE: Final = "complaint"
_TAGS: Final[Mapping[str, str]] = {
    "accepted": "govuk-tag--yellow",
    "answered": "govuk-tag--blue",
    "reworked": "govuk-tag--yellow",
    "closed": "govuk-tag--green",
}
_MAY_REWORK: Final = frozenset({"answered", "closed"})


@handler.get("/complaint/<number>")
def show(number: str) -> Response[str]:
    visit = handler.visit
    try:
        seen = _seen(visit, number)
    except NotFound:
        return _not_yours(visit)
    if not visit.chose_language:
        visit.speaks(seen["language"])
    t = visit.t
    return visit.page(
        "complaints/follow.html",
        number=seen["number"],
        path=ids.heard(seen["number"]),  # as the cookie's path has it
        kind=seen["kind_name"],
        state={"name": t(f"state.{seen['state']}"), "colour": _TAGS[seen["state"]]},
        promises=[_promise(one, t) for one in seen["promises"]],
        timeline=[_line(one, t) for one in seen["timeline"] if t.says(f"line.{one['what']}")],
        may_rework=seen["state"] in _MAY_REWORK,
        calls=seen["calls"],
    )


@handler.post("/complaint/<number>/<action>")
def act(number: str, action: str) -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    if action not in following.ACTS:
        return _not_yours(visit)
    said = {"calls": False} if action == "wish" else {field: sent[field] for field in ("text",) if sent.get(field)}
    identity = ids.heard(number) or number
    try:
        request = following.ACTS[action][0].model_validate(said)
        following.act(action, identity, visit.cookie(_COOKIE) or "", request, None, utc_now(), handler.correlation())
    except ValidationError as error:
        return _refused(visit, invalid(error))
    except Problem as refusal:
        return _refused(visit, refusal)
    except NotFound:
        return _not_yours(visit)
    return see_other(f"/complaint/{identity}")


@handler.get("/complaint/<number>/<secret>")
def open_link(number: str, secret: str) -> Response[str]:
    """The link a customer keeps: the secret moves into a cookie, out of the address, history and referrers."""
    identity = ids.heard(number)
    if not identity or not _SECRET.fullmatch(secret):
        return _not_yours(handler.visit)
    return see_other(f"/complaint/{identity}", [_opens(identity, secret)])


def _opens(number: str, secret: str) -> Cookie:
    """The secret of one complaint, sent only to its own pages, forgotten when the browser is closed."""
    return cookie(_COOKIE, secret, f"/complaint/{number}")


def _seen(visit: Visit, number: str) -> dict[str, Any]:
    identity, secret = ids.heard(number), visit.cookie(_COOKIE)
    if not identity or not secret:
        raise NotFound(number)
    return following.follow(identity, secret)


def _not_yours(visit: Visit) -> Response[str]:
    """The same answer for a number that does not exist, a wrong secret and none."""
    return visit.say(HTTPStatus.NOT_FOUND, "complaint_missing", "why", "check", ways=HOME)


def _refused(visit: Visit, refusal: Problem) -> Response[str]:
    return visit.say(HTTPStatus(refusal.status), "complaint_refused", "why", "again", ways=HOME)


def _promise(promise: Mapping[str, Any], t: Speaker) -> dict[str, Any]:
    zone = calendar().zone
    stood = [one for one in promise["why"] if one["kind"] == "closed"]
    why = [t("why.from", at=t.when(datetime.fromisoformat(promise["explained"]["made"]), zone))]
    for one in stood:
        start, end = (datetime.fromisoformat(one[side]) for side in ("from", "to"))
        if one.get("reason") != "night":
            why.append(t("why.closed", start=t.when(start, zone), end=t.when(end, zone), name=one.get("name") or ""))
    for pause in promise["explained"]["pauses"]:
        since, until = (pause[side] and t.when(datetime.fromisoformat(pause[side]), zone) for side in ("from", "to"))
        said = t("why.paused", start=since, end=until, reason=pause["reason"]) if until else ""
        why.append(said or t("why.stands", start=since, reason=pause["reason"]))
    why += [
        t("why.moved", at=t.when(datetime.fromisoformat(move["to"]), zone), reason=move["reason"])
        for move in promise["explained"]["moves"]
    ]
    return {
        "what": promise["name"],
        "due": t.when(datetime.fromisoformat(promise["due"]), zone),
        "state": "paused" if promise["explained"]["paused"] else promise["state"],
        "why": why,
    }


def _line(line: Mapping[str, Any], t: Speaker) -> dict[str, Any]:
    at = datetime.fromisoformat(line["at"])
    return {
        "stamp": line["at"],
        "at": t.when(at, calendar().zone),
        "title": t(f"line.{line['what']}"),
        "text": line["text"],
        "told": line["told"],
    }
