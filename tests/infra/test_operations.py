"""What people are told to look up can be looked up, and what the page counts is still so."""

import json
import re
from pathlib import Path

from infra.app import OUT
from infra.desk import STAFF_GROUPS
from tests.infra.rules import everywhere
from tests.template import template

PAGE = Path("docs/operations.md").read_text(encoding="utf-8")


def test_every_paragraph_an_alarm_names_is_there():
    headings = set(re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE))
    named = {
        title
        for _, _, alarm in everywhere(template().stacks, "AWS::CloudWatch::Alarm")
        for title in re.findall(r"docs/operations.md, '(.+?)'", alarm["AlarmDescription"])
    }
    assert named
    assert named - headings == set()


def test_every_parameter_is_explained():
    parameters = {
        name
        for stack in template().stacks.values()
        for name in stack.get("Parameters", {})
        if name != "BootstrapVersion"
    }
    assert {name for name in parameters if f"`{name}`" not in PAGE} == set()


def test_the_number_of_alarms_that_are_paid_for_is_the_number_there_are():
    alarms = list(everywhere(template().stacks, "AWS::CloudWatch::Alarm"))
    assert f"| alarms | {len(alarms)} at 0.10 | ${len(alarms) / 10:.2f} |" in PAGE


def test_every_group_of_staff_is_named():
    assert [group for group in STAFF_GROUPS if f"`{group}`" not in PAGE] == []


def test_every_acknowledged_finding_is_still_found():
    from infra.findings import ACKNOWLEDGED  # noqa: PLC0415  imports CDK, which takes seconds

    report = json.loads((OUT / "validation-report.json").read_text())
    found = {
        suppressed["acknowledgedId"]
        for plugin in report["pluginReports"]
        for suppressed in plugin.get("suppressedViolations", [])
    }
    # The report is empty when the templates were written without the check, as `make up` does.
    assert found in (set(), {one.id for one in ACKNOWLEDGED})
