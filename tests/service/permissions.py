"""IAM in the tests' one process: what a function asks of AWS is held against the role that the template gives it.

moto lets everybody do everything. Here each call of a function is looked up among its role's statements before it is
sent; a transaction is asked for as what it does to each item, as DynamoDB does it. What is not granted is refused and
kept in `refused`, so that no test passes over it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from shared import aws
from tests.template import Template

_REGION = "eu-west-2"
_TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_OF_THE_ACCOUNT = {"AWS::Region": _REGION, "AWS::Partition": "aws", "AWS::AccountId": "1"}
Context = Mapping[str, str]


class NotGranted(AssertionError):
    """A function asked for something that its role does not allow: it would fail on AWS."""


@dataclass(frozen=True)
class Asked:
    """One permission that a call needs: the action, on what (see `Grants`), and what IAM knows of the call."""

    action: str
    on: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Grants:
    """What the role of one function allows, and which environment it has.

    Resources are named by what they are: `table`, `table/index/due`, `secret`, `queue/<logical id>`, `bus`,
    `key/<service>`; anything else stays as it is written.
    """

    statements: tuple[Mapping[str, Any], ...]
    environment: Mapping[str, Any]

    @classmethod
    def of(cls, template: Template, service: str, function: str) -> "Grants":
        """The grants of `Ahd<Service>-<function>`."""
        resources = template.stacks[service]["Resources"]
        wanted = f"Ahd{service.capitalize()}-{function}"
        (found,) = (
            resource["Properties"]
            for resource in template.of_type(service, "AWS::Lambda::Function").values()
            if resource["Properties"]["FunctionName"] == wanted
        )
        role = resources[found["Role"]["Fn::GetAtt"][0]]["Properties"]
        statements = tuple(
            {part: _named(value, resources) for part, value in statement.items()}
            for policy in role["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
        )
        environment = found["Environment"]["Variables"]
        return cls(statements, {name: _named(value, resources) for name, value in environment.items()})

    def allow(self, asked: Asked, parameters: Mapping[str, str]) -> bool:
        """Whether any statement allows it; `parameters` are the stack's."""
        return any(_allows(statement, asked, parameters) for statement in self.statements)


@dataclass
class Guard:
    """Refuses what the running function may not do. `function` is `<service>.<function>`, None for a test itself."""

    template: Template
    parameters: Mapping[str, str]
    function: str | None = None
    refused: list[str] = field(default_factory=list)
    heard: int = 0
    """How many calls of functions were looked at."""
    _known: dict[str, Grants] = field(default_factory=dict)

    def listen(self) -> None:
        """Hear every call of the clients that functions make from now on."""
        session = aws._session()
        session.unregister("before-parameter-build", unique_id="permissions")  # that of the test before
        session.register("before-parameter-build", self._asked, unique_id="permissions")

    def grants(self, function: str) -> Grants:
        if function not in self._known:
            self._known[function] = Grants.of(self.template, *function.split("."))
        return self._known[function]

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.function is None:
            return
        self.heard += 1
        mine = self.grants(self.function)
        for asked in _needed(model.service_model.service_id, model.name, params, self.function, mine):
            if not mine.allow(asked, self.parameters):
                said = f"{self.function} may not {asked.action} on {asked.on} {dict(asked.context) or ''}".rstrip()
                self.refused.append(said)
                raise NotGranted(f"{said}: give it the use in infra/{self.function.partition('.')[0]}_stack.py")


def _needed(service: str, operation: str, params: Mapping[str, Any], function: str, mine: Grants) -> Iterator[Asked]:
    """Every permission that a call needs."""
    own = f"key/{function.partition('.')[0]}"
    if service == "DynamoDB":
        yield from (Asked(f"dynamodb:{action}", on) for action, on in _items(operation, params))
        yield Asked("kms:Decrypt", own, {"kms:ViaService": f"dynamodb.{_REGION}.amazonaws.com"})
    elif service == "Secrets Manager":
        yield Asked(f"secretsmanager:{operation}", "secret")
        yield Asked("kms:Decrypt", own, {"kms:ViaService": f"secretsmanager.{_REGION}.amazonaws.com"})
    elif service == "KMS":
        sealed = params["EncryptionContext"]["sealed-to"]
        key = own if operation == "Decrypt" else f"key/{sealed}"
        yield Asked(f"kms:{operation}", key, {"kms:EncryptionContext:sealed-to": sealed})
    elif service == "EventBridge":
        for entry in params["Entries"]:
            yield Asked(f"events:{operation}", "bus", {"events:source": entry["Source"]})
    elif service == "SQS":
        yield Asked(f"sqs:{operation}", str(mine.environment.get("AHD_DEAD_LETTERS", "a queue it does not know")))
    elif service in _PROVIDERS:
        yield from _PROVIDERS[service](params)
    elif service == "S3":
        yield from _of_files(operation, params)
    else:
        yield Asked(f"{service}:{operation}", "?")


def _of_ses(params: Mapping[str, Any]) -> Iterator[Asked]:
    """A configuration set is asked for beside the identity that sends."""
    sender = params["FromEmailAddress"]
    for one in (f"identity/{sender}", f"configuration-set/{params['ConfigurationSetName']}"):
        yield Asked("ses:SendEmail", f"arn:aws:ses:{_REGION}:1:{one}", {"ses:FromAddress": sender})


def _of_sns(params: Mapping[str, Any]) -> Iterator[Asked]:
    yield Asked("sns:Publish", params["PhoneNumber"])


def _of_eum(_params: Mapping[str, Any]) -> Iterator[Asked]:
    yield Asked("sms-voice:SendTextMessage", f"arn:aws:sms-voice:{_REGION}:1:sender-id/AHD/AE")


_PROVIDERS = {"SESv2": _of_ses, "SNS": _of_sns, "Pinpoint SMS Voice V2": _of_eum}


def _of_files(operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    """A copy is asked for as what it does to each of the two."""
    if operation == "CopyObject":
        # By now it is written as `bucket/key`, for a header.
        yield Asked("s3:GetObject", f"bucket/{unquote(params['CopySource']).partition('/')[2]}")
        operation = "PutObject"
    yield Asked(f"s3:{operation}", f"bucket/{params['Key']}")


def _items(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if operation.startswith("Transact"):
        for item in params["TransactItems"]:
            yield from ((_TRANSACTED[kind], "table") for kind in item)
    else:
        index = params.get("IndexName")
        yield operation, f"table/index/{index}" if index else "table"


def _allows(statement: Mapping[str, Any], asked: Asked, parameters: Mapping[str, str]) -> bool:
    if statement["Effect"] != "Allow" or asked.action not in _listed(statement["Action"]):
        return False
    if "NotResource" in statement:
        on = not any(fnmatchcase(asked.on, one) for one in _listed(statement["NotResource"]))
    else:
        on = any(fnmatchcase(asked.on, one) for one in _listed(statement["Resource"]))
    return on and all(
        _holds(operator, name, _listed(values), asked.context, parameters)
        for operator, tests in statement.get("Condition", {}).items()
        for name, values in tests.items()
    )


def _holds(operator: str, name: str, values: list[str], context: Context, parameters: Mapping[str, str]) -> bool:
    assert operator in {"StringEquals", "StringEqualsIfExists"}, f"not known here: {operator}"
    if name not in context:
        return operator == "StringEqualsIfExists"
    return context[name] in [parameters.get(value, value) for value in values]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _named(value: Any, resources: Mapping[str, Any]) -> Any:
    """A value of the template with what it refers to by name, see `Grants`."""
    if isinstance(value, list):
        return [_named(one, resources) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        between, parts = value["Fn::Join"]
        return between.join(_named(part, resources) for part in parts)
    if "Fn::ImportValue" in value:
        return _imported(value["Fn::ImportValue"])
    referred = value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
    if referred is None:
        return {part: _named(one, resources) for part, one in value.items()}
    kind = resources.get(referred, {}).get("Type")
    names = {
        "AWS::DynamoDB::Table": "table",
        "AWS::SecretsManager::Secret": "secret",
        "AWS::SQS::Queue": f"queue/{referred}",
        "AWS::S3::Bucket": "bucket",
    }
    return names.get(kind) or _OF_THE_ACCOUNT.get(referred, referred)


def _imported(name: str) -> str:
    """What the shared stack exports under this name."""
    keys = [f"key/{one}" for one in ("intake", "complaints", "notify", "survey") if f"key{one}" in name]
    return next(iter(keys), "bus" if "bus" in name else name)
