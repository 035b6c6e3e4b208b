"""An IT service desk: how a complaint is handled, as the it-desk pack says."""

from datetime import timedelta

import pytest

from tests.service.complaining import LEADER, MINUTE, complain, key_in, let_pass, mailed, told
from tests.service.conftest import MONDAY_MORNING

NOW = MONDAY_MORNING  # Monday 14:00 in China


@pytest.fixture
def pack() -> str:
    return "it-desk"


@pytest.mark.requirement("CMP-04", "CMP-09")
def test_a_complaint_is_solved_within_three_working_days_or_the_head_of_it_has_it(world):
    matter = complain(world, kind="not-solved")
    assert matter.due("solve") == NOW + timedelta(days=3)
    (promised,) = [one for one in matter.seen()["promises"] if one["what"] == "solve"]
    assert promised["name"] == "It is solved"
    assert sum(one["seconds"] for one in promised["why"] if one["kind"] == "run") == 3 * 8 * 3600
    let_pass(world, NOW + timedelta(days=3) - timedelta(hours=5))
    assert told(world, "DUE SOON solve")
    let_pass(world, NOW + timedelta(days=3))
    assert matter.owed()["solve"] == "head-of-it"
    assert mailed(world, "We are late with your complaint")
    matter.talk(LEADER)
    matter.do("answer", {"finding": "substantiated", "text": "A new machine stands on your desk."}, LEADER)
    matter.do("close", who=LEADER)
    assert [one["state"] for one in matter.file()["promises"] if one["what"] == "solve"] == ["broken", "kept"]


@pytest.mark.requirement("CMP-13")
def test_about_the_same_incident_again_we_ask_about_the_earlier_handling(world):
    first = key_in(world, kind="not-solved", reference="INC-4711")
    again = key_in(world, kind="attitude", reference="inc-4711")
    assert again.file()["earlier"] == [first.number]
    assert (again.file()["ask_about_earlier"], again.file()["held_by"]) == (True, "head-of-it")
    assert key_in(world, kind="not-solved").file()["earlier"] == []


@pytest.mark.requirement("CMP-01")
def test_a_promised_call_is_a_promise_with_a_time(world):
    matter = complain(world, kind="waiting")
    assert matter.due("contact") == NOW + timedelta(hours=2)
    matter.do("visits", {"at": (NOW + timedelta(hours=5)).isoformat()})
    matter.do("promises/visit/move", {"to": (NOW + timedelta(hours=6)).isoformat(), "reason": "The part is late."})
    let_pass(world, NOW + timedelta(hours=6) - MINUTE)
    assert matter.promise("visit")["state"] == "open"
    matter.do("visited", {"text": "It works."})
    assert matter.promise("visit")["state"] == "kept"
