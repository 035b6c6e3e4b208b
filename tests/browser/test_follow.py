"""Following a case through the pages: its secret link, its promises, and saying that one is not satisfied."""

import json
import re
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from services.intake import following
from services.intake import web as intake
from shared import logs
from shared.http import Problem
from shared.store import Conflict
from tests.browser.citizen import Citizen, Page
from tests.browser.desk import Desk
from tests.browser.test_report import report_dispute


@pytest.fixture
def received(citizen: Citizen) -> Page:
    report_dispute(citizen)
    return citizen.sends()


@pytest.fixture
def link(received: Page) -> str:
    """The path of the secret link."""
    return received.one("a", class_="govuk-link ahd-code")["href"].removeprefix("https://desk.example")


def test_the_secret_link_opens_the_case_and_leaves_the_address(desk: Desk, link: str):
    somebody = Citizen(desk)
    page = somebody.goes_to(link)
    assert page.status == 200
    assert page.path == link.rpartition("/")[0]
    assert "They would not take it back." in page.body
    assert link.rpartition("/")[2] not in page.body


def test_the_secret_travels_in_a_cookie_that_scripts_and_other_pages_cannot_have(desk: Desk, link: str):
    answer = desk.answer("GET", link, {})
    assert answer["statusCode"] == 303
    assert answer["headers"]["Referrer-Policy"] == "no-referrer"
    number = link.split("/")[2]
    [cookie] = answer["cookies"]
    assert cookie.startswith("case=")
    assert set(cookie.split("; ")[1:]) == {f"Path=/follow/{number}", "HttpOnly", "Secure", "SameSite=Lax"}


def test_the_number_and_the_secret_open_the_case_by_hand(desk: Desk, link: str):
    _, _, number, secret = link.split("/")
    somebody = Citizen(desk)
    somebody.goes_to("/follow")
    page = somebody.sends(number=f" {number[:4]}-{number[4:8].lower()} {number[8:]}", secret=secret)
    assert page.status == 200
    assert page.path == f"/follow/{number}"


def test_a_wrong_secret_and_an_unknown_number_get_the_same_answer(desk: Desk, link: str):
    number = link.split("/")[2]
    answers = []
    for wrong in (number, "K7M29QXD4T8V"):
        somebody = Citizen(desk)
        somebody.goes_to("/follow")
        page = somebody.sends(number=wrong, secret="x" * 27)
        assert page.status == 422
        by_link = Citizen(desk).goes_to(f"/follow/{wrong}/{'x' * 27}")
        assert by_link.status == 404
        answers.append((list(page.faults.values()), by_link.body.replace(wrong, "")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("number", "secret", "faults"),
    [("", "", ["number", "secret"]), ("K7M2", "x", ["number"]), ("K7M2-9QXD-4T8V", "", ["secret"])],
)
def test_what_is_missing_is_asked_for(citizen: Citizen, number: str, secret: str, faults: list[str]):
    citizen.goes_to("/follow")
    assert list(citizen.sends(number=number, secret=secret).faults) == faults


@pytest.mark.parametrize(
    "path", ["/follow/K7M29QXD4T8V", "/follow/x", "/follow/K7M29QXD4T8V/grievance", "/follow/%00/a"]
)
def test_a_case_without_its_secret_is_not_shown(citizen: Citizen, path: str):
    page = citizen.goes_to(path)
    assert page.status == 404
    assert page.heading == "We can’t show this report"


def test_the_case_page_shows_every_promise_and_why_its_date(citizen: Citizen, received: Page):
    case = citizen.follows("Look at my report")
    assert received.status == case.status == 200
    assert [header.text for header in case.all("th", scope="col")] == ["What", "By when", "Kept?"]
    [promised] = case.all("th", scope="row")
    assert promised.text == "We look at your report and decide how to go on"
    why = case.one("details")
    assert "The time we gave ourselves, in hours, day and night: 24." in why.text
    assert re.search(r"Time counts from \w+day \d+ \w+ \d{4}, \d\d:\d\d\.", why.text)


def test_a_person_who_is_not_satisfied_is_heard_once(citizen: Citizen, received: Page):
    assert received.status == 200
    citizen.follows("Look at my report")
    citizen.follows("I am not satisfied")
    assert list(citizen.sends().faults) == ["text"]
    form = citizen.page.one("input", name="form")["value"]
    case = citizen.sends(text="Nobody listened to me", wishes="An apology")
    assert "Thank you for telling us" in case.body
    again = citizen.posts(
        f"{case.path}/grievance", {"text": "Nobody listened to me", "wishes": "An apology", "form": form}
    )
    assert again.body.count("You told us that you are not satisfied") == 1
    more = citizen.posts(f"{case.path}/grievance", {"text": "And nobody called", "form": form})
    assert more.body.count("You told us that you are not satisfied") == 2


def test_a_grievance_of_another_site_is_refused(citizen: Citizen, received: Page):
    number = received.path.split("/")[2]
    page = citizen.posts(f"/follow/{number}/grievance", {"text": "forged"}, sec_fetch_site="cross-site")
    assert page.status == 403


def test_a_browser_forgets_the_secret_when_asked(citizen: Citizen, received: Page):
    case = citizen.follows("Look at my report")
    assert received.status == 200
    citizen.posts(f"{case.path}/leave", {"x": "y"})
    assert citizen.goes_to(case.path).status == 404


@pytest.mark.parametrize("number", ["x; Domain=evil.example", "K7M29QXD4T8V; Max-Age=9", "x"])
def test_only_a_case_number_becomes_part_of_a_cookie(desk: Desk, number: str):
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    answer = desk.answer("POST", f"/follow/{number}/leave", headers, b"x=y")
    assert answer["statusCode"] == 404
    assert not answer.get("cookies")


def test_a_case_that_was_erased_says_so_to_whoever_has_its_link_and_to_nobody_else(
    desk: Desk, citizen: Citizen, received: Page, link: str
):
    number = link.split("/")[2]
    table = boto3.resource("dynamodb").Table("intake")
    state = table.get_item(Key={"pk": f"CASE#{number}", "sk": "STATE"})["Item"]
    table.put_item(Item={**state, "doc": json.dumps({**json.loads(str(state["doc"])), "salt": None})})
    shown = citizen.goes_to(link)
    assert (shown.status, shown.heading) == (410, "This was erased")
    assert citizen.posts(f"/follow/{number}/grievance", {"text": "Nobody listened"}).status == 410
    never = Citizen(desk).goes_to("/follow/K7M29QXD4T8V")
    stranger = Citizen(desk).goes_to(f"/follow/{number}")
    assert (stranger.status, stranger.body) == (404, never.body.replace("K7M29QXD4T8V", number))


@pytest.mark.parametrize(
    ("error", "status", "level", "heading"),
    [
        (Conflict(), 409, "info", "Somebody changed this at the same moment"),
        (Problem(409, "other", "Something else."), 409, "info", "Somebody changed this at the same moment"),
        (Problem(413, "other", "Something else."), 413, "info", "We couldn’t read what was sent"),
        (Problem(422, "other", "Something else."), 422, "info", "We couldn’t use what was sent"),
        (Problem(429, "other", "Something else."), 429, "info", "We have heard you"),
        (KeyError("unforeseen"), 500, "error", "Sorry, something went wrong on our side"),
    ],
)
def test_only_the_unforeseen_is_our_fault(
    citizen: Citizen,
    received: Page,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
    level: str,
    heading: str,
):
    def refuse(*_: Any) -> None:
        raise error

    citizen.goes_to(received.path.replace("received", "grievance"))
    monkeypatch.setattr(following, "act", refuse)
    logs._configure.cache_clear()
    capsys.readouterr()
    page = citizen.sends(text="Nobody listened to me")
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    logs._configure.cache_clear()
    assert (page.status, page.heading) == (status, heading)
    assert {line["level"] for line in said if line["event"] != "answered"} == {level}


def test_no_page_is_kept_framed_or_given_scripts(citizen: Citizen, received: Page):
    pages = [received, citizen.follows("Look at my report"), citizen.goes_to("/report"), citizen.goes_to("/nowhere")]
    for page in pages:
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "same-origin"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert not page.all("script")
        assert not [element for element in page.elements if "style" in element or "onclick" in element]


def test_opening_pages_changes_nothing(desk: Desk, citizen: Citizen, received: Page, link: str):
    def stored() -> list[str]:
        return sorted(map(str, boto3.client("dynamodb").scan(TableName="intake")["Items"]))

    before = stored()
    for path in ("/", "/report", "/follow", link, received.path, received.path.replace("received", "grievance")):
        citizen.goes_to(path)
        desk.answer("GET", path, {})
    assert stored() == before


def test_cookies_left_in_the_headers_are_found_too(desk: Desk, link: str):
    _, _, number, secret = link.split("/")
    with desk.being("intake"):
        event = desk.event("GET", f"/follow/{number}", {"cookie": f"language=zh; case={secret}"})
        event["headers"]["cookie"] = "; ".join(event.pop("cookies"))
        answer = intake.handler(event, SimpleNamespace())
    assert answer["statusCode"] == 200
    assert '<html lang="zh"' in answer["body"]


def test_a_case_speaks_the_language_of_its_report_unless_another_was_chosen(desk: Desk):
    somebody = Citizen(desk, accept_language="ar")
    somebody.goes_to("/report")
    somebody.sends()
    somebody.sends(story="شيء ما")
    somebody.sends(area="other")
    somebody.sends()
    somebody.sends(when="unknown")
    somebody.sends(reach="anonymous")
    link = somebody.sends().one("a", class_="govuk-link ahd-code")["href"].removeprefix("https://desk.example")
    assert Citizen(desk, accept_language="en").goes_to(link).one("html")["lang"] == "ar"
    chosen = Citizen(desk)
    chosen.goes_to("/?lang=zh")
    assert "其他" in chosen.goes_to(link).body
