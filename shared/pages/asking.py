"""Asking in a browser that may have no JavaScript: one question a page; the answers to the others travel along.

Nothing is kept before the form is sent. Its random id is its `Idempotency-Key`: pressing "send" twice is one sending.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar

from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from shared.http import Problem, Request, invalid
from shared.pages import Fault
from shared.pages.browser import Visit
from shared.pages.questions import FACT, Questions, Wrong
from shared.wording import Speaker

F = TypeVar("F", bound=Questions)
R = TypeVar("R", bound=Request)

_FORM: Final = re.compile(r"[\w-]{16,64}", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """An answer as a row of the check, and the step that asks for it."""

    step: str
    key: str
    value: str
    dir: str = "auto"


@dataclass(frozen=True)
class Asking(Generic[F]):
    """One form: where it is, and what is its own. `name` is the folder of its pages and the start of its texts."""

    path: str
    service: str
    name: str
    reads: Callable[[Mapping[str, str]], F]
    """The form with the answers among what was sent."""
    shows: Callable[[F, str, Visit], dict[str, Any]]
    """What a step's page shows beside its question."""
    judges: Callable[[F, str], list[Wrong]]
    """What is wrong with the answers of a step, by every rule there is."""
    sends: Callable[[Visit, F], Response[str]]

    def start(self, visit: Visit) -> Response[str]:
        first = self.reads({})
        return self.ask(visit, first, first.STEPS[0])

    def go_on(self, visit: Visit) -> Response[str]:
        """One question answered: ask the next, or take the whole when all of it was checked and sent."""
        sent = visit.form()
        visit.speaks(sent.get("language", ""))
        form, step = self.reads(sent), sent.get("step", "")
        if step not in form.STEPS:
            return self.start(visit)
        go = sent.get("go", "on")
        if go == "on":
            return self._go_on(visit, form, step)
        how, _, to = go.partition(":")
        match how:
            case "language":
                visit.choose(to)
            case "back":
                step = form.before(step)
            case "change" if to in form.STEPS:
                step = to
        return self.ask(visit, form, step)

    def ask(self, visit: Visit, form: F, wanted: str, wrong: Sequence[Wrong] = ()) -> Response[str]:
        """The page of a step with what is `wrong` there, or of the one that must be answered before it."""
        step = form.askable(wanted)
        if step != wanted:
            wrong = form.wrong(step)
        t, first = visit.t, form.STEPS[0]
        shown = set(form.fields(step)) - {"at"}
        carried = {field: value for field, value in form.answers.items() if field not in shown}
        title = f"{self.name}.{step}.title"
        more = self.shows(form, step, visit)
        return visit.page(
            f"{self.service}/{self.name}/{step}.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            faults=[Fault(one.field, _fault(form, one, t, more)) for one in wrong],
            action=self.path,
            title=t(title if t.says(title) else f"ask.{step}.title"),
            send=t(f"{self.name}.send"),
            step=step,
            first=step == first,
            answers=form.answers,
            carried={**carried, "language": visit.language},
            limits=form.LIMITS,
            **more,
        )

    def _go_on(self, visit: Visit, form: F, step: str) -> Response[str]:
        if wrong := self.judges(form, step):
            return self.ask(visit, form, step, wrong)
        if step != "check":
            return self.ask(visit, form, _next(form, step))
        return self.ask(visit, form, "check") if form.unfinished() else self.sends(visit, form)


def _next(form: Questions, step: str) -> str:
    """The next question; straight back to the check when an answer was changed there and nothing new is open."""
    if form.answer("checked"):
        return form.unfinished() or "check"
    return form.after(step)


def _fault(form: Questions, wrong: Wrong, t: Speaker, more: Mapping[str, Any]) -> str:
    if wrong.field.startswith(FACT):
        asked = next(one["text"] for one in more["questions"] if one["name"] == wrong.field)
        return t(f"fault.fact.{wrong.code}", question=asked)
    return t(f"fault.{wrong.field}.{wrong.code}", most=form.LIMITS.get(wrong.field, 0))


def kept(form: type[Questions], known: set[str], sent: Mapping[str, str]) -> dict[str, str]:
    """The answers among what was sent, and the form's own id: a new one when there is none that could be ours.

    `known` are fields that no step always has.
    """
    fields = {field for step in form.STEPS for field in form.FIELDS.get(step, ())} | known | {"form", "checked"}
    answers = {field: value for field, value in sent.items() if field in fields and value}
    if not _FORM.fullmatch(answers.get("form", "")):
        answers["form"] = new_form()
    if sent.get("step") == "check":
        answers["checked"] = "yes"
    return answers


def form_of(sent: Mapping[str, str]) -> str:
    """The id that a form brought along, or a new one."""
    given = sent.get("form", "")
    return given if _FORM.fullmatch(given) else new_form()


def new_form() -> str:
    """A form's own id."""
    return secrets.token_urlsafe(16)


def as_request(model: type[R], data: Mapping[str, Any]) -> R:
    """`data` as the API would read it. Raises `Problem` with the faults."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid(error) from None


def asked_at(refusal: Problem, places: Mapping[str, tuple[str, str]]) -> tuple[str, list[Wrong]]:
    """The step whose answers a refusal is about. Raises the refusal when it is about none.

    `places` says by pointer where in the form the answer was given that the request's field comes from: its step and
    its field.
    """
    found = [places[fault["pointer"]] for fault in refusal.body.get("faults", []) if fault["pointer"] in places]
    if not found:
        raise refusal
    step = found[0][0]
    return step, [Wrong(field, "impossible") for at, field in found if at == step]


# Rows of the check ------------------------------------------------------------------------------------


def fact_row(form: Questions, step: str, fact: str, question: str, t: Speaker) -> Shown:
    said = form.answer(FACT + fact)
    return Shown(step, question, t(f"kit.{said}") if said in {"yes", "no"} else t("ask.facts.unknown"))


def contact_rows(form: Questions, t: Speaker) -> list[Shown]:
    safe = Shown("contact", t("ask.contact.safe"), t("kit.no" if form.answer("unsafe") == "yes" else "kit.yes"))
    given = [
        Shown(
            "contact",
            t(f"ask.contact.{field}"),
            form.answer(field) or t("ask.check.none"),
            "auto" if field == "name" else "ltr",
        )
        for field in ("name", "phone", "email")
    ]
    return [*given, safe]


def reach_row(form: Questions, t: Speaker) -> Shown:
    said = t(f"ask.reach.{form.answer('reach')}") if form.answer("reach") else t("ask.check.none")
    return Shown("reach", t("ask.reach.short"), said)
