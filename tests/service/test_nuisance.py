"""Nuisance: a flagged number is slowed, its real emergency goes through in the same time, and flags end."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.counting import Meter
from tests.service.conftest import MONDAY_MORNING
from tests.service.own_pack import with_categories
from tests.service.readable import readable
from tests.service.test_emergencies import NORTH, sign_on, told, unit
from tests.service.test_main_path import REPORT, SUPERVISOR, follow, promises
from tests.service.world import Answer, World, staff

OPERATOR = staff("operator-1", "operator")
PHONE = "+971501234567"
OTHER = {"name": "Badr", "phone": "+971507654321"}
CALLS = tuple(
    f"""
- code: {code}
  group: calls
  name: {{ en: "{name}", ar: "مكالمة", zh: "来电" }}
  plain: [explain, end_call]
  review: false
  questions:
    - {{ fact: repeated, ask: {{ en: "Again?", ar: "مرة أخرى؟", zh: "再次？" }} }}
    - {{ fact: from_home, ask: {{ en: "From home?", ar: "من البيت؟", zh: "家里？" }} }}
    - {{ fact: public_phone, ask: {{ en: "From a public telephone?", ar: "من هاتف عمومي؟", zh: "公用电话？" }} }}
  rules:
    - {{ id: {code}-home, when: [repeated, from_home], then: [{family}] }}
    - {{ id: {code}-public, when: [repeated, public_phone], then: [locate, dispatch] }}
"""
    for code, name, family in (("N2", "A child calling", "call_parents"), ("N3", "Unwell", "call_guardian"))
)


@pytest.fixture(scope="module")
def compiled_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_categories(tmp_path_factory.mktemp("packs"), *CALLS)


def callers(world: World, what: str, who=OPERATOR, **body):
    path = f"/staff/v1/callers{what}"
    return world.http("intake.staff", "POST", path, {"phone": PHONE, **body}, staff=who)


def flag(world: World, kind: str = "adult", telephone: str = "mobile", **body):
    said = {"kind": kind, "telephone": telephone, "reason": "Sings.", **body}
    answer = callers(world, "", **said)
    assert answer.status == 200, answer.body
    return answer.body


def call(world: World, key: str | None = None, **changed):
    """What somebody who rings reports, as whoever takes the call keys it in."""
    body = {**REPORT, "channel": "phone", "contact": {"phone": PHONE}, **changed}
    return world.http("intake.api", "POST", "/v1/cases", body, key=key)


def log_call(world: World, category: str):
    """What is about the call itself, which only whoever takes it can say."""
    body = {**REPORT, "category": category, "channel": "phone", "contact": {"phone": PHONE}, "read_back": True}
    return world.http("intake.staff", "POST", "/staff/v1/cases", body, staff=OPERATOR)


def owed(world: World, receipt):
    case = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt['number']}", staff=SUPERVISOR).body
    return {one["what"]: one for one in case["promises"]}


@pytest.mark.requirement("CASE-16")
@pytest.mark.parametrize("kind", ["adult", "child", "unwell", "drunk"])
def test_a_flagged_number_is_taken_later_and_counted(world, kind):
    flag(world, kind)
    first = call(world, category="D5")
    assert (first.status, first.body["state"]) == (201, "received")  # this category has no review otherwise
    assert owed(world, first.body)["review"]["due"] == (MONDAY_MORNING + timedelta(hours=72)).isoformat()
    call(world)
    seen = callers(world, "/look").body
    assert (seen["kind"], seen["times"], seen["flagged"]) == (kind, 3, True)
    path = f"/staff/v1/cases/{first.body['number']}"
    events = world.http("intake.staff", "GET", path, staff=SUPERVISOR).body["events"]
    known = [event for event in events if event["what"] == "CallerKnown.v1"]
    assert [event["facts"] for event in known] == [{"kind": kind, "times": 1}]
    assert all(line["what"] != "CallerKnown" for line in follow(world, first.body)["timeline"])


@pytest.mark.requirement("CASE-16")
def test_after_many_calls_in_an_hour_the_next_waits_but_nobody_else(world):
    flag(world)
    for minute in range(5):
        world.at(MONDAY_MORNING + timedelta(minutes=minute))
        assert call(world, key=f"call-call-{minute}").status == 201
    refused = call(world)
    assert (refused.status, refused.body["type"]) == (429, "urn:ahd:problem:too-many-calls")
    assert refused.headers["Retry-After"] == str(56 * 60)
    assert call(world, key="call-call-4").status == 201  # it was taken before: the same answer again
    assert call(world, contact=OTHER).status == 201
    assert call(world, channel="web").status == 201  # anybody may type any number
    world.at(MONDAY_MORNING + timedelta(minutes=61))
    assert call(world).status == 201


@pytest.mark.requirement("CASE-16")
@pytest.mark.parametrize("danger", [{"facts": {"danger_to_life": True}}, {"category": "P7"}])
def test_a_flagged_numbers_real_emergency_takes_the_same_way_as_any_other(world, danger):
    for number in range(6):
        sign_on(world, f"unit-{number}", NORTH)
    with Meter(world).attached() as meter, meter.warm("intake"):
        call(world, contact=OTHER, **danger)
        other = meter.measure(lambda: call(world, contact=OTHER, **danger))
        for minute in range(6):
            flag(world)
            call(world, key=f"call-call-{minute}")
        assert call(world).status == 429
        taken: list[Answer] = []
        flagged = meter.measure(lambda: taken.append(call(world, **danger)))
    assert flagged.calls == other.calls
    (answer,) = taken
    assert (answer.status, answer.body["urgent"], answer.body["state"]) == (201, True, "open")
    assert promises(answer.body)["arrive"] == "open"
    assert answer.body["number"] in [unit(world, f"unit-{number}")["case"] for number in range(6)]


@pytest.mark.requirement("CASE-16")
@pytest.mark.parametrize(
    ("category", "kind", "whom"), [("N2", "child", "call_parents"), ("N3", "unwell", "call_guardian")]
)
def test_again_from_home_whoever_looks_after_the_caller_is_called(world, category, kind, whom):
    assert "call-family" not in owed(world, log_call(world, category).body)
    flag(world, kind, "home")
    again = log_call(world, category).body
    assert whom in again["dispositions"]
    assert "call-family" not in promises(again)
    assert owed(world, again)["call-family"]["role"] == "operator"

    def called(key: str, *, reached: bool):
        path = f"/staff/v1/cases/{again['number']}/family-called"
        body = {"reached": reached, "text": "The mother takes the telephone away."}
        return world.http("intake.staff", "POST", path, body, staff=OPERATOR, key=key)

    assert called("family-1", reached=False).status == 200
    assert owed(world, again)["call-family"]["state"] == "open"
    assert called("family-2", reached=True).status == 200
    assert owed(world, again)["call-family"]["state"] == "kept"
    assert called("family-3", reached=True).status == 409


@pytest.mark.requirement("CASE-16")
def test_parents_whom_nobody_called_go_up_the_ladder(world):
    flag(world, "child", "home")
    log_call(world, "N2")
    world.at(MONDAY_MORNING + timedelta(hours=4))
    world.tick()
    world.settle()
    (late,) = told(world, "LATE call-family")
    assert "supervisor" in late


@pytest.mark.requirement("CASE-16")
def test_again_from_a_public_telephone_it_is_located_and_the_nearest_officers_sent(world):
    sign_on(world, "unit-north", NORTH)
    flag(world, "child", "public")
    again = log_call(world, "N2").body
    assert again["dispositions"][:2] == ["dispatch", "locate"]
    assert unit(world, "unit-north")["case"] == again["number"]
    assert callers(world, "/look").body["times"] == 2


@pytest.mark.requirement("CASE-16")
def test_a_flag_ends_by_itself_and_the_chain_keeps_who_did_what_and_why(world):
    flagged = flag(world)
    assert flagged["until"] == (MONDAY_MORNING + timedelta(days=30)).isoformat()
    world.at(MONDAY_MORNING + timedelta(days=30))
    world.tick("intake")
    seen = callers(world, "/look").body
    assert (seen["flagged"], seen["until"]) == (False, None)
    assert [(one["what"], one["by"], one["reason"]) for one in seen["history"]] == [
        ("CallerFlagged", "operator-1", "Sings."),
        ("FlagExpired", "clock", None),
    ]
    assert call(world, category="D5").body["state"] == "open"


@pytest.mark.requirement("CASE-16")
def test_a_supervisor_lifts_a_flag_with_a_reason(world):
    flag(world)
    assert callers(world, "/lift", OPERATOR, reason="A mistake.").status == 403
    assert callers(world, "/lift", SUPERVISOR, reason="A mistake.").body["flagged"] is False
    assert callers(world, "/lift", SUPERVISOR, reason="A mistake.").status == 409
    assert callers(world, "/look").body["history"][-1]["reason"] == "A mistake."
    assert call(world, category="D5").body["state"] == "open"
    assert flag(world)["flagged"] is True


def test_the_number_of_a_flagged_caller_is_nowhere(world, capsys):
    flag(world)
    callers(world, "/look")
    kept = json.dumps([item for item in world.items("intake") if item["pk"]["S"].startswith("CALLER#")], default=str)
    assert "CALLER#" in kept
    assert "501234567" not in kept + capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("", {"kind": "wizard", "reason": "Sings."}, 422),
        ("", {"kind": "adult"}, 422),
        ("", {"phone": "12", "kind": "adult", "reason": "Sings."}, 422),
        ("/lift", {"reason": "A mistake."}, 404),
        ("/look", {}, 404),
    ],
)
def test_what_can_not_be_flagged_is_said(world, what, body, status):
    assert callers(world, what, SUPERVISOR, **body).status == status
    assert callers(world, "", staff("auditor-1", "auditor"), kind="adult", reason="Sings.").status == 403


def test_a_call_costs_no_more_calls_to_look_whether_its_number_is_flagged(world):
    with Meter(world).attached() as meter, meter.warm("intake"):
        call(world)
        assert meter.measure(lambda: call(world)).calls == {"dynamodb.TransactWriteItems": 1}


def test_why_a_number_was_flagged_ends_when_it_is_kept_no_longer_and_it_can_be_flagged_again(world):
    flag(world, reason="Sings about gramophones.")
    world.pass_time(timedelta(days=31))
    assert [one["reason"] for one in callers(world, "/look").body["history"]] == ["Sings about gramophones.", None]
    world.pass_time(timedelta(days=5 * 366))
    assert "gramophones" not in "".join(readable(world))
    flag(world, reason="Sings of zebrafish.")
    reasons = [one["reason"] for one in callers(world, "/look").body["history"]]
    assert reasons == [None, None, None, "Sings of zebrafish."]
    assert "gramophones" not in "".join(readable(world))
