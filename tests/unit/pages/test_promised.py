"""What a page says of a promise: its date, that its clock stands still, and why the date is that."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.packs import PACKS, compiled
from services.complaints import views
from services.complaints.book import Book
from shared import promises
from shared.pages import LANGUAGES
from shared.pages.promised import promise_shown
from shared.promises import Promise
from shared.wording import speaker
from shared.worktime import Calendar

POLICE = compiled(PACKS / "police")
CALENDAR = Calendar.from_data(POLICE.pack.calendar)
MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(POLICE.pack, POLICE.complaints, CALENDAR)


def shown(promise: Promise, book: Book, language: str = "en") -> tuple[dict[str, object], str]:
    view = views.promise(promise, book, language)
    said = promise_shown(view, str(view["name"]), speaker("complaints", language), CALENDAR.zone)
    return said, "\n".join(said["why"])


def answer() -> promises.Promises:
    return promises.make((), "answer", "supervisor", {"working_days": 3}, CALENDAR, MONDAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promise_that_stands_still_says_so_with_the_reason(book: Book, language: str):
    [paused] = promises.pause(answer(), "answer", MONDAY + HOUR, "We wait for your papers.")
    said, _ = shown(paused, book, language)
    assert said["state"] == "paused"
    assert "We wait for your papers." in str(said["paused"])
    assert speaker("complaints", language).says("promises.state.paused")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pause_that_is_over_is_among_the_reasons_of_the_date(book: Book, language: str):
    paused = promises.pause(answer(), "answer", MONDAY + HOUR, "We wait for your papers.")
    [resumed] = promises.resume(paused, "answer", CALENDAR, MONDAY + 5 * HOUR)
    said, why = shown(resumed, book, language)
    assert (said["state"], said["paused"]) == ("open", None)
    assert why.count("We wait for your papers.") == 1


def test_a_date_that_followed_from_the_rules_says_so_and_nothing_for_staff(book: Book):
    [moved] = promises.move(answer(), "answer", {"working_days": 2}, CALENDAR, MONDAY + HOUR, "internal", "rules")
    _, why = shown(moved, book)
    assert "what it is about turned out to have another time limit" in why
    assert "internal" not in why


def test_a_date_that_was_set_as_a_date_says_from_when_to_when_and_why(book: Book):
    until = MONDAY + timedelta(days=9)
    [moved] = promises.move(answer(), "answer", until, CALENDAR, MONDAY + HOUR, "A witness is abroad.", "manager-1")
    _, why = shown(moved, book)
    assert "The time we gave ourselves, in working days: 3." in why
    assert "A witness is abroad." in why
    assert "manager-1" not in why
    assert "weekend" not in why  # nothing was counted up to that date


def test_a_visit_was_agreed_and_not_counted(book: Book):
    visit = Promise(
        name="visit", role="officer", made=MONDAY, due=MONDAY + 5 * HOUR, clock={"minutes": 300}, agreed=True
    )
    assert shown(visit, book)[1] == "We agreed this time with you."
