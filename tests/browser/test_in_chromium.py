"""The pages in a real browser: axe-core finds nothing, nothing overflows, the keyboard is enough."""

from collections.abc import Iterator

import pytest

from shared.pages import LANGUAGES
from tests.browser.chromium import Chromium, axe, browsing, missing
from tests.browser.desk import Desk, serving

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"no browser: {missing()}")

NARROWEST = 320
"""CSS pixels: WCAG 2.2, 1.4.10 Reflow."""
ON = 'main button.govuk-button[value="on"]'


@pytest.fixture(scope="module")
def url(desk: Desk) -> Iterator[str]:
    with serving(desk) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with browsing(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def walk(chromium: Chromium, desk: Desk, url: str, survey: str, language: str) -> Iterator[str]:
    """Every page there is, with and without faults; each is named while the browser shows it."""
    chromium.goes_to(f"{url}/?lang={language}")
    yield "home"
    yield from asked_about_it(chromium, url)
    yield from asked_how_to_reach(chromium)
    yield from following_it(chromium, url)
    yield from asking(chromium, desk, url)
    yield from complaining(chromium, url)
    yield from followed_up(chromium, desk)
    yield from subscribing(chromium, desk, url, language)
    chromium.goes_to(f"{url}/nothing")
    yield "missing"
    chromium.goes_to(f"{url}{survey}?lang={language}")
    yield "survey"
    chromium.goes_on("main form button")
    yield "survey with a fault"
    chromium.clicks('input[name="satisfaction"][value="5"]')
    chromium.goes_on("main form button")
    yield "thanks"
    yield from choosing(chromium, desk, url, language)


def choosing(chromium: Chromium, desk: Desk, url: str, language: str) -> Iterator[str]:
    choose, stop = desk.reach()
    chromium.goes_to(f"{url}{choose}?lang={language}")
    yield "how we write to you"
    chromium.types("#zone", "nowhere")
    chromium.types("#word", "www.example.org")
    chromium.clicks('input[name="safe"]')
    chromium.goes_on("main form button")
    yield "how we write to you with faults"
    chromium.goes_to(f"{url}{stop}?lang={language}")
    yield "stop"
    chromium.goes_on("main form button")
    yield "stopped"


def subscribing(chromium: Chromium, desk: Desk, url: str, language: str) -> Iterator[str]:
    chromium.goes_to(f"{url}/subscribe")
    yield "subscribe"
    chromium.goes_on("main form button")
    yield "subscribe with faults"
    chromium.goes_to(f"{url}{desk.subscription(language=language)}")
    yield "confirm a subscription"
    chromium.goes_on("main form button")
    yield "subscribed"


def asked_about_it(chromium: Chromium, url: str) -> Iterator[str]:
    chromium.goes_to(f"{url}/report")
    yield "urgent"
    chromium.goes_on(ON)
    yield "story"
    chromium.types("#story", "They would not take it back. " + "W" * 120)
    chromium.goes_on(ON)
    yield "area"
    chromium.goes_on(ON)
    yield "area with a fault"
    chromium.clicks('input[value="disputes"]')
    chromium.goes_on(ON)
    yield "category"
    chromium.clicks('input[value="D6"]')
    chromium.goes_on(ON)
    yield "facts"
    chromium.goes_on(ON)
    yield "facts with faults"
    chromium.clicks("#fact-fight-2")
    chromium.clicks("#fact-shop_asks-2")
    chromium.goes_on(ON)
    yield "place"
    chromium.goes_on(ON)
    yield "when"
    chromium.clicks('input[value="earlier"]')
    chromium.types("#date-day", "31")
    chromium.types("#date-month", "2")
    chromium.goes_on(ON)
    yield "when with a fault"
    chromium.clicks('input[value="now"]')
    chromium.goes_on(ON)
    yield "reach"


def asked_how_to_reach(chromium: Chromium) -> Iterator[str]:
    chromium.clicks('input[value="email"]')
    chromium.goes_on(ON)
    yield "contact"
    chromium.types("#email", "nobody")
    chromium.goes_on(ON)
    yield "contact with a fault"
    chromium.types("#email", "nobody@example.com")
    chromium.goes_on(ON)
    yield "check"
    chromium.goes_on(ON)
    yield "received"
    chromium.clicks("details summary")
    yield "received, with the reason of a date"


def following_it(chromium: Chromium, url: str) -> Iterator[str]:
    chromium.goes_on('main p > a[href^="/follow/"]')
    yield "case"
    chromium.goes_on('a[href$="/grievance"]')
    yield "grievance"
    chromium.goes_on("main form button")
    yield "grievance with a fault"
    chromium.types("#text", "Nobody listened")
    chromium.goes_on("main form button")
    yield "case with a grievance"
    yield from saying(chromium)
    chromium.goes_to(f"{url}/follow")
    yield "find"
    chromium.goes_on("main form button")
    yield "find with faults"


def saying(chromium: Chromium) -> Iterator[str]:
    for what in ("additions", "questions"):
        chromium.goes_on(f'a[href$="/say/{what}"]')
        yield f"say: {what}"
        chromium.goes_on("main form button")
        yield f"say: {what}, with a fault"
        chromium.types("#text", "One thing more. " + "W" * 120)
        chromium.goes_on("main form button")
        yield f"case after {what}"


def asking(chromium: Chromium, desk: Desk, url: str) -> Iterator[str]:
    """A question that the knowledge base answers, and a person as well."""
    chromium.goes_to(f"{url}/report")
    chromium.goes_on(ON)
    chromium.types("#story", "I lost my passport. 护照丢了怎么办。 فقدت جواز سفري")
    chromium.goes_on(ON)
    yield "area, with what is likely"
    chromium.clicks('input[value="Q1"]')
    chromium.goes_on(ON)
    chromium.clicks('input[value="anonymous"]')
    chromium.goes_on(ON)
    yield "check, with answers"
    chromium.goes_on(ON)
    yield "received, with answers"
    chromium.goes_on('main p > a[href$="/say/understood"]')
    yield "say: understood, of articles"
    number = chromium.address.split("/")[4]
    desk.works("answer", number, {"text": "Ask the station. " + "W" * 120})
    chromium.goes_to(chromium.address.rpartition("/say")[0])
    yield "case with an answer that waits"
    chromium.goes_on('a.govuk-button[href$="/say/understood"]')
    yield "say: understood"
    chromium.goes_on("main form button")
    yield "say: understood, with a fault"
    chromium.clicks('input[name="understood"][value="no"]')
    chromium.goes_on("main form button")
    yield "case with an answer that was not understood"


def complaining(chromium: Chromium, url: str) -> Iterator[str]:
    chromium.goes_to(f"{url}/complain")
    yield "complain: area"
    chromium.goes_on(ON)
    yield "complain: area with a fault"
    chromium.clicks('input[value="conduct"]')
    chromium.goes_on(ON)
    yield "complain: kind"
    chromium.goes_on(ON)
    yield "complain: kind with a fault"
    chromium.clicks('input[value="unknown"]')
    chromium.goes_on(ON)
    yield "complain: story"
    chromium.goes_on(ON)
    yield "complain: story with a fault"
    chromium.types("#story", "He shouted. " + "W" * 120)
    chromium.goes_on(ON)
    yield "complain: wishes"
    chromium.goes_on(ON)
    yield "complain: about"
    chromium.goes_on(ON)
    yield "complain: facts"
    chromium.clicks("#fact-injury-3")
    chromium.goes_on(ON)
    yield "complain: behalf"
    chromium.clicks('input[value="other"]')
    chromium.goes_on(ON)
    yield "complain: behalf with a fault"
    chromium.types("#relation", "my mother")
    chromium.goes_on(ON)
    yield "complain: reach"
    chromium.clicks('input[value="email"]')
    chromium.goes_on(ON)
    yield "complain: contact"
    chromium.types("#email", "nobody")
    chromium.goes_on(ON)
    yield "complain: contact with a fault"
    chromium.types("#email", "nobody@example.com")
    chromium.goes_on(ON)
    yield "complain: check"
    chromium.goes_on(ON)
    yield "complain: received"
    chromium.clicks("details summary")
    yield "complain: received, with the reason of a date"


def followed_up(chromium: Chromium, desk: Desk) -> Iterator[str]:
    chromium.goes_on('main p > a[href^="/complaint/"]')
    yield "complaint"
    number = chromium.address.rpartition("/")[2]
    desk.does("contacts", number, {"reached": True, "said": "At noon.", "told": "We look into it."})
    chromium.goes_on("main form button.ahd-link-button")
    yield "complaint with a record to confirm and no calls"
    chromium.goes_on('form[action$="/confirm"] button')
    yield "complaint with its record confirmed"
    desk.does("pause", number, {"promises": ["answer"], "reason": "Receipts are awaited: " + "W" * 60})
    chromium.goes_to(chromium.address)
    chromium.clicks("details summary")
    yield "complaint whose clock stands still"
    desk.does("resume", number, {"promises": ["answer"]})
    for again in (True, True, False):
        desk.does("answer", number, {"finding": "substantiated", "text": "We apologise."})
        chromium.goes_to(chromium.address)
        yield "complaint that is answered"
        if again:
            chromium.goes_on('form[action$="/rework"] button')
            yield "complaint that is answered, with a fault"
            chromium.types("#text", "It is still wrong.")
            chromium.goes_on('form[action$="/rework"] button')
            yield "complaint that is reworked"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible_and_fits_a_narrow_screen(chromium: Chromium, desk: Desk, url: str, language: str):
    source = axe()
    chromium.is_wide(NARROWEST)
    faults: list[str] = []
    for page in walk(chromium, desk, url, desk.invite(), language):
        assert chromium.runs("return document.documentElement.lang") == language, page
        wide = chromium.runs("return document.documentElement.scrollWidth")
        if wide > NARROWEST:
            faults.append(f"{page}: {wide} pixels wide")
        faults += [f"{page}: {found}" for found in chromium.axe_finds(source)]
    assert not faults


def test_return_in_a_field_goes_on(chromium: Chromium, url: str):
    chromium.goes_to(f"{url}/report?lang=en")
    chromium.goes_on(ON)
    chromium.types("#story", "It broke")
    chromium.goes_on(ON)
    chromium.clicks('input[value="other"]')
    chromium.goes_on_with_return('input[value="other"]')
    assert chromium.runs("return document.querySelector('h1').innerText") == "Where did it happen?"


def test_a_fault_leads_to_its_field(chromium: Chromium, url: str):
    chromium.goes_to(f"{url}/follow?lang=en")
    chromium.goes_on("main form button")
    chromium.clicks('.govuk-error-summary a[href="#secret"]')
    assert chromium.runs("return document.activeElement.id") == "secret"


def test_the_secret_is_in_no_address_that_the_browser_remembers(chromium: Chromium, url: str):
    chromium.goes_to(f"{url}/follow/K7M29QXD4T8V/{'s' * 27}")
    assert chromium.address == f"{url}/follow/K7M29QXD4T8V"
    assert "s" * 27 not in chromium.runs("return document.documentElement.outerHTML + document.referrer")
    assert chromium.runs("return document.cookie") == ""


def test_the_browser_runs_no_script_that_somebody_got_into_a_page(chromium: Chromium, url: str):
    chromium.goes_to(f"{url}/report")
    chromium.runs(
        "const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s);"
    )
    assert chromium.runs("return window.ran === undefined")
