"""`kill -9` of the whole desk under load: what it had acknowledged is there again, and what it owed gets done."""

import itertools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Event

import httpx
import pytest

from tests.journey.conftest import LocalDesk, eventually

CITIZENS = 4
KILLS = 3
REPORTS_BETWEEN_KILLS = 15
SETTLING_SECONDS = 300
"""A message claimed but not marked is looked at after a minute, an event the stream lost after two; once a minute."""


@dataclass
class Citizen:
    """Reports one thing after another; when the desk dies meanwhile, asks again with the same key."""

    desk: LocalDesk
    name: str
    acknowledged: dict[str, dict[str, str]] = field(default_factory=dict)
    unanswered: tuple[str, str] | None = None

    def report_until(self, stop: Event) -> None:
        with self.desk.client() as client:
            while not stop.is_set():
                number = len(self.acknowledged)
                email, key = self.unanswered or (
                    f"{self.name}{number}@example.org",
                    f"key-of-{self.name}-{number:06d}",
                )
                self.unanswered = (email, key)
                try:
                    answer = self.desk.report(client, email, key)
                except httpx.TransportError:
                    return
                if answer.status_code == httpx.codes.CREATED:
                    self.acknowledged[email] = answer.json()
                    self.unanswered = None
                else:
                    assert answer.status_code in {httpx.codes.CONFLICT, httpx.codes.SERVICE_UNAVAILABLE}, answer.text


@pytest.fixture(scope="module")
def survivor(start_desk: Callable[..., LocalDesk]) -> LocalDesk:
    return start_desk()


@pytest.mark.emulator
def test_kill_9_of_the_whole_desk_under_load_loses_no_acknowledged_report(survivor):
    citizens = [Citizen(survivor, name) for name in ("ann", "bob", "cid", "dee")[:CITIZENS]]

    def acknowledged() -> int:
        return sum(len(citizen.acknowledged) for citizen in citizens)

    def acknowledged_at_least(number: int) -> bool:
        return acknowledged() >= number

    with ThreadPoolExecutor(CITIZENS) as at_once:
        for _ in range(KILLS):
            enough = acknowledged() + REPORTS_BETWEEN_KILLS
            stop = Event()
            running: list[Future[None]] = [at_once.submit(citizen.report_until, stop) for citizen in citizens]
            eventually(partial(acknowledged_at_least, enough), 120, "reports to be acknowledged")
            survivor.kill()
            stop.set()
            for citizen in running:
                citizen.result(60)
            survivor.up()

    reports = dict(itertools.chain.from_iterable(citizen.acknowledged.items() for citizen in citizens))
    assert len(reports) >= KILLS * REPORTS_BETWEEN_KILLS
    with survivor.client() as client:
        for email, report in reports.items():
            headers = {"Authorization": f"Bearer {report['secret']}"}
            answer = client.get(f"/v1/cases/{report['number']}", headers=headers)
            assert answer.status_code == httpx.codes.OK, (email, answer.text)
            assert answer.json()["number"] == report["number"]

    def all_told() -> bool:
        told = {address for message in survivor.sent() for address in message["to"]}
        return reports.keys() <= told

    eventually(all_told, SETTLING_SECONDS, "every report's acknowledgement")


@pytest.mark.emulator
def test_a_report_repeated_after_kill_9_with_the_same_key_is_still_one_case(survivor):
    with survivor.client() as client:
        first = survivor.report(client, "once@example.org", "the-same-key-twice-over")
        assert first.status_code == httpx.codes.CREATED
        survivor.kill()
    survivor.up()
    with survivor.client() as client:
        again = survivor.report(client, "once@example.org", "the-same-key-twice-over")
    assert again.status_code == httpx.codes.CREATED
    assert again.json()["number"] == first.json()["number"]


@pytest.mark.emulator
def test_staff_can_still_sign_in_after_kill_9(survivor):
    survivor.kill()
    survivor.up()
    token = survivor.tokens()["operator"]
    with survivor.client() as client:
        answer = client.get("/staff/v1/cases", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == httpx.codes.OK, answer.text
        assert client.get("/staff/v1/cases").status_code == httpx.codes.UNAUTHORIZED
