"""The running desk answers as its published description says, whatever is sent: no failure, nothing undescribed."""

import json
import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.journey.conftest import eventually

DESCRIPTIONS = Path(__file__).resolve().parents[2] / "docs" / "api"
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
"""Of each operation; `make fuzz` takes more."""
turn = count()


def described(service: str) -> Any:
    """What the description of this service allows."""
    file = DESCRIPTIONS / f"{service}.openapi.json"
    schema = schemathesis.openapi.from_dict(json.loads(file.read_text(encoding="utf-8")))
    schema.config.generation.update(with_security_parameters=False)
    return schema


intake, complaints, notify = (described(service) for service in ("intake", "complaints", "notify"))
whatever = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def supervisor(desk) -> str:
    return str(desk.tokens()["supervisor"])


@pytest.fixture(scope="module")
def reported(desk) -> tuple[str, str]:
    """A case, and the secret of its customer."""
    with desk.client() as client:
        case = desk.report(client, "amal@example.org").json()
        sent = {"Authorization": f"Bearer {case['secret']}"}
        eventually(lambda: client.get(f"/v1/contact/{case['number']}", headers=sent).is_success, what="the contact")
    return case["number"], case["secret"]


@pytest.fixture(scope="module")
def complained(desk) -> tuple[str, str]:
    """A complaint, and the secret of its customer."""
    with desk.client() as client:
        body = {"text": "Nobody came.", "contact": {"email": "amal@example.org"}}
        complaint = client.post("/v1/complaints", json=body).raise_for_status().json()
    return complaint["number"], complaint["secret"]


@pytest.mark.emulator
@intake.parametrize()
@whatever
def test_every_operation_of_intake_answers_as_it_is_described(case, desk, supervisor):
    # Two of three come signed in: the third is for what the gateway says.
    signed_in = case.operation.path.startswith("/staff") and next(turn) % 3
    if signed_in:
        case.headers["Authorization"] = f"Bearer {supervisor}"
    answer = case.call(base_url=desk.url)
    case.validate_response(answer, checks=CHECKS)


@pytest.mark.emulator
@complaints.parametrize()
@whatever
def test_every_operation_of_complaints_answers_as_it_is_described(case, desk, supervisor, complained):
    # Two of three come signed in, of a complaint that there is: the third is for what a stranger gets.
    if next(turn) % 3:
        number, secret = complained
        if "number" in case.path_parameters:
            case.path_parameters["number"] = number
        staff = case.operation.path.startswith("/staff")
        case.headers["Authorization"] = f"Bearer {supervisor if staff else secret}"
    answer = case.call(base_url=desk.url)
    case.validate_response(answer, checks=CHECKS)


@pytest.mark.emulator
@notify.parametrize()
@whatever
def test_every_operation_of_notify_answers_as_it_is_described(case, desk, reported):
    # Two of three open a case that there is: the third is for what a stranger gets.
    if case.operation.path.startswith("/v1/contact") and next(turn) % 3:
        number, secret = reported
        case.path_parameters["number"] = number
        case.headers["Authorization"] = f"Bearer {secret}"
    answer = case.call(base_url=desk.url)
    case.validate_response(answer, checks=CHECKS)
