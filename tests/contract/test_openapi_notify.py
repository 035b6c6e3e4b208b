"""The published description of notify's routes for everybody is what the code does."""

import json
import re

import jsonschema
import pytest

from infra.notify_stack import NOTIFY as SERVICE
from infra.openapi import in_full
from infra.openapi_notify import NOTIFY, document
from services.notify import api, subscribe, subscriptions, web, webhook

DOCUMENT = document()
OPERATIONS = [(method, path, made) for path, ways in DOCUMENT["paths"].items() for method, made in ways.items()]
ONE_CLICK = ("/contact/stop/", "/subscribe/end/")


def answered(*handlers):
    """Methods and paths that functions answer; how a part of a path is called does not matter."""
    return {
        (route.method.lower(), re.sub(r"<\w+>", "{}", route.path))
        for handler in handlers
        for route in (*handler._static_routes, *handler._dynamic_routes)
    }


def test_the_committed_description_is_current():
    assert NOTIFY.read_text(encoding="utf-8") == in_full(DOCUMENT), "run `make docs`"


def test_it_describes_every_route_for_everybody_and_of_the_pages_what_a_mail_program_clicks():
    described = {(method, re.sub(r"{\w+}", "{}", path)) for method, path, _ in OPERATIONS}
    pages = {one for one in answered(web.handler, subscribe.handler) if one[1].startswith(ONE_CLICK)}
    assert len(pages) == 4
    assert described == pages | answered(api.handler, subscriptions.handler, webhook.handler)


@pytest.mark.parametrize("operation", [pytest.param(one, id=f"{one[0]} {one[1]}") for one in OPERATIONS])
def test_each_operation_is_routed_to_a_function_that_needs_no_staff(operation):
    method, path, made = operation
    served = [
        one
        for one in SERVICE.functions
        for route in one.routes
        if re.fullmatch(
            re.sub(r"\{(\w+)\+?\}", lambda found: ".+" if "+" in found[0] else "[^/]+", route).replace(
                "ANY", "[A-Z]+"
            ),
            f"{method.upper()} {path}",
        )
    ]
    assert len(served) == 1
    assert not served[0].staff
    assert made["security"] in ([], [{"secret": []}])
    assert made["summary"]


def test_every_schema_it_names_is_there_and_is_one():
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DOCUMENT)))
    assert named <= set(DOCUMENT["components"]["schemas"])
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_operations_have_names_of_their_own():
    names = [made["operationId"] for _, _, made in OPERATIONS]
    assert len(names) == len(set(names))
