"""Worlds know no IAM: here what functions ask of AWS in one is held against their roles in the template.

The same gate as in the tests of services (`tests.service.permissions`), for what only a fault makes a function ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.runtime import here
from tests.service.grants import Grants
from tests.service.permissions import needed
from tests.template import Template

_IDS = {
    "dynamodb": "DynamoDB",
    "events": "EventBridge",
    "kms": "KMS",
    "pinpoint-sms-voice-v2": "Pinpoint SMS Voice V2",
    "secretsmanager": "Secrets Manager",
    "sesv2": "SESv2",
    "sns": "SNS",
    "sqs": "SQS",
}
"""What botocore calls the services that it makes clients of by these names."""


@dataclass
class Roles:
    """What all functions may do: put `watching` around a world's calls. `refused` says what AWS would refuse."""

    template: Template
    parameters: dict[str, str]
    refused: set[str] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Every function with every call that it made."""
    _known: dict[str, Grants] = field(default_factory=dict)

    def watching(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(service: str, operation: str, arguments: dict[str, Any], **how: Any) -> Any:
            caller = here()
            self._look(f"{caller.service}.{caller.function}", service, operation, arguments)
            return call(service, operation, arguments, **how)

        return watched

    def _look(self, function: str, service: str, operation: str, arguments: dict[str, Any]) -> None:
        self.asked.add((function, f"{service}.{operation}"))
        mine = self._known.setdefault(function, Grants.of(self.template, *function.split(".")))
        named = "".join(part.capitalize() for part in operation.split("_"))
        for asked in needed(_IDS[service], named, arguments, function, mine):
            if not mine.that_allow(asked, self.parameters):
                self.refused.add(
                    f"{function} may not {asked.action} on {asked.on} {dict(asked.context) or ''}".rstrip()
                )
