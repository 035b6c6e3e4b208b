"""Providers that hang take a tick's time: what must not wait for them does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.notify import batching, clock
from services.notify.channels import NoAnswer, NotTaken
from tests.service.casework import MAIL, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.subscribed import minute, release, subscribe
from tests.service.world import staff

SUPERVISOR = staff("supervisor-1", "supervisor")


@dataclass
class Tick:
    """A tick with so many seconds, and a provider that takes seven of them to answer nothing."""

    left: float
    asked: list[str]

    def get_remaining_time_in_millis(self) -> int:
        return int(self.left * 1000)

    def send(self, address: str, _letter: Any, _which: Any) -> str:
        self.left -= 7
        self.asked.append(address)
        raise NoAnswer("ReadTimeoutError")


def tick(world, providers, seconds: float = 30) -> list[str]:
    """Whom a tick tried to write to in vain."""
    this = Tick(seconds, [])
    providers(email=this, sms=this)
    with world.function_of("notify", "clock"):
        clock.handler({}, this)
    asked = list(this.asked)
    world.settle()
    return asked


@pytest.mark.requirement("TELL-10")
def test_an_emergency_that_nobody_acknowledges_goes_up_while_every_provider_hangs(world, providers):
    down = Provider(*(NotTaken("Throttled") for _ in range(9)))
    providers(email=down, sms=down)
    for _ in range(3):
        report(world)
    report(world, facts={"danger_to_life": True})

    now = MONDAY_MORNING + timedelta(minutes=30)
    world.at(now)
    assert len(tick(world, providers)) == 3  # the time of a tick
    seen = world.http("notify.staff", "GET", "/staff/v1/notices", staff=SUPERVISOR).body["notices"]
    assert seen
    assert all(datetime.fromisoformat(one["until"]) > now for one in seen)


@pytest.mark.requirement("TELL-08")
def test_a_customer_does_not_wait_for_bulletins(world, providers, monkeypatch):
    for place in range(3):
        subscribe(world, f"reader-{place}@example.org")
    monkeypatch.setattr(batching, "_TRYING", -1)
    release(world)
    minute(world)
    providers(email=Provider(NotTaken("Throttled")))
    report(world)
    world.at(MONDAY_MORNING + timedelta(minutes=5))
    asked = tick(world, providers)
    assert asked[0] == MAIL
    assert len(asked) == 3
