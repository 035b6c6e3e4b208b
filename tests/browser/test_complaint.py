"""Following a complaint through its page: the secret link, promises with why, asking again, wishing for no calls."""

import pytest

from tests.browser.citizen import Citizen
from tests.browser.desk import Desk


@pytest.fixture
def link(desk: Desk) -> str:
    return desk.complain()


@pytest.fixture
def number(link: str) -> str:
    return link.split("/")[2]


def test_the_secret_link_opens_the_complaint_and_leaves_the_address(desk: Desk, link: str, number: str):
    page = Citizen(desk).goes_to(link)
    assert (page.status, page.path) == (200, f"/complaint/{number}")
    assert "They were rude." in page.body
    assert link.rpartition("/")[2] not in page.body
    [cookie] = desk.answer("GET", link, {})["cookies"]
    assert cookie.startswith("complaint=")
    assert set(cookie.split("; ")[1:]) == {f"Path=/complaint/{number}", "HttpOnly", "Secure", "SameSite=Lax"}


def test_every_promise_is_shown_with_why_its_date(citizen: Citizen, link: str):
    page = citizen.goes_to(link)
    assert [header.text for header in page.all("th", scope="col")] == ["What", "By when", "Kept?"]
    assert "You have an answer" in [header.text for header in page.all("th", scope="row")]
    assert any("Time counts from" in why.text for why in page.all("details"))


def test_a_clock_that_stands_still_is_said_with_its_reason(desk: Desk, citizen: Citizen, link: str, number: str):
    citizen.goes_to(link)
    desk.does("pause", number, {"promises": ["answer"], "reason": "Your <b>receipts</b> are awaited."})
    page = citizen.goes_to(f"/complaint/{number}")
    assert "The clock stands still" in page.body
    assert "Your &lt;b&gt;receipts&lt;/b&gt; are awaited." in page.body
    assert "<b>receipts</b>" not in page.body
    desk.does("resume", number, {"promises": ["answer"]})
    page = citizen.goes_to(f"/complaint/{number}")
    assert "The clock stands still" not in page.body
    assert any("stood still" in why.text for why in page.all("details"))


def test_whoever_is_not_satisfied_asks_again_with_the_form(desk: Desk, citizen: Citizen, link: str, number: str):
    assert not citizen.goes_to(link).all("textarea")
    desk.does("answer", number, {"finding": "substantiated", "text": "We apologise."})
    page = citizen.goes_to(f"/complaint/{number}")
    assert "We apologise." in page.body
    assert citizen.sends().status == 422  # without a word
    citizen.goes_to(f"/complaint/{number}")
    page = citizen.sends(text="It was not so.")
    assert (page.status, page.path) == (200, f"/complaint/{number}")
    assert "Handled again" in page.body
    assert not page.all("textarea")


def test_a_wish_for_no_calls_is_kept(citizen: Citizen, link: str, number: str):
    citizen.goes_to(link)
    page = citizen.posts(f"/complaint/{number}/wish", {"sure": "1"})
    assert "Nobody calls you about this, as you wished." in page.body


def test_a_form_of_another_site_is_refused(citizen: Citizen, link: str, number: str):
    citizen.goes_to(link)
    refused = citizen.posts(f"/complaint/{number}/wish", {"sure": "1"}, sec_fetch_site="cross-site")
    assert refused.status == 403


@pytest.mark.parametrize("path", ["/complaint/K7M29QXD4T8V", "/complaint/x", "/complaint/K7M29QXD4T8V/wrongsecret"])
def test_a_complaint_without_its_secret_is_not_shown(citizen: Citizen, path: str):
    page = citizen.goes_to(path)
    assert (page.status, page.heading) == (404, "We can't show this complaint")


@pytest.mark.parametrize(("language", "heading"), [("ar", "شكوى"), ("zh", "投诉")])
def test_it_speaks_the_language_of_the_complaint(desk: Desk, language: str, heading: str):
    page = Citizen(desk, accept_language="en").goes_to(desk.complain(language=language))
    assert page.one("html")["lang"] == language
    assert heading in page.heading
