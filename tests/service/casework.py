"""A case as the people concerned drive it: its customer, staff, and the clock."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_string
from email.policy import default
from itertools import count
from typing import Any

from services.notify.burst import SPAN
from tests.service.world import Answer, World, staff

OFFICER = staff("officer-1", "officer", "unit-west")
COLLEAGUE = staff("officer-2", "officer", "unit-east")
THIRD = staff("officer-3", "officer")
CLERK = staff("clerk-1", "operator")
SUPERVISOR = staff("supervisor-1", "supervisor")
MAIL = "amal@example.org"
REPORT: dict[str, Any] = {
    "category": "P8",
    "description": "Water comes through the kitchen ceiling.",
    "contact": {"name": "Amal", "email": MAIL},
}


_KEYS = count(1)


@dataclass
class Matter:
    """One case, from the day it comes."""

    world: World
    number: str
    secret: str

    def try_to(self, act: str, body: Any = None, who: Any = OFFICER, key: str | None = None) -> Answer:
        """A command of staff, whatever comes of it."""
        path = f"/staff/v1/cases/{self.number}/{act}"
        return self.world.http("intake.staff", "POST", path, body, staff=who, key=key)

    def do(self, act: str, body: Any = None, who: Any = OFFICER, key: str | None = None) -> Any:
        """A command of staff that is carried out, and everything that follows from it."""
        answer = self.try_to(act, body, who, key or f"command-{next(_KEYS)}")
        assert answer.status == 200, answer.body
        self.world.settle()
        return answer.body

    def says(self, act: str, body: Any, key: str = "customer-1") -> Answer:
        """A command of the customer."""
        path = f"/v1/cases/{self.number}/{act}"
        answer = self.world.http("intake.api", "POST", path, body, secret=self.secret, key=key)
        self.world.settle()
        return answer

    def seen(self) -> Any:
        """What the customer sees."""
        return self.world.http("intake.api", "GET", f"/v1/cases/{self.number}", secret=self.secret).body

    def whats(self) -> list[str]:
        return [line["what"] for line in self.seen()["timeline"]]

    def file(self, who: Any = SUPERVISOR) -> Any:
        """What staff see."""
        return self.world.http("intake.staff", "GET", f"/staff/v1/cases/{self.number}", staff=who).body

    def events(self, what: str) -> list[Any]:
        return [event for event in self.file()["events"] if event["what"] == f"{what}.v1"]

    def owed(self) -> dict[str, str]:
        """What is open: the promise, and the role that owes it."""
        return {one["what"]: one["role"] for one in self.file()["promises"] if one["state"] == "open"}

    def promise(self, name: str) -> Any:
        """The last promise of this name."""
        return [one for one in self.file()["promises"] if one["what"] == name][-1]

    def due(self, name: str) -> datetime:
        return datetime.fromisoformat(self.promise(name)["due"])


def mailed(world: World, to: str = MAIL) -> list[str]:
    """What somebody was told by mail, as a reader sees it."""
    letters = (message_from_string(mail, policy=default) for mail in world.mails(to))
    return [f"{letter['subject']} {' '.join(_text(letter).split())}" for letter in letters]


def _text(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())


def gathered(world: World) -> None:
    """Past the time for which messages in neutral words wait for one another."""
    world.pass_time(SPAN)


def report(world: World, **changed: Any) -> Matter:
    """A customer reports over the API."""
    answer = world.http("intake.api", "POST", "/v1/cases", {**REPORT, **changed})
    assert answer.status == 201, answer.body
    world.settle()
    return Matter(world, answer.body["number"], answer.body["secret"])
