"""The other half of least privilege: what a role allows and no test of the whole suite needed is too much.

`tests.service.permissions` refuses calls that are not granted, and keeps which grants the others took. When the tests
of services ran as a whole, with any number of workers, the grants that are left over fail the run.
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.service.grants import Grant, Grants, by_lambda_itself, functions
from tests.service.permissions import USED
from tests.template import Template, template

NOT_CALLED_HERE: Mapping[tuple[str, str], str] = {
    (
        "notify.*",
        "sms-voice:SendTextMessage on *",
    ): "moto has no such service. The adapter has a test of its own, and the desk of the journeys sends by it.",
}
"""Grants, by function, that no test can need, and why they stand all the same."""
ONE_READING = frozenset({"dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"})
"""Who reads an item of a table by its key reads no more by having several at once: one of these, on the table itself,
stands for the others.
"""

Use = tuple[str, Grant]
_SERVICE_TESTS = Path(__file__).parent
_WORKED = pytest.StashKey[set[Use]]()
_SURPLUS = pytest.StashKey[list[str]]()


def surplus(whole: Template, used: Iterable[Use]) -> Iterator[str]:
    """Every grant that neither a call nor Lambda itself needed, and every reason that has become needless."""
    used = set(used)
    for service, function in functions(whole):
        name = f"{service}.{function}"
        calls = {other for who, grant in used if who == name for other in (grant, *_no_more_than(grant))}
        left = Grants.of(whole, service, function).all - by_lambda_itself(whole, service, function)
        for grant in sorted(left - calls):
            if not reason(name, grant):
                yield f"{name} may {grant}, which no test needs"
        for grant in sorted(left & calls):
            if reason(name, grant):
                yield f"{name} needs {grant}: take it off tests.service.parity.NOT_CALLED_HERE"


def _no_more_than(grant: Grant) -> Iterator[Grant]:
    if grant.action in ONE_READING and grant.on == "table":
        yield from (grant._replace(action=action) for action in ONE_READING)


def reason(function: str, grant: Grant) -> str:
    """Why a grant stands that no test can need; empty: there is none."""
    found = (
        why for (who, what), why in NOT_CALLED_HERE.items() if fnmatchcase(f"{function} {grant}", f"{who} {what}")
    )
    return next(found, "")


class Parity:
    """A plugin of pytest: gathers what the workers' tests needed, and judges at the end."""

    def pytest_testnodedown(self, node: Any) -> None:
        gathered = _gathered(node.config)
        for who, action, on, conditions in getattr(node, "workeroutput", {}).get("granted", ()):
            gathered.add((who, Grant(action, on, conditions)))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput["granted"] = [(who, *grant) for who, grant in USED]
        elif exitstatus == pytest.ExitCode.OK and _is_whole(config):
            config.stash[_SURPLUS] = list(surplus(template(), _gathered(config) | USED))
            if config.stash[_SURPLUS]:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if found := config.stash.get(_SURPLUS, []):
            terminalreporter.section("roles that allow more than is needed", red=True, bold=True)
            for line in found:
                terminalreporter.line(line)
            terminalreporter.line("Take the use away in infra/<service>_stack.py, or write a test that needs it.")


def _gathered(config: pytest.Config) -> set[Use]:
    return config.stash.setdefault(_WORKED, set())


def _is_whole(config: pytest.Config) -> bool:
    """Whether every test of services ran: of some of them nothing can be said."""
    chosen = any(
        config.getoption(one, None) for one in ("keyword", "markexpr", "deselect", "ignore", "lf", "stepwise")
    )
    asked = {(config.invocation_params.dir / one).resolve() for one in config.args}
    return not chosen and not asked.isdisjoint({_SERVICE_TESTS, *_SERVICE_TESTS.parents})
