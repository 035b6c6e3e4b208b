"""Complaining through the pages, with a browser that runs no JavaScript."""

from typing import Any

from tests.browser.citizen import Citizen, Page
from tests.browser.desk import Desk

HOSTILE = '</textarea><script src="//evil.example/x.js"></script>"><img src=x onerror=alert(1)>\n{{ 1337 * 1337 }} &'


def complains(citizen: Citizen, story: str = "He shouted at my mother.", **contact: Any) -> Page:
    """Answer every question up to the check."""
    citizen.goes_to("/")
    citizen.follows("Make a complaint")
    citizen.sends(area="conduct")
    citizen.sends(kind="unknown")
    citizen.sends(story=story)
    citizen.sends(wishes="An apology")
    citizen.sends(about="The officer at the gate")
    citizen.sends(fact_injury="no")
    citizen.sends(behalf="other", relation="my mother")
    if not contact:
        return citizen.sends(reach="anonymous")
    citizen.sends(reach="email")
    return citizen.sends(**contact)


def hidden(page: Page) -> dict[str, str]:
    return {field["name"]: field["value"] for field in page.fields(page.one("form")) if field.tag == "input"}


def test_a_person_complains_question_by_question_and_gets_a_number_a_link_and_a_date(citizen: Citizen):
    check = complains(citizen, email="amal@example.com", calls="no")
    assert check.heading == "Please check your answers"
    for said in ("What an officer did", "He shouted at my mother.", "my mother", "amal@example.com"):
        assert said in check.body
    received = citizen.sends()
    assert (received.status, received.heading) == (200, "We have your complaint")
    assert received.one("a", class_="govuk-link ahd-code")["href"].startswith("https://desk.example/complaint/")
    assert "The time we gave ourselves" in received.one("details").text
    page = citizen.follows("Look at my complaint")
    assert "He shouted at my mother." in page.body
    assert "Nobody calls you about this, as you wished." in page.body


def test_sending_the_same_form_twice_makes_one_complaint(citizen: Citizen, desk: Desk):
    sent = hidden(complains(citizen))
    first = citizen.posts("/complain", {**sent, "go": "on"})
    second = Citizen(desk).posts("/complain", {**sent, "go": "on"})
    assert first.path == second.path
    other = Citizen(desk).posts("/complain", {**sent, "story": "Another story", "go": "on"})
    assert (other.status, other.heading) == (409, "You have already sent this complaint")


def test_an_answer_can_be_changed_at_the_check_without_answering_the_rest_again(citizen: Citizen):
    complains(citizen)
    story = citizen.sends(press=("go", "change:story"))
    assert story.one("textarea").raw == "He shouted at my mother."
    check = citizen.sends(story="He apologised after all.")
    assert check.heading == "Please check your answers"
    assert "He apologised after all." in check.body


def test_choosing_a_language_loses_nothing_and_a_complaint_is_shown_in_it(citizen: Citizen):
    complains(citizen, email="amal@example.com")
    arabic = citizen.sends(press=("go", "language:ar"))
    assert (arabic.one("html")["lang"], arabic.one("html")["dir"]) == ("ar", "rtl")
    assert "He shouted at my mother." in arabic.body
    citizen.sends()
    page = citizen.follows("الاطلاع على شكواي")
    chinese = citizen.goes_to(f"{page.path}?lang=zh")
    assert chinese.one("html")["lang"] == "zh"
    assert "You have an answer" not in chinese.body


def test_the_secret_link_keeps_the_language_that_was_asked_for(citizen: Citizen, desk: Desk):
    complains(citizen)
    received = citizen.sends()
    link = received.one("a", class_="govuk-link ahd-code")["href"].removeprefix("https://desk.example")
    page = Citizen(desk).goes_to(f"{link}?lang=ar")
    assert page.one("html")["lang"] == "ar"
    assert link.rpartition("/")[2] not in page.body


def test_hostile_text_is_shown_as_text_on_every_page(citizen: Citizen):
    check = complains(citizen, story=HOSTILE)
    received = citizen.sends()
    page = citizen.follows("Look at my complaint")
    for shown in (check, received, page):
        assert not shown.all("script")
        assert not shown.all("img")
        assert "1787569" not in shown.body


def test_a_form_of_another_site_is_refused(citizen: Citizen):
    assert citizen.posts("/complain", {"step": "area"}, sec_fetch_site="cross-site").status == 403
