"""Answering the survey through its page."""

from typing import Any

import boto3
import pytest

from services.survey import answering
from shared.http import Problem
from shared.store import Conflict
from shared.vault import Erased
from tests.browser.citizen import Citizen
from tests.browser.desk import Desk


class Forgetful(Citizen):
    """A person whose browser keeps no cookies."""

    def _keep(self, cookies: list[str]) -> None:
        """Nothing is kept."""


def survey_of(link: str) -> str:
    """The address of the survey that a link opens."""
    return link.rpartition("/")[0]


def stored() -> list[str]:
    return sorted(map(str, boto3.client("dynamodb").scan(TableName="survey")["Items"]))


def test_a_customer_answers_once(desk: Desk, citizen: Citizen):
    link = desk.invite()
    assert citizen.goes_to(link).heading == "How was it?"
    assert citizen.sends(satisfaction="4", effort="5", recommend="10", comment="Kind people").heading == (
        "Thank you for your answer"
    )
    assert citizen.goes_to(link).heading == "You have already answered"
    assert citizen.posts(survey_of(link), {"satisfaction": "1"}).heading == "You have already answered"


def test_only_the_first_question_needs_an_answer(desk: Desk, citizen: Citizen):
    citizen.goes_to(desk.invite())
    assert list(citizen.sends(comment="No choice made").faults) == ["satisfaction"]
    assert citizen.page.one("textarea").raw == "No choice made"
    assert citizen.sends(satisfaction="1").status == 200


@pytest.mark.parametrize("kind", [Citizen, Forgetful])
def test_a_mail_scanner_that_opens_the_link_uses_nothing_up(desk: Desk, citizen: Citizen, kind: type[Citizen]):
    link = desk.invite()
    before = stored()
    scanner = kind(desk)
    for _ in range(3):
        assert scanner.goes_to(link).heading == "How was it?"
    assert stored() == before
    citizen.goes_to(link)
    assert citizen.sends(satisfaction="5").heading == "Thank you for your answer"


def test_the_link_opens_the_survey_and_leaves_the_address(desk: Desk, citizen: Citizen):
    link = desk.invite()
    for _ in range(2):
        page = citizen.goes_to(link)
        assert page.path == survey_of(link)
        assert link.rpartition("/")[2] not in page.body
    assert citizen.goes_to(survey_of(link)).heading == "How was it?"


def test_the_token_travels_in_a_cookie_of_its_survey_that_scripts_and_other_pages_cannot_have(desk: Desk):
    link = desk.invite()
    answer = desk.answer("GET", link, {})
    assert answer["statusCode"] == 303
    assert answer["headers"]["Referrer-Policy"] == "no-referrer"
    [cookie] = answer["cookies"]
    assert cookie.startswith(f"survey={link.rpartition('/')[2]};")
    assert set(cookie.split("; ")[1:]) == {f"Path={survey_of(link)}", "HttpOnly", "Secure", "SameSite=Lax"}


def test_a_browser_without_cookies_carries_the_token_in_the_form(desk: Desk):
    link = desk.invite()
    forgetful = Forgetful(desk)
    assert forgetful.goes_to(link).heading == "How was it?"
    assert list(forgetful.sends(comment="No choice made").faults) == ["satisfaction"]
    assert forgetful.page.path == survey_of(link)
    assert forgetful.sends(satisfaction="2").heading == "Thank you for your answer"
    assert forgetful.goes_to(link).heading == "You have already answered"


def test_a_browser_without_cookies_can_choose_the_language(desk: Desk):
    forgetful = Forgetful(desk)
    forgetful.goes_to(desk.invite(language="zh"))
    assert forgetful.page.one("html")["lang"] == "zh"
    forgetful.goes_to(forgetful.page.one("a", hreflang="ar")["href"])
    assert forgetful.page.one("html")["lang"] == "ar"
    assert forgetful.sends().one("html")["lang"] == "ar"
    assert forgetful.sends(satisfaction="5").one("html")["lang"] == "ar"


def test_a_survey_without_its_token_is_not_shown(desk: Desk):
    page = Citizen(desk).goes_to(survey_of(desk.invite()))
    assert page.status == 404
    assert page.heading == "This link does not work"


def test_the_newest_link_counts_when_an_old_one_was_opened_before(desk: Desk, citizen: Citizen):
    link = desk.invite()
    assert citizen.goes_to(f"{survey_of(link)}/{'x' * 27}").status == 404
    assert citizen.goes_to(link).heading == "How was it?"


def test_only_a_survey_number_becomes_part_of_a_cookie_or_an_address(desk: Desk):
    answer = desk.answer("GET", f"/survey/x; Domain=evil.example/{'s' * 27}", {})
    assert answer["statusCode"] == 404
    assert not answer.get("cookies")


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (Conflict(), 409, "Somebody changed this at the same moment"),
        (Problem(422, "other", "Something else."), 422, "We couldn’t use what was sent"),
        (Erased(), 410, "This was erased"),
    ],
)
def test_what_goes_wrong_while_answering_is_said_for_what_it_is(
    desk: Desk, citizen: Citizen, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, heading: str
):
    def refuse(*_: Any) -> None:
        raise error

    citizen.goes_to(desk.invite())
    monkeypatch.setattr(answering, "answer", refuse)
    page = citizen.sends(satisfaction="5")
    assert (page.status, page.heading) == (status, heading)


@pytest.mark.parametrize(
    ("path", "posted"),
    [
        ("/survey/K7M29QXD4T8V/nonsense", 405),
        ("/survey/x/y", 405),
        ("/survey/x", 404),
        (f"/survey/{'x' * 3000}/nonsense", 405),
    ],
)
def test_an_unknown_link_says_so_kindly(citizen: Citizen, path: str, posted: int):
    page = citizen.goes_to(path)
    assert page.status == 404
    assert page.heading == "This link does not work"
    assert citizen.posts(path, {"satisfaction": "5"}).status == posted, "a link is opened, answers go to the page"
    assert citizen.posts("/survey/K7M29QXD4T8V", {"satisfaction": "5", "secret": "nonsense"}).status == 404


@pytest.mark.parametrize("wrong", ["6", "0", "-1", "٥٥٥", "five", "5.0", ""])
def test_a_score_off_the_scale_is_asked_for_again(desk: Desk, citizen: Citizen, wrong: str):
    link = desk.invite()
    citizen.goes_to(link)
    page = citizen.posts(survey_of(link), {"satisfaction": wrong})
    assert page.status == 422
    assert list(page.faults) == ["satisfaction"]


def test_the_survey_speaks_the_language_of_the_case_unless_another_was_chosen(desk: Desk):
    assert Citizen(desk, accept_language="en").goes_to(desk.invite(language="zh")).one("html")["lang"] == "zh"
    chosen = Citizen(desk)
    chosen.goes_to("/?lang=ar")
    assert chosen.goes_to(desk.invite(language="zh")).one("html")["lang"] == "ar"


def test_an_answer_sent_by_another_site_does_not_count(desk: Desk, citizen: Citizen):
    link = desk.invite()
    citizen.goes_to(link)
    assert citizen.posts(survey_of(link), {"satisfaction": "1"}, sec_fetch_site="cross-site").status == 403
    assert citizen.goes_to(link).heading == "How was it?"
