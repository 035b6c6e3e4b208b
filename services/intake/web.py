"""Pages for citizens: report something, follow it, say that one is not satisfied. No page needs JavaScript."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from services.intake import browsing, following, knowing, reporting, saying, suggesting
from services.intake.browsing import COOKIE, case_of, opens
from services.intake.case import REPLY
from services.intake.casewords import case_shown, help_words, latest_answer
from services.intake.following import CaseView, GrievanceRequest
from services.intake.form import LIMITS, STEPS, ReportForm
from services.intake.reported import ReportRequest
from services.intake.triage import decide
from shared import ids
from shared.clock import utc_now
from shared.http import UNKNOWN_ROUTE, Problem, fingerprint
from shared.packs import Category
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
from shared.pages.browser import HOME, Pages, Visit, built_file, cookie, number_of, see_other
from shared.pages.questions import FACT, Wrong
from shared.promises import PromiseState
from shared.reach import Contact, reachable
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import NotFound
from shared.wording import Speaker, left_to_right

handler = Pages("intake")

_SECRET = re.compile(r"[\w-]{8,128}", re.ASCII)
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
    return handler.visit.page("intake/home.html", emergency=_emergency(), subscribable=pack().subscribable)


@handler.get("/assets/<name>", compress=True)
def asset(name: str) -> Response[Any]:
    return built_file(name) or handler.visit.say(HTTPStatus.NOT_FOUND, "kit.missing", "check", ways=HOME)


# Report ----------------------------------------------------------------------------------------------


@handler.get("/report")
def start_report() -> Response[str]:
    return _REPORT.start(handler.visit)


@handler.post("/report")
def go_on_with_report() -> Response[str]:
    """One question answered: ask the next, or take the report when all of it was checked and sent."""
    return _REPORT.go_on(handler.visit)


def _send(visit: Visit, form: ReportForm) -> Response[str]:
    try:
        request = as_request(ReportRequest, _request(form, visit.language))
        receipt = reporting.report(request, form.answer("form"), form.now, handler.correlation())
    except Problem as refusal:
        if refusal.kind == "key-used-before":
            return visit.say(HTTPStatus.CONFLICT, "sent_before", "what", "next", ways=HOME)
        step, wrong = asked_at(refusal, _ASKED_AT)
        return _REPORT.ask(visit, form, step, wrong)
    return see_other(f"/follow/{receipt.number}/received", [opens(receipt.number, receipt.secret)])


def _request(form: ReportForm, language: str) -> dict[str, Any]:
    request: dict[str, Any] = {
        "category": form.category.code if form.category else "",
        "description": form.answer("story"),
        "facts": form.facts(),
        "language": language,
        "channel": "web",
        "happened_at": form.happened(),
        "place": {"address": form.answer("place")} if form.answer("place") else None,
        "contact": form.contact(),
    }
    return {name: value for name, value in request.items() if value is not None}


def _wrong(form: ReportForm, step: str) -> list[Wrong]:
    wrong = form.wrong(step)
    if step != "contact" or wrong:
        return wrong
    try:
        reachable(as_request(Contact, form.contact() or {}), pack().region)
    except Problem as refusal:
        return asked_at(refusal, _ASKED_AT)[1]
    return []


def _form(sent: Mapping[str, str]) -> ReportForm:
    """The answers among what was sent. An area of one category answers which category it is."""
    now = utc_now()
    form = ReportForm(pack(), sent, now, calendar().zone)
    answers = kept(ReportForm, {field for step in ("urgent", "facts") for field in form.fields(step)}, sent)
    suggested = _suggested(answers.get("story", ""))
    if answers.get("when") == "now":
        answers.setdefault("at", now.isoformat(timespec="seconds"))
    else:
        answers.pop("at", None)
    return ReportForm(pack(), answers, now, calendar().zone, suggested)


def _suggested(story: str) -> tuple[str, ...]:
    if not story:
        return ()
    return suggesting.urgent_facts(story)


def _proposed(form: ReportForm) -> list[Category]:
    """What the story may be about, the likeliest first; a question, when the knowledge base has an answer."""
    story = form.answer("story")
    named = (form.pack.category(one.code) for one in suggesting.propose(story))
    asking = (one for one in form.pack.categories if one.is_question and _known(form))
    found = (*(one for one in named if one), *asking, *((form.picked,) if form.picked else ()))
    return list({one.code: one for one in found if not one.staff_only}.values())


def _known(form: ReportForm) -> tuple[knowing.Found, ...]:
    return knowing.find(form.answer("story"), None, knowing.today(form.now))


def _shown(form: ReportForm, step: str, visit: Visit) -> dict[str, Any]:
    """What a step's page shows beside its question."""
    t, language = visit.t, visit.language
    more: dict[str, Any] = {"emergency": _emergency()}
    category = form.category
    match step:
        case "area":
            likely = [{"value": one.code, "text": one.name.into(language)} for one in _proposed(form)]
            areas = [{"value": area, "text": form.pack.groups[area].into(language)} for area in form.areas()]
            divider = [{"divider": t("report.area.or")}] if likely else []
            return {**more, "choices": [*likely, *divider, *areas], "likely": bool(likely)}
        case "category":
            choices = [{"value": one.code, "text": one.name.into(language)} for one in form.categories()]
            return {**more, "choices": choices, "caption": form.pack.groups[form.answer("area")].into(language)}
        case "urgent":
            questions = form.pack.urgent
        case "facts":
            questions = form.questions()
        case "place":
            return {**more, "caption": category.name.into(language) if category else "", "sent_to": _sends(form)}
        case "when":
            return {**more, "example_date": f"27 3 {form.now.year}"}
        case "check":
            known = [one.article.id for one in _known(form)] if form.asking else []
            rows = [row for one in STEPS for row in _rows(form, one, t, language)]
            return {**more, "rows": rows, "answers_now": knowing.given(known, language)}
        case _:
            questions = ()
    return {
        **more,
        "caption": category.name.into(language) if category else "",
        "questions": [{"name": FACT + one.fact, "text": one.ask.into(language)} for one in questions],
    }


def _sends(form: ReportForm) -> bool:
    """Whether somebody would be sent for what was answered until now."""
    return form.category is not None and decide(form.category, form.facts()).urgent


def _rows(form: ReportForm, step: str, t: Speaker, language: str) -> list[Shown]:
    """The answers of a step as rows of the check."""
    if not form.applies(step) or step in {"area", "check"}:
        return []
    match step:
        case "facts":
            return [fact_row(form, step, one.fact, one.ask.into(language), t) for one in form.questions()]
        case "contact":
            return contact_rows(form, t)
        case "reach":
            return [reach_row(form, t)]
    said = {
        "category": form.category.name.into(language) if form.category else "",
        "urgent": _urgent_said(form, t, language),
        "when": _when_said(form, t),
    }
    back_to = "area" if step == "category" else step
    return [Shown(back_to, t(f"report.{step}.short"), said.get(step, form.answer(step)) or t("ask.check.none"))]


def _urgent_said(form: ReportForm, t: Speaker, language: str) -> str:
    said = [one.ask.into(language) for one in form.pack.urgent if form.answer(FACT + one.fact) == "yes"]
    return "\n".join(f"{question} {t('kit.yes')}" for question in said) or t("report.urgent.none")


def _when_said(form: ReportForm, t: Speaker) -> str:
    happened = form.happened() if form.answer("when") == "earlier" else None
    if happened is None:
        return t(f"report.when.{form.answer('when')}") if form.answer("when") else ""
    return t.when(happened, form.zone) if form.answer("time") else t.day(happened, form.zone)


_REPORT: Final = Asking(
    path="/report", service="intake", name="report", reads=_form, shows=_shown, judges=_wrong, sends=_send
)


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
    return see_other(f"/follow/{number}", [opens(number, secret)])


@handler.get("/follow/<number>")
def show_case(number: str) -> Response[str]:
    visit = handler.visit
    case = case_of(visit, number)
    t = visit.t
    asked = handler.current_event.query_string_parameters or {}
    said = asked.get("said", "")
    return visit.page(
        "intake/follow/case.html",
        voiced="voiced" in asked,
        added="added" in asked,
        said=said if said in saying.FORMS else "",
        contactable=case.contactable,
        reply_due=_reply_due(case, t),
        help=help_words(case, t, _emergency()),
        says=[name for name, form in saying.FORMS.items() if name != "understood" and form.offered(case)],
        **case_shown(case, t),
    )


@handler.get("/follow/<number>/received")
def show_received(number: str) -> Response[str]:
    visit = handler.visit
    case = case_of(visit, number)
    secret = str(visit.cookie(COOKIE))
    t = visit.t
    return visit.page(
        "intake/follow/received.html",
        secret=secret,
        link=f"{settings().need('url')}/follow/{case.number}/{secret}",
        advice=_advice(case, t),
        told=t(_told_how(case)),
        **case_shown(case, t),
    )


def _told_how(case: CaseView) -> str:
    if not case.contactable:
        return "received.next.look"
    return "received.next.neutral" if case.in_neutral_words else "received.next.told"


@handler.get("/follow/<number>/contact")
def choose_contact(number: str) -> Response[str]:
    """To the page where they choose how they are written to: another service's, which has no cookie yet."""
    visit = handler.visit
    case = case_of(visit, number)
    return visit.goes_on(f"/contact/{case.number}/{visit.cookie(COOKIE)}")


@handler.get("/follow/<number>/grievance")
def start_grievance(number: str) -> Response[str]:
    visit = handler.visit
    case = case_of(visit, number)
    return _ask_grievance(visit, case.number, {"form": new_form()})


@handler.post("/follow/<number>/grievance")
def voice_grievance(number: str) -> Response[str]:
    visit = handler.visit
    sent = visit.form()
    identity, secret = number_of(number), visit.cookie(COOKIE) or ""
    sent["form"] = form_of(sent)
    said = {field: sent[field] for field in ("text", "wishes") if sent.get(field)}
    try:
        request = as_request(GrievanceRequest, said)
        # Whoever goes back and writes something else has more to say: only the same words again are the same.
        key = f"{sent['form']} {fingerprint(request)}"
        following.act("grievances", identity, secret, request, key, utc_now(), handler.correlation())
    except Problem as refusal:
        return _ask_grievance(visit, identity, sent, saying.wrong(refusal))
    return see_other(f"/follow/{identity}?voiced=1")


@handler.get("/follow/<number>/say/<what>")
def start_saying(number: str, what: str) -> Response[str]:
    visit = handler.visit
    if what not in saying.FORMS:
        raise UNKNOWN_ROUTE
    case = case_of(visit, number)
    if not saying.FORMS[what].offered(case):
        return see_other(f"/follow/{case.number}")
    return _ask_to_say(visit, case, what, {"form": new_form()})


@handler.post("/follow/<number>/say/<what>")
def say(number: str, what: str) -> Response[str]:
    """What the customer says about their case; the form's own id makes it count once."""
    visit = handler.visit
    if what not in saying.FORMS:
        raise UNKNOWN_ROUTE
    sent = visit.form()
    identity, secret = number_of(number), visit.cookie(COOKIE) or ""
    sent["form"] = form_of(sent)
    try:
        request = saying.FORMS[what].read(sent)
        # Whoever goes back and writes something else has more to say: only the same words again are the same.
        key = f"{sent['form']} {fingerprint(request)}"
        following.act(what, identity, secret, request, key, utc_now(), handler.correlation())
    except Problem as refusal:
        return _ask_to_say(visit, case_of(visit, number), what, sent, saying.wrong(refusal))
    return see_other(f"/follow/{identity}?said={what}")


@handler.post("/follow/<number>/leave")
def leave_case(number: str) -> Response[str]:
    """Forget the secret on this device."""
    handler.visit.form()
    return see_other("/follow", [cookie(COOKIE, "", f"/follow/{number_of(number)}", max_age=0)])


@handler.get("/follow/<number>/<secret>")
def open_link(number: str, secret: str) -> Response[str]:
    """The link a customer keeps: the secret moves into a cookie, out of the address, history and referrers."""
    identity = number_of(number)
    if not _SECRET.fullmatch(secret):
        raise NotFound(identity)
    return handler.visit.goes_on(f"/follow/{identity}", [opens(identity, secret)])


handler.exception_handler(NotFound)(lambda _error: browsing.not_yours(handler.visit))


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


def _ask_to_say(
    visit: Visit, case: CaseView, what: str, sent: Mapping[str, str], wrong: Sequence[Wrong] = ()
) -> Response[str]:
    t = visit.t
    faults = [Fault(one.field, t(f"fault.say.{one.field}.{one.code}", most=saying.LONGEST)) for one in wrong]
    return visit.page(
        "intake/follow/say.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        faults=faults,
        what=what,
        number=ids.spoken(case.number),
        path=case.number,
        form=sent["form"],
        sent=sent,
        longest=saying.LONGEST,
        documents=case.documents,
        answers=case.answers,
        latest=latest_answer(case) if what == "understood" else None,
        calls=[_call_choices(one, t) for one in case_shown(case, t)["calls"]] if what == "calls" else (),
        ratings=[{"value": str(rating), "text": t(f"rating.{rating}")} for rating in range(5, 0, -1)],
    )


def _call_choices(call: Mapping[str, Any], t: Speaker) -> dict[str, Any]:
    """A promised call with what its customer may choose of it."""
    number = call["callback"]
    times = [{"value": f"{number} {one['value']}", "text": one["text"]} for one in call["choices"]]
    stop = {
        "value": f"{number} {saying.STOP}",
        "text": t("say.calls.stop_daily" if call["daily"] else "say.calls.stop"),
    }
    return {**call, "items": [*times, *([{"divider": t("say.calls.or")}] if times else []), stop]}


def _reply_due(case: CaseView, t: Speaker) -> str:
    """By when whoever has the case answers what its customer asked."""
    due = [one["due"] for one in case.promises if one["what"] == REPLY and one["state"] == PromiseState.OPEN]
    return t.when(datetime.fromisoformat(due[-1]), calendar().zone) if due else ""


def _advice(case: CaseView, t: Speaker) -> list[str]:
    lines = help_words(case, t, _emergency())
    refer = (t("received.next.refer", name=one["name"], phone=left_to_right(one["phone"])) for one in case.contacts)
    return [*lines, *case.advice, *refer]


def _emergency() -> str | None:
    """The telephone number for danger, when the pack's directory has one."""
    place = pack().directory.get("emergency")
    return place.phone if place else None
