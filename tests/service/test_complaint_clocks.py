"""Clocks start once, for what can still be done, and end with what ends them; nobody's date moves in silence."""

from datetime import datetime, timedelta

import pytest

from tests.service.complaining import CLERK, LEADER, MANAGER, MINUTE, complain, let_pass, mailed
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import staff

NOW = MONDAY_MORNING
SITE = "Willow Court 3-502"
INSPECTOR = staff("inspector-1", "officer")
SIGNED = {"milestone": "finished", "at": (NOW - timedelta(days=20)).isoformat()}
ANSWER = {"finding": "substantiated", "text": "We are sorry."}
organisation = pytest.mark.parametrize


@pytest.mark.requirement("CMP-04")
@organisation("pack", ["works"])
def test_nothing_that_closing_ended_starts_again_after_it(world, pack):
    matter = complain(world, kind="plumbing", reference=SITE)
    matter.do("notice", {"text": "Mend it."})
    world.at(NOW + timedelta(hours=1))
    matter.do("answer", ANSWER)
    matter.do("close", {"waive": {"contact": "They wrote to us."}})
    world.at(NOW + timedelta(hours=2))
    matter.do("milestones", SIGNED)
    matter.do("press", {"what": "asked", "text": "The Daily calls."}, INSPECTOR)
    matter.do("injury", {"item": "scene", "text": "Photos."}, INSPECTOR)
    assert list(matter.owed()) == ["return-visit"]


@organisation("pack", ["retail"])
def test_what_outlasts_a_complaint_starts_after_closing_too(world, pack):
    matter = complain(world, kind="safety-accident")
    matter.do("take")
    matter.do("answer", ANSWER)
    matter.do("close")
    world.at(NOW + timedelta(hours=2))
    matter.do("injury", {"item": "insurer", "text": "They were told by telephone."})
    assert {"witness", "scene", "return-visit"} <= set(matter.owed())


def test_a_complaint_that_is_classified_once_it_is_answered_owes_no_findings(world):
    matter = complain(world)
    world.at(NOW + timedelta(hours=1))
    matter.do("answer", ANSWER, LEADER)
    world.at(NOW + timedelta(hours=2))
    matter.do("classify", {"kind": "violence"}, LEADER)
    assert "hear-both-sides" not in matter.owed()
    matter.do("rework", {"text": "Nobody heard me."}, LEADER)
    assert matter.owed()["answer"] == "duty-leader"


@organisation("pack", ["works"])
def test_a_call_after_the_visit_does_not_send_somebody_once_more(world, pack):
    matter = complain(world, kind="finish", reference=SITE, facts={"visit_needed": True})
    matter.do("contacts", {"reached": True, "said": "Come at once."}, LEADER)
    assert "visit-at-once" in matter.owed()
    world.at(NOW + timedelta(hours=1))
    matter.do("visited", {"text": "The wall is crooked."}, INSPECTOR)
    world.at(NOW + timedelta(days=1) - MINUTE)
    matter.do("contacts", {"reached": True, "follow_up": True, "told": "The mason comes."}, CLERK)
    assert "visit-at-once" not in matter.owed()
    matter.do("classify", {"kind": "plumbing", "facts": {}})
    assert "visit-at-once" not in matter.owed()


@organisation("pack", ["works"])
def test_the_next_round_starts_its_steps_anew(world, pack):
    matter = complain(world, kind="finish", reference=SITE, facts={"visit_needed": True})
    matter.do("contacts", {"reached": True, "said": "Come at once."}, LEADER)
    matter.do("visited", {"text": "The wall is crooked."}, INSPECTOR)
    matter.do("answer", ANSWER)
    world.at(NOW + timedelta(hours=1))
    matter.says("rework", {"text": "It is still crooked."})
    assert "visit-at-once" not in matter.owed()
    matter.do("contacts", {"reached": True, "said": "Come at once."}, LEADER)
    assert matter.due("visit-at-once") == NOW + timedelta(hours=3)


@pytest.mark.requirement("CMP-04")
@organisation("pack", ["motor"])
def test_who_could_not_be_reached_is_not_owed_the_first_date_again_however_it_is_classified(world, pack):
    matter = complain(world, kind="repair", reference="A 12345")
    world.at(NOW + timedelta(hours=3))
    matter.do("contacts", {"reached": False})
    for kind, facts in (("delay", {}), ("repair", {"injury": True}), ("charges", {"injury": False})):
        matter.do("classify", {"kind": kind, "facts": facts})
        assert "responsibility" not in matter.owed()
        assert matter.due("customer-not-reached") == NOW + timedelta(hours=48)
    matter.do("findings", {"finding": "substantiated", "text": "A loose hose."}, INSPECTOR)
    matter.do("contacts", {"reached": False})
    matter.do("classify", {"kind": "repair"})
    assert not {"responsibility", "customer-not-reached"} & set(matter.owed())


def test_a_step_that_applies_again_is_owed_again_from_its_beginning(desk_works):
    matter = desk_works
    matter.do("milestones", SIGNED)
    assert matter.due("warranty-plumbing-electricity") == NOW + timedelta(hours=4)
    matter.do("classify", {"kind": "finish"})
    assert "warranty-plumbing-electricity" not in matter.owed()
    assert matter.due("warranty-other") == NOW + timedelta(hours=24)
    matter.do("classify", {"kind": "electricity"})
    assert matter.due("warranty-plumbing-electricity") == NOW + timedelta(hours=4)
    assert "warranty-other" not in matter.owed()


@pytest.mark.requirement("CMP-04")
def test_a_date_that_staff_gave_stays_whatever_kind_it_turns_out_to_be(world):
    by_span, by_date = complain(world, kind="attitude"), complain(world, kind="attitude", contact=None)
    by_span.do("move", {"promise": "answer", "within": {"working_days": 5}, "reason": "A witness is away."}, LEADER)
    agreed = (NOW + timedelta(days=9)).isoformat()
    by_date.do("move", {"promise": "answer", "to": agreed, "reason": "A witness is away."}, LEADER)
    for matter in (by_span, by_date):
        due = matter.due("answer")
        matter.do("classify", {"kind": "conduct"}, LEADER)
        matter.do("classify", {"kind": "violence"}, LEADER)
        assert matter.due("answer") == due
    assert len(mailed(world, "A new date")) == 1


@pytest.mark.requirement("CMP-04", "CMP-18")
def test_whoever_has_another_date_by_another_kind_is_told_of_it(world):
    matter = complain(world, kind="conduct", language="zh")
    before = matter.due("answer")
    matter.do("classify", {"kind": "violence"}, LEADER)
    assert matter.due("answer") < before
    (line,) = [one for one in matter.seen()["timeline"] if one["what"] == "ComplaintDateMoved"]
    assert datetime.fromisoformat(line["facts"]["was_due"]) == before
    assert datetime.fromisoformat(line["facts"]["due"]) == matter.due("answer")
    assert "另有期限" in line["text"]
    matter.do("classify", {"kind": "violence"}, LEADER)
    assert matter.whats().count("ComplaintDateMoved") == 1


@pytest.mark.requirement("CMP-09")
@organisation("pack", ["works"])
def test_the_customer_is_told_of_each_new_rung_once_and_not_each_time_the_top_is_late(world, pack):
    matter = complain(world, kind="finish", reference=SITE)
    let_pass(world, NOW + 10 * MINUTE)
    let_pass(world, matter.due("contact"))
    told = len(mailed(world, "We are late with your complaint"))
    for _ in range(3):
        let_pass(world, matter.due("contact"))
    late = mailed(world, "We are late with your complaint")
    assert matter.owed()["contact"] == "general-manager"
    # What is late besides, the answer and the follow-up, is told for itself.
    others = {name for name in ("answer", "follow-up") if matter.promise(name)["state"] == "open"}
    assert len(late) <= told + len(others) + 1


@pytest.mark.requirement("CMP-08")
@organisation("pack", ["works"])
def test_the_next_day_after_nobody_came_counts_from_the_time_agreed_however_late_a_tick_is(world, pack):
    matter = complain(world, kind="finish", reference=SITE)
    agreed = NOW + timedelta(hours=3)
    matter.do("visits", {"at": agreed.isoformat()})
    let_pass(world, agreed + timedelta(hours=7))
    assert matter.due("visit") == agreed + timedelta(days=1)
    let_pass(world, agreed + timedelta(days=1))
    assert matter.owed()["visit"] == "general-manager"


@pytest.fixture
def desk_works(world):
    return complain(world, kind="plumbing", reference=SITE)


@pytest.fixture
def pack(request):
    return "works" if "desk_works" in request.fixturenames else "police"


@organisation("pack", ["manufacturing"])
def test_a_plan_that_the_approver_sends_back_is_reviewed_and_approved_once_more(world, pack):
    matter = complain(world, kind="malfunction", reference="Batch 7")
    planner, engineer = staff("planner-1", "officer"), staff("engineer-1", "officer")
    matter.do("form", {"text": "It does not start."}, MANAGER)
    for minute, (move, who) in enumerate(
        [("plan", planner), ("forward", engineer), ("send-back", LEADER), ("plan", planner)], start=1
    ):
        world.at(NOW + minute * MINUTE)
        matter.do("corrective", {"move": move, "text": "Look again."}, who)
    assert {"review"} <= set(matter.owed())
    world.at(NOW + 9 * MINUTE)
    matter.do("corrective", {"move": "forward"}, engineer)
    assert "review" not in matter.owed()
    assert "approval" in matter.owed()


@pytest.mark.requirement("CMP-09")
@organisation("pack", ["works"])
def test_a_worklist_says_who_owes_what_is_due_soonest(world, pack):
    matter = complain(world, kind="finish", reference=SITE)

    def listed() -> tuple[str, datetime]:
        (one,) = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=LEADER).body["complaints"]
        return one["owed_by"], datetime.fromisoformat(one["owed_until"])

    assert listed() == ("department-manager", NOW + 10 * MINUTE)
    matter.do("contacts", {"reached": True, "told": "We look into it."}, LEADER)
    assert listed()[1] == NOW + timedelta(days=1)  # the notice and the next call
    matter.do("notice", {"text": "Straighten the wall."})
    assert listed() == ("service-clerk", NOW + timedelta(days=1))


@pytest.mark.requirement("CMP-07")
@organisation("pack", ["retail"])
def test_each_role_named_in_a_token_counts_and_no_other_of_its_group(world, pack):
    matter = complain(world, kind="goods-price")
    unknown = staff("manager-3", "supervisor", "role-gardener")
    press = staff("speaker-1", "supervisor", "role-press-officer")
    for nobody in (unknown, press):
        refused = matter.try_to("take", who=nobody)
        assert (refused.status, refused.body["type"]) == (403, "urn:ahd:problem:not-your-role")
    matter.do("take", who=staff("manager-2", "supervisor", "role-press-officer", "role-manager-on-duty"))
    matter.do("answer", ANSWER, MANAGER)
    matter.says("rework", {"text": "Not enough."})
    below = staff("manager-2", "supervisor", "role-manager-on-duty")
    refused = matter.try_to("answer", ANSWER, below)
    assert (refused.status, refused.body["roles"]) == (403, ["store-manager", "senior-management"])
    assert matter.file()["state"] == "reworked"
    matter.do("answer", ANSWER, LEADER)
