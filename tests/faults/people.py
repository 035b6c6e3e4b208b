"""The people around the desk: customers and staff. Each does one thing after the other, as people do, and each
sends again under the same key what was not answered.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from greenlet import greenlet

from tests.faults.runtime import Invocation
from tests.faults.story import told_error
from tests.faults.world import Outcome, World, request

_TRIES = 12
_BUSY = frozenset({409, 429})
HOUR = 3600.0
_GIVE_UP = 500
_AT_ONCE = 0.35


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def staff(identity: str, *groups: str) -> dict[str, Any]:
    return {"sub": identity, "cognito:groups": f"[{' '.join(groups)}]"}


OPERATOR = staff("operator-1", "operator")
OFFICERS = (staff("officer-1", "officer", "unit-west"), staff("officer-2", "officer", "unit-east"))
SUPERVISOR = staff("supervisor-1", "supervisor")
LEADER = staff("leader-1", "duty-leader")
HANDLING_SUPERVISOR = staff("supervisor-2", "supervisor")


def sooner_or_later(random: Random, at_most: float) -> float:
    """Seconds. More often short than long, and often no time at all, so that people meet."""
    return random.uniform(0, 40) if random.random() < _AT_ONCE else at_most * random.random() ** 3


Plan = Callable[["Person"], None]


class Person:
    """Somebody with a plan. `plan` runs in turns of its own: it waits, asks, and goes on with the answer."""

    def __init__(self, world: World, random: Random, plan: Plan, begins: float) -> None:
        self.world, self.random = world, random
        self._life = greenlet(lambda: self._live(plan), parent=world.scheduler.main)
        world.scheduler.later(begins, self._life.switch)

    def _live(self, plan: Plan) -> None:
        self.world.lives[self._life] = None
        plan(self)
        del self.world.lives[self._life]

    def wait(self, seconds: float) -> None:
        self.world.scheduler.sleep(seconds)

    def some_time(self, at_most: float) -> None:
        """At once, or some day."""
        self.wait(sooner_or_later(self.random, at_most))

    def ask(self, function: str, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send until there is an answer that says something. Impatient people send twice."""
        service, _, name = function.partition(".")
        answer = Answer(0, None)
        more = {"correlation": self.world.next_ask(), **more}
        for _ in range(_TRIES):
            if self.random.random() < self.world.weather.double_click:
                self._send(service, name, method, path, body, lambda _answer: None, more)
            answer = self._once(service, name, method, path, body, more)
            if answer.status and answer.status < _GIVE_UP and not _says_again(answer):
                return answer
            self.wait(self.random.uniform(0.5, 20))
        return answer

    def _once(self, service: str, name: str, method: str, path: str, body: Any, more: dict[str, Any]) -> Answer:
        got: list[Answer] = []

        def heard(answer: Answer) -> None:
            got.append(answer)
            self.world.scheduler.later(0, self._life.switch)

        self._send(service, name, method, path, body, heard, more)
        self.world.scheduler.main.switch()
        return got[0]

    def _send(
        self,
        service: str,
        name: str,
        method: str,
        path: str,
        body: Any,
        heard: Callable[[Answer], None],
        more: dict[str, Any],
    ) -> None:
        world = self.world
        event = request(method, path, body, **more)
        calls: list[Invocation] = []

        def done(outcome: Outcome) -> None:
            if outcome.answer is None:
                why = f" {told_error(outcome.error)}" if outcome.error else ""
                world.story.add(world.now, f"< {calls[0].name} gave no answer{why}")
                heard(Answer(0, None))
                return
            said = outcome.answer["body"]
            answer = Answer(outcome.answer["statusCode"], json.loads(said) if said else None)
            why = f" {answer.body.get('type', '')}" if not answer.ok and isinstance(answer.body, dict) else ""
            world.story.add(world.now, f"< {calls[0].name} {method} {path}: {answer.status}{why}")
            world.watch.answered(calls[0], answer.status, f"{method} {path}")
            world.watch.seen(calls[0], more.get("staff"), answer.status, answer.body)
            if path in {"/v1/cases", "/v1/complaints"} and method == "POST" and answer.ok:
                world.watch.accepted[more["key"]].add(answer.body["number"].replace("-", ""))
            heard(answer)

        calls.append(world.call(service, name, event, done))
        world.story.add(world.now, f"{method} {path} as {calls[0].name}")


def _says_again(answer: Answer) -> bool:
    kind = str((answer.body or {}).get("type", ""))
    return answer.status in _BUSY and kind.endswith(("changed-meanwhile", "too-many-calls"))


@dataclass
class Customer:
    """Somebody whose name, words and addresses nobody else has."""

    number: int
    random: Random
    unique: str
    reachable: bool = True
    case: dict[str, Any] = field(default_factory=dict)
    shares: "Customer | None" = None
    """Whose telephone they use, too."""

    @property
    def contact(self) -> dict[str, str]:
        given = {"name": f"Amal {self.unique}a", "email": self.mail, "phone": self.phone}
        return given | ({"preferred": "email"} if self.number % 2 else {})

    @property
    def mail(self) -> str:
        return f"{self.unique}b@example.org"

    @property
    def phone(self) -> str:
        return self.shares.phone if self.shares else f"+44770090{self.number:02d}{int(self.unique, 36) % 100:02d}"

    def words(self, about: str) -> str:
        return f"{about} {self.unique}c"

    def canaries(self) -> dict[str, str]:
        return {
            "a name": f"{self.unique}a",
            "a mail address": f"{self.unique}b",
            "words": f"{self.unique}c",
            "a number": self.phone,
        }
