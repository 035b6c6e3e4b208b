"""What a thousand complaint cases cost on AWS: one case counted from its report to its score, times list prices.

An estimate. Counted: calls, units, events, messages, invocations. Assumed (`prices.json`): how long a call to AWS
makes a function wait, what an invocation logs. Every event and every message is an invocation of its own, as with
little traffic; batches only make it cheaper.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks.counting import Meter, Spent
from benchmarks.operations import SUPERVISOR, move, report
from benchmarks.processes import REPORT
from infra.services import SERVICES
from tests.service.casework import mailed
from tests.service.world import SERVICES as NAMES
from tests.service.world import World

PRICES: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text())
CASES = 1000


@dataclass
class Journey:
    """A complaint case from its report to its score, and what it asked of AWS."""

    meter: Meter
    spent: Spent = field(default_factory=Spent)
    invocations: dict[str, int] = field(default_factory=dict)
    """By function."""

    @property
    def world(self) -> World:
        return self.meter.world

    def run(self) -> "Journey":
        """Report, open, follow, complain, answer, close both, answer the survey; all told after each step."""
        self.spent = self.meter.measure(self._steps)
        return self

    def _steps(self) -> None:
        made: list[dict[str, str]] = []
        self._at("intake.api", lambda: made.append(report(self.world)))
        receipt = made[0]
        self._at("intake.staff", lambda: move(self.world, receipt, "open"))
        path = f"/v1/cases/{receipt['number']}"
        self._http("intake.api", "GET", path, secret=receipt["secret"])
        voiced = {"text": "Nobody came, and nobody called to say so."}
        self._http("intake.api", "POST", f"{path}/grievances", voiced, secret=receipt["secret"], key="grievance-1")
        listed = self._http("complaints.staff", "GET", "/staff/v1/complaints", staff=SUPERVISOR)
        complaint = f"/staff/v1/complaints/{listed['complaints'][0]['number']}"
        answer = {"finding": "substantiated", "text": "The team went to the wrong house; it comes today."}
        self._http("complaints.staff", "POST", f"{complaint}/answer", answer, staff=SUPERVISOR)
        waived = {"waive": {"reach-customer": "They were spoken to at the door."}}
        self._http("complaints.staff", "POST", f"{complaint}/close", waived, staff=SUPERVISOR)
        done = {"outcome": "solved", "text": "The pipe is mended."}
        self._at("intake.staff", lambda: move(self.world, receipt, "close", done))
        mail = next(one for one in mailed(self.world, REPORT["contact"]["email"]) if "/survey/" in one)
        invitation, token = mail.partition("/survey/")[2].split()[0].split("/")
        path = f"/v1/surveys/{invitation}/answers"
        self._http("survey.api", "POST", path, {"satisfaction": 4}, secret=token)

    def _http(self, function: str, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        answers: list[dict[str, Any]] = []

        def once() -> None:
            answer = self.world.http(function, method, path, body, **more)
            if answer.status >= HTTPStatus.BAD_REQUEST:
                raise RuntimeError(f"{method} {path} was answered with {answer.status}")
            answers.append(answer.body)

        self._at(function, once)
        return answers[0]

    def _at(self, function: str, act: Callable[[], None]) -> None:
        act()
        self._count(function, 1)
        moving = True
        while moving:
            moving = False
            for service in NAMES:
                moving |= self._count(f"{service}.relay", self.world.relay(service))
                moving |= self._count(f"{service}.reactions", self.world.react(service))

    def _count(self, function: str, times: int) -> bool:
        self.invocations[function] = self.invocations.get(function, 0) + times
        return times > 0

    @property
    def requests(self) -> int:
        """Answered over HTTP."""
        return sum(times for name, times in self.invocations.items() if not name.endswith((".relay", ".reactions")))

    @property
    def messages(self) -> int:
        """Events brought to a service's queue."""
        return sum(times for name, times in self.invocations.items() if name.endswith(".reactions"))


def dollars(journey: Journey, cpu_ms: float) -> tuple[dict[str, float], dict[str, float]]:
    """What so many cases cost, by part; then what comes on top of it: keys when no function keeps one, and mail.

    `cpu_ms` is taken as the processor time of every invocation: it was measured for the heaviest of them.
    """
    price, assumed, spent = PRICES["prices"], PRICES["assumed"], journey.spent
    keys = {name: times for name, times in spent.calls.items() if name.startswith(("kms.", "secrets-manager."))}
    mails = sum(times for name, times in spent.calls.items() if name.startswith("sesv2."))
    invoked = sum(journey.invocations.values())
    memory = {
        f"{service.name}.{function.name}": function.memory_mb
        for service in SERVICES
        for function in service.functions
    }
    waits = assumed["wait_ms_for_an_aws_call"] * (spent.total_calls - sum(keys.values())) / invoked
    whole = assumed["memory_mb_of_a_whole_processor"]
    gb_seconds = sum(
        times * memory[name] / 1024 * (cpu_ms / min(1, memory[name] / whole) + waits) / 1000
        for name, times in journey.invocations.items()
    )
    parts = {
        f"DynamoDB, {spent.write_units} write and {spent.read_units:g} read units a case": spent.write_units
        * price["dynamodb_write_unit"]
        + spent.read_units * price["dynamodb_read_unit"],
        f"Lambda, {invoked} invocations a case": invoked * price["lambda_request"],
        f"Lambda, {gb_seconds:.2f} GB-s a case (estimate)": gb_seconds * price["lambda_gb_second_arm64"],
        f"EventBridge, {spent.told} events a case": spent.told * price["eventbridge_event"]
        + spent.told_bytes / 1e9 * price["eventbridge_archive_gb"],
        f"SQS, {journey.messages} messages a case": journey.messages
        * assumed["sqs_requests_of_a_message"]
        * price["sqs_request"],
        f"HTTP API, {journey.requests} requests a case": journey.requests * price["http_api_request"],
        "CloudWatch Logs (estimate)": invoked * assumed["log_bytes_of_an_invocation"] / 1e9 * price["logs_gb"],
    }
    on_top = {
        f"KMS and Secrets Manager when every function starts cold, {sum(keys.values())} calls a case": sum(
            times * price["kms_request" if name.startswith("kms.") else "secretsmanager_request"]
            for name, times in keys.items()
        ),
        f"SES, {mails} mails a case": mails * price["ses_mail"],
    }
    return {what: CASES * one for what, one in parts.items()}, {what: CASES * one for what, one in on_top.items()}
