"""Whatever is posted to the report: an answer for people, and no case that nobody confirmed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.packs import PACKS, read
from services.intake import web as intake
from services.intake.form import FIELDS, STEPS, ReportForm
from shared.pages.questions import FACT
from shared.store import Store
from tests.browser.desk import Desk

POLICE = read(PACKS / "police")
DUBAI = ZoneInfo("Asia/Dubai")
HEADERS = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}

GOES = ("on", "back", "", "zzz", "language:ar", "language:zzz", "change:", "change:zzz", "on:zzz")
EVERY_GO = (*GOES, *(f"change:{step}" for step in STEPS))
WHOLE = {
    "area": "disputes",
    "category": "D6",
    "story": "They would not take it back.",
    "fact-fight": "no",
    "fact-shop_asks": "unknown",
    "when": "unknown",
    "reach": "anonymous",
}
UNKNOWN = dict.fromkeys(WHOLE, "zzz")
IMPOSSIBLE = WHOLE | {"when": "earlier", "day": "31", "month": "2", "year": "2026", "reach": "email", "email": "@"}
ANSWERS = {"nothing": {}, "all": WHOLE, "unknown": UNKNOWN, "impossible": IMPOSSIBLE}

FACTS = tuple(
    dict.fromkeys(
        FACT + question.fact
        for question in (*POLICE.urgent, *(one for category in POLICE.categories for one in category.questions))
    )
)
NAMES = ("form", "checked", "language", *(name for names in FIELDS.values() for name in names))
KNOWN = (
    *("yes", "no", "unknown", "now", "earlier", "sms", "email", "anonymous", "31", "2", "2026", "17:30"),
    *("amal@example.com", "050 123 4567", "They would not take it back."),
)
HOSTILE = (
    *("", "zzz", "-1", "9" * 5000, "x" * 4001, "\x00", "\u202e", "\n", "{area}", "{0.__class__}", "%s"),
    *("<script>alert(1)</script>", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "../check", "🚨"),
)

CODES = tuple(one.code for one in POLICE.categories)

names = st.one_of(st.sampled_from((*NAMES, *FACTS)), st.text(max_size=12))
values = st.one_of(st.sampled_from((*KNOWN, *HOSTILE)), st.text(max_size=20))
wheres: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.sampled_from([{"area": one.group, "category": one.code} for one in POLICE.categories]),
    st.fixed_dictionaries({"area": st.sampled_from((*POLICE.groups, *CODES, *HOSTILE)), "category": values}),
    st.just({}),
)


@pytest.fixture(scope="module")
def stored(desk: Desk) -> Iterator[list[Any]]:
    """What was stored since this list was last emptied."""
    kept: list[Any] = []
    with pytest.MonkeyPatch.context() as patch, desk.being("intake"):
        create = Store.create

        def creating(store: Store, aggregate: Any, *lines: Any, **more: Any) -> Any:
            kept.append(aggregate)
            return create(store, aggregate, *lines, **more)

        patch.setattr(Store, "create", creating)
        yield kept


def post(desk: Desk, stored: list[Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The answer, which is none of ours to blame, and stored a case only if the check was confirmed."""
    stored.clear()
    event = desk.event("POST", "/report", HEADERS, urlencode(sent).encode())
    answer: dict[str, Any] = intake.handler(event, SimpleNamespace())
    assert answer["statusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR
    if stored:
        assert (sent["step"], sent["go"]) == ("check", "on")
        assert ReportForm(POLICE, sent, datetime.now(UTC), DUBAI).unfinished() is None
    return answer


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("step", [*STEPS, "zzz"])
def test_every_step_takes_every_way_on_with_any_answers(
    desk: Desk, stored: list[Any], step: str, answers: dict[str, str]
):
    for go in EVERY_GO:
        answer = post(desk, stored, {**answers, "step": step, "go": go})
        confirmed = (step, go) == ("check", "on") and answers is WHOLE
        assert len(stored) == confirmed, go
        assert (answer["statusCode"] == HTTPStatus.SEE_OTHER) == confirmed, go


@example(step="category", go="on", where={}, answers={})
@example(step="urgent", go="change:category", where={"area": "zzz"}, answers={})
@example(step="story", go="back", where={}, answers={})
@example(step="check", go="change:check", where={}, answers=IMPOSSIBLE)
@example(step="contact", go="on", where={}, answers={"reach": "zzz", "phone": "050 123 4567"})
@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    step=st.one_of(st.sampled_from(STEPS), values),
    go=st.one_of(st.sampled_from(EVERY_GO), values),
    where=wheres,
    answers=st.dictionaries(names, values, max_size=12),
)
def test_no_form_whatever_it_says_breaks_the_desk_or_makes_a_case_unconfirmed(
    desk: Desk, stored: list[Any], step: str, go: str, where: dict[str, str], answers: dict[str, str]
):
    post(desk, stored, {**WHOLE, **where, **answers, "step": step, "go": go})
    post(desk, stored, {**where, **answers, "step": step, "go": go})


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ({"step": "category"}, "story"),
        ({"step": "urgent", "go": "change:category"}, "story"),
        ({"step": "urgent", "go": "change:area"}, "story"),
        ({"story": "It broke", "step": "urgent", "go": "change:category"}, "area"),
        ({**WHOLE, "step": "urgent", "go": "change:category", "area": "zzz"}, "area"),
        ({"step": "category", "go": "back"}, "story"),
        ({**WHOLE, "step": "story", "go": "change:check", "category": "zzz"}, "category"),
        ({**IMPOSSIBLE, "step": "story", "go": "change:check"}, "when"),
        ({**WHOLE, "step": "story", "go": "change:check", "when": "zzz"}, "when"),
        ({**WHOLE, "step": "story", "go": "change:check", "reach": "zzz"}, "reach"),
        ({**WHOLE, "step": "contact", "reach": "zzz"}, "reach"),
        ({**WHOLE, "step": "check", "story": ""}, "story"),
    ],
)
def test_a_page_that_needs_answers_that_are_not_there_asks_for_the_first_of_them(
    desk: Desk, stored: list[Any], sent: dict[str, str], asked: str
):
    answer = post(desk, stored, {"go": "on", **sent})
    assert answer["statusCode"] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'name="step" value="{asked}"' in answer["body"]


def test_a_step_that_has_nothing_to_ask_is_passed_over(desk: Desk, stored: list[Any]):
    answer = post(desk, stored, {**WHOLE, "step": "check", "go": "change:contact"})
    assert 'name="step" value="check"' in answer["body"]
