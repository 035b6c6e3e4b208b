"""What the rules refuse, and who has a complaint: from outside, each with what is possible instead."""

from datetime import timedelta

import pytest

from tests.service.complaining import CLERK, LEADER, MANAGER, complain, key_in, mailed
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import staff

NOW = MONDAY_MORNING
OFFICER = staff("officer-3", "officer")
FOUND = {"finding": "substantiated", "text": "We redo it."}
SITE = "Rose Court 12"


@pytest.fixture
def pack() -> str:
    return "retail"


def fault(answer):
    assert answer.status == 422, answer.body
    (one,) = answer.body["faults"]
    return one["pointer"], one["code"]


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CMP-03")
def test_a_claim_is_in_the_currency_that_the_rules_compare_it_with(world):
    claim = {"minor": 10**11, "currency": "USD"}
    refused = world.http("complaints.api", "POST", "/v1/complaints", {"text": "Pay.", "claim": claim})
    assert fault(refused) == ("/claim/currency", "other_currency")
    assert "CNY" in refused.body["faults"][0]["message"]
    matter = complain(world, kind="goods-quality")
    again = matter.try_to("classify", {"kind": "goods-quality", "facts": {}, "claim": claim})
    assert fault(again) == ("/claim/currency", "other_currency")
    matter.do("injury", {"item": "witness", "text": "It was wet.", "found": False})
    aid = {"item": "decision", "text": "A taxi.", "company": False, "advance": claim}
    assert fault(matter.try_to("injury", aid)) == ("/advance/currency", "other_currency")


@pytest.mark.parametrize("minor", [10**12 + 1, 10**30, -1])
def test_an_amount_is_one_that_somebody_can_mean(world, minor):
    claim = {"minor": minor, "currency": "CNY"}
    refused = world.http("complaints.api", "POST", "/v1/complaints", {"text": "Pay.", "claim": claim})
    assert fault(refused)[0] == "/claim/minor"


# ── references and dates ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pack", ["works"])
@pytest.mark.requirement("CMP-01")
def test_where_a_reference_is_required_everybody_is_asked_for_it(world):
    refused = world.http("complaints.api", "POST", "/v1/complaints", {"text": "Crooked.", "language": "zh"})
    assert fault(refused) == ("/reference", "missing")
    assert refused.body["faults"][0]["message"] == "Say which it is about: 工地."
    keyed = {"text": "Crooked.", "channel": "phone", "read_back": True}
    asked = world.http("complaints.staff", "POST", "/staff/v1/complaints", keyed, staff=CLERK)
    assert asked.body["faults"][0]["message"] == "Ask for it: Site."


@pytest.mark.parametrize("pack", ["works"])
def test_a_milestone_is_a_date_that_was_reached(world):
    matter = complain(world, kind="finish", reference=SITE)
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    refused = matter.try_to("milestones", {"milestone": "finished", "at": tomorrow})
    assert fault(refused) == ("/at", "in_the_future")
    assert "finished" not in matter.file()["facts"]


# ── what happens once ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CMP-16")
def test_how_it_was_is_asked_once_for_each_closing(world):
    matter = complain(world, kind="service-checkout")
    matter.talk()
    matter.do("answer", FOUND)
    matter.do("close")
    assert set(matter.file()["allowed"]) == {"record", "return-visit", "learn", "rework"}
    said = {"satisfied": False, "settled": False}
    matter.do("return-visit", said, CLERK)
    again = matter.try_to("return-visit", said, CLERK)
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:already-recorded")
    assert set(again.body["allowed"]) == {"record", "learn", "rework"}
    matter.do("rework", {"text": "It is as before."}, CLERK)
    matter.do("answer", FOUND, LEADER)
    world.at(NOW + timedelta(hours=1))
    matter.do("close", who=LEADER)
    matter.do("return-visit", said, CLERK)


# ── who has it ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CMP-03", "CMP-09")
def test_a_rule_never_hands_a_complaint_down_the_ladder(world):
    claim = {"minor": 200001, "currency": "CNY"}
    matter = complain(world, kind="goods-quality", claim=claim)
    assert matter.file()["held_by"] == "senior-management"
    matter.do("classify", {"kind": "goods-quality", "facts": {"grave": True}})
    assert matter.file()["held_by"] == "senior-management"
    asked = [one["facts"] for one in matter.file()["events"] if one["what"] == "AttentionAsked.v1"]
    assert {one["rule"]: one.get("takes_over", False) for one in asked} == {"large-claim": True, "grave": False}


@pytest.mark.requirement("CMP-07")
def test_rework_goes_above_whoever_had_it_and_stays_at_the_top(world):
    matter = complain(world, kind="service-wrong")
    matter.do("classify", {"kind": "service-wrong", "facts": {"grave": True}})
    assert matter.file()["held_by"] == "store-manager"
    matter.do("answer", FOUND)
    matter.says("rework", {"text": "It is as before."})
    assert matter.owed()["answer"] == "senior-management"
    assert mailed(world, "A more senior colleague handles your complaint")
    matter.do("answer", FOUND, LEADER)
    matter.says("rework", {"text": "It is still as before."})
    assert matter.owed()["answer"] == "senior-management"
    assert mailed(world, "nobody stands above them")


# ── what is possible instead ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CMP-07")
def test_once_the_rounds_are_used_rework_is_not_among_what_is_allowed(world):
    matter = complain(world, kind="service-checkout")
    matter.talk()
    for _ in range(2):
        matter.do("answer", FOUND, LEADER)
        matter.do("rework", {"text": "Again."}, CLERK)
    matter.do("answer", FOUND, LEADER)
    matter.do("close", who=LEADER)
    assert set(matter.file()["allowed"]) == {"record", "return-visit", "learn"}
    refused = matter.try_to("rework", {"text": "Again."}, CLERK)
    assert (refused.status, set(refused.body["allowed"])) == (409, {"record", "return-visit", "learn"})


@pytest.mark.parametrize(
    ("act", "body", "who"),
    [
        ("notice", {"text": "Mend it."}, MANAGER),
        ("form", {"text": "Mend it."}, MANAGER),
        ("corrective", {"move": "plan"}, OFFICER),
        ("close", None, LEADER),
        ("steps", {"step": "solve"}, MANAGER),
    ],
)
def test_every_refusal_for_now_says_what_is_possible(world, act, body, who):
    matter = complain(world, kind="goods-price")
    refused = matter.try_to(act, body, who)
    assert (refused.status, refused.body["allowed"]) == (409, ["handle", "record", "find", "answer"])


def test_staff_are_told_of_an_unknown_number_in_words_for_staff(world):
    matter = key_in(world, kind="goods-price")
    matter.do("subjects", {"subjects": [OFFICER["sub"]]}, LEADER)
    unknown = world.http("complaints.staff", "GET", "/staff/v1/complaints/0000-0000-0000", staff=OFFICER)
    hidden = world.http("complaints.staff", "GET", f"/staff/v1/complaints/{matter.number}", staff=OFFICER)
    assert (unknown.status, unknown.body) == (hidden.status, hidden.body)
    assert "you brought it" not in unknown.body["detail"]
    citizen = world.http("complaints.api", "GET", "/v1/complaints/0000-0000-0000", secret="0" * 43)
    assert "you brought it" in citizen.body["detail"]
