"""Building and renovation: how a complaint of an owner is handled, as the works pack says."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.service.complaining import CLERK, LEADER, MINUTE, complain, key_in, let_pass, mailed, told
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import staff

NOON = MONDAY_MORNING  # 14:00 in China, a working afternoon
INSPECTOR = staff("inspector-1", "officer", "unit-quality-control")
SITE = "Willow Court 3-502"


@pytest.fixture
def pack() -> str:
    return "works"


@pytest.mark.requirement("CMP-01", "CMP-04", "CMP-09")
def test_a_department_manager_is_in_touch_within_ten_minutes_or_the_branch_head_then_the_general_manager(world):
    matter = complain(world, kind="finish", reference=SITE)
    assert matter.due("contact") == NOON + 10 * MINUTE
    assert matter.owed()["contact"] == "department-manager"

    let_pass(world, NOON + 7 * MINUTE)
    assert told(world, "DUE SOON contact")
    let_pass(world, NOON + 9 * MINUTE)
    assert matter.owed()["contact"] == "department-manager"
    let_pass(world, NOON + 10 * MINUTE)
    assert matter.owed()["contact"] == "branch-head"
    assert mailed(world, "We are late with your complaint")
    let_pass(world, matter.due("contact"))
    assert matter.owed()["contact"] == "general-manager"
    let_pass(world, matter.due("contact"))
    assert matter.owed()["contact"] == "general-manager"  # nobody is above: it stays there until it is done
    matter.do("contacts", {"reached": True, "told": "A manager calls you."}, CLERK)
    assert matter.owed()["contact"] == "general-manager"  # no clerk does it instead
    matter.do("contacts", {"reached": True, "said": "The wall is crooked.", "told": "We come and look."}, LEADER)
    assert "contact" not in matter.owed()
    states = [one["state"] for one in matter.file()["promises"] if one["what"] == "contact"]
    assert states == ["broken", "broken", "kept"]  # what stays at the top is one promise, counted


@pytest.mark.requirement("CMP-08")
def test_the_customer_hears_from_us_every_day_and_a_missed_day_goes_straight_to_the_general_manager(world):
    matter = complain(world, kind="finish", reference=SITE)
    matter.do("contacts", {"reached": True, "told": "We look into it."})
    assert matter.due("follow-up") == NOON + timedelta(days=1)

    world.at(NOON + timedelta(hours=20))
    matter.do("contacts", {"reached": True, "follow_up": True, "told": "The joiner comes tomorrow."}, CLERK)
    assert matter.due("follow-up") == NOON + timedelta(hours=44)
    let_pass(world, NOON + timedelta(hours=44) - MINUTE)
    assert matter.owed()["follow-up"] == "service-clerk"
    let_pass(world, NOON + timedelta(hours=44))
    assert matter.owed()["follow-up"] == "general-manager"
    assert told(world, "LATE follow-up")

    matter.do("contacts", {"reached": True, "follow_up": True, "told": "We are sorry."}, LEADER)
    assert matter.owed()["follow-up"] == "service-clerk"  # and so on, every day, until it is closed


@pytest.mark.requirement("CMP-08")
def test_nobody_came_two_days_running_and_the_general_manager_has_it_at_the_first_moment(world):
    matter = complain(world, kind="finish", reference=SITE)
    agreed = NOON + timedelta(hours=3)
    matter.do("visits", {"at": agreed.isoformat()})
    assert mailed(world, "somebody comes to you")

    let_pass(world, agreed)
    assert matter.owed()["visit"] == "department-manager"  # the first day: it is owed again
    assert matter.due("visit") == agreed + timedelta(days=1)
    let_pass(world, agreed + timedelta(days=1) - MINUTE)
    assert matter.owed()["visit"] == "department-manager"
    let_pass(world, agreed + timedelta(days=1))
    assert matter.owed()["visit"] == "general-manager"
    assert matter.file()["held_by"] == "general-manager"
    matter.do("visited", {"text": "The general manager came in person."}, LEADER)
    assert "visit" not in matter.owed()


@pytest.mark.requirement("CMP-04")
def test_plumbing_in_the_first_two_months_is_seen_within_four_hours_and_anything_else_within_a_day(world):
    first = complain(world, kind="plumbing", reference=SITE)
    assert "warranty-plumbing-electricity" not in first.owed()  # under construction, as far as anybody knows
    signed = NOON - timedelta(days=30)
    first.do("milestones", {"milestone": "finished", "at": signed.isoformat()})
    assert first.due("warranty-plumbing-electricity") == NOON + timedelta(hours=4)  # from when it came

    other = complain(world, kind="finish", reference=SITE)
    assert other.due("warranty-other") == NOON + timedelta(hours=24)
    let_pass(world, NOON + timedelta(hours=4))
    assert first.owed()["warranty-plumbing-electricity"] != "quality-inspector"
    first.do("visited", {"text": "The trap was loose."}, INSPECTOR)
    assert "warranty-plumbing-electricity" not in first.owed()

    world.at(datetime(2027, 1, 4, 2, 0, tzinfo=UTC))
    late = complain(world, kind="plumbing", reference=SITE)
    assert "warranty-plumbing-electricity" not in late.owed()  # more than two months after acceptance


@pytest.mark.requirement("CMP-10", "CMP-04")
def test_every_complaint_has_a_rectification_notice_within_one_working_day(world):
    matter = complain(world, kind="finish", reference=SITE)
    assert matter.due("notice") == NOON + timedelta(days=1)
    notice = {"text": "Straighten the wall.", "due": (NOON + timedelta(days=2)).isoformat()}
    matter.do("notice", notice, INSPECTOR)
    assert matter.file()["notice"]["number"] == "RN-2026-000001"
    assert matter.promise("notice")["state"] == "kept"
    assert told(world, "RECTIFY RN-2026-000001")
    again = matter.try_to("notice", notice, INSPECTOR)
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:not-now")
    other = complain(world, kind="finish", reference="Willow Court 3-503")
    other.do("notice", notice, INSPECTOR)
    assert other.file()["notice"]["number"] == "RN-2026-000002"


@pytest.mark.requirement("CMP-12", "CMP-13")
def test_the_ledger_holds_what_each_cause_costs_and_what_exempts_from_it(world):
    signed = (NOON - timedelta(days=20)).isoformat()
    first = complain(world, kind="plumbing", reference=SITE)
    first.do("milestones", {"milestone": "finished", "at": signed})
    first.do("findings", {"finding": "substantiated", "text": "The pipe leaks."}, INSPECTOR)
    (pledge,) = first.file()["ledger"]
    # The owner's first complaint in the two months does not count against quality control.
    assert (pledge["penalty"], pledge["department"]) == ("quality-control-pledge", None)

    world.at(NOON + timedelta(days=3))
    second = complain(world, kind="plumbing", reference=SITE)
    assert second.file()["earlier"] == [first.number]
    second.do("classify", {"kind": "plumbing", "facts": {"repairs": True, "not_solved_in_time": True}})
    second.do("findings", {"finding": "substantiated", "text": "It leaks again."}, INSPECTOR)
    ledger = {one["penalty"]: (one["department"], one["amount"]["minor"]) for one in second.file()["ledger"]}
    assert ledger == {
        "repairs-not-solved": ("quality-control", 10000),
        "quality-control-pledge": ("quality-control", 0),
    }

    # Quality control came and issued the notice; the project manager did not act: it is the projects department's.
    facts = {"notice_came": True, "project_manager_idle": True}
    second.do("classify", {"kind": "plumbing", "facts": facts})
    responsible = {one["penalty"]: one["department"] for one in second.file()["ledger"]}
    assert responsible == {"repairs-not-solved": "projects", "quality-control-pledge": "projects"}

    bad = complain(world, kind="material-quality", reference=SITE)
    bad.do("classify", {"kind": "material-quality", "facts": {"designer_at_fault": True}})
    bad.do("findings", {"finding": "substantiated", "text": "The wrong tiles were drawn."}, INSPECTOR)
    assert {one["penalty"]: one["amount"]["minor"] for one in bad.file()["ledger"]} == {"designer": 20000}
    assert told(world, "LEDGER designer")


@pytest.mark.requirement("CMP-13")
def test_a_second_complaint_about_the_same_starts_one_rung_up_and_we_ask_about_the_first(world):
    first = complain(world, kind="finish", reference=SITE)
    other_site = complain(world, kind="finish", reference="Elm Court 1")
    assert other_site.file()["earlier"] == []
    world.at(NOON + timedelta(days=10))
    second = complain(world, kind="finish", reference=" willow  court 3-502 ")
    assert second.file()["earlier"] == [first.number]
    assert second.owed()["answer"] == "branch-head"
    assert second.file()["ask_about_earlier"] is True
    world.at(NOON + timedelta(days=240))
    assert complain(world, kind="finish", reference=SITE).file()["earlier"] == []


WHO = {
    "department-manager": ("supervisor", "role-department-manager"),
    "branch-head": ("supervisor", "role-branch-head"),
    "general-manager": ("duty-leader",),
}


@pytest.mark.requirement("CMP-07")
def test_each_round_of_rework_goes_one_rung_up(world):
    matter = complain(world, kind="finish", reference=SITE)
    matter.do("take")
    roles = []
    for _round in range(4):
        roles.append(matter.owed()["answer"])
        answer = {"finding": "substantiated", "text": "We redo it."}
        if len(roles) > 1:
            below = staff("manager-2", "supervisor", "role-department-manager")
            assert matter.try_to("answer", answer, below).body["roles"][0] == roles[-1]
        matter.do("answer", answer, staff("answers-1", *WHO[roles[-1]]))
        again = matter.says("rework", {"text": "It is still crooked."})
    assert roles == ["department-manager", "branch-head", "general-manager", "general-manager"]
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:rounds-used")
    assert told(world, "now with general-manager")


@pytest.mark.requirement("CMP-03", "CMP-14")
def test_an_injury_makes_it_major_and_a_manager_decides_on_company_and_money(world):
    matter = key_in(world, kind="workmanship", reference=SITE)
    assert matter.file()["grade"] == "general"
    matter.do("injury", {"item": "witness", "text": "He saw the ladder fall.", "contact": "Wu, 139"}, INSPECTOR)
    assert matter.file()["grade"] == "major"
    assert told(world, ": injury")
    decision = {"item": "decision", "text": "Company to hospital.", "company": True}
    refused = matter.try_to("injury", decision, INSPECTOR)
    assert (refused.status, refused.body["roles"]) == (403, ["department-manager"])
    matter.do("injury", decision)
    early = matter.try_to("injury", {"item": "opinion", "text": "Covered.", "cover": "covered"})
    assert early.status == 409
    matter.do("injury", {"item": "insurer", "text": "Told by telephone."})
    matter.do("injury", {"item": "opinion", "text": "Covered.", "cover": "covered"})
    matter.do("injury", {"item": "scene", "text": "Photos are kept."})
    assert all(item["done"] for item in matter.file()["injury"])
    spoken = matter.try_to("press", {"what": "answered", "text": "No comment."})
    assert spoken.status == 403
    matter.do("press", {"what": "answered", "text": "We look into it."}, LEADER)
