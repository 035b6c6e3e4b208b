"""The synthesised template, read by tests, so that what they create can't drift from what is deployed."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "build" / "cdk.out"


class NotBuilt(AssertionError):
    """There is no template to test with."""


@dataclass(frozen=True)
class Template:
    """One stack's resources by service."""

    stacks: dict[str, dict[str, Any]]

    def of_type(self, service: str, kind: str) -> dict[str, dict[str, Any]]:
        """The resources of this type in a service's stack, by logical id."""
        resources = self.stacks[service]["Resources"]
        return {name: resource for name, resource in resources.items() if resource["Type"] == kind}

    def table(self, service: str) -> dict[str, Any]:
        """The arguments that create the service's table, as far as its shape goes."""
        (table,) = self.of_type(service, "AWS::DynamoDB::Table").values()
        wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
        return {name: table["Properties"][name] for name in wanted}

    def rule(self, service: str) -> dict[str, Any]:
        """The pattern of the rule that brings events to the service."""
        patterns = [
            rule["Properties"]["EventPattern"]
            for rule in self.of_type(service, "AWS::Events::Rule").values()
            if "EventPattern" in rule["Properties"] and "EventBusName" in rule["Properties"]
        ]
        (pattern,) = patterns
        return dict(pattern)


@cache
def template() -> Template:
    """All stacks. Raises `NotBuilt` saying what to do."""
    names = {service: f"Ahd{service.title()}" for service in ("shared", "intake", "complaints", "notify", "survey")}
    try:
        stacks = {
            service: json.loads((OUT / f"{name}.template.json").read_text(encoding="utf-8"))
            for service, name in names.items()
        }
    except FileNotFoundError as error:
        raise NotBuilt(f"{error.filename} is missing: run `make synth` first (`make test` does)") from None
    return Template(stacks)
