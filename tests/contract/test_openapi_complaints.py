"""The published description of the complaints API is what the code does."""

import json
import re

import jsonschema
import pytest

from infra.complaints_stack import COMPLAINTS as SERVICE
from infra.openapi import in_full
from infra.openapi_complaints import COMPLAINTS, document
from services.complaints import api, documents, following, staff

DOCUMENT = document()
OPERATIONS = [
    (method, path, DOCUMENT["paths"][path][method])
    for path in DOCUMENT["paths"]
    for method in DOCUMENT["paths"][path]
]


def test_the_committed_description_is_current():
    assert COMPLAINTS.read_text(encoding="utf-8") == in_full(DOCUMENT), "run `make docs`"


def test_it_describes_every_route_that_the_functions_answer():
    answered = {
        (route.method.lower(), re.sub(r"<(\w+)>", r"{\1}", route.path))
        for handler in (api.handler, staff.handler, documents.handler)
        for route in (*handler._static_routes, *handler._dynamic_routes)
    }
    expanded = {
        (method, path.replace("{action}", action))
        for method, path in answered
        for action in (staff.ACTS if path.startswith("/staff") else following.ACTS)
    }
    assert {(method, path) for method, path, _ in OPERATIONS} == expanded


@pytest.mark.parametrize("operation", [pytest.param(one, id=f"{one[0]} {one[1]}") for one in OPERATIONS])
def test_each_operation_is_routed_to_a_function_and_says_who_may(operation):
    method, path, says = operation
    function = "documents" if path.startswith("/staff/v1/documents") else path.split("/")[1].replace("v1", "api")
    (served,) = [one for one in SERVICE.functions if one.name == function]
    patterns = [
        re.sub(r"\{(\w+)\+?\}", lambda found: ".+" if "+" in found[0] else "[^/]+", one) for one in served.routes
    ]
    assert any(re.fullmatch(one.replace("ANY", "[A-Z]+"), f"{method.upper()} {path}") for one in patterns)
    assert says["security"] == ([{"staff": []}] if function != "api" else says["security"])
    assert says["summary"]


def test_every_schema_it_names_is_there_and_is_one():
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DOCUMENT)))
    assert named <= set(DOCUMENT["components"]["schemas"])
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_operations_have_names_of_their_own():
    names = [says["operationId"] for _, _, says in OPERATIONS]
    assert len(names) == len(set(names))
