"""What is owed, read page by page: nothing is lost, nothing comes twice, nothing shows that is hidden."""

import json
from datetime import timedelta

import pytest

from tests.service.complaining import LEADER, MANAGER, complain
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World, staff

HERE = "/staff/v1/complaints"


def pages(world: World, who=MANAGER, query: str = "") -> list[list[str]]:
    """The numbers on each page."""
    found: list[list[str]] = []
    mark = ""
    while True:
        asked = "&".join(part for part in (query, f"after={mark}" if mark else "") if part)
        page = world.http("complaints.staff", "GET", HERE, staff=who, query=asked)
        assert page.status == 200, page.body
        found.append([one["number"] for one in page.body["complaints"]])
        mark = page.body["next"]
        if mark is None:
            return found


@pytest.fixture
def three(monkeypatch):
    monkeypatch.setattr("services.complaints.worklist.PAGE", 3)


@pytest.mark.requirement("CMP-04")
def test_every_complaint_is_on_one_page_soonest_first(world, three):
    numbers = []
    for place in range(8):
        world.at(MONDAY_MORNING + timedelta(minutes=place))
        numbers.append(complain(world, contact=None).number)
    found = pages(world)
    assert [len(page) for page in found] == [3, 3, 2]
    assert [number for page in found for number in page] == numbers


def test_however_many_are_due_at_the_same_moment_none_is_lost_and_none_comes_twice(world, three):
    # As after a night: what came before opening time is due at the same minute.
    numbers = [complain(world, contact=None).number for _ in range(10)]
    listed = [number for page in pages(world) for number in page]
    assert sorted(listed) == sorted(numbers)


def test_what_is_answered_between_two_pages_takes_nothing_with_it(world, three):
    matters = [complain(world, contact=None) for _ in range(7)]
    first = world.http("complaints.staff", "GET", HERE, staff=MANAGER).body
    by_number = {matter.number: matter for matter in matters}
    shown = [one["number"] for one in first["complaints"]]
    for number in shown:  # all that the mark could have hung on
        by_number[number].do("answer", {"finding": "substantiated", "text": "We apologise."})
        by_number[number].do("close")
        by_number[number].do("return-visit", {"satisfied": True, "settled": True})
    second = world.http("complaints.staff", "GET", HERE, staff=MANAGER, query=f"after={first['next']}").body
    third = world.http("complaints.staff", "GET", HERE, staff=MANAGER, query=f"after={second['next']}").body
    listed = [*shown, *(one["number"] for page in (second, third) for one in page["complaints"])]
    assert sorted(listed) == sorted(by_number)


def test_a_role_has_pages_of_its_own(world, three):
    for _ in range(5):
        complain(world, contact=None)
    holder = world.http("complaints.staff", "GET", HERE, staff=MANAGER).body["complaints"][0]["held_by"]
    assert [len(page) for page in pages(world, query=f"role={holder}")] == [3, 2]
    assert pages(world, query="role=nobody") == [[]]


@pytest.mark.requirement("CMP-05")
def test_whoever_a_complaint_is_about_gets_the_same_pages_as_if_there_were_none(world, three):
    subject = staff("officer-1", "supervisor")
    seen = []
    for hidden in range(7):  # wherever it stands among the others
        matter = complain(world, contact=None)
        if hidden % 2:
            matter.do("subjects", {"subjects": ["officer-1", "unit-west"]}, LEADER)
        else:
            seen.append(matter.number)
    found = pages(world, subject)
    assert [len(page) for page in found] == [3, 1]
    assert sorted(number for page in found for number in page) == sorted(seen)
    first = world.http("complaints.staff", "GET", HERE, staff=subject).body
    last = world.http("complaints.staff", "GET", HERE, staff=subject, query=f"after={first['next']}").body
    assert last["next"] is None
    assert world.http("complaints.staff", "GET", f"{HERE}/count", staff=subject).body["open"] == 4


@pytest.mark.parametrize("mark", ["nonsense", "W10", "WzEsMiwzLDRd", "x" * 700, "WyJ4fiIsbnVsbCxudWxsLG51bGxd"])
def test_a_mark_that_no_page_gave_is_refused(world, mark):
    refused = world.http("complaints.staff", "GET", HERE, staff=MANAGER, query=f"after={mark}")
    assert (refused.status, refused.body["type"]) == (400, "urn:ahd:problem:bad-mark")
    assert mark not in json.dumps(refused.body)


def test_the_description_of_the_api_is_public_and_cached(world):
    here = "/v1/complaints/openapi.json"
    first = world.http("complaints.api", "GET", here)
    assert first.status == 200
    assert first.body["openapi"].startswith("3.1")
    assert here in first.body["paths"]
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    again = world.http("complaints.api", "GET", here, sent={"if-none-match": f'"other", W/{first.headers["ETag"]}'})
    assert (again.status, again.body) == (304, None)
    changed = world.http("complaints.api", "GET", here, sent={"if-none-match": '"other"'})
    assert changed.status == 200
