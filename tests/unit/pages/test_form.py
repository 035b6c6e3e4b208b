"""The report form's own rules: what is asked next, and what is wrong with an answer."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.packs import PACKS, read
from services.intake.form import FIELDS, STEPS, ReportForm

POLICE = read(PACKS / "police")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DUBAI = ZoneInfo("Asia/Dubai")
WHOLE = {"area": "other", "category": "X9", "story": "It broke", "when": "unknown", "reach": "anonymous"}


def form(**answers: str) -> ReportForm:
    return ReportForm(POLICE, answers, NOW, DUBAI)


def wrong(step: str, **answers: str) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in form(**answers).wrong(step)]


def test_a_whole_form_has_nothing_unfinished():
    assert form(**WHOLE).unfinished() is None


@pytest.mark.parametrize("field", ["area", "story", "when", "reach"])
def test_a_form_with_an_answer_missing_is_unfinished(field: str):
    assert form(**{name: value for name, value in WHOLE.items() if name != field}).unfinished()


def test_a_category_of_another_area_is_no_answer():
    assert wrong("category", area="noise", category="D6") == [("category", "missing")]


def test_who_stays_anonymous_is_not_asked_for_a_contact():
    assert form(reach="anonymous").after("reach") == "check"
    assert form(reach="sms").after("reach") == "contact"
    assert form(reach="anonymous").before("check") == "reach"


def test_what_the_person_does_not_know_is_no_fact():
    said = {"fact-fight": "unknown", "fact-shop_asks": "yes", "fact-weapon": "yes"}
    assert form(area="disputes", category="D6", **said).facts() == {"shop_asks": True, "weapon": True}


def test_answers_about_another_category_are_no_facts_of_this_one():
    assert form(**{"area": "noise", "category": "Z3", "fact-fight": "yes"}).facts() == {}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"day": "29", "month": "2", "year": "2025"}, ("date-day", "impossible")),
        ({"day": "29", "month": "2", "year": "26"}, ("date-day", "impossible")),
        ({"day": "", "month": "2", "year": "2025"}, ("date-day", "impossible")),
        ({"day": "1", "month": "1", "year": "9" * 5000}, ("date-day", "impossible")),
        ({"day": "22", "month": "11", "year": "2026"}, ("date-day", "future")),
        ({"day": "21", "month": "11", "year": "2026", "time": "16:01"}, ("time", "future")),
        ({"day": "21", "month": "11", "year": "2026", "time": "24:00"}, ("time", "impossible")),
        ({"day": "21", "month": "11", "year": "2026", "time": "half past"}, ("time", "impossible")),
    ],
)
def test_a_date_there_never_was_is_asked_for_again(answers: dict[str, str], code: tuple[str, str]):
    assert wrong("when", when="earlier", **answers) == [code]


def test_a_date_is_one_of_the_desks_own_zone():
    assert wrong("when", when="earlier", day="21", month="11", year="2026", time="16:00") == []
    happened = form(when="earlier", day="21", month="11", year="2026", time="1.30").happened()
    assert happened == datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def test_today_without_a_time_is_not_in_the_future():
    early = ReportForm(
        POLICE, {"when": "earlier", "day": "21", "month": "11", "year": "2026"}, NOW - timedelta(hours=10), DUBAI
    )
    assert not early.wrong("when")
    happened = early.happened()
    assert happened is not None
    assert happened <= early.now


@pytest.mark.parametrize("noted", ["", "nonsense", "2026-11-21T11:00:00", "2999-01-01T00:00:00+00:00"])
def test_a_noted_time_that_cannot_be_is_now(noted: str):
    assert form(when="now", at=noted).happened() == NOW


def test_now_is_when_the_person_said_so():
    assert form(when="now", at="2026-11-21T11:58:00+00:00").happened() == datetime(2026, 11, 21, 11, 58, tzinfo=UTC)


@given(st.dictionaries(st.sampled_from([name for step in FIELDS.values() for name in step]), st.text(max_size=8)))
def test_whatever_is_sent_the_form_leads_to_the_check_and_back(answers: dict[str, str]):
    step, asked = STEPS[0], [STEPS[0]]
    current = form(**answers)
    while step != "check":
        current.wrong(step)
        step = current.after(step)
        asked.append(step)
    assert len(set(asked)) == len(asked)
    back = ["check"]
    while back[-1] != STEPS[0]:
        back.append(current.before(back[-1]))
    assert back == asked[::-1]
    assert current.unfinished() is None or current.wrong(str(current.unfinished()))
