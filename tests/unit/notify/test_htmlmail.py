"""A mail as HTML says what its text says, reads the way its language does, and fetches nothing."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.htmlmail import html

HOME = "https://desk.example"


class Read(HTMLParser):
    """What a reader sees, and what could be pressed or fetched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self.links: list[str | None] = []
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self._body = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "html":
            self.attributes = given
        if tag == "a":
            self.links.append(given["href"])
        if tag == "body":
            self._body = True

    def handle_data(self, data):
        if self._body:
            self.words += data


def test_paragraphs_and_lines_stay_and_a_link_to_the_desk_can_be_pressed():
    page = Read(
        html("News", f"Hello,\n\nHow it stands:\n{HOME}/follow/x/y\n\nWith kind regards\nThe desk\n", "en", HOME)
    )
    assert page.words.split() == f"Hello, How it stands: {HOME}/follow/x/y With kind regards The desk".split()
    assert page.links == [f"{HOME}/follow/x/y"]
    assert page.tags.count("p") == 3


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("zh", "ltr")])
def test_it_reads_the_way_its_language_does(language, direction):
    page = html("x", "y", language, HOME)
    assert Read(page).attributes == {"lang": language, "dir": direction}


def test_a_number_and_a_link_inside_arabic_read_from_left_to_right():
    page = html("x", f"رقم بلاغك ABCD-EFGH-JKLM.\n{HOME}/follow/x", "ar", HOME)
    assert '<bdi dir="ltr">ABCD-EFGH-JKLM</bdi>' in page
    assert f'<a href="{HOME}/follow/x" dir="ltr"' in page


@pytest.mark.parametrize(
    "elsewhere", ["https://bad.example/pay", "https://desk.example.bad/pay", "javascript:alert(1)"]
)
def test_what_leads_elsewhere_is_words(elsewhere):
    assert Read(html("x", f"Look: {elsewhere}", "en", HOME)).links == []


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_whatever_is_said_stays_words(said):
    """Nothing that somebody wrote becomes a tag, and no word of it is lost."""
    page = Read(html(said, f"Hello,\n\n{said}\n\nThe desk\n", "en", HOME))
    assert set(page.tags) <= {"html", "head", "meta", "title", "body", "div", "p", "br", "bdi", "a"}
    assert page.links == []
    assert page.words.split() == f"Hello, {said} The desk".split()
