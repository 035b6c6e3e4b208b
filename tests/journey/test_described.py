"""The running desk answers as its published description says, whatever is sent: no failure, nothing undescribed."""

import json
import os
from itertools import count
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "api" / "intake.openapi.json"
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
"""Of each operation; `make fuzz` takes more."""
turn = count()
schema = schemathesis.openapi.from_dict(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
schema.config.generation.update(with_security_parameters=False)


@pytest.fixture(scope="module")
def supervisor(desk) -> str:
    return str(desk.tokens()["supervisor"])


@pytest.mark.emulator
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_it_is_described(case, desk, supervisor):
    # Two of three come signed in: the third is for what the gateway says.
    signed_in = case.operation.path.startswith("/staff") and next(turn) % 3
    if signed_in:
        case.headers["Authorization"] = f"Bearer {supervisor}"
    answer = case.call(base_url=desk.url)
    case.validate_response(answer, checks=CHECKS)
