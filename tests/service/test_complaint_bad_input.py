"""Nothing that anybody sends about a complaint breaks it: each refusal says where, and nothing of it is kept."""

from datetime import timedelta
from typing import Any

import pytest

from tests.service.complaining import LEADER, Matter, complain
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import Answer, World

REASON = "A witness is away."
SPANS: list[Any] = [
    {"nonsense": 1},
    {},
    {"days": -1},
    {"days": 1, "hours": 1},
    {"days": 10**12},
    {"hours": 10**30},
    {"months": 10**9},
    {"working_days": 10**7},
    {"working_hours": 10**15},
    {"days": 4000},
    {"days": 1.5},
    {"days": "1"},
]
BEYOND = [
    "9999-12-31T23:59:59-11:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "1899-12-31T23:59:59Z",
    "2037-01-01T00:00:00Z",
    "2026-12-24T06:00:00",
    1_800_000_000,
]


def pointers(answer: Answer) -> list[str]:
    return [fault["pointer"] for fault in answer.body["faults"]]


@pytest.fixture
def matter(world: World) -> Matter:
    return complain(world, kind="attitude")


def events(matter: Matter) -> list[str]:
    return [event["what"] for event in matter.file(LEADER)["events"]]


@pytest.mark.parametrize("span", SPANS, ids=str)
def test_a_span_that_is_none_is_refused_where_it_stands(matter, span):
    before = events(matter)
    for act in ("move", "promises/answer/move"):
        body = {"within": span, "reason": REASON, **({"promise": "answer"} if act == "move" else {})}
        refused = matter.try_to(act, body, LEADER)
        assert refused.status == 422, refused.body
        assert all(pointer.startswith("/within") for pointer in pointers(refused))
        assert "nonsense" not in str(refused.body)
    assert events(matter) == before


def test_a_promise_of_a_name_that_is_too_long_is_refused(matter):
    later = (MONDAY_MORNING + timedelta(days=20)).isoformat()
    refused = matter.try_to(f"promises/{'x' * 41}/move", {"to": later, "reason": REASON}, LEADER)
    assert (refused.status, pointers(refused)) == (422, ["/promise"])
    unknown = matter.try_to("promises/nothing/move", {"to": later, "reason": REASON}, LEADER)
    assert (unknown.status, unknown.body["type"]) == (409, "urn:ahd:problem:not-owed")


@pytest.mark.parametrize("when", BEYOND, ids=str)
@pytest.mark.parametrize("pack", ["works"])
def test_a_date_beyond_all_bounds_is_refused_and_the_complaint_can_still_be_read(world, when, pack):
    matter = complain(world, kind="plumbing", reference="Willow Court 3-502")
    before = events(matter)
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "move": ("/to", {"promise": "answer", "to": when, "reason": REASON}),
        "promises/answer/move": ("/to", {"to": when, "reason": REASON}),
        "visits": ("/at", {"at": when}),
        "notice": ("/due", {"text": "Mend it.", "due": when}),
        "milestones": ("/at", {"milestone": "finished", "at": when}),
    }
    for act, (pointer, body) in asked.items():
        refused = matter.try_to(act, body, LEADER)
        assert (refused.status, pointers(refused)) == (422, [pointer]), (act, refused.body)
    assert events(matter) == before
    later = complain(world, kind="plumbing", reference="Willow Court 3-502")
    assert "finished" not in later.file(LEADER)["facts"]
    assert matter.seen()["state"] == "accepted"


@pytest.mark.parametrize("pack", ["works"])
def test_a_milestone_is_kept_with_the_complaint_or_not_at_all(world, monkeypatch, pack):
    matter = complain(world, kind="plumbing", reference="Willow Court 3-502")

    def fail(*_args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("services.complaints.draft.Draft.draw_up_ledger", fail)
        signed = {"milestone": "finished", "at": (MONDAY_MORNING - timedelta(days=9)).isoformat()}
        assert matter.try_to("milestones", signed, LEADER).status == 500
    later = complain(world, kind="plumbing", reference="Willow Court 3-502")
    assert "finished" not in later.file(LEADER)["facts"]
    matter.do("milestones", signed, LEADER)
    assert "finished" in matter.file(LEADER)["facts"]
    assert "warranty" in complain(world, kind="plumbing", reference="Willow Court 3-502").file(LEADER)["facts"]
