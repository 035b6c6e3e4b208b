"""What was promised to a customer is done, or broken, or given up for a reason that they read. It never vanishes."""

from datetime import timedelta

import pytest

from tests.service.complaining import LEADER, complain
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World

NOW = MONDAY_MORNING
FOUND = {"finding": "substantiated", "text": "We redo it."}


@pytest.fixture
def pack() -> str:
    return "works"


def with_a_visit_agreed(world: World):
    matter = complain(world, kind="finish", reference="Rose Court 12")
    matter.do("contacts", {"reached": True, "told": "We come tomorrow."})
    matter.do("visits", {"at": (NOW + timedelta(days=1)).isoformat()})
    matter.do("answer", FOUND)
    return matter


@pytest.mark.requirement("CMP-04", "CMP-09")
def test_a_complaint_is_not_closed_while_a_promised_visit_is_owed(world):
    matter = with_a_visit_agreed(world)
    refused = matter.try_to("close", who=LEADER)
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:still-owed")
    assert refused.body["promises"] == ["visit"]
    assert "visit" in refused.body["detail"]
    assert matter.owed()["visit"] == "department-manager"

    matter.do("visited", {"text": "The wall was straightened."})
    matter.do("close", who=LEADER)
    assert matter.file()["state"] == "closed"


@pytest.mark.requirement("CMP-04")
def test_a_promise_to_the_customer_is_given_up_for_a_reason_that_they_read(world):
    matter = with_a_visit_agreed(world)
    without = matter.try_to("close", {"waive": {"visit": ""}}, LEADER)
    assert (without.status, without.body["faults"][0]["pointer"]) == (422, "/waive/visit")
    unknown = matter.try_to("close", {"waive": {"visit": "You moved out.", "contact": "So."}}, LEADER)
    assert (unknown.status, unknown.body["faults"][0]["pointer"]) == (422, "/waive/contact")

    matter.do("close", {"waive": {"visit": "You told us that you have moved out."}}, LEADER)

    seen = next(one for one in matter.seen()["promises"] if one["what"] == "visit")
    assert (seen["state"], seen["reason"]) == ("waived", "You told us that you have moved out.")
    line = next(one for one in matter.seen()["timeline"] if one["what"] == "PromiseWaived")
    assert (line["facts"], line["text"]) == ({"promise": "visit"}, "You told us that you have moved out.")


def test_what_runs_until_it_is_closed_and_what_outlasts_it_hinder_nobody(world):
    matter = complain(world, kind="finish", reference="Rose Court 12")
    matter.do("contacts", {"reached": True, "told": "We look into it."})
    matter.do("answer", FOUND)
    assert {"follow-up", "notice", "settle"} <= set(matter.owed())
    matter.do("close", who=LEADER)
    assert set(matter.owed()) == {"notice", "return-visit"}


@pytest.mark.parametrize(
    ("pack", "kind", "call"), [("works", "finish", "contact"), ("police", "attitude", "reach-customer")]
)
@pytest.mark.requirement("CMP-15")
def test_whoever_wants_no_calls_is_owed_no_call(world, kind, call):
    matter = complain(world, kind=kind, reference="Rose Court 12")
    assert call in matter.owed()
    assert matter.says("wish", {"calls": False}).status == 200
    assert (matter.promise(call)["state"], matter.promise(call)["reason"]) == (
        "waived",
        "the customer wants no calls",
    )
    assert call not in complain(world, kind=kind, reference="Elm Court 1", calls=False).owed()


@pytest.mark.parametrize("pack", ["retail"])
@pytest.mark.requirement("CMP-15", "CMP-09")
def test_whoever_wants_no_calls_is_still_owed_everything_else(world):
    matter = complain(world, kind="goods-price")
    owed = set(matter.owed())
    assert "take" in owed
    assert matter.says("wish", {"calls": False}).status == 200
    assert set(matter.owed()) == owed
    silent = complain(world, kind="goods-price", calls=False, contact={"email": "silent@example.org"})
    assert "take" in silent.owed()
