"""The rule that all tests here run under: a function can do on AWS what its role in the template allows, no more."""

from copy import deepcopy

import pytest

from infra.services import SERVICES
from tests.service.grants import Asked, Grant, Grants, by_lambda_itself, without
from tests.service.parity import NOT_CALLED_HERE, reason, surplus
from tests.template import Template, template

FUNCTIONS = [(service.name, function.name) for service in SERVICES for function in service.functions]


@pytest.mark.parametrize(("service", "function"), FUNCTIONS)
def test_what_a_function_may_do_is_read_from_its_role(service, function):
    grants = Grants.of(template(), service, function)
    assert grants.environment["AHD_SERVICE"] == service
    reads = Asked("dynamodb:UpdateItem" if function == "relay" else "dynamodb:GetItem", "table")
    assert grants.that_allow(reads, {})
    # Nothing else goes through all.
    assert bool(grants.that_allow(Asked("dynamodb:Scan", "table"), {})) == (function == "exports")
    assert not grants.that_allow(Asked("dynamodb:GetItem", "another table"), {})
    assert not grants.that_allow(Asked("kms:Decrypt", "key/shared"), {})


@pytest.mark.parametrize(("service", "function"), FUNCTIONS)
def test_lambda_may_do_for_a_function_what_the_function_is_mapped_to_and_no_more(service, function):
    grants = Grants.of(template(), service, function)
    needed = by_lambda_itself(template(), service, function)
    assert needed <= grants.all
    takes = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
    takes |= {"dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"}
    assert {grant for grant in grants.all if grant.action in takes} <= needed


def test_what_a_role_allows_and_nothing_needs_is_named():
    changed = deepcopy(template().stacks)
    for name, resource in changed["survey"]["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role" and name.startswith("apirole"):
            (document,) = (policy["PolicyDocument"] for policy in resource["Properties"]["Policies"])
            document["Statement"].append({"Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": "*"})
    needed = {(function, grant) for function, grant in granted() if not reason(function, grant)}
    assert list(surplus(template(), needed)) == []
    assert list(surplus(Template(changed), needed)) == [
        "survey.api may dynamodb:DeleteItem on *, which no test needs"
    ]


def test_a_reason_is_named_when_a_test_needs_what_none_could():
    reasoned = {(function, grant) for function, grant in granted() if reason(function, grant)}
    assert {reason(function, grant) for function, grant in reasoned} == set(NOT_CALLED_HERE.values())
    said = list(surplus(template(), granted()))
    assert len(said) == len(reasoned)
    assert all("take it off" in one for one in said)


def granted() -> set[tuple[str, Grant]]:
    """Every function with each of its grants."""
    return {(f"{one}.{which}", grant) for one, which in FUNCTIONS for grant in Grants.of(template(), one, which).all}


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
