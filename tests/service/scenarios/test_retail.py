"""A mall and supermarket: how a complaint is handled, as the retail pack says."""

from datetime import timedelta

import pytest

from tests.service.complaining import CLERK, LEADER, MINUTE, complain, key_in, let_pass, told
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import staff

NOW = MONDAY_MORNING  # 14:00 in China
INSURANCE = staff("insurance-1", "officer")
LARGE = {"minor": 200001, "currency": "CNY"}


@pytest.fixture
def pack() -> str:
    return "retail"


@pytest.mark.requirement("CMP-01", "CMP-09")
def test_whoever_is_asked_first_is_responsible_until_the_manager_on_duty_takes_it(world):
    matter = key_in(world, channel="counter", kind="goods-quality", text="The milk is sour.")
    file = matter.file()
    assert (file["held_by"], file["taken_by"]) == ("manager-on-duty", None)
    assert matter.try_to("take", who=INSURANCE).status == 403
    let_pass(world, NOW + 15 * MINUTE)
    assert matter.owed()["take"] == "store-manager"
    matter.do("contacts", {"reached": True, "told": "We look into it."}, CLERK)
    assert matter.owed()["take"] == "store-manager"  # a talk is no taking on
    matter.do("take")
    assert matter.file()["taken_by"] == "manager-1"
    assert "take" not in matter.owed()


@pytest.mark.requirement("CMP-02")
def test_three_trees_and_goods_need_the_purchasing_departments_papers(world):
    listed = world.http("complaints.api", "GET", "/v1/complaints/kinds", query="lang=en").body["kinds"]
    assert [one["code"] for one in listed if one["parent"] is None] == ["goods", "service", "safety"]
    beneath = {one["parent"]: 0 for one in listed if one["parent"]}
    for one in listed:
        if one["parent"]:
            beneath[one["parent"]] += 1
    assert beneath == {"goods": 4, "service": 4, "safety": 2}
    goods = complain(world, kind="goods-labelling")
    assert [paper["department"] for paper in goods.file()["documents"]] == ["purchasing"]
    assert complain(world, kind="service-attitude").file()["documents"] == []


@pytest.mark.requirement("CMP-03")
def test_a_grave_complaint_is_the_store_managers_and_a_large_claim_senior_managements(world):
    matter = complain(world, kind="service-wrong")
    matter.do("classify", {"kind": "service-wrong", "facts": {"grave": True}})
    assert (matter.file()["grade"], matter.file()["held_by"]) == ("major", "store-manager")
    claimed = complain(world, kind="goods-quality", claim=LARGE)
    assert claimed.file()["grade"] == "major"
    assert told(world, "for senior-management")


@pytest.mark.requirement("CMP-04", "CMP-09")
def test_unsolved_after_three_days_it_goes_to_senior_management(world):
    matter = complain(world, kind="goods-price")
    matter.do("answer", {"finding": "substantiated", "text": "You have the difference back."})
    let_pass(world, NOW + timedelta(days=2, hours=12))
    assert told(world, "DUE SOON solve")
    let_pass(world, NOW + timedelta(days=3) - MINUTE)
    assert matter.owed()["solve"] == "manager-on-duty"
    let_pass(world, NOW + timedelta(days=3))
    assert matter.owed()["solve"] == "senior-management"
    matter.talk(LEADER)
    matter.do("close", who=LEADER)
    assert "solve" not in matter.owed()


@pytest.mark.requirement("CMP-14")
def test_somebody_is_hurt(world):
    matter = key_in(world, channel="counter", kind="safety-accident", facts={"injury": True})
    assert told(world, "for manager-on-duty, department-head")
    assert matter.owed()["witness"] == "manager-on-duty"
    assert matter.due("scene") == NOW + 10 * MINUTE
    aid = {"item": "decision", "text": "Her daughter goes with her.", "company": True}
    assert matter.try_to("injury", aid, INSURANCE).status == 403
    early = matter.try_to("injury", aid)
    assert (early.status, early.body["allowed"]) == (409, ["witness", "scene", "insurer"])
    matter.do("injury", {"item": "witness", "text": "The floor was wet.", "contact": "Wu, 139"})
    matter.do("injury", {**aid, "advance": {"minor": 50000, "currency": "CNY"}})
    assert matter.try_to("injury", aid).status == 409
    assert "witness" not in matter.owed()
    matter.do("classify", {"kind": "safety-accident", "facts": {"hurt_by_the_house": True}})
    assert matter.due("tell-insurer") == NOW + timedelta(hours=4)
    matter.do("injury", {"item": "insurer", "text": "Told."}, INSURANCE)
    assert matter.owed()["insurer-opinion"] == "insurance-clerk"
    matter.do("injury", {"item": "opinion", "text": "They pay.", "cover": "covered"}, INSURANCE)
    matter.do("injury", {"item": "scene", "text": "Photos and the mat are kept."}, INSURANCE)
    assert all(item["done"] for item in matter.file()["injury"])


@pytest.mark.requirement("CMP-14")
def test_only_the_named_person_talks_to_the_press(world):
    matter = complain(world, kind="safety-accident")
    matter.do("press", {"what": "asked", "text": "A newspaper called."}, INSURANCE)
    assert matter.file()["grade"] == "major"
    assert told(world, "press-officer, senior-management")
    refused = matter.try_to("press", {"what": "answered", "text": "It was wet."}, INSURANCE)
    assert (refused.status, "press-officer" in refused.body["detail"]) == (403, True)
    other = staff("manager-2", "supervisor", "role-store-manager")
    assert matter.try_to("press", {"what": "answered", "text": "It was wet."}, other).status == 403
    speaker = staff("speaker-1", "supervisor", "role-press-officer")
    matter.do("press", {"what": "no-comment", "text": "We look into it."}, speaker)


@pytest.mark.requirement("CMP-16")
def test_within_three_days_of_closing_the_service_desk_asks_how_it_was(world):
    matter = complain(world, kind="service-checkout")
    matter.talk()
    matter.do("answer", {"finding": "substantiated", "text": "A second till is open now."})
    matter.do("close")
    assert matter.due("return-visit") == NOW + timedelta(days=3)
    matter.do("return-visit", {"satisfied": False, "settled": False, "text": "The queue is as long."}, CLERK)
    assert matter.says("rework", {"text": "The queue is as long."}).body["state"] == "reworked"
