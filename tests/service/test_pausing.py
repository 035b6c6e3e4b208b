"""A clock that stands still: stopped with a reason that the customer reads, going on with what was left of it."""

from datetime import datetime, timedelta

import pytest

from tests.service.complaining import LEADER, MANAGER, OFFICER, complain, let_pass, mailed
from tests.service.conftest import MONDAY_MORNING
from tests.service.test_complaint_page import browse
from tests.service.world import staff

WHY = "Your receipts are awaited."
DAY = timedelta(days=1)


@pytest.mark.requirement("CMP-03")
def test_what_stands_still_is_never_late_and_goes_on_with_what_was_left(world):
    matter = complain(world)
    due = matter.due("answer")
    world.at(MONDAY_MORNING + DAY)
    matter.do("pause", {"promises": ["answer"], "reason": WHY}, LEADER)
    assert matter.file()["standing_still"] == ["answer"]
    let_pass(world, due + DAY)
    assert matter.promise("answer")["state"] == "open"
    world.at(MONDAY_MORNING + 2 * DAY)
    matter.do("resume", {"promises": ["answer"]}, LEADER)
    assert matter.due("answer") == datetime.fromisoformat("2026-11-27T06:00:00+00:00")
    assert matter.file()["standing_still"] == []
    let_pass(world, matter.due("answer") + timedelta(minutes=1))
    assert "broken" in [one["state"] for one in matter.file()["promises"] if one["what"] == "answer"]


@pytest.mark.requirement("CMP-03")
def test_the_customer_reads_on_their_page_why_it_stands_still_and_is_told_the_new_date(world):
    matter = complain(world)
    cookie, path = f"complaint={matter.secret}", f"/complaint/{matter.number}"
    matter.do("pause", {"promises": ["answer"], "reason": WHY}, LEADER)
    standing = browse(world, "GET", path, cookie)["body"]
    assert "The clock stands still" in standing
    assert WHY in standing
    assert "We stopped a clock" in standing
    assert not mailed(world, WHY)
    world.at(MONDAY_MORNING + DAY)
    matter.do("resume", {"promises": ["answer"]}, LEADER)
    going = browse(world, "GET", path, cookie)["body"]
    assert "The clock stands still" not in going
    assert "The clock stood still from" in going
    assert WHY in going
    (letter,) = mailed(world, WHY)
    assert "27" in letter


def test_several_clocks_stop_at_once_or_none_does(world):
    matter = complain(world)
    refused = matter.try_to("pause", {"promises": ["answer", "settle"], "reason": WHY}, LEADER)
    assert (refused.status, refused.body["promise"], refused.body["allowed"]) == (
        409,
        "settle",
        ["answer", "reach-customer"],
    )
    assert matter.file()["standing_still"] == []
    matter.do("pause", {"promises": ["answer", "reach-customer"], "reason": WHY}, LEADER)
    assert matter.file()["standing_still"] == ["answer", "reach-customer"]


def test_what_is_not_possible_says_what_is(world):
    matter = complain(world)
    running = matter.try_to("resume", {"promises": ["answer"]}, LEADER)
    assert (running.status, running.body["type"], running.body["allowed"]) == (409, "urn:ahd:problem:not-paused", [])
    matter.do("pause", {"promises": ["answer"], "reason": WHY}, LEADER)
    again = matter.try_to("pause", {"promises": ["answer"], "reason": WHY}, LEADER)
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:stands-still")
    assert again.body["allowed"] == ["reach-customer"]
    unknown = matter.try_to("resume", {"promises": ["nothing"]}, LEADER)
    assert (unknown.status, unknown.body["allowed"]) == (409, ["answer"])
    moved = matter.try_to("move", {"promise": "answer", "to": "2026-12-24T06:00:00Z", "reason": WHY}, LEADER)
    assert moved.status == 409
    late = complain(world)
    world.at(late.due("answer") + timedelta(minutes=1))
    passed = late.try_to("pause", {"promises": ["answer"], "reason": WHY}, LEADER)
    assert (passed.status, passed.body["type"]) == (409, "urn:ahd:problem:date-passed")


@pytest.mark.parametrize("body", [{"promises": ["answer"]}, {"promises": ["answer"], "reason": " "}, {"reason": WHY}])
def test_a_clock_does_not_stop_without_a_name_and_a_reason(world, body):
    assert complain(world).try_to("pause", body, LEADER).status == 422


def test_stopping_a_clock_is_for_those_who_lead_and_counts_once(world):
    matter = complain(world)
    body = {"promises": ["answer"], "reason": WHY}
    for who in (OFFICER, staff("auditor-1", "auditor")):
        assert matter.try_to("pause", body, who).status == 403
    first = matter.try_to("pause", body, MANAGER, "pause-0001")
    assert (first.status, matter.try_to("pause", body, MANAGER, "pause-0001").body) == (200, first.body)


def test_what_stands_still_altogether_is_on_a_list_of_its_own_and_counted(world):
    matter, other = complain(world), complain(world)
    matter.do("pause", {"promises": list(matter.owed()), "reason": WHY}, LEADER)

    def listed(query: str) -> list[str]:
        page = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=MANAGER, query=query)
        return [one["number"] for one in page.body["complaints"]]

    assert listed("") == [other.number]
    assert listed("clock=still") == [matter.number]
    counted = world.http("complaints.staff", "GET", "/staff/v1/complaints/count", staff=MANAGER).body
    assert (counted["open"], counted["standing_still"], counted["late"]) == (2, 1, 0)
    matter.do("subjects", {"subjects": ["officer-1", "unit-west"]}, LEADER)
    subject = staff("officer-1", "supervisor")
    counted = world.http("complaints.staff", "GET", "/staff/v1/complaints/count", staff=subject).body
    assert (counted["open"], counted["standing_still"]) == (1, 0)
    bad = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=MANAGER, query="clock=broken")
    assert bad.status == 400


def test_a_complaint_classified_while_its_clock_stood_still_gets_the_clock_of_its_kind(world):
    matter = complain(world)
    matter.do("pause", {"promises": ["answer"], "reason": WHY}, LEADER)
    matter.do("classify", {"kind": "attitude", "facts": {}}, LEADER)
    matter.do("resume", {"promises": ["answer"]}, LEADER)
    plain = complain(world, kind="attitude")
    assert matter.promise("answer")["clock"] == plain.promise("answer")["clock"]
