"""Which complaint about a matter one is, and what that says of it: as it turns out to be, not as first said."""

from datetime import timedelta

import pytest

from tests.service.complaining import LEADER, OFFICER, Matter, complain, told
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import staff

NOW = MONDAY_MORNING
SITE, OTHER = "Willow Court 3-502", "Elm Court 1"
INSPECTOR = staff("inspector-1", "officer")
SUBSTANTIATED = {"finding": "substantiated", "text": "As the customer says."}
PLEDGE = "quality-control-pledge"
organisation = pytest.mark.parametrize


def signed(days: int) -> dict[str, str]:
    return {"milestone": "finished", "at": (NOW - timedelta(days=days)).isoformat()}


def ledger(matter: Matter) -> dict[str, str | None]:
    return {one["penalty"]: one["department"] for one in matter.file()["ledger"]}


@pytest.mark.requirement("CMP-12")
@organisation("pack", ["works"])
def test_in_the_two_months_every_complaint_about_the_site_counts_but_the_first_whatever_it_is_about(world, pack):
    building = complain(world, kind="finish", reference=SITE)
    world.at(NOW + timedelta(days=10))
    building.do("milestones", {"milestone": "finished", "at": (NOW + timedelta(days=5)).isoformat()}, INSPECTOR)
    first = complain(world, kind="finish", reference=SITE)
    first.do("findings", SUBSTANTIATED, INSPECTOR)
    # The same kind came before, but while it was being built.
    assert (first.file()["about_the_same"], ledger(first)[PLEDGE]) == (2, None)
    world.at(NOW + timedelta(days=20))
    second = complain(world, kind="electricity", reference=SITE)
    second.do("findings", SUBSTANTIATED, INSPECTOR)
    assert (second.file()["about_the_same"], ledger(second)[PLEDGE]) == (1, "quality-control")
    elsewhere = complain(world, kind="electricity", reference=OTHER)
    elsewhere.do("milestones", {"milestone": "finished", "at": (NOW + timedelta(days=5)).isoformat()}, INSPECTOR)
    elsewhere.do("findings", SUBSTANTIATED, INSPECTOR)
    assert ledger(elsewhere)[PLEDGE] is None


@pytest.mark.requirement("CMP-12", "CMP-13")
@organisation("pack", ["works"])
def test_what_the_wrong_site_gave_goes_when_the_site_is_put_right(world, pack):
    known = complain(world, kind="plumbing", reference=SITE)
    known.do("milestones", signed(20))
    wrong = complain(world, kind="plumbing", reference=SITE)
    assert {"finished", "warranty"} <= set(wrong.file()["facts"])
    assert "warranty-plumbing-electricity" in wrong.owed()
    wrong.do("classify", {"kind": "plumbing", "reference": OTHER})
    file = wrong.file()
    assert not {"finished", "warranty"} & set(file["facts"])
    assert "warranty-plumbing-electricity" not in wrong.owed()
    assert (file["about_the_same"], file["earlier"]) == (1, [])
    known.do("findings", SUBSTANTIATED, INSPECTOR)
    third = complain(world, kind="plumbing", reference=SITE)
    assert third.file()["earlier"] == [known.number]
    third.do("findings", SUBSTANTIATED, INSPECTOR)
    assert (ledger(known)[PLEDGE], ledger(third)[PLEDGE]) == (None, "quality-control")


@pytest.mark.requirement("CMP-13")
@organisation("pack", ["works"])
def test_a_complaint_of_another_kind_after_all_is_no_longer_among_those_about_the_same(world, pack):
    first, second = (complain(world, kind="finish", reference=SITE) for _ in range(2))
    first.do("classify", {"kind": "finish"})
    assert (first.file()["about_the_same"], second.file()["earlier"]) == (1, [first.number])
    first.do("classify", {"kind": "design"})
    assert complain(world, kind="finish", reference=SITE).file()["earlier"] == [second.number]
    second.do("classify", {"kind": "finish"})
    assert (second.file()["about_the_same"], second.file()["earlier"]) == (1, [])
    second.do("classify", {"kind": "design"})
    assert second.file()["earlier"] == [first.number]


@pytest.mark.requirement("CMP-13")
@organisation("pack", ["retail"])
def test_closing_reaches_what_a_complaint_is_about_now(world, pack):
    matter = complain(world, kind="goods-price")
    matter.do("classify", {"kind": "goods-quality"})
    matter.do("take")
    matter.do("answer", SUBSTANTIATED, LEADER)
    matter.do("close", who=LEADER)
    world.at(NOW + timedelta(days=20))
    assert complain(world, kind="goods-price").file()["earlier"] == []
    assert complain(world, kind="goods-quality").file()["earlier"] == [matter.number]
    world.at(NOW + timedelta(days=90))
    assert matter.number not in complain(world, kind="goods-quality").file()["earlier"]


@pytest.mark.requirement("CMP-03")
def test_a_person_s_grade_stands_until_another_threshold_is_passed(world):
    down, up = complain(world, kind="violence"), complain(world, kind="attitude", contact=None)
    down.do("grade", {"grade": "general", "reason": "A push in a queue."}, LEADER)
    up.do("grade", {"grade": "major", "reason": "A minister."}, LEADER)
    for matter, grade in ((down, "general"), (up, "major")):
        matter.do("classify", {"kind": matter.file(LEADER)["kind"]}, LEADER)
        assert matter.file(LEADER)["grade"] == grade
    calm = complain(world, kind="attitude", contact=None)
    calm.do("grade", {"grade": "general", "reason": "It is small."}, LEADER)
    calm.do("classify", {"kind": "attitude", "people": 7}, LEADER)
    assert calm.file(LEADER)["grade"] == "major"


@pytest.mark.requirement("CMP-03", "CMP-14")
def test_somebody_was_hurt_makes_it_major_before_anybody_has_classified_it(world):
    reported, told_with_it = complain(world), complain(world, facts={"injury": True}, contact=None)
    reported.do("injury", {"item": "scene", "text": "Photos."}, OFFICER)
    for matter in (reported, told_with_it):
        assert (matter.file(LEADER)["kind"], matter.file(LEADER)["grade"]) == (None, "major")
        rules = [one["facts"].get("rule") for one in matter.file(LEADER)["events"]]
        assert {"major", "injury"} <= set(rules)
        matter.do("classify", {"kind": "attitude"}, LEADER)
        assert matter.file(LEADER)["grade"] == "major"


@pytest.mark.requirement("CMP-06", "CMP-07")
def test_the_customer_reads_a_finding_with_the_answer_of_its_round_and_not_before(world):
    matter = complain(world, kind="attitude")
    seen = []
    for found in ("substantiated", "partly"):
        matter.do("findings", {"finding": found, "text": "A camera shows it."}, OFFICER)
        seen.append(matter.seen()["finding"])
        matter.do("answer", {"text": "We apologise."}, LEADER)
        seen.append(matter.seen()["finding"])
        matter.says("rework", {"text": "Not at all."})
        seen.append(matter.seen()["finding"])
    assert seen == [None, "substantiated", None, None, "partly", None]


@pytest.mark.requirement("CMP-12")
@organisation("pack", ["works"])
def test_who_was_told_of_a_penalty_is_told_that_it_is_taken_back(world, pack):
    matter = complain(world, kind="design", reference=SITE)
    matter.do("classify", {"kind": "design", "facts": {"designer_at_fault": True}})
    matter.do("findings", SUBSTANTIATED, INSPECTOR)
    assert told(world, "LEDGER designer")
    assert told(world, "TAKEN BACK") == []
    matter.do("classify", {"kind": "design", "facts": {"designer_at_fault": False}})
    (letter,) = told(world, "TAKEN BACK designer")
    assert "against design" in letter
    assert ledger(matter) == {}


@pytest.mark.requirement("CMP-05", "CMP-06")
def test_evidence_that_nobody_registered_shows_nothing(world):
    matter = complain(world, kind="attitude")
    matter.do("evidence", {"text": "A letter."}, OFFICER)
    matter.do("findings", {**SUBSTANTIATED, "evidence": [1]}, OFFICER)
    for act, body in (
        ("findings", {**SUBSTANTIATED, "evidence": [1, 2]}),
        ("answer", {"text": "We apologise.", "evidence": [1, 5]}),
        ("answer", {**SUBSTANTIATED, "evidence": [1, 5]}),
    ):
        refused = matter.try_to(act, body, LEADER)
        assert (refused.status, refused.body["faults"][0]["pointer"]) == (422, "/evidence/1"), act
    matter.do("answer", {"text": "We apologise.", "evidence": [1]}, LEADER)
