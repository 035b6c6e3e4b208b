"""Bad input gets a clear refusal that says where and what to do; nothing of it is stored, nothing of it is logged."""

import json
from typing import Any

import pytest

from tests.service.test_main_path import REPORT, SUPERVISOR, report
from tests.service.world import World

CANARY = "canary-7f3a"


def post(world: World, body=None, **how):
    return world.http("intake.api", "POST", "/v1/cases", body, **how)


def with_field(path: str, value) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(REPORT))
    *parents, last = path.strip("/").split("/")
    here = body
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return body


FAULTS = [
    ("/category", "QQ", "/category"),
    ("/category", 7, "/category"),
    ("/description", "", "/description"),
    ("/description", "   ", "/description"),
    ("/description", "x" * 4001, "/description"),
    ("/description", f"{CANARY} bell \u0007", "/description"),
    ("/description", f"{CANARY} override \u202e", "/description"),
    ("/description", "\u200b\u200d\ufeff", "/description"),
    ("/description", ["text"], "/description"),
    ("/nickname", CANARY, "/nickname"),
    ("/contact/fax", CANARY, "/contact/fax"),
    ("/contact/email", f"{CANARY} at nowhere", "/contact/email"),
    ("/contact/email", f"{CANARY}@example.org\nBcc: all@example.org", "/contact/email"),
    ("/contact/phone", "12", "/contact/phone"),
    ("/contact/phone", CANARY, "/contact/phone"),
    ("/contact/name", "n" * 121, "/contact/name"),
    ("/happened_at", "2026-02-30T10:00:00Z", "/happened_at"),
    ("/happened_at", "2026-11-23T10:00:00", "/happened_at"),
    ("/happened_at", "2999-01-01T00:00:00Z", "/happened_at"),
    ("/happened_at", "0001-01-01T00:00:00Z", "/happened_at"),
    ("/place/lat", 91, "/place/lat"),
    ("/place/long", "east", "/place/long"),
    ("/place/lat", 10, "/place"),
    ("/facts/moon_is_full", True, "/facts"),
    ("/facts/grave", "yes, very", "/facts/grave"),
    ("/language", "fr", "/language"),
    ("/channel", "pigeon", "/channel"),
]


@pytest.mark.parametrize(("path", "value", "pointer"), FAULTS, ids=lambda value: repr(value)[:30])
def test_each_fault_is_pointed_to_and_nothing_is_stored(world, capsys, path, value, pointer):
    answer = post(world, with_field(path, value))
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["type"] == "urn:ahd:problem:invalid"
    assert pointer in [fault["pointer"] for fault in answer.body["faults"]]
    assert world.items("intake") == []
    assert CANARY not in json.dumps(answer.body)
    assert CANARY not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raw", "status", "kind"),
    [
        ("{not json", 400, "not-json"),
        ("", 400, "no-body"),
        ('{"description": "\\ud800"}', 400, "not-json"),
        ("[1, 2]", 422, "invalid"),
        ("null", 422, "invalid"),
        (json.dumps({"description": "é" * 33_000}), 413, "too-large"),
        ('{"description": ' + "[" * 5000, 400, "not-json"),
        ('{"description": NaN}', 422, "invalid"),
    ],
)
def test_what_is_no_report_at_all_is_refused_by_its_kind(world, raw, status, kind):
    answer = post(world, raw=raw)
    assert (answer.status, answer.body["type"]) == (status, f"urn:ahd:problem:{kind}")
    assert world.items("intake") == []


def test_several_faults_are_told_at_once(world):
    answer = post(world, {"description": "", "language": "fr", "nickname": "x"})
    assert {fault["pointer"] for fault in answer.body["faults"]} == {"/description", "/language", "/nickname"}


@pytest.mark.parametrize("number", ["AAAA-AAAA-AAAA", "nonsense", "%00", "x" * 300, "عهد"])
@pytest.mark.parametrize("secret", ["", "wrong", "w" * 1000])
def test_an_unknown_number_and_a_wrong_secret_look_alike(world, number, secret):
    receipt = report(world)
    unknown = world.http("intake.api", "GET", f"/v1/cases/{number}", secret=secret)
    wrong = world.http("intake.api", "GET", f"/v1/cases/{receipt['number']}", secret=secret)
    assert unknown.status == wrong.status == 404
    assert unknown.body["type"] in {"urn:ahd:problem:not-found", "urn:ahd:problem:unknown-route"}
    assert wrong.body["type"] == "urn:ahd:problem:not-found"


def test_an_unknown_address_is_a_problem_too(world):
    answer = world.http("intake.api", "GET", "/v1/nowhere")
    assert (answer.status, answer.body["type"]) == (404, "urn:ahd:problem:unknown-route")


@pytest.mark.parametrize("key", ["short", "k" * 129, "with space here", "ключ-ключ"])
def test_a_key_that_cannot_be_used_is_refused(world, key):
    answer = post(world, REPORT, key=key)
    assert (answer.status, answer.body["type"]) == (400, "urn:ahd:problem:bad-idempotency-key")
    assert world.items("intake") == []


def test_an_empty_or_malformed_grievance_opens_no_complaint(world):
    receipt = report(world)
    path = f"/v1/cases/{receipt['number']}/grievances"
    no_key = world.http("intake.api", "POST", path, {"text": "late"}, secret=receipt["secret"])
    assert (no_key.status, no_key.body["type"]) == (400, "urn:ahd:problem:no-idempotency-key")
    empty = world.http("intake.api", "POST", path, {"text": ""}, secret=receipt["secret"], key="12345678")
    assert (empty.status, empty.body["faults"][0]["pointer"]) == (422, "/text")
    wrong = world.http("intake.api", "POST", path, {"text": "late"}, secret="wrong", key="12345678")
    assert wrong.status == 404
    world.settle()
    assert world.items("complaints") == []


@pytest.mark.parametrize(
    "answers",
    [{}, {"satisfaction": 6}, {"satisfaction": "5"}, {"satisfaction": True}, {"satisfaction": 5, "mood": "good"}],
    ids=str,
)
def test_a_survey_answer_that_is_none_is_refused(world, answers):
    refused = world.http("survey.api", "POST", "/v1/surveys/AAAABBBBCCCC/answers", answers, secret="x")
    assert refused.status == 422
    unknown = world.http("survey.api", "POST", "/v1/surveys/AAAABBBBCCCC/answers", {"satisfaction": 5}, secret="x")
    assert unknown.status == 404


@pytest.mark.parametrize(
    ("function", "method", "path", "allowed"),
    [
        ("intake.api", "DELETE", "/v1/cases", "POST"),
        ("intake.api", "PUT", "/v1/cases/AAAA-AAAA-AAAA", "GET"),
        ("intake.staff", "POST", "/staff/v1/cases/AAAA-AAAA-AAAA", "GET"),
        ("intake.uploads", "GET", "/v1/cases/AAAA-AAAA-AAAA/files", "POST"),
        ("intake.downloads", "PUT", "/staff/v1/cases/AAAA-AAAA-AAAA/files", "GET"),
        ("intake.web", "PUT", "/report", "GET, POST"),
        ("complaints.api", "GET", "/v1/complaints", "POST"),
        ("complaints.web", "DELETE", "/complaint/AAAA-AAAA-AAAA", "GET"),
        ("notify.webhook", "GET", "/v1/receipts/sns", "POST"),
        ("survey.staff", "POST", "/staff/v1/scores", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_said_with_those_it_takes(world, function, method, path, allowed):
    answer = world.http(function, method, path, {}, staff=SUPERVISOR)
    assert (answer.status, answer.body["type"]) == (405, "urn:ahd:problem:wrong-method")
    assert (answer.headers["Allow"], answer.body["allowed"]) == (allowed, allowed.split(", "))


def test_people_who_open_what_only_a_form_sends_get_a_page(world):
    sent = {"accept": "text/html"}
    status, headers, seen = world.answer("complaints.web", "PUT", "/complain", sent, b"")
    assert (status, headers["Allow"]) == (405, "GET, POST")
    assert b"We can" in seen


def test_cities_apps_hear_it_in_their_own_words(world):
    status, headers, seen = world.answer("intake.open311", "DELETE", "/open311/v2/requests.json", {}, b"")
    assert (status, headers["Allow"]) == (405, "GET, POST")
    assert json.loads(seen)[0]["code"] == 405
