"""Pages for customers: complain, follow a complaint, and what they can do about it. None needs JavaScript."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from services.complaints import accepting, following
from services.complaints.form import INJURY, UNKNOWN, ComplaintForm
from shared import ids
from shared.clock import utc_now
from shared.http import Problem, Request
from shared.pages import Fault
from shared.pages.asking import (
    Asking,
    Shown,
    as_request,
    asked_at,
    contact_rows,
    fact_row,
    form_of,
    kept,
    new_form,
    reach_row,
)
from shared.pages.browser import HOME, Pages, Visit, cookie, number_of, see_other
from shared.pages.promised import promise_shown
from shared.pages.questions import FACT, Wrong
from shared.reach import Contact, reachable
from shared.rules import calendar, pack
from shared.rules.complaints import complaint_rules
from shared.store import NotFound
from shared.wording import Speaker

handler = Pages("complaints")

_SECRET = re.compile(r"[\w-]{8,128}", re.ASCII)
_COOKIE: Final = "complaint"
_LONGEST: Final = 4000
_TAGS: Final[Mapping[str, str]] = {
    "accepted": "govuk-tag--yellow",
    "answered": "govuk-tag--blue",
    "reworked": "govuk-tag--yellow",
    "closed": "govuk-tag--green",
}
_ASKED_AT: Final[Mapping[str, tuple[str, str]]] = {
    "/text": ("story", "story"),
    "/wishes": ("wishes", "wishes"),
    "/about": ("about", "about"),
    "/kind": ("area", "area"),
    "/reference": ("reference", "reference"),
    "/on_behalf_of/relation": ("behalf", "relation"),
    "/on_behalf_of/name": ("behalf", "other"),
    "/name": ("contact", "name"),
    "/email": ("contact", "email"),
    "/phone": ("contact", "phone"),
    "/contact/name": ("contact", "name"),
    "/contact/email": ("contact", "email"),
    "/contact/phone": ("contact", "phone"),
}
"""Where in the form the answer was given that the complaint's field comes from: its step and its field."""

_WORDS: Final[Mapping[str, str]] = {"rework": "text", "confirm": "correction"}
"""The field of the page in which a customer says something with what they do."""


# Complain ---------------------------------------------------------------------------------------------


@handler.get("/complain")
def start() -> Response[str]:
    return _COMPLAIN.start(handler.visit)


@handler.post("/complain")
def go_on() -> Response[str]:
    """One question answered: ask the next, or take the complaint when all of it was checked and sent."""
    return _COMPLAIN.go_on(handler.visit)


def _send(visit: Visit, form: ComplaintForm) -> Response[str]:
    try:
        request = as_request(accepting.ComplaintRequest, form.request(visit.language))
        receipt = accepting.accept(request, form.answer("form"), utc_now(), handler.correlation())
    except Problem as refusal:
        if refusal.kind == "key-used-before":
            return visit.say(HTTPStatus.CONFLICT, "sent_before", "what", "next", ways=HOME)
        step, wrong = asked_at(refusal, _ASKED_AT)
        return _COMPLAIN.ask(visit, form, step, wrong)
    number = receipt.complaint.id
    return see_other(f"/complaint/{number}/received", [_opens(number, receipt.secret)])


def _wrong(form: ComplaintForm, step: str) -> list[Wrong]:
    wrong = form.wrong(step)
    if step != "contact" or wrong:
        return wrong
    try:
        reachable(as_request(Contact, form.contact() or {}), pack().region)
    except Problem as refusal:
        return asked_at(refusal, _ASKED_AT)[1]
    return []


def _form(sent: Mapping[str, str]) -> ComplaintForm:
    rules = complaint_rules()
    facts = set(ComplaintForm(rules, sent).fields("facts"))
    return ComplaintForm(rules, kept(ComplaintForm, facts, sent))


def _shown(form: ComplaintForm, step: str, visit: Visit) -> dict[str, Any]:
    """What a step's page shows beside its question."""
    t, language, reference = visit.t, visit.language, form.rules.reference
    caption = form.kind.name.into(language) if form.kind else ""
    match step:
        case "area":
            return {"choices": [{"value": one.code, "text": one.name.into(language)} for one in form.areas()]}
        case "kind":
            choices = [{"value": one.code, "text": one.name.into(language)} for one in form.kinds()]
            area = form.rules.kind(form.answer("area"))
            return {"choices": choices, "caption": area.name.into(language) if area else ""}
        case "reference" if reference:
            return {"reference": reference.name.into(language), "required": reference.required}
        case "facts":
            asked = _asked_facts(form, t, language).items()
            return {"caption": caption, "questions": [{"name": FACT + one, "text": ask} for one, ask in asked]}
        case "check":
            return {"rows": [row for one in form.STEPS for row in _rows(form, one, visit)]}
        case _:
            return {"caption": caption}


def _rows(form: ComplaintForm, step: str, visit: Visit) -> list[Shown]:
    """The answers of a step as rows of the check."""
    t, language = visit.t, visit.language
    if not form.applies(step) or step in {"kind", "check"}:
        return []
    match step:
        case "facts":
            return [fact_row(form, step, fact, ask, t) for fact, ask in _asked_facts(form, t, language).items()]
        case "contact":
            wish = Shown(step, t("complain.calls.short"), t("kit.no" if form.answer("calls") else "kit.yes"))
            return [*contact_rows(form, t), wish]
        case "reach":
            return [reach_row(form, t)]
    named = form.rules.reference.name.into(language) if step == "reference" and form.rules.reference else ""
    said = {"area": _kind_said(form, t, language), "behalf": _behalf_said(form, t)}
    value = said.get(step, form.answer(step)) or t("ask.check.none")
    return [Shown(step, named or t(f"complain.{step}.short"), value)]


def _asked_facts(form: ComplaintForm, t: Speaker, language: str) -> dict[str, str]:
    """The yes/no questions, by the fact that is asked for."""
    return {INJURY: t("complain.facts.injury"), **{one.fact: one.ask.into(language) for one in form.asked()}}


def _kind_said(form: ComplaintForm, t: Speaker, language: str) -> str:
    if form.kind is None:
        return t("complain.area.unknown") if form.answer("area") == UNKNOWN else ""
    line = [one.name.into(language) for one in form.rules.line(form.kind.code)]
    return "\n".join(reversed(line))


def _behalf_said(form: ComplaintForm, t: Speaker) -> str:
    if form.answer("behalf") != "other":
        return t("complain.behalf.self") if form.answer("behalf") else ""
    return "\n".join(form.answer(field) for field in ("other", "relation") if form.answer(field))


_COMPLAIN: Final = Asking(
    path="/complain", service="complaints", name="complain", reads=_form, shows=_shown, judges=_wrong, sends=_send
)


# Follow -----------------------------------------------------------------------------------------------


@handler.get("/complaint/<number>")
def show(number: str) -> Response[str]:
    visit = handler.visit
    done = handler.current_event.get_query_string_value("done", "")
    return _page(visit, _seen(visit, number), {"form": new_form()}, done=done)


@handler.get("/complaint/<number>/received")
def show_received(number: str) -> Response[str]:
    visit = handler.visit
    seen = _seen(visit, number)
    secret = str(visit.cookie(_COOKIE))
    identity = number_of(number)
    return visit.page(
        "complaints/received.html",
        number=seen["number"],
        path=identity,
        secret=secret,
        link=accepting.follow_page(identity, secret),
        contactable=seen["contactable"],
        promises=_promises(seen, visit.t),
    )


@handler.get("/complaint/<number>/contact")
def show_contact(number: str) -> Response[str]:
    """Where they see when they are called, and choose how they are written to: whoever has the secret goes there."""
    visit = handler.visit
    _seen(visit, number)
    return see_other(f"/contact/{number_of(number)}/{visit.cookie(_COOKIE)}")


@handler.post("/complaint/<number>/<action>")
def act(number: str, action: str) -> Response[str]:
    """Something the customer does; the same form sent twice counts once."""
    visit = handler.visit
    sent = visit.form()
    if action not in following.ACTS:
        raise NotFound(number)
    identity = number_of(number)
    field = _WORDS.get(action, "")
    try:
        request = _asked(action, sent)
        key = f"{action} {form_of(sent)}"
        secret = visit.cookie(_COOKIE) or ""
        following.act(action, identity, secret, request, key, utc_now(), handler.correlation())
    except Problem as refusal:
        faults = refusal.body.get("faults", [])
        if not faults:
            return _refused(visit, identity, refusal)
        code = "long" if faults[0]["code"] == "too_long" else "missing"
        return _page(visit, _seen(visit, number), {**sent, "form": form_of(sent)}, [Wrong(field, code)])
    return see_other(f"/complaint/{identity}?done={action}")


def _asked(action: str, sent: Mapping[str, str]) -> Request:
    """What the form says, as the API would take it. Raises `Problem` with the faults."""
    said: dict[str, Any] = {}
    match action:
        case "wish":
            said = {"calls": False}
        case "rework":
            said = {"text": sent.get("text", "")}
        case "confirm":
            records = tuple(int(one) for one in sent.get("records", "").split() if one.isdecimal())
            said = {"records": records, "correction": sent.get("correction") or None}
    return as_request(following.ACTS[action][0], said)


@handler.get("/complaint/<number>/<secret>")
def open_link(number: str, secret: str) -> Response[str]:
    """The link a customer keeps: the secret moves into a cookie, out of the address, history and referrers."""
    identity = number_of(number)
    if not _SECRET.fullmatch(secret):
        raise NotFound(identity)
    return handler.visit.goes_on(f"/complaint/{identity}", [_opens(identity, secret)])


def _opens(number: str, secret: str) -> Cookie:
    """The secret of one complaint, sent only to its own pages, forgotten when the browser is closed."""
    return cookie(_COOKIE, secret, f"/complaint/{number}")


def _seen(visit: Visit, number: str) -> dict[str, Any]:
    """The complaint whose secret this browser holds, in its language unless the person chose one.

    Raises `NotFound`.
    """
    identity, secret = number_of(number), visit.cookie(_COOKIE)
    if not secret:
        raise NotFound(identity)
    seen = following.follow(identity, secret, visit.language if visit.chose_language else None)
    if not visit.chose_language:
        visit.speaks(seen["language"])
    return seen


def _not_yours(_error: Exception) -> Response[str]:
    """The same answer for a number that does not exist, a wrong secret, and none."""
    return handler.visit.say(HTTPStatus.NOT_FOUND, "complaint_missing", "why", "check", ways=HOME)


handler.exception_handler(NotFound)(_not_yours)


def _refused(visit: Visit, number: str, refusal: Problem) -> Response[str]:
    subject = "complaint_twice" if refusal.kind == "key-used-before" else "complaint_refused"
    page = f"/complaint/{number}"
    ways = ((page, "complaint_refused.look"),)
    return visit.say(HTTPStatus(refusal.status), subject, "why", "again", ways=ways, here=page)


def _page(
    visit: Visit,
    seen: Mapping[str, Any],
    answers: Mapping[str, str],
    wrong: Sequence[Wrong] = (),
    *,
    done: str = "",
) -> Response[str]:
    """The complaint, with what its customer can do now."""
    t, path = visit.t, ids.heard(seen["number"])  # as the cookie's path has it
    talks = [line for line in seen["timeline"] if line["facts"].get("reached")]
    return visit.page(
        "complaints/follow.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        faults=[Fault(one.field, t(f"fault.{one.field}.{one.code}", most=_LONGEST)) for one in wrong],
        number=seen["number"],
        path=path,
        here=f"/complaint/{path}",
        kind=seen["kind_name"],
        state={"name": t(f"state.{seen['state']}"), "colour": _TAGS[seen["state"]]},
        done=t(f"done.{done}") if done in following.ACTS else None,
        promises=_promises(seen, t),
        timeline=[_line(one, t) for one in seen["timeline"] if t.says(f"line.{one['what']}")],
        records=[_line(one, t) for one in talks if one["facts"]["record"] in seen["to_confirm"]],
        to_confirm=" ".join(map(str, seen["to_confirm"])),
        may=seen["allowed"],
        last=seen["state"] in {"answered", "closed"} and not seen["rounds_left"],
        rounds_left=seen["rounds_left"],
        calls=seen["calls"],
        reached_here=seen["reached_here"],
        answers=answers,
        longest=_LONGEST,
    )


def _promises(seen: Mapping[str, Any], t: Speaker) -> list[dict[str, Any]]:
    return [promise_shown(one, one["name"], t, calendar().zone) for one in seen["promises"]]


def _line(line: Mapping[str, Any], t: Speaker) -> dict[str, Any]:
    at = datetime.fromisoformat(line["at"])
    return {
        "stamp": line["at"],
        "at": t.when(at, calendar().zone),
        "title": t(f"line.{line['what']}"),
        "text": line["text"],
        "told": line["told"],
    }
