"""Whoever a complaint is about can't tell that it exists: not by any route, status, body, list or count."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.complaints.staff import ACTS
from shared.policy import Role
from tests.service.complaining import LEADER, Matter, complain
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World, staff

NOBODYS = "0000-0000-0000"
AT = "2026-12-24T06:00:00Z"

BODIES: dict[str, Any] = {
    "take": None,
    "classify": {"kind": "attitude", "facts": {"injury": True}},
    "grade": {"grade": "major", "reason": "It is grave."},
    "subjects": {"subjects": ["officer-2"]},
    "assign": {"investigators": ["officer-7"]},
    "evidence": {"text": "A photo."},
    "interviews": {"side": "witness", "who": "Wu", "text": "I saw it."},
    "findings": {"finding": "substantiated", "text": "It is so."},
    "answer": {"finding": "substantiated", "text": "We apologise."},
    "rework": {"text": "Again."},
    "close": None,
    "lessons": {"text": "Be polite."},
    "move": {"promise": "answer", "to": AT, "reason": "A witness is away."},
    "pause": {"promises": ["answer"], "reason": "Documents are awaited."},
    "resume": {"promises": ["answer"]},
    "steps": {"step": "hear-both-sides"},
    "contacts": {"reached": True, "said": "Yes."},
    "visits": {"at": AT},
    "visited": {"text": "We were there."},
    "return-visit": {"satisfied": True, "settled": True},
    "form": {"text": "The form."},
    "notice": {"text": "Mend it."},
    "corrective": {"move": "plan"},
    "injury": {"item": "scene", "text": "Photos."},
    "press": {"what": "asked", "text": "A newspaper."},
    "milestones": {"milestone": "finished", "at": AT},
}
SPECIAL = {"promises/answer/move": {"to": AT, "reason": "A witness is away."}, "nothing-like-that": {}}


def test_every_route_that_staff_have_is_tried():
    assert set(BODIES) == set(ACTS)


def ask(world: World, who: dict[str, Any], act: str, number: str, body: Any, key: str | None) -> tuple[int, str]:
    path = f"/staff/v1/complaints/{number}"
    if act.startswith("documents/"):
        printed = f"/staff/v1/documents/complaints/{number}/{act.removeprefix('documents/')}"
        answer = world.http("complaints.documents", "GET", printed, staff=who)
    elif act == "read":
        answer = world.http("complaints.staff", "GET", path, staff=who)
    else:
        answer = world.http("complaints.staff", "POST", f"{path}/{act}", body, staff=who, key=key)
    return answer.status, json.dumps(answer.body, sort_keys=True)


def lists(world: World, who: dict[str, Any], query: str) -> list[tuple[int, str]]:
    return [
        (answer.status, json.dumps(answer.body, sort_keys=True))
        for answer in (
            world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=who, query=query),
            world.http("complaints.staff", "GET", "/staff/v1/complaints/count", staff=who),
        )
    ]


@pytest.fixture
def about_them(world: World) -> Matter:
    """A complaint about an officer and a unit, in the midst of its handling."""
    matter = complain(world, kind="attitude")
    matter.do("subjects", {"subjects": ["officer-1", "unit-patrol"]}, LEADER)
    matter.do("evidence", {"text": "A letter."}, LEADER)
    return matter


SUBJECTS = st.builds(
    lambda roles, by_name, units: staff("officer-1" if by_name else "officer-2", *roles, *units),
    st.sets(st.sampled_from([role.value for role in Role]), max_size=3).map(sorted),
    st.booleans(),
    st.sets(st.sampled_from(["unit-patrol", "unit-inspection", "unit-west"]), max_size=3).map(sorted),
).filter(lambda who: who["sub"] == "officer-1" or "unit-patrol" in who["cognito:groups"])
PRINTED = ("documents/notice", "documents/notice.pdf")
READ = [(what, None) for what in ("read", *PRINTED)]
PATHS = st.sampled_from([*READ, *BODIES.items(), *SPECIAL.items()])
BAD = st.sampled_from([None, {}, {"text": 1}, {"unknown": "field"}])


@pytest.mark.requirement("CMP-05")
@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(who=SUBJECTS, path=PATHS, bad=st.one_of(st.just("good"), BAD), key=st.sampled_from([None, "command-1"]))
def test_no_answer_to_a_subject_differs_from_the_answer_about_what_does_not_exist(
    world, about_them, who, path, bad, key
):
    act, good = path
    body = good if bad == "good" else bad
    there = ask(world, who, act, about_them.number, body, key)
    nowhere = ask(world, who, act, NOBODYS, body, key)
    assert there == nowhere
    assert there[0] in {400, 404, 422}


@pytest.mark.requirement("CMP-05")
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(who=SUBJECTS, query=st.sampled_from(["", "role=supervisor", "role=duty-leader"]))
def test_lists_and_counts_are_what_they_would_be_without_it(world, about_them, who, query):
    seen = lists(world, who, query)
    assert re.sub("-", "", about_them.number) not in re.sub("-", "", str(seen))
    listed = json.loads(seen[0][1]).get("complaints", [])
    counted = json.loads(seen[1][1]).get("open", 0)
    assert listed == []
    assert counted == 0


@pytest.mark.requirement("CMP-05")
def test_a_full_page_has_no_gap_where_something_is_hidden(world, monkeypatch):
    monkeypatch.setattr("services.complaints.worklist.PAGE", 3)
    monkeypatch.setattr("services.complaints.worklist.COUNTED", 4)
    hidden = complain(world, kind="attitude", contact=None)
    hidden.do("subjects", {"subjects": ["officer-1"]}, LEADER)
    for _ in range(4):
        complain(world, kind="attitude", contact=None)
    subject, other = staff("officer-1", "supervisor"), staff("officer-3", "supervisor")
    for who in (subject, other):
        (_, listed), (_, counted) = lists(world, who, "")
        assert len(json.loads(listed)["complaints"]) == 3
        assert json.loads(counted)["open"] == 4
    assert hidden.number not in lists(world, subject, "")[0][1]


@pytest.mark.requirement("CMP-05")
def test_the_try_of_a_subject_is_kept_for_auditors(about_them, capsys):
    subject = staff("officer-1", "supervisor")
    assert about_them.try_to("answer", BODIES["answer"], subject).status == 404
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (turned_away,) = [line for line in lines if line["event"] == "subject turned away"]
    assert (turned_away["staff"], turned_away["action"]) == ("officer-1", "complaint.answer")


@pytest.mark.requirement("CMP-05")
def test_the_unit_of_whoever_handled_a_case_is_kept_away_where_the_pack_says_so(world):
    report = {"category": "P8", "description": "Water comes through.", "contact": {"email": "a@example.org"}}
    receipt = world.http("intake.api", "POST", "/v1/cases", report).body
    handler = staff("officer-1", "officer", "unit-patrol")
    world.http("intake.staff", "POST", f"/staff/v1/cases/{receipt['number']}/open", staff=handler)
    path = f"/v1/cases/{receipt['number']}/grievances"
    world.http("intake.api", "POST", path, {"text": "Rude."}, secret=receipt["secret"], key="grievance-1")
    world.settle()
    (seen,) = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=LEADER).body["complaints"]
    colleague = staff("supervisor-5", "supervisor", "unit-patrol")
    assert world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=colleague).body["complaints"] == []
    hidden = world.http("complaints.staff", "GET", f"/staff/v1/complaints/{seen['number']}", staff=colleague)
    assert hidden.status == 404
    assert seen["accepted"] == MONDAY_MORNING.isoformat()
