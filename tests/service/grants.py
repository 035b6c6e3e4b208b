"""What the role of a function allows, read from the synthesised template and taken apart into single grants.

Resources are named by what they are: `table`, `table/index/due`, `table/stream`, `secret`, `bucket/…`, `logs`, `bus`,
`queue/<logical id>`, `key/<service>`; anything else stays as it is written.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from typing import Any, NamedTuple

from tests.template import Template

REGION = "eu-west-2"
_OF_THE_ACCOUNT = {"AWS::Region": REGION, "AWS::Partition": "aws", "AWS::AccountId": "1"}
_NAMES = {
    "AWS::DynamoDB::Table": "table",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::S3::Bucket": "bucket",
    "AWS::Logs::LogGroup": "logs",
}
Context = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """One permission that a call needs: the action, on what, and what IAM knows of the call."""

    action: str
    on: str
    context: Context = field(default_factory=dict)


class Grant(NamedTuple):
    """The least that a role can allow: one action on one resource, with one value for each condition."""

    action: str
    on: str
    """`not …`: on everything but that."""
    conditions: tuple[tuple[str, str], ...] = ()
    """Key and value."""

    def allows(self, asked: Asked, parameters: Mapping[str, str]) -> bool:
        if self.action != asked.action:
            return False
        barred = self.on.removeprefix("not ")
        if fnmatchcase(asked.on, barred) == (barred != self.on):
            return False
        return all(asked.context.get(key) == parameters.get(value, value) for key, value in self.conditions)

    def __str__(self) -> str:
        given = ", ".join(f"{key} {value}" for key, value in self.conditions)
        return f"{self.action} on {self.on}" + (f" with {given}" if given else "")


@dataclass(frozen=True)
class Grants:
    """What the role of one function allows, and which environment it has."""

    all: frozenset[Grant]
    environment: Mapping[str, Any]

    @classmethod
    def of(cls, template: Template, service: str, function: str) -> "Grants":
        """The grants of `Ahd<Service>-<function>`."""
        resources = template.stacks[service]["Resources"]
        _, found = _function(template, service, function)
        role = resources[found["Role"]["Fn::GetAtt"][0]]["Properties"]
        statements = [
            {part: _named(value, resources) for part, value in statement.items()}
            for policy in role["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        environment = found["Environment"]["Variables"]
        return cls(
            frozenset(grant for statement in statements for grant in _taken_apart(statement)),
            {name: _named(value, resources) for name, value in environment.items()},
        )

    def that_allow(self, asked: Asked, parameters: Mapping[str, str]) -> frozenset[Grant]:
        """Every grant that would do; none: it is refused. `parameters` are the stack's."""
        return frozenset(grant for grant in self.all if grant.allows(asked, parameters))


def functions(template: Template) -> Iterator[tuple[str, str]]:
    """Every function of the template: its service, its name there."""
    for service in template.stacks:
        for resource in template.of_type(service, "AWS::Lambda::Function").values():
            yield service, resource["Properties"]["FunctionName"].partition("-")[2]


def by_lambda_itself(template: Template, service: str, function: str) -> frozenset[Grant]:
    """What Lambda does in the function's name, as AWS lists it for what the template maps to the function: it writes
    logs, takes from queues and streams, and puts what failed where failures go.
    """
    resources = template.stacks[service]["Resources"]
    name, _ = _function(template, service, function)
    needed = {("logs:CreateLogStream", "logs"), ("logs:PutLogEvents", "logs")}
    for resource in template.of_type(service, "AWS::Lambda::EventSourceMapping").values():
        mapping = resource["Properties"]
        if mapping["FunctionName"] == {"Ref": name}:
            source = _named(mapping["EventSourceArn"], resources)
            needed |= {(action, source) for action in (_OF_STREAMS if "StartingPosition" in mapping else _OF_QUEUES)}
            if failed := mapping.get("DestinationConfig"):
                needed.add(("sqs:SendMessage", _named(failed["OnFailure"]["Destination"], resources)))
    return frozenset(Grant(action, on) for action, on in needed)


_OF_QUEUES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_OF_STREAMS = tuple(f"dynamodb:{one}" for one in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"))


def without(whole: Template, service: str, role: str, action: str) -> Template:
    """The template with a role that lacks an action."""
    stacks = deepcopy(whole.stacks)
    for name, resource in stacks[service]["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role" and name.startswith(role):
            document = resource["Properties"]["Policies"][0]["PolicyDocument"]
            document["Statement"] = [one for one in document["Statement"] if action not in one["Action"]]
    return Template(stacks)


def _function(template: Template, service: str, function: str) -> tuple[str, dict[str, Any]]:
    wanted = f"Ahd{service.capitalize()}-{function}"
    (found,) = (
        (name, resource["Properties"])
        for name, resource in template.of_type(service, "AWS::Lambda::Function").items()
        if resource["Properties"]["FunctionName"] == wanted
    )
    return found


def _taken_apart(statement: Mapping[str, Any]) -> Iterator[Grant]:
    assert statement["Effect"] == "Allow", f"not known here: {statement['Effect']}"
    where = [f"not {one}" for one in _listed(statement.get("NotResource", []))] or _listed(statement["Resource"])
    assert len(where) == 1 or "NotResource" not in statement, "NotResource with several is not known here"
    given = statement.get("Condition", {"StringEquals": {}})
    assert given.keys() == {"StringEquals"}, f"not known here: {given}"
    conditions = [[(key, value) for value in _listed(values)] for key, values in given["StringEquals"].items()]
    for action, on, *met in product(_listed(statement["Action"]), where, *conditions):
        yield Grant(action, on, tuple(met))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _named(value: Any, resources: Mapping[str, Any]) -> Any:
    """A value of the template with what it refers to by name."""
    match value:
        case list():
            return [_named(one, resources) for one in value]
        case {"Fn::Join": [between, parts]}:
            return between.join(_named(part, resources) for part in parts)
        case {"Fn::GetAtt": [name, "StreamArn"]}:
            return f"{_referred(name, resources)}/stream"
        case {"Fn::GetAtt": [name, _]} | {"Ref": name} | {"Fn::ImportValue": name}:
            return _referred(name, resources)
        case dict():
            return {part: _named(one, resources) for part, one in value.items()}
    return value


def _referred(name: str, resources: Mapping[str, Any]) -> str:
    kind = resources.get(name, {}).get("Type")
    if kind == "AWS::SQS::Queue":
        return f"queue/{name}"
    return _NAMES.get(kind) or _OF_THE_ACCOUNT.get(name) or _imported(name)


def _imported(name: str) -> str:
    """What the shared stack exports under this name; any other name as it is."""
    keys = [f"key/{one}" for one in ("intake", "complaints", "notify", "survey") if f"key{one}" in name]
    return next(iter(keys), "bus" if "bus" in name else name)
