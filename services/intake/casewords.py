"""A case in the words of its customer's language: for its page, and for the copy of a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.intake.case import State
from services.intake.following import CaseView
from shared import ids
from shared.pages.calls import call_shown
from shared.pages.promised import promise_shown
from shared.rules import calendar
from shared.wording import Speaker, left_to_right

_TAGS: Final[Mapping[State, str]] = {
    State.RECEIVED: "govuk-tag--yellow",
    State.OPEN: "govuk-tag--blue",
    State.DECLINED: "govuk-tag--grey",
    State.CLOSED: "govuk-tag--green",
}


def case_shown(case: CaseView, t: Speaker) -> dict[str, Any]:
    zone = calendar().zone
    return {
        "number": ids.spoken(case.number),
        "path": case.number,
        "category": case.category_name,
        # What a person answered stands in their place.
        "answers": () if latest_answer(case) else case.answers,
        "latest": latest_answer(case),
        "asks_understood": case.asks_understood,
        "state": {
            "name": t(f"state.{case.state}.name"),
            "means": t(f"state.{case.state}.means"),
            "colour": _TAGS[State(case.state)],
        },
        "kept_until": t.day(case.kept_until, zone) if case.kept_until else None,
        "calls": [call_shown(one, t, zone) for one in case.calls],
        "timeline": [_step_shown(step, t, zone) for step in case.timeline],
        "promises": [promise_shown(one, t(f"promise.{_plain(one['what'])}"), t, zone) for one in case.promises],
    }


def _step_shown(step: Mapping[str, Any], t: Speaker, zone: ZoneInfo) -> dict[str, Any]:
    at = datetime.fromisoformat(step["at"])
    return {
        "at": t.when(at, zone),
        "stamp": step["at"],
        "title": t(
            f"timeline.{step['what']}",
            **{name: fact_shown(name, value, t, zone) for name, value in step["facts"].items()},
        ),
        "text": "\n".join(words for words in (step.get("place"), step["text"]) if words),
    }


def _plain(promise: str) -> str:
    """The kind of promise: appointments have one each."""
    return promise.rstrip("0123456789").rstrip("-")


def fact_shown(name: str, value: Any, t: Speaker, zone: ZoneInfo) -> str:
    match name:
        case "was_due" | "now_due" | "answer_due" | "due" | "at" | "was_at":
            return t.when(datetime.fromisoformat(value), zone)
        case "complaint":
            return left_to_right(ids.spoken(ids.heard(value) or value))
        case "promise":
            return t(f"promise.{_plain(value)}")
        case "finding" | "channel" | "outcome" | "reason" | "what" | "answer":
            return t(f"{name}.{value}")
        case _:
            return str(value)


def latest_answer(case: CaseView) -> str | None:
    """What a person last answered, when a person did."""
    said = [step["text"] for step in case.timeline if step["what"] == "ConsultationAnswered"]
    return said[-1] if said else None
