"""The rule that all tests here run under: a function can do on AWS what its role in the template allows, no more."""

from copy import deepcopy

import pytest

from infra.services import SERVICES
from tests.service.permissions import Asked, Grants
from tests.template import Template, template

FUNCTIONS = [(service.name, function.name) for service in SERVICES for function in service.functions]


@pytest.mark.parametrize(("service", "function"), FUNCTIONS)
def test_what_a_function_may_do_is_read_from_its_role(service, function):
    grants = Grants.of(template(), service, function)
    assert grants.environment["AHD_SERVICE"] == service
    reads = Asked("dynamodb:UpdateItem" if function == "relay" else "dynamodb:GetItem", "table")
    assert grants.allow(reads, {})
    assert grants.allow(Asked("dynamodb:Scan", "table"), {}) == (
        function == "exports"
    )  # nothing else goes through all
    assert not grants.allow(Asked("dynamodb:GetItem", "another table"), {})
    assert not grants.allow(Asked("kms:Decrypt", "key/shared"), {})


@pytest.mark.parametrize("desk", ["the first", "the second"])
def test_a_function_that_asks_for_more_than_its_role_allows_is_refused_and_the_test_fails(world, desk):
    assert world.iam.heard == 0, f"{desk} desk in this process has a guard of its own"
    world.iam.template = without(
        template(), "complaints", "staffrole", "dynamodb:PutItem"
    )  # it writes in a transaction
    number = world.http("complaints.api", "POST", "/v1/complaints", {"text": "It is not as agreed."}).body["number"]
    supervisor = {"sub": "supervisor-1", "cognito:groups": "[supervisor]"}
    answer = world.http("complaints.staff", "POST", f"/staff/v1/complaints/{number}/take", staff=supervisor)
    assert answer.status == 500
    assert world.iam.heard > 0
    assert world.iam.refused == ["complaints.staff may not dynamodb:PutItem on table"]
    world.iam.refused.clear()  # or else this test would fail at its end, as any other does


def without(whole: Template, service: str, role: str, action: str) -> Template:
    """The template with a role that lacks an action."""
    stacks = deepcopy(whole.stacks)
    for name, resource in stacks[service]["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role" and name.startswith(role):
            document = resource["Properties"]["Policies"][0]["PolicyDocument"]
            document["Statement"] = [one for one in document["Statement"] if action not in one["Action"]]
    return Template(stacks)
