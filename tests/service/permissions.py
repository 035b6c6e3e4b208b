"""IAM in the tests' one process: what a function asks of AWS is held against the role that the template gives it.

moto lets everybody do everything. Here each call of a function is looked up among its role's statements before it is
sent; a transaction is asked for as what it does to each item, as DynamoDB does it. What is not granted is refused and
kept in `refused`, so that no test passes over it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from shared import aws
from tests.service.grants import REGION, Asked, Grant, Grants
from tests.template import Template

_TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}

USED: set[tuple[str, Grant]] = set()
"""Which function needed which grant, in all tests of this process. See `tests.service.parity`."""


class NotGranted(AssertionError):
    """A function asked for something that its role does not allow: it would fail on AWS."""


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
        session = aws.session()
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
        for asked in needed(model.service_model.service_id, model.name, params, self.function, mine):
            if grants := mine.that_allow(asked, self.parameters):
                USED.update((self.function, grant) for grant in grants)
            else:
                said = f"{self.function} may not {asked.action} on {asked.on} {dict(asked.context) or ''}".rstrip()
                self.refused.append(said)
                raise NotGranted(f"{said}: give it the use in infra/{self.function.partition('.')[0]}_stack.py")


def needed(service: str, operation: str, params: Mapping[str, Any], function: str, mine: Grants) -> Iterator[Asked]:
    """Every permission that a call needs."""
    own = f"key/{function.partition('.')[0]}"
    if service == "DynamoDB":
        yield from (Asked(f"dynamodb:{action}", on) for action, on in _items(operation, params))
        yield Asked("kms:Decrypt", own, {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"})
    elif service == "Secrets Manager":
        yield Asked(f"secretsmanager:{operation}", "secret")
        yield Asked("kms:Decrypt", own, {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"})
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
        yield Asked("ses:SendEmail", f"arn:aws:ses:{REGION}:1:{one}", {"ses:FromAddress": sender})


def _of_sns(params: Mapping[str, Any]) -> Iterator[Asked]:
    yield Asked("sns:Publish", params["PhoneNumber"])


def _of_eum(_params: Mapping[str, Any]) -> Iterator[Asked]:
    yield Asked("sms-voice:SendTextMessage", f"arn:aws:sms-voice:{REGION}:1:sender-id/AHD/AE")


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
