"""Whatever the description of the complaints API allows, and what it does not: the functions answer as it says.

What `tests/journey/test_described.py` asks of the running desk, asked of the functions alone, and of complaints that
staff have brought along.
"""

import os
import re
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.complaints_stack import COMPLAINTS
from infra.openapi_complaints import document
from tests.service.complaining import LEADER, Matter, complain
from tests.service.world import URL, World

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA: Any = schemathesis.openapi.from_dict(document())
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations()]
SHARES = 10
"""Operations share a desk with complaints: to make one for each took longer than to ask."""
NOBODYS = "0000-0000-0000", "nobody's"
THERE_IS = {
    "kind": "plumbing",
    "facts": {},
    "claim": {"minor": 100_00, "currency": "CNY"},
    "contact": {"name": "Lin", "email": "lin@example.org"},
    "reference": "Willow Court 3-502",
    "case": None,
    "name": "answer",
    "promise": "answer",
    "promises": ["answer"],
    "within": {"days": 3},
    "at": "2026-11-23T05:00:00Z",
    "milestone": "finished",
    "records": [1],
    "waive": {},
}
"""What chance does not come upon."""
whatever = settings(
    max_examples=int(os.environ.get("EXAMPLES", "10")),
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def pack() -> str:
    """Its rules know every procedure."""
    return "works"


@pytest.fixture
def known(world: World) -> list[tuple[str, str]]:
    """Number and secret of complaints: one that is new, one with everything that staff issue, one answered."""
    return [NOBODYS, *((one.number, one.secret) for one in (new(world), issued(world), answered(world)))]


def new(world: World) -> Matter:
    return complain(world, kind="plumbing", reference="Willow Court 3-502")


def issued(world: World) -> Matter:
    """With what a date can be moved of, a notice to print, and a record to confirm."""
    one = new(world)
    one.talk(LEADER)
    one.do("injury", {"item": "scene", "text": "It was wet."}, LEADER)
    one.do("notice", {"text": "Mend it."}, LEADER)
    return one


def answered(world: World) -> Matter:
    one = new(world)
    one.talk(LEADER)
    one.do("answer", {"finding": "substantiated", "text": "We mend it."}, LEADER)
    return one


@pytest.mark.parametrize("share", range(SHARES))
def test_every_operation_answers_as_it_is_described(share, world, known):
    for operation in OPERATIONS[share::SHARES]:
        answers_as_it_is_described(operation, world, known)


def answers_as_it_is_described(operation: Any, world: World, known: list[tuple[str, str]]) -> None:
    sent = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)

    @whatever
    @given(sent, st.sampled_from(known), st.booleans())
    def ask(case, known, sensible):
        if "number" in case.path_parameters:
            case.path_parameters["number"], secret = known
            case.headers["Authorization"] = f"Bearer {secret}"
        if sensible:
            for said in (case.path_parameters, case.query, case.body):
                if isinstance(said, dict):
                    said |= {name: THERE_IS[name] for name in said.keys() & THERE_IS.keys()}
        case.validate_response(asked(world, case), checks=CHECKS)

    ask()


def asked(world: World, case: Any) -> Response:
    """What the function says that the gateway brings a request to; whoever asks for what is staff's is signed in."""
    request: Any = requests.Request(**case.as_transport_kwargs(base_url=URL)).prepare()
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    path = request.path_url.partition("?")[0]
    status, headers, content = world.answer(
        routed(request.method, path),
        request.method,
        request.path_url,
        dict(request.headers),
        body,
        LEADER if path.startswith("/staff/") else None,
    )
    named = {name.lower(): [value] for name, value in headers.items()}
    return Response(status, named, content, request, elapsed=0, verify=False)


def routed(method: str, path: str) -> str:
    (function,) = {
        one.module.removeprefix("services.")
        for one in COMPLAINTS.functions
        for route in one.routes
        if re.fullmatch(re.sub(r"{\w+\+?}", ".+", route).replace("ANY", "[A-Z]+"), f"{method} {path}")
    }
    return function
