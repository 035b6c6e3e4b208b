"""Manufacturing: how a complaint is handled, as the manufacturing pack says."""

from datetime import timedelta

import pytest

from tests.service.complaining import LEADER, MANAGER, MINUTE, complain, let_pass, told
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import staff

NOW = MONDAY_MORNING  # Monday 14:00 in China; working hours are 9 to 12 and 13 to 18
PLANNER = staff("planner-1", "officer")
ENGINEER = staff("engineer-1", "officer")
LARGE = {"minor": 2000000, "currency": "CNY"}


@pytest.fixture
def pack() -> str:
    return "manufacturing"


@pytest.mark.requirement("CMP-04")
def test_the_form_reaches_quality_within_an_hour_approved_by_a_section_head(world):
    matter = complain(world, kind="malfunction", reference="Batch 7")
    assert matter.due("form-to-quality") == NOW + timedelta(hours=1)
    let_pass(world, NOW + 45 * MINUTE)
    assert told(world, "DUE SOON form-to-quality")
    refused = matter.try_to("form", {"text": "It does not start."}, ENGINEER)
    assert (refused.status, refused.body["roles"][0]) == (403, "section-head")
    matter.do("form", {"text": "It does not start."}, MANAGER)
    assert told(world, "for quality-manager")
    assert "form-to-quality" not in matter.owed()
    assert matter.due("signature") == NOW + 45 * MINUTE + timedelta(hours=2)
    section_head = staff("head-1", "supervisor", "role-section-head")
    assert matter.try_to("signature", who=section_head).body["roles"] == ["quality-manager"]
    quality = staff("quality-1", "supervisor", "role-quality-manager")
    matter.do("signature", who=quality)
    assert "signature" not in matter.owed()
    assert matter.try_to("signature", who=quality).status == 409
    assert matter.owed()["root-cause"] == "department-lead"


@pytest.mark.requirement("CMP-04", "CMP-03")
def test_a_general_complaint_is_answered_in_three_working_days_a_major_one_contained_in_eight_hours(world):
    general = complain(world, kind="damage", reference="Batch 7")
    assert general.due("answer") == NOW + timedelta(days=3)
    assert "containment" not in general.owed()
    major = complain(world, kind="damage", reference="Batch 8", claim=LARGE, contact={"email": "b@example.org"})
    assert major.file()["grade"] == "major"
    assert major.due("containment") == NOW + timedelta(days=1)  # four hours today, four tomorrow
    assert major.due("permanent-measure") == NOW + timedelta(days=2)
    assert major.due("sales-visit") == NOW + timedelta(days=2)
    let_pass(world, NOW + timedelta(days=1))
    assert major.owed()["containment"] == "section-head"
    let_pass(world, major.due("containment"))
    assert major.owed()["containment"] == "deputy-head"


@pytest.mark.requirement("CMP-04", "CMP-11")
def test_who_may_approve_is_told_by_their_role_where_the_group_has_several(world):
    matter = complain(world, kind="malfunction", reference="Batch 7", claim=LARGE)
    form = {"text": "It does not start."}
    unsigned = matter.try_to("signature", who=MANAGER)
    assert (unsigned.status, unsigned.body["type"]) == (409, "urn:ahd:problem:not-now")
    section_head = staff("head-1", "supervisor", "role-section-head")
    refused = matter.try_to("form", form, section_head)
    assert (refused.status, refused.body["roles"][0]) == (403, "deputy-head")
    matter.do("form", form, staff("deputy-1", "supervisor", "role-deputy-head"))
    matter.do("corrective", {"move": "plan", "text": "A worn tool."}, PLANNER)
    matter.do("corrective", {"move": "forward"}, ENGINEER)
    assert matter.try_to("corrective", {"move": "approve"}, section_head).status == 403
    both = staff("representative-1", "supervisor", "role-section-head", "role-management-representative")
    matter.do("corrective", {"move": "approve"}, both)


@pytest.mark.requirement("CMP-02")
def test_the_management_representative_and_the_general_manager_know_of_every_quality_complaint(world):
    complain(world, kind="commercial-work", reference="Order 5")
    assert told(world, "management-representative, general-manager") == []
    complain(world, kind="out-of-specification", reference="Order 5")
    assert told(world, "management-representative, general-manager")


@pytest.mark.requirement("CMP-11")
def test_corrective_action_is_contained_planned_sent_back_reviewed_approved_and_verified(world):
    matter = complain(world, kind="malfunction", reference="Batch 7", claim=LARGE)
    matter.do("form", {"text": "It does not start."}, LEADER)
    matter.do("corrective", {"move": "contain", "text": "Stock is checked."}, ENGINEER)
    assert matter.promise("containment")["state"] == "kept"
    early = matter.try_to("corrective", {"move": "approve"}, LEADER)
    assert (early.status, early.body["allowed"]) == (409, ["plan"])
    matter.do("corrective", {"move": "plan", "text": "A worn tool."}, PLANNER)
    assert "root-cause" not in matter.owed()
    assert "review" in matter.owed()
    own = matter.try_to("corrective", {"move": "forward"}, PLANNER)
    assert own.status == 403
    assert matter.try_to("corrective", {"move": "send-back"}, ENGINEER).status == 422
    matter.do("corrective", {"move": "send-back", "text": "Why did it wear?"}, ENGINEER)
    assert matter.file()["corrective"]["sent_back"] == 1
    # The review was done; now the cause is owed again, with its whole clock, and late like the first time.
    assert matter.promise("review")["state"] == "kept"
    assert matter.owed()["root-cause"] == "department-lead"
    assert matter.due("root-cause") == NOW + timedelta(days=1)
    let_pass(world, NOW + timedelta(hours=1))
    matter.do("corrective", {"move": "plan", "text": "Nobody measured it."}, PLANNER)
    assert "root-cause" not in matter.owed()
    assert matter.due("review") == NOW + timedelta(hours=20)  # three working hours today, one tomorrow
    matter.do("corrective", {"move": "forward"}, ENGINEER)
    assert matter.owed()["approval"] == "management-representative"
    matter.do("corrective", {"move": "approve"}, LEADER)
    matter.do("corrective", {"move": "carry-out", "text": "It is measured each morning."}, PLANNER)
    assert matter.promise("permanent-measure")["state"] == "kept"

    matter.do("visited", {"text": "It is a defect, not misuse."}, ENGINEER)
    matter.do("answer", {"finding": "substantiated", "text": "A tool was worn."}, LEADER)
    matter.do("close", who=LEADER)
    assert "verification" in matter.owed()  # it is owed although the customer's complaint is closed
    matter.do("corrective", {"move": "verify", "text": "No more of it in three weeks."}, ENGINEER)
    assert matter.file()["corrective"]["stage"] == "verified"
    assert list(matter.owed()) == ["return-visit"]


@pytest.mark.requirement("CMP-17")
def test_three_quality_complaints_in_a_week_start_the_playbook(world):
    for day, kind in enumerate(["damage", "malfunction"]):
        world.at(NOW + timedelta(days=day))
        complain(world, kind=kind, reference=f"Batch {day}", contact=None)
    assert told(world, "SURGE") == []
    world.at(NOW + timedelta(days=6))
    complain(world, kind="out-of-specification", reference="Batch 9", contact=None)
    assert len(told(world, "SURGE of complaints: product-quality")) == 1


@pytest.mark.requirement("CMP-13")
def test_within_six_months_of_closing_the_same_customer_with_the_same_is_heard_one_rung_up(world):
    first = complain(world, kind="commercial-work", reference="Order 5")
    first.do("answer", {"finding": "substantiated", "text": "The papers are on their way."})
    first.do("close")
    world.at(NOW + timedelta(days=100))
    second = complain(world, kind="commercial-work", reference="Order 6")
    assert second.file()["earlier"] == [first.number]
    assert second.owed()["answer"] == "deputy-head"
    assert complain(world, kind="service-behaviour", reference="Order 6").file()["earlier"] == []


@pytest.mark.requirement("CMP-11")
def test_a_cause_that_is_owed_again_and_does_not_come_goes_up(world):
    matter = complain(world, kind="malfunction", reference="Batch 7")
    matter.do("form", {"text": "It does not start."}, LEADER)
    matter.do("corrective", {"move": "plan", "text": "A worn tool."}, PLANNER)
    let_pass(world, NOW + timedelta(hours=1))
    matter.do("corrective", {"move": "forward"}, ENGINEER)
    matter.do("corrective", {"move": "send-back", "text": "Why did it wear?"}, LEADER)
    assert matter.promise("approval")["state"] == "kept"
    due = matter.due("root-cause")
    assert due == NOW + timedelta(days=1, hours=1)
    let_pass(world, due + timedelta(minutes=1))
    assert [one["state"] for one in matter.file()["promises"] if one["what"] == "root-cause"] == [
        "kept",
        "broken",
        "open",
    ]
