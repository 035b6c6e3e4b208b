"""Pages for citizens: report something, follow it, say that one is not satisfied. No page needs JavaScript."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie
from pydantic import ValidationError

from services.intake import following, reporting
from services.intake.case import State
from services.intake.following import CaseView, GrievanceRequest
from services.intake.form import FACT, LIMITS, STEPS, ReportForm, Wrong
from services.intake.reporting import ReportRequest
from shared import ids
from shared.clock import utc_now
from shared.http import Problem, Request, fingerprint, invalid
from shared.pages import Fault
from shared.pages.browser import HOME, Pages, Visit, built_file, cookie, see_other
from shared.pages.wording import Speaker, left_to_right
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import NotFound
from shared.vault import Erased

handler = Pages("intake")

R = TypeVar("R", bound=Request)

_SECRET = re.compile(r"[\w-]{8,128}", re.ASCII)
_FORM = re.compile(r"[\w-]{16,64}", re.ASCII)
_COOKIE: Final = "case"
_TAGS: Final[Mapping[State, str]] = {
    State.RECEIVED: "govuk-tag--yellow",
    State.OPEN: "govuk-tag--blue",
    State.DECLINED: "govuk-tag--grey",
    State.CLOSED: "govuk-tag--green",
}
_ASKED_AT: Final[Mapping[str, tuple[str, str]]] = {
    "/category": ("category", "category"),
    "/description": ("story", "story"),
    "/facts": ("facts", "facts"),
    "/place": ("place", "place"),
    "/place/address": ("place", "place"),
    "/happened_at": ("when", "date-day"),
    "/name": ("contact", "name"),
    "/email": ("contact", "email"),
    "/phone": ("contact", "phone"),
    "/contact/name": ("contact", "name"),
    "/contact/email": ("contact", "email"),
    "/contact/phone": ("contact", "phone"),
}
"""Where in the form the answer was given that the report's field comes from: its step and its field."""


@handler.get("/")
def home() -> Response[str]:
    return handler.visit.page("intake/home.html", emergency=_emergency())


@handler.get("/assets/<name>", compress=True)
def asset(name: str) -> Response[Any]:
    return built_file(name) or handler.visit.say(HTTPStatus.NOT_FOUND, "kit.missing", "check", ways=HOME)


# Report ----------------------------------------------------------------------------------------------


@handler.get("/report")
def start_report() -> Response[str]:
    return _ask(handler.visit, _form({}), STEPS[0])


@handler.post("/report")
def go_on_with_report() -> Response[str]:
    """One question answered: ask the next, or take the report when all of it was checked and sent."""
    visit = handler.visit
    sent = visit.form()
    visit.speaks(sent.get("language", ""))
    step = sent.get("step", "")
    if step not in STEPS:
        return _ask(visit, _form({}), STEPS[0])
    form = _form(sent)
    go = sent.get("go", "on")
    if go == "on":
        return _go_on(visit, form, step)
    how, _, to = go.partition(":")
    match how:
        case "language":
            visit.choose(to)
        case "back":
            step = form.before(step)
        case "change" if to in STEPS:
            step = to
    return _ask(visit, form, step)


def _go_on(visit: Visit, form: ReportForm, step: str) -> Response[str]:
    if wrong := _wrong(form, step):
        return _ask(visit, form, step, wrong)
    if step == "check":
        return _send(visit, form)
    return _ask(visit, form, _next(form, step))


def _next(form: ReportForm, step: str) -> str:
    """The next question; straight back to the check when an answer was changed there and nothing new is open."""
    if form.answer("checked"):
        return form.unfinished() or "check"
    return form.after(step)


def _send(visit: Visit, form: ReportForm) -> Response[str]:
    if form.unfinished():
        return _ask(visit, form, "check")
    try:
        request = _as(ReportRequest, _request(form, visit.language))
        receipt = reporting.report(request, form.answer("form"), form.now, handler.correlation())
    except Problem as refusal:
        if refusal.kind == "key-used-before":
            return visit.say(HTTPStatus.CONFLICT, "sent_before", "what", "next", ways=HOME)
        step, wrong = _asked_at(refusal)
        return _ask(visit, form, step, wrong)
    return see_other(f"/follow/{receipt.number}/received", [_opens(receipt.number, receipt.secret)])


def _request(form: ReportForm, language: str) -> dict[str, Any]:
    request: dict[str, Any] = {
        "category": form.category.code if form.category else "",
        "description": form.answer("story"),
        "facts": form.facts(),
        "language": language,
        "channel": "web",
        "happened_at": form.happened(),
        "place": {"address": form.answer("place")} if form.answer("place") else None,
        "contact": _contact(form),
    }
    return {name: value for name, value in request.items() if value is not None}


def _contact(form: ReportForm) -> dict[str, str] | None:
    if form.nameless or form.answer("reach") == "anonymous":
        return None
    given = {field: form.answer(field) for field in ("name", "email", "phone") if form.answer(field)}
    return {**given, "preferred": form.answer("reach")}


def _wrong(form: ReportForm, step: str) -> list[Wrong]:
    wrong = form.wrong(step)
    if step != "contact" or wrong:
        return wrong
    try:
        reporting.reachable(_as(reporting.Contact, _contact(form) or {}), pack())
    except Problem as refusal:
        return _asked_at(refusal)[1]
    return []


def _as(model: type[R], data: Mapping[str, Any]) -> R:
    """`data` as the API would read it. Raises `Problem` with the faults."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid(error) from None


def _asked_at(refusal: Problem) -> tuple[str, list[Wrong]]:
    """The step whose answers a refusal is about. Raises the refusal when it is about none."""
    places = [
        _ASKED_AT[fault["pointer"]] for fault in refusal.body.get("faults", []) if fault["pointer"] in _ASKED_AT
    ]
    if not places:
        raise refusal
    step = places[0][0]
    return step, [Wrong(field, "impossible") for at, field in places if at == step]


def _form(sent: Mapping[str, str]) -> ReportForm:
    """The answers among what was sent. An area of one category answers which category it is."""
    now = utc_now()
    form = ReportForm(pack(), sent, now, calendar().zone)
    known = {field for step in STEPS for field in form.fields(step)} | {"form", "checked"}
    answers = {field: value for field, value in sent.items() if field in known and value}
    if answers.get("when") == "now":
        answers.setdefault("at", now.isoformat(timespec="seconds"))
    else:
        answers.pop("at", None)
    if not _FORM.fullmatch(answers.get("form", "")):
        answers["form"] = secrets.token_urlsafe(16)
    if sent.get("step") == "check":
        answers["checked"] = "yes"
    return ReportForm(pack(), answers, now, calendar().zone)


def _ask(visit: Visit, form: ReportForm, wanted: str, wrong: Sequence[Wrong] = ()) -> Response[str]:
    """The page of a step with what is `wrong` there, or of the one that must be answered before it."""
    step = form.askable(wanted)
    if step != wanted:
        wrong = form.wrong(step)
    t = visit.t
    shown = set(form.fields(step)) - {"at"}
    carried = {field: value for field, value in form.answers.items() if field not in shown}
    return visit.page(
        f"intake/report/{step}.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        faults=[Fault(one.field, _fault_text(form, one, t, visit.language)) for one in wrong],
        step=step,
        first=step == STEPS[0],
        answers=form.answers,
        carried={**carried, "language": visit.language},
        limits=LIMITS,
        emergency=_emergency(),
        **_shown(form, step, t, visit.language),
    )


def _fault_text(form: ReportForm, wrong: Wrong, t: Speaker, language: str) -> str:
    if wrong.field.startswith(FACT):
        asked = next(one for one in form.questions() if FACT + one.fact == wrong.field)
        return t(f"fault.fact.{wrong.code}", question=asked.ask.into(language))
    return t(f"fault.{wrong.field}.{wrong.code}", most=LIMITS.get(wrong.field, 0))


def _shown(form: ReportForm, step: str, t: Speaker, language: str) -> dict[str, Any]:
    """What a step's page shows beside its question."""
    category = form.category
    match step:
        case "area":
            return {
                "choices": [{"value": area, "text": form.pack.groups[area].into(language)} for area in form.areas()]
            }
        case "category":
            choices = [{"value": one.code, "text": one.name.into(language)} for one in form.categories()]
            return {"choices": choices, "area_title": form.pack.groups[form.answer("area")].into(language)}
        case "urgent":
            questions = form.pack.urgent
        case "facts":
            questions = form.questions()
        case "when":
            return {"example_date": f"27 3 {form.now.year}"}
        case "check":
            return {"rows": [row for one in STEPS for row in _rows(form, one, t, language)]}
        case _:
            questions = ()
    return {
        "category_title": category.name.into(language) if category else "",
        "questions": [{"name": FACT + one.fact, "text": one.ask.into(language)} for one in questions],
    }


def _rows(form: ReportForm, step: str, t: Speaker, language: str) -> list[dict[str, str]]:
    """The answers of a step as rows of the check."""
    if not form.applies(step) or step in {"area", "check"}:
        return []
    said = {
        "category": form.category.name.into(language) if form.category else "",
        "urgent": _urgent_said(form, t, language),
        "when": _when_said(form, t),
        "reach": t(f"report.reach.{form.answer('reach')}") if form.answer("reach") else "",
    }
    if step == "facts":
        return [
            {"step": step, "key": one.ask.into(language), "value": _fact_said(form, one.fact, t)}
            for one in form.questions()
        ]
    if step == "contact":
        return [
            {
                "step": step,
                "dir": "auto" if field == "name" else "ltr",
                "key": t(f"report.contact.{field}"),
                "value": form.answer(field) or t("report.check.none"),
            }
            for field in ("name", "phone", "email")
        ]
    back_to = "area" if step == "category" else step
    value = said.get(step, form.answer(step)) or t("report.check.none")
    return [{"step": back_to, "key": t(f"report.{step}.short"), "value": value}]


def _fact_said(form: ReportForm, fact: str, t: Speaker) -> str:
    said = form.answer(FACT + fact)
    return t(f"kit.{said}") if said in {"yes", "no"} else t("report.facts.unknown")


def _urgent_said(form: ReportForm, t: Speaker, language: str) -> str:
    said = [one.ask.into(language) for one in form.pack.urgent if form.answer(FACT + one.fact) == "yes"]
    return "\n".join(f"{question} {t('kit.yes')}" for question in said) or t("report.urgent.none")


def _when_said(form: ReportForm, t: Speaker) -> str:
    happened = form.happened() if form.answer("when") == "earlier" else None
    if happened is None:
        return t(f"report.when.{form.answer('when')}") if form.answer("when") else ""
    return t.when(happened, form.zone) if form.answer("time") else t.day(happened, form.zone)


# Follow ----------------------------------------------------------------------------------------------


@handler.get("/follow")
def find_case() -> Response[str]:
    return handler.visit.page("intake/follow/find.html", answers={})


@handler.post("/follow")
def found_case() -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    number, secret = ids.heard(sent.get("number", "")), sent.get("secret", "")
    wrong = []
    if not number:
        wrong.append(Wrong("number", "impossible" if sent.get("number") else "missing"))
    if not secret:
        wrong.append(Wrong("secret", "missing"))
    if number and secret and not wrong:
        try:
            following.follow(number, secret)
        except NotFound:
            wrong.append(Wrong("number", "unknown"))
    if wrong or not number:
        t = visit.t
        return visit.page(
            "intake/follow/find.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            faults=[Fault(one.field, t(f"fault.{one.field}.{one.code}")) for one in wrong],
            answers=sent,
        )
    return see_other(f"/follow/{number}", [_opens(number, secret)])


@handler.get("/follow/<number>")
def show_case(number: str) -> Response[str]:
    visit = handler.visit
    case = _case(visit, number)
    t = visit.t
    voiced = handler.current_event.get_query_string_value("voiced", "")
    return visit.page("intake/follow/case.html", voiced=bool(voiced), **_case_shown(case, t))


@handler.get("/follow/<number>/received")
def show_received(number: str) -> Response[str]:
    visit = handler.visit
    case = _case(visit, number)
    secret = str(visit.cookie(_COOKIE))
    t = visit.t
    return visit.page(
        "intake/follow/received.html",
        secret=secret,
        link=f"{settings().need('url')}/follow/{case.number}/{secret}",
        advice=_advice(case, t, visit.language),
        contactable=case.contactable,
        **_case_shown(case, t),
    )


@handler.get("/follow/<number>/grievance")
def start_grievance(number: str) -> Response[str]:
    visit = handler.visit
    case = _case(visit, number)
    return _ask_grievance(visit, case.number, {"form": secrets.token_urlsafe(16)})


@handler.post("/follow/<number>/grievance")
def voice_grievance(number: str) -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    identity, secret = _number(number), visit.cookie(_COOKIE) or ""
    if not _FORM.fullmatch(sent.get("form", "")):
        sent["form"] = secrets.token_urlsafe(16)
    said = {field: sent[field] for field in ("text", "wishes") if sent.get(field)}
    try:
        request = _as(GrievanceRequest, said)
        # Whoever goes back and writes something else has more to say: only the same words again are the same.
        key = f"{sent['form']} {fingerprint(request)}"
        following.voice_grievance(identity, secret, request, key, utc_now(), handler.correlation())
    except Problem as refusal:
        if "faults" not in refusal.body:
            raise
        wrong = [
            Wrong(
                fault["pointer"].removeprefix("/"),
                "long" if fault["code"] == "string_too_long" else "missing",
            )
            for fault in refusal.body["faults"]
        ]
        return _ask_grievance(visit, identity, sent, wrong)
    return see_other(f"/follow/{identity}?voiced=1")


@handler.post("/follow/<number>/leave")
def leave_case(number: str) -> Response[str]:
    """Forget the secret on this device."""
    handler.visit.form()
    return see_other("/follow", [cookie(_COOKIE, "", f"/follow/{_number(number)}", max_age=0)])


@handler.get("/follow/<number>/<secret>")
def open_link(number: str, secret: str) -> Response[str]:
    """The link a customer keeps: the secret moves into a cookie, out of the address, history and referrers."""
    identity = _number(number)
    if not _SECRET.fullmatch(secret):
        raise NotFound(identity)
    return see_other(f"/follow/{identity}", [_opens(identity, secret)])


def _number(said: str) -> str:
    """The number that a path names: nothing else may become part of a cookie or an address. Raises `NotFound`."""
    number = ids.heard(said)
    if not number:
        raise NotFound
    return number


def _opens(number: str, secret: str) -> Cookie:
    """The secret of one case, sent only to that case's own pages, forgotten when the browser is closed."""
    return cookie(_COOKIE, secret, f"/follow/{number}")


def _case(visit: Visit, number: str) -> CaseView:
    """The case whose secret this browser holds, in its language unless the person chose one.

    Raises `NotFound`.
    """
    identity, secret = _number(number), visit.cookie(_COOKIE)
    if not secret:
        raise NotFound(identity)
    case = following.follow(identity, secret, visit.language if visit.chose_language else None)
    if not visit.chose_language:
        visit.speaks(case.language)
    return case


def _not_yours(_error: Exception) -> Response[str]:
    """The same answer for a number that does not exist, a wrong secret, none, and a case that was erased."""
    return handler.visit.say(
        HTTPStatus.NOT_FOUND,
        "case_missing",
        "why",
        "check",
        ways=(("/follow", "follow.find.title"), *HOME[:2]),
    )


handler.exception_handler([NotFound, Erased])(_not_yours)


def _ask_grievance(
    visit: Visit, number: str, answers: Mapping[str, str], wrong: Sequence[Wrong] = ()
) -> Response[str]:
    t = visit.t
    most = {"text": LIMITS["story"], "wishes": 1000}
    return visit.page(
        "intake/follow/grievance.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        faults=[Fault(one.field, t(f"fault.{one.field}.{one.code}", most=most[one.field])) for one in wrong],
        number=ids.spoken(number),
        path=number,
        form=answers["form"],
        answers=answers,
        limits=most,
    )


# What a case says -------------------------------------------------------------------------------------


def _case_shown(case: CaseView, t: Speaker) -> dict[str, Any]:
    zone = calendar().zone
    return {
        "number": ids.spoken(case.number),
        "path": case.number,
        "category": case.category_name,
        "state": {
            "name": t(f"state.{case.state}.name"),
            "means": t(f"state.{case.state}.means"),
            "colour": _TAGS[State(case.state)],
        },
        "timeline": [_step_shown(step, t, zone) for step in case.timeline],
        "promises": [_promise_shown(promise, t, zone) for promise in case.promises],
    }


def _step_shown(step: Mapping[str, Any], t: Speaker, zone: ZoneInfo) -> dict[str, Any]:
    at = datetime.fromisoformat(step["at"])
    return {
        "at": t.when(at, zone),
        "stamp": step["at"],
        "title": t(
            f"timeline.{step['what']}",
            **{name: _fact_shown(name, value, t, zone) for name, value in step["facts"].items()},
        ),
        "text": step["text"],
    }


def _fact_shown(name: str, value: Any, t: Speaker, zone: ZoneInfo) -> str:
    match name:
        case "was_due" | "now_due" | "answer_due":
            return t.when(datetime.fromisoformat(value), zone)
        case "complaint":
            return left_to_right(ids.spoken(ids.heard(value) or value))
        case "promise":
            return t(f"promise.{value}")
        case "finding" | "channel" | "outcome" | "reason" | "answer":
            return t(f"{name}.{value}")
        case _:
            return str(value)


def _promise_shown(promise: Mapping[str, Any], t: Speaker, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "what": t(f"promise.{promise['what']}"),
        "due": t.when(datetime.fromisoformat(promise["due"]), zone),
        "state": promise["state"],
        "why": _why_shown(promise, t, zone),
    }


def _why_shown(promise: Mapping[str, Any], t: Speaker, zone: ZoneInfo) -> list[str]:
    """Why this date: how much time was promised, from when it counts, and the days that did not count."""
    segments = promise["why"]
    lines = [t(f"clock.{unit}", count=count) for unit, count in promise["clock"].items()]
    if segments:
        lines.append(t("why.from", start=t.when(datetime.fromisoformat(segments[0]["from"]), zone)))
    if any(segment.get("reason") in {"night", "break"} for segment in segments):
        lines.append(t("why.hours"))
    for segment in segments:
        reason = "paused" if segment["kind"] == "paused" else segment.get("reason")
        if reason in {"night", "break", None}:
            continue
        start, end = (datetime.fromisoformat(segment[edge]) for edge in ("from", "to"))
        key = "special" if segment["kind"] == "run" else reason
        lines.append(t(f"why.{key}", days=t.days(start, end, zone), name=segment.get("name", "")))
    return list(dict.fromkeys(lines))


def _advice(case: CaseView, t: Speaker, language: str) -> list[str]:
    category = pack().category(case.category)
    lines = [t("received.next.urgent")] if "dispatch" in case.dispositions else []
    if category and category.advice:
        lines.append(category.advice.into(language))
    place = pack().directory.get(category.contact) if category and category.contact else None
    if place and "refer" in case.dispositions:
        lines.append(t("received.next.refer", name=place.name.into(language), phone=left_to_right(place.phone)))
    return lines


def _emergency() -> str | None:
    """The telephone number for danger, when the pack's directory has one."""
    place = pack().directory.get("emergency")
    return place.phone if place else None
