"""A public counter: how a complaint is handled, as the convenience pack says."""

from datetime import timedelta

import pytest

from tests.service.complaining import LEADER, MANAGER, complain, let_pass, told
from tests.service.conftest import MONDAY_MORNING

NOW = MONDAY_MORNING  # Monday 14:00 in China


@pytest.fixture
def pack() -> str:
    return "convenience"


@pytest.mark.requirement("CMP-04")
def test_findings_within_five_working_days_and_the_solution_within_five_after(world):
    matter = complain(world, kind="application-late")
    assert matter.due("findings") == NOW + timedelta(days=7)
    assert "solution" not in matter.owed()
    let_pass(world, NOW + timedelta(days=4))
    assert told(world, "DUE SOON findings")
    found = NOW + timedelta(days=2)
    world.at(found)
    matter.do("findings", {"finding": "substantiated", "text": "It lay in the wrong tray."}, MANAGER)
    assert matter.due("solution") == found + timedelta(days=7)
    matter.do("answer", {"text": "You have it today."})
    assert "solution" not in matter.owed()


@pytest.mark.requirement("CMP-07", "CMP-09")
def test_whoever_is_not_satisfied_is_heard_again_with_the_departments_one_rung_up_each_time(world):
    matter = complain(world, kind="wrong-information")
    matter.do("take")
    held = []
    for _round in range(3):
        matter.do("answer", {"finding": "substantiated", "text": "We correct it."}, LEADER)
        assert matter.says("rework", {"text": "It is still wrong."}).status == 200
        held.append(matter.file()["held_by"])
    assert held == ["director", "director", "director"]
    assert told(world, ": again")
    let_pass(world, matter.due("answer"))
    assert matter.owed()["answer"] == "director"


@pytest.mark.requirement("CMP-06")
def test_a_customer_follows_every_date_and_why_it_is_that_date(world):
    matter = complain(world, kind="waiting", language="zh")
    seen = matter.seen()
    (promised,) = [one for one in seen["promises"] if one["what"] == "findings"]
    assert (seen["kind_name"], promised["name"]) == ("等候时间", "给出调查结果")
    assert promised["explained"]["rules"].startswith("convenience@")
    spans = [(one["from"], one["to"]) for one in promised["why"]]
    assert spans[0][0] == NOW.isoformat()
    assert spans[-1][1] == promised["due"]
    assert {one["kind"] for one in promised["why"]} == {"run", "closed"}
