"""Reporting through the pages, with a browser that runs no JavaScript."""

import base64
import gzip
from types import SimpleNamespace
from typing import Any

import pytest

from services.intake import web as intake
from shared import logs
from tests.browser.citizen import Citizen, Page
from tests.browser.desk import Desk

HOSTILE = '</textarea><script src="//evil.example/x.js"></script>"><img src=x onerror=alert(1)>\n{{ 1337 * 1337 }} &'


def report_dispute(citizen: Citizen, story: str = "They would not take it back.", **contact: Any) -> Page:
    """Answer every question up to the check."""
    citizen.goes_to("/report")
    citizen.sends()
    citizen.sends(story=story)
    citizen.sends(area="disputes")
    citizen.sends(category="D6")
    citizen.sends(fact_fight="no", fact_shop_asks="unknown")
    citizen.sends(place="Marina Mall, 2nd floor")
    citizen.sends(when="now")
    if not contact:
        return citizen.sends(reach="anonymous")
    citizen.sends(reach="email" if "email" in contact else "sms")
    return citizen.sends(**contact)


def test_a_person_reports_question_by_question_and_gets_a_number_a_link_and_promises(citizen: Citizen):
    check = report_dispute(citizen, name="Amal", email="amal@example.com")
    assert check.heading == "Please check your answers"
    assert "Marina Mall, 2nd floor" in check.body
    received = citizen.sends()
    assert received.status == 200
    assert received.heading == "We have your report"
    link = received.one("a", class_="govuk-link ahd-code")["href"]
    assert link.startswith("https://desk.example/follow/")
    assert "We confirm that we have your report" in received.body
    assert "Consumer protection can help you directly" in received.body
    case = citizen.follows("Look at my report")
    assert "They would not take it back." in case.body
    assert received.path != case.path


def test_sending_the_same_form_twice_makes_one_case(citizen: Citizen, desk: Desk):
    check = report_dispute(citizen, email="twice@example.com")
    sent = {field["name"]: field["value"] for field in check.fields(check.one("form")) if field.tag == "input"}
    first = citizen.posts("/report", {**sent, "go": "on"})
    second = Citizen(desk).posts("/report", {**sent, "go": "on"})
    assert first.path == second.path


def test_sending_a_form_again_with_other_answers_says_that_it_was_sent(citizen: Citizen):
    check = report_dispute(citizen)
    sent = {field["name"]: field["value"] for field in check.fields(check.one("form")) if field.tag == "input"}
    citizen.posts("/report", {**sent, "go": "on"})
    again = citizen.posts("/report", {**sent, "story": "Another story", "go": "on"})
    assert again.status == 409
    assert again.heading == "You have already sent this report"


def test_an_anonymous_report_asks_for_no_contact_and_says_that_we_cannot_write(citizen: Citizen):
    assert report_dispute(citizen).heading == "Please check your answers"
    assert "You left no contact" in citizen.sends().body


def test_urgent_facts_tell_the_person_that_somebody_is_sent(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends(fact_weapon="yes")
    citizen.sends(story="A man with a knife")
    citizen.sends(area="other")
    citizen.sends()
    citizen.sends(when="now")
    citizen.sends(reach="anonymous")
    assert "You did not say where you are" in citizen.sends().body


def test_an_area_of_one_category_does_not_ask_which(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends()
    citizen.sends(story="It broke")
    assert citizen.sends(area="other").heading == "Where did it happen?"


def test_the_likeliest_categories_come_first_and_one_of_them_is_enough(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends()
    area = citizen.sends(story="The building site next door is drilling in the middle of the night")
    offered = [one["value"] for one in area.all("input", name="area")]
    assert "Z1" in offered[:3]
    assert len([one for one in offered if one[0].isupper()]) <= 4
    assert offered[-1] == "other"
    facts = citizen.sends(area="Z1")
    assert "Building-site noise" in facts.body
    citizen.sends(press=("go", "back"))
    assert citizen.page.heading == "What is it about?"
    assert [one["value"] for one in citizen.page.all("input", name="area") if "checked" in one] == ["Z1"]


def test_words_that_nothing_is_known_of_propose_nothing(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends()
    area = citizen.sends(story="zzz qqq")
    assert not [one for one in area.all("input", name="area") if one["value"][0].isupper()]


@pytest.mark.parametrize("category", ["N1", "N2", "Z9"])
def test_a_category_that_is_for_staff_or_none_can_not_be_picked(citizen: Citizen, category: str):
    sent = {"step": "area", "story": "A prank call", "area": category, "go": "on"}
    page = citizen.posts("/report", sent)
    assert list(page.faults) == ["area"]
    assert category not in [one["value"] for one in page.all("input", name="area")]


def test_danger_that_the_words_speak_of_is_asked_about_first(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends()
    citizen.sends(story="My neighbour stands at the door with a knife")
    facts = citizen.sends(area="Z4")
    asked = list(dict.fromkeys(one["name"] for one in facts.all("input", type="radio")))
    assert asked[0] == "fact-weapon"
    assert len(asked) > 1
    answers = dict.fromkeys(asked, "no") | {"fact-weapon": "yes"}
    citizen.sends(press=None, **{name.replace("-", "_", 1): answer for name, answer in answers.items()})
    citizen.sends()
    citizen.sends(when="now")
    check = citizen.sends(reach="anonymous")
    assert "Is there a weapon" in check.body
    assert "You did not say where you are" in citizen.sends().body


def test_a_question_is_answered_before_it_is_sent(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends()
    area = citizen.sends(story="How do I pay a traffic fine?")
    assert "Q1" in [one["value"] for one in area.all("input", name="area")]
    reach = citizen.sends(area="Q1")
    assert reach.all("input", name="reach")
    check = citizen.sends(reach="anonymous")
    assert "This may answer your question already" in check.body
    assert "Where and by when to pay stands on the notice." in check.body


def test_every_question_says_what_is_wrong_and_leads_to_the_field(citizen: Citizen):
    def faulty(page: Page, *fields: str) -> None:
        assert page.status == 422
        assert tuple(page.faults) == fields
        assert page.one("title").text.startswith("Error:")
        for field, message in page.faults.items():
            target = page.by_id(field)
            assert target is not None, f"the summary leads to #{field}, which is not there"
            described = " ".join((target["aria-describedby"], *(one["aria-describedby"] for one in target.inside)))
            error = next(page.by_id(one) for one in described.split() if one.endswith("-error"))
            assert error is not None
            assert message in error.text

    citizen.goes_to("/report")
    citizen.sends()
    faulty(citizen.sends(), "story")
    faulty(citizen.sends(story="x" * 4001), "story")
    citizen.sends(story="They would not take it back.")
    faulty(citizen.sends(), "area")
    citizen.sends(area="disputes")
    faulty(citizen.sends(), "category")
    citizen.sends(category="D6")
    faulty(citizen.sends(), "fact-fight", "fact-shop_asks")
    citizen.sends(fact_fight="no", fact_shop_asks="no")
    faulty(citizen.sends(place="x" * 301), "place")
    citizen.sends(place="")
    faulty(citizen.sends(), "when")
    faulty(citizen.sends(when="earlier", day="31", month="2", year="2026"), "date-day")
    faulty(citizen.sends(when="earlier", day="1", month="1", year="2999"), "date-day")
    faulty(citizen.sends(when="earlier", day="1", month="1", year="2026", time="25:99"), "time")
    citizen.sends(when="earlier", day="٢", month="١", year="٢٠٢٦", time="17:30")
    faulty(citizen.sends(), "reach")
    citizen.sends(reach="sms")
    faulty(citizen.sends(), "phone")
    faulty(citizen.sends(phone="12"), "phone")
    faulty(citizen.sends(phone="050 123 4567", email="nobody"), "email")
    check = citizen.sends(phone="050 123 4567", email="")
    assert "Friday 2 January 2026, 17:30" in check.body


def test_an_answer_can_be_changed_at_the_check_without_answering_the_rest_again(citizen: Citizen):
    report_dispute(citizen)
    story = citizen.sends(press=("go", "change:story"))
    assert story.one("textarea").raw == "They would not take it back."
    check = citizen.sends(story="They took it back after all.")
    assert check.heading == "Please check your answers"
    assert "after all" in check.body


def test_changing_the_category_asks_its_own_questions(citizen: Citizen):
    report_dispute(citizen)
    citizen.sends(press=("go", "change:area"))
    category = citizen.sends(area="noise")
    assert category.heading == "Which of these fits best?"
    facts = citizen.sends(category="Z3")
    assert facts.one("input", name="fact-sounding_long", value="yes")
    assert citizen.sends(fact_sounding_long="yes", fact_officers_came="no").heading == "Please check your answers"


def test_going_back_keeps_what_was_typed(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends(fact_fire="yes")
    citizen.sends(press=("go", "back"), story="Half a sent")
    assert "checked" in citizen.page.one("input", name="fact-fire")
    assert citizen.sends().one("textarea").raw == "Half a sent"
    citizen.sends()
    citizen.sends(area="disputes")
    citizen.sends(press=("go", "back"), category="D6")
    assert [one["value"] for one in citizen.page.all("input", name="area") if "checked" in one] == ["disputes"]
    assert "checked" in citizen.sends().one("input", id="category-6")


def test_changing_the_language_keeps_what_was_typed(citizen: Citizen):
    citizen.goes_to("/report")
    citizen.sends()
    page = citizen.sends(press=("go", "language:ar"), story="ضاع كل شيء")
    assert (page.one("html")["lang"], page.one("html")["dir"]) == ("ar", "rtl")
    assert page.heading == "ماذا حدث؟"
    assert page.one("textarea").raw == "ضاع كل شيء"
    assert citizen.goes_to("/follow").one("html")["lang"] == "ar"


def test_return_in_a_field_goes_on_because_that_button_is_the_first(citizen: Citizen):
    citizen.goes_to("/report")
    page = citizen.sends()
    buttons = [one for one in page.fields(page.one("form")) if one.tag == "button"]
    assert (buttons[0]["name"], buttons[0]["value"]) == ("go", "on")


def test_hostile_text_is_shown_as_text_on_every_page(citizen: Citizen):
    check = report_dispute(citizen, story=HOSTILE, name=HOSTILE.partition("\n")[0], email="a@example.com")
    received = citizen.sends()
    case = citizen.follows("Look at my report")
    for page in (check, received, case):
        assert not page.all("script")
        assert not page.all("img")
        assert "1787569" not in page.body
    assert any("onerror=alert(1)" in one.text for one in case.all("p"))


def test_control_characters_and_direction_overrides_are_left_out(citizen: Citizen):
    check = report_dispute(citizen, story="a\x00b\x1b[31m\u202eevil\u202c\r\nc\td")
    assert "ab[31mevil\nc\td" in check.one("input", name="story")["value"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(citizen: Citizen, headers: dict[str, str]):
    page = citizen.posts("/report", {"step": "urgent"}, **headers)
    assert page.status == 403
    assert page.heading == "We didn’t accept this form"


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("https://desk.example", 200)])
def test_a_browser_without_fetch_metadata_is_judged_by_its_origin(desk: Desk, origin: str, status: int):
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
    assert desk.answer("POST", "/report", headers, b"step=urgent")["statusCode"] == status


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"step": "urgent"}'),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"story=" + b"x" * 70_000),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(200))),
        ("application/x-www-form-urlencoded", b"story=%ff%fe"),
        ("application/x-www-form-urlencoded", b"story=\xff\xfe"),
    ],
)
def test_what_is_no_form_of_ours_is_answered_with_a_page(desk: Desk, kind: str, body: bytes):
    answer = desk.answer("POST", "/report", {"content-type": kind, "sec-fetch-site": "same-origin"}, body)
    assert answer["statusCode"] == 400
    assert "Nothing was saved" in answer["body"]


@pytest.mark.parametrize("body", ["%%%", "c3RlcD11cmdlbn", "step=urgent", "خطر", "🚨"])
def test_a_body_that_is_not_the_base64_it_is_said_to_be_is_no_form_of_ours(desk: Desk, body: str):
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    with desk.being("intake"):
        event = {**desk.event("POST", "/report", headers), "body": body, "isBase64Encoded": True}
        answer = intake.handler(event, SimpleNamespace())
    assert answer["statusCode"] == 400
    assert "Nothing was saved" in answer["body"]


def test_letters_of_any_script_may_be_sent_as_they_are(desk: Desk):
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    answer = desk.answer("POST", "/report", headers, "step=story&area=other&story=ضاع كل شيء".encode())
    assert answer["statusCode"] == 200
    assert "ضاع كل شيء" in answer["body"]


def test_nothing_that_was_typed_reaches_the_log(citizen: Citizen, capsys: pytest.CaptureFixture[str]):
    logs._configure.cache_clear()
    report_dispute(citizen, story="a very private thing", name="Amal", email="private@example.com")
    citizen.sends()
    logged = capsys.readouterr().out
    assert '"route"' in logged
    logs._configure.cache_clear()
    assert not [word for word in ("private", "Amal", "@example.com") if word in logged]


def test_stylesheets_travel_compressed_and_are_kept_for_ever(desk: Desk):
    home = desk.answer("GET", "/", {})["body"]
    href = home.split('<link rel="stylesheet" href="')[1].split('"')[0]
    answer = desk.answer("GET", href, {"accept-encoding": "gzip, br"})
    raw = base64.b64decode(answer["body"])
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert answer["headers"]["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(raw) < 20_000
    assert b".govuk-button" in gzip.decompress(raw)
    assert desk.answer("GET", "/assets/manifest.json", {})["statusCode"] == 404
