"""A car dealership's service: how a complaint is handled, as the motor pack says."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.service.complaining import CLERK, LEADER, MANAGER, MINUTE, complain, key_in, let_pass, mailed
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import staff

CLOSING = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NOW = MONDAY_MORNING  # Monday 14:00 in China
ADMINISTRATION = staff("administration-1", "officer")
FOUND = {"finding": "substantiated", "text": "The hose was not fastened."}


@pytest.fixture
def pack() -> str:
    return "motor"


@pytest.mark.requirement("CMP-01", "CMP-04")
def test_whoever_hears_it_records_it_and_the_customer_manager_has_it_within_the_hour(world):
    without = {"text": "It rattles.", "channel": "counter", "read_back": True, "kind": "repair"}
    refused = world.http("complaints.staff", "POST", "/staff/v1/complaints", without, staff=CLERK)
    assert refused.body["faults"][0]["message"] == "Ask for it: Number plate."
    matter = key_in(world, kind="repair", reference="A 12345", told="We are sorry. We call you today.")
    assert matter.due("to-manager") == NOW + timedelta(hours=1)
    matter.do("form", {"text": "It rattles since the service."}, MANAGER)
    assert "to-manager" not in matter.owed()


@pytest.mark.requirement("CMP-04")
def test_responsibility_is_told_within_a_day_or_two_when_the_customer_cannot_be_reached(world):
    reached = complain(world, kind="repair", reference="A 12345")
    assert reached.due("responsibility") == NOW + timedelta(hours=24)
    away = complain(world, kind="repair", reference="B 67890", contact={"email": "b@example.org"})
    world.at(NOW + timedelta(hours=3))
    away.do("contacts", {"reached": False})
    assert away.due("customer-not-reached") == NOW + timedelta(hours=48)  # from when it came
    assert away.promise("responsibility")["state"] == "waived"
    let_pass(world, NOW + timedelta(hours=24))
    assert reached.owed()["responsibility"] == "general-manager"
    assert away.owed()["customer-not-reached"] == "customer-manager"


@pytest.mark.requirement("CMP-04", "CMP-09")
def test_review_word_measures_and_filing_each_start_when_the_one_before_is_done(world):
    matter = complain(world, kind="repair", reference="A 12345")
    world.at(NOW + timedelta(hours=2))
    matter.do("findings", FOUND, ADMINISTRATION)
    assert matter.due("administration-review") == NOW + timedelta(hours=6)
    assert "general-manager-word" not in matter.owed()
    let_pass(world, NOW + timedelta(hours=6))
    assert matter.owed()["administration-review"] == "customer-manager"
    matter.do("steps", {"step": "administration-review"}, ADMINISTRATION)  # late, but done: what follows starts
    assert matter.due("general-manager-word") == NOW + timedelta(hours=10)
    let_pass(world, NOW + timedelta(hours=10) - MINUTE)
    assert matter.owed()["general-manager-word"] == "administration"
    let_pass(world, NOW + timedelta(hours=10))
    assert matter.owed()["general-manager-word"] == "general-manager"
    matter.do("steps", {"step": "general-manager-word", "text": "At our cost."}, LEADER)
    assert matter.due("measures") == NOW + timedelta(hours=18)
    let_pass(world, datetime(2026, 11, 24, 5, 30, tzinfo=UTC))  # Tuesday 13:30 in China
    matter.do("steps", {"step": "measures"}, ADMINISTRATION)
    assert matter.due("file-form") == CLOSING  # the same day, and not an hour that goes on the next one
    matter.do("steps", {"step": "file-form"}, ADMINISTRATION)
    assert "file-form" not in matter.owed()
    again = matter.try_to("steps", {"step": "file-form"}, ADMINISTRATION)
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:not-owed")
    by_itself = matter.try_to("steps", {"step": "to-manager"}, ADMINISTRATION)
    assert (by_itself.status, by_itself.body["type"]) == (409, "urn:ahd:problem:ends-by-itself")


@pytest.mark.requirement("CMP-06")
def test_ours_is_put_right_at_our_cost_and_what_is_not_ours_is_explained_with_a_free_check(world):
    ours = complain(world, kind="repair", reference="A 12345")
    ours.do("findings", FOUND, ADMINISTRATION)
    assert "at our cost" in ours.file()["guidance"]
    ours.do("answer", {"text": "We are sorry. Bring it when it suits you, at our cost."})
    assert mailed(world, "at our cost")
    other = complain(world, kind="repair", reference="B 67890")
    other.do("evidence", {"text": "Photos of the tyre."}, ADMINISTRATION)
    other.do("findings", {"finding": "not-substantiated", "text": "A nail.", "evidence": [1]}, ADMINISTRATION)
    assert "free check" in other.file()["guidance"]
