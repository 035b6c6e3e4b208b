"""The published description of the intake API is what the code does."""

import json
import re
from typing import Any

import jsonschema
import pytest

from infra.intake_stack import INTAKE as SERVICE
from infra.openapi import in_full
from infra.openapi_intake import INTAKE, document
from services.intake import (
    api,
    copies,
    downloads,
    exports,
    following,
    merging,
    open311,
    phoning,
    staff,
    uploads,
)
from services.intake.open311 import ROOT

DOCUMENT = document()
OPERATIONS = [(method, path, made) for path, ways in DOCUMENT["paths"].items() for method, made in ways.items()]
ACTIONS: dict[str, dict[str, Any]] = {
    "/v1/cases": following.ACTS,
    "/staff/v1/cases": staff.ACTS,
    "/staff/v1/calls": phoning.TALKS,
    "/staff/v1/customers": merging.CHANGES,
}


def answered(handler):
    """Methods and paths that a function answers, its actions written out."""
    for route in (*handler._static_routes, *handler._dynamic_routes):
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        start = path.partition("/{")[0]
        for action in ACTIONS[start] if path.endswith("{action}") else [""]:
            yield route.method.lower(), path.replace("{action}", action)


def test_the_committed_description_is_current():
    assert INTAKE.read_text(encoding="utf-8") == in_full(DOCUMENT), "run `make docs`"


def test_it_describes_every_route_that_the_functions_answer():
    own = {(method, path) for method, path, _ in OPERATIONS if not path.startswith(ROOT)}
    handlers = (api.handler, uploads.api, staff.handler, exports.handler, downloads.handler, copies.handler)
    assert own == {one for handler in handlers for one in answered(handler)}


def test_every_operation_of_open311_is_there_in_both_formats():
    paths = {path.removeprefix(f"{ROOT}/") for path in DOCUMENT["paths"] if path.startswith(ROOT)}
    whole = ("discovery", "services", "services/{code}", "requests", "requests/{id}", "tokens/{token}")
    assert paths == {f"{one}.{form}" for one in whole for form in ("json", "xml")}
    assert {method for method, path, _ in OPERATIONS if path == f"{ROOT}/requests.json"} == {"get", "post"}
    assert {method for method, _ in answered(open311.handler)} == {"get", "post"}


@pytest.mark.parametrize("operation", [pytest.param(one, id=f"{one[0]} {one[1]}") for one in OPERATIONS])
def test_each_operation_is_routed_to_a_function_and_says_who_may(operation):
    method, path, made = operation
    patterns = {
        re.sub(r"\{(\w+)\+?\}", lambda found: ".+" if "+" in found[0] else "[^/]+", route).replace(
            "ANY", "[A-Z]+"
        ): one
        for one in SERVICE.functions
        if one.name != "web"
        for route in one.routes
    }
    served = [one for pattern, one in patterns.items() if re.fullmatch(pattern, f"{method.upper()} {path}")]
    assert served
    assert all(one.staff == (made["security"] == [{"staff": []}]) for one in served)
    assert made["summary"]


def test_every_schema_it_names_is_there_and_is_one():
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DOCUMENT)))
    assert named <= set(DOCUMENT["components"]["schemas"])
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_operations_have_names_of_their_own():
    names = [made["operationId"] for _, _, made in OPERATIONS]
    assert len(names) == len(set(names))


def test_the_page_about_the_api_names_every_route_of_cases_and_customers():
    page = (INTAKE.parents[1] / "api.md").read_text(encoding="utf-8")
    paths = [path for path in DOCUMENT["paths"] if "/open311/" not in path]
    lasts = {path: path.replace("{customer}", "{id}").rpartition("/")[2] for path in paths}
    assert [path for path, last in lasts.items() if f"/{last}" not in page] == []
