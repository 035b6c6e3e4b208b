"""Whoever a complaint is about can't tell that it exists: not by any route, status, body, list or count."""

import json
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.complaints.staff import ACTS
from services.notify import booking, wishing
from services.notify import callback as callbacks
from services.notify.recipient import Recipient
from shared.policy import PERMITS, Role
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Cause
from shared.tables import store
from tests.service.complaining import CLERK, LEADER, PHONE, Matter, complain
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World, staff

NOBODYS = "0000-0000-0000"
AT = "2026-12-24T06:00:00Z"

BODIES: dict[str, Any] = {
    "take": None,
    "classify": {"kind": "attitude", "facts": {"injury": True}},
    "grade": {"grade": "major", "reason": "It is grave."},
    "subjects": {"subjects": ["officer-2", "unit-west"]},
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
    "signature": None,
    "erase": {"reason": "asked"},
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
    reads = {role.value for role in PERMITS["complaint.read"]}.intersection(
        re.findall(r"[\w-]+", who["cognito:groups"])
    )
    assert [status for status, _ in seen] == ([200, 200] if reads else [403, 403])
    if reads:
        assert json.loads(seen[0][1])["complaints"] == []
        assert json.loads(seen[1][1])["open"] == 0


@pytest.mark.requirement("CMP-05")
def test_a_full_page_has_no_gap_where_something_is_hidden(world, monkeypatch):
    monkeypatch.setattr("services.complaints.worklist.PAGE", 3)
    monkeypatch.setattr("services.complaints.worklist.COUNTED", 4)
    hidden = complain(world, kind="attitude", contact=None)
    hidden.do("subjects", {"subjects": ["officer-1", "unit-patrol"]}, LEADER)
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


# ── what is told of it elsewhere ─────────────────────────────────────────────────────────────────────────────────


def owe_call(world: World, number: str, case: str) -> None:
    """A call is owed to the customer of this case or complaint."""
    with world.function_of("notify"):
        hours = wishing.hours({})
        call = callbacks.booked(
            number, case.replace("-", ""), "not satisfied", pack(), calendar(), hours, MONDAY_MORNING
        )
        line = booking.told(call, Recipient(id=call.case, language="en", salt=None), hours, MONDAY_MORNING)
        store().create(call, [line], Cause(MONDAY_MORNING, "test", "test"))


def calls(world: World, who: dict[str, Any], query: str = "") -> Any:
    answer = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=who, query=query)
    assert answer.status == 200, answer.body
    return answer.body


CALL = "CCCC-CCCC-CCC1"
OUTCOMES = st.sampled_from(
    [
        None,
        {"outcome": "reached"},
        {"outcome": "no-answer"},
        {"outcome": "given-up", "reason": "wrong-number"},
        {"outcome": "given-up"},
        {"unknown": "field"},
    ]
)


@pytest.mark.requirement("CMP-05")
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(who=SUBJECTS, outcome=OUTCOMES, reads=st.booleans(), key=st.sampled_from([None, "command-1"]))
def test_no_call_to_a_customer_is_there_for_whoever_they_complain_about(world, about_them, who, outcome, reads, key):
    with suppress(AlreadyExists):
        owe_call(world, CALL.replace("-", ""), about_them.number)

    def asked(number: str) -> tuple[int, str]:
        path = f"/staff/v1/callbacks/{number}"
        if reads:
            answer = world.http("notify.staff", "GET", path, staff=who)
        else:
            answer = world.http("notify.staff", "POST", f"{path}/outcome", outcome, staff=who, key=key)
        return answer.status, json.dumps(answer.body, sort_keys=True)

    assert asked(CALL) == asked(NOBODYS)
    assert asked(CALL)[0] in {400, 403, 404, 422}
    listed = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=who)
    assert listed.status in {200, 403}
    if listed.status == 200:
        assert listed.body == {"callbacks": [], "next": None}
    assert [one["number"] for one in calls(world, LEADER)["callbacks"]] == [CALL]


@pytest.mark.requirement("CMP-05")
def test_pages_of_calls_have_no_gap_where_some_are_hidden(world, monkeypatch):
    monkeypatch.setattr("services.notify.calling.PAGE", 3)
    hidden = complain(world, kind="attitude", contact={"phone": PHONE})
    hidden.do("subjects", {"subjects": ["officer-1", "unit-patrol"]}, LEADER)
    others = [complain(world, kind="attitude", contact={"phone": PHONE}) for _ in range(4)]
    for place in range(10):
        owe_call(world, f"AAAAAAAAAA{place:02}", hidden.number)
    for place, other in enumerate(others):
        owe_call(world, f"BBBBBBBBBBB{place}", other.number)
    subject = staff("officer-1", "officer")
    first = calls(world, subject)
    second = calls(world, subject, f"after={first['next']}")
    assert [len(page["callbacks"]) for page in (first, second)] == [3, 1]
    assert second["next"] is None
    assert "AAAA" not in str([first, second])
    assert len(calls(world, staff("officer-3", "officer"))["callbacks"]) == 3


@pytest.mark.requirement("CMP-05")
def test_who_handled_the_case_neither_sees_nor_makes_the_call_to_its_dissatisfied_customer(world):
    report = {"category": "P8", "description": "Water comes through.", "contact": {"phone": PHONE}}
    receipt = world.http("intake.api", "POST", "/v1/cases", report).body
    handler = staff("officer-1", "officer", "unit-patrol")
    world.http("intake.staff", "POST", f"/staff/v1/cases/{receipt['number']}/open", staff=handler)
    path = f"/v1/cases/{receipt['number']}/grievances"
    world.http("intake.api", "POST", path, {"text": "Rude."}, secret=receipt["secret"], key="grievance-1")
    world.settle()
    owe_call(world, CALL.replace("-", ""), receipt["number"])
    for kept_away in (handler, staff("supervisor-5", "supervisor", "unit-patrol")):
        assert calls(world, kept_away)["callbacks"] == []
        assert world.http("notify.staff", "GET", f"/staff/v1/callbacks/{CALL}", staff=kept_away).status == 404
    assert len(calls(world, CLERK)["callbacks"]) == 1


@pytest.mark.requirement("CMP-05", "CMP-13")
@pytest.mark.parametrize("pack", ["works"])
def test_a_later_complaint_does_not_give_an_earlier_one_away(world, pack):
    first = complain(world, kind="finish", reference="Willow Court 3-502")
    first.do("subjects", {"subjects": ["manager-1"]}, LEADER)
    body = {"text": "Again.", "kind": "finish", "reference": "Willow Court 3-502"}
    receipt = world.http("complaints.api", "POST", "/v1/complaints", body).body
    keyed = {**body, "channel": "phone", "read_back": True}
    by_staff = world.http("complaints.staff", "POST", "/staff/v1/complaints", keyed, staff=CLERK).body
    for body in (receipt, by_staff):
        assert first.number not in str(body)
        assert "earlier" not in body
    second, third = (Matter(world, one["number"], one["secret"]) for one in (receipt, by_staff))
    subject = staff("manager-1", "supervisor")
    assert (second.file(LEADER)["earlier"], second.file(LEADER)["about_the_same"]) == ([first.number], 2)
    seen = second.file(subject)
    assert (seen["earlier"], seen["about_the_same"], seen["ask_about_earlier"]) == ([], 1, False)
    assert third.file(subject)["earlier"] == [second.number]
    assert third.file(subject)["about_the_same"] == 2
    assert first.number not in str([seen, third.file(subject)])


@pytest.mark.requirement("CMP-13")
def test_who_merely_names_a_case_has_not_complained_about_the_same(world):
    report = {"category": "P8", "description": "Water comes through.", "contact": {"phone": PHONE}}
    case = world.http("intake.api", "POST", "/v1/cases", report).body
    stranger = complain(world, kind="attitude", case=case["number"], contact=None)
    path = f"/v1/cases/{case['number']}/grievances"
    world.http("intake.api", "POST", path, {"text": "Rude."}, secret=case["secret"], key="grievance-1")
    world.settle()
    body = {"text": "Rude.", "case": case["number"], "channel": "counter", "read_back": True}
    keyed = world.http("complaints.staff", "POST", "/staff/v1/complaints", body, staff=CLERK).body
    listed = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=LEADER).body["complaints"]
    (voiced,) = [one["number"] for one in listed if one["number"] not in {stranger.number, keyed["number"]}]
    counted = [
        Matter(world, number, "").file(LEADER)["about_the_same"]
        for number in (stranger.number, voiced, keyed["number"])
    ]
    assert counted == [1, 1, 2]


@pytest.mark.requirement("CMP-05")
def test_where_the_unit_is_kept_away_a_person_is_named_with_their_unit(world):
    matter = complain(world, kind="attitude")
    alone = matter.try_to("subjects", {"subjects": ["officer-1"]}, LEADER)
    body = {"text": "Rude.", "channel": "counter", "read_back": True, "subjects": ["officer-1"]}
    keyed = world.http("complaints.staff", "POST", "/staff/v1/complaints", body, staff=CLERK)
    for refused in (alone, keyed):
        assert refused.status == 422
        assert refused.body["faults"][0]["pointer"] == "/subjects"
        assert "unit-" in refused.body["faults"][0]["message"]
    matter.do("subjects", {"subjects": ["officer-1", "unit-patrol"]}, LEADER)
    body["subjects"] = ["officer-1", "unit-patrol"]
    assert world.http("complaints.staff", "POST", "/staff/v1/complaints", body, staff=CLERK).status == 201
