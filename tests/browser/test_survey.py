"""Answering the survey through its page."""

import pytest

from tests.browser.citizen import Citizen
from tests.browser.desk import Desk


def test_a_customer_answers_once(desk: Desk, citizen: Citizen):
    link = desk.invite()
    assert citizen.goes_to(link).heading == "How was it?"
    assert citizen.sends(satisfaction="4", effort="5", recommend="10", comment="Kind people").heading == (
        "Thank you for your answer"
    )
    assert citizen.goes_to(link).heading == "You have already answered"
    assert citizen.posts(link, {"satisfaction": "1"}).heading == "You have already answered"


def test_only_the_first_question_needs_an_answer(desk: Desk, citizen: Citizen):
    citizen.goes_to(desk.invite())
    assert list(citizen.sends(comment="No choice made").faults) == ["satisfaction"]
    assert citizen.page.one("textarea").raw == "No choice made"
    assert citizen.sends(satisfaction="1").status == 200


def test_opening_the_link_answers_nothing(desk: Desk, citizen: Citizen):
    link = desk.invite()
    for _ in range(3):
        assert citizen.goes_to(link).heading == "How was it?"


@pytest.mark.parametrize("path", ["/survey/K7M29QXD4T8V/nonsense", "/survey/x/y"])
def test_an_unknown_link_says_so_kindly(citizen: Citizen, path: str):
    page = citizen.goes_to(path)
    assert page.status == 404
    assert page.heading == "This link does not work"
    assert citizen.posts(path, {"satisfaction": "5"}).status == 404


@pytest.mark.parametrize("wrong", ["6", "0", "-1", "٥٥٥", "five", "5.0", ""])
def test_a_score_off_the_scale_is_asked_for_again(desk: Desk, citizen: Citizen, wrong: str):
    page = citizen.posts(desk.invite(), {"satisfaction": wrong})
    assert page.status == 422
    assert list(page.faults) == ["satisfaction"]


def test_the_survey_speaks_the_language_of_the_case_unless_another_was_chosen(desk: Desk):
    assert Citizen(desk, accept_language="en").goes_to(desk.invite(language="zh")).one("html")["lang"] == "zh"
    chosen = Citizen(desk)
    chosen.goes_to("/?lang=ar")
    assert chosen.goes_to(desk.invite(language="zh")).one("html")["lang"] == "ar"


def test_an_answer_sent_by_another_site_does_not_count(desk: Desk, citizen: Citizen):
    link = desk.invite()
    assert citizen.posts(link, {"satisfaction": "1"}, sec_fetch_site="cross-site").status == 403
    assert citizen.goes_to(link).heading == "How was it?"
