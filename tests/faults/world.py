"""One seed, one world: the desk's functions, what carries things between them, the people around, and the weather."""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from infra.desk import Use
from infra.heard import heard_by
from infra.services import SERVICES
from tests.faults.carriers import Bus, Post, Queue, Rule, Stream, streamed
from tests.faults.cloud import Client, Cloud
from tests.faults.runtime import NAMES, Crash, Invocation, forget, handler_of, hosted, life_of
from tests.faults.scheduler import Scheduler
from tests.faults.story import Story
from tests.faults.tables import Database, Key, Written
from tests.faults.watch import Watch
from tests.faults.weather import Weather

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""Monday, 10:00 in Dubai."""

_CALM = timedelta(hours=3)
"""What is left to do when nothing goes wrong any more is done within this."""

_INBOXES = ("receipts", "replies")
"""Queues from outside: what providers tell of messages, what customers text back."""

_SWEPT_AFTER = timedelta(minutes=2)
_MINUTE = timedelta(minutes=1)
_SKEW_SECONDS = 2.0
_POLICE = 0.5
_REHEARSAL = "drill"
"""Its days are minutes: four days of it would take as long as everything else together."""

_FUNCTIONS = {(service.name, one.name): one for service in SERVICES for one in service.functions}


@dataclass(frozen=True)
class Outcome:
    """How a call of a function ended. Without an answer it failed or was gone."""

    answer: Any
    error: Exception | None = None


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function of its call."""

    world: "World"
    ends: datetime

    def get_remaining_time_in_millis(self) -> int:
        return int((self.ends - self.world.now).total_seconds() * 1000)


@cache
def rules() -> dict[str, Rule]:
    """What the bus brings to each service: the same that the template's rules are made of."""
    heard = {name: heard_by(name) for name in NAMES}
    return {name: Rule(frozenset(one.sources), frozenset(one.detail_types)) for name, one in heard.items()}


def weather_of(seed: int) -> Weather:
    """What goes wrong in the world of this seed."""
    return Weather.drawn(Random(f"{seed}/weather"))


def _pack_of(seed: int, packs: Path) -> str:
    """The organisation of a world: in half of them the police, who have units to send."""
    random = Random(f"{seed}/pack")
    every = sorted(file.stem for file in packs.glob("*.json") if "." not in file.stem and file.stem != _REHEARSAL)
    return "police" if random.random() < _POLICE else random.choice(every)


class World:
    """Make one, `run` it, look at `violations` and the story."""

    def __init__(self, seed: int, packs: Path, weather: Weather | None = None) -> None:
        self.seed, self.packs, self.pack = seed, packs, _pack_of(seed, packs)
        self.entropy = Random(f"{seed}/entropy")
        self.chance = Random(f"{seed}/chance")
        self.weather = weather or weather_of(seed)
        self.scheduler = Scheduler(START)
        self.story = Story()
        self.database = Database(*NAMES, told=self._written)
        self.rules = rules()
        self.bus = Bus(self, Random(f"{seed}/bus"), self.rules)
        batches = {service.name: service.function(Use.HEAR).batch for service in SERVICES}
        carried = Random(f"{seed}/carried")
        self.queues = {name: Queue(self, carried, name, "reactions", batches[name]) for name in NAMES}
        self.inboxes = {
            name: Queue(self, carried, "notify", name, _FUNCTIONS["notify", name].batch) for name in _INBOXES
        }
        self.streams = {name: Stream(self, carried, name) for name in NAMES}
        self.post = Post(self, Random(f"{seed}/post"))
        self.cloud = Cloud(self, Random(f"{seed}/cloud"))
        self.watch = Watch(self)
        self.claims: dict[int, tuple[str, int]] = {}
        """The message that each function wrote last, and how many writes there had been."""
        self._looks: dict[str, dict[Key, datetime]] = {name: {} for name in NAMES}
        """When a clock has to look at what, by service."""
        self._asked = count()
        self.commits = 0
        self.lives: dict[greenlet, Invocation | None] = {}
        """Who has begun something and not ended it."""
        self.ended = False
        self._keys: dict[str, bytes] = {}
        self.calls = 0
        """How many functions were called."""
        self._ticks: set[tuple[str, datetime]] = set()
        for table in self.database.tables.values():
            table.now = lambda: self.scheduler.now
            table.behind = self._behind
        self.database.stale = lambda: self.chance.random() < self.weather.stale_read

    # What functions ask of their host.

    @property
    def now(self) -> datetime:
        return self.scheduler.now

    def client(self, service: str, *, once: bool) -> Client:
        return self.cloud.client(service, once=once)

    def desk_key(self, service: str) -> bytes:
        if service not in self._keys:
            answer = self.client("secretsmanager", once=False).get_secret_value(SecretId=f"{service}-desk-key")
            self._keys[service] = answer["SecretString"].encode()
        return self._keys[service]

    def logged(self, line: str) -> None:
        self.watch.logged(line)

    def next_ask(self) -> str:
        """What is asked next, told from whatever else is asked."""
        return f"ask-{next(self._asked)}"

    # Functions.

    def call(
        self,
        service: str,
        function: str,
        event: dict[str, Any],
        done: Callable[[Outcome], None] = lambda _outcome: None,
        correlation: str = "",
    ) -> Invocation:
        """Call a function as Lambda does; `done` hears how it ended."""
        self.calls += 1
        seconds = _FUNCTIONS[service, function].timeout_seconds
        skew = timedelta(seconds=self.chance.uniform(-_SKEW_SECONDS, _SKEW_SECONDS))
        if self.chance.random() >= self.weather.skewed:
            skew = timedelta()
        begun = self.now + timedelta(milliseconds=self.chance.uniform(1, 40))
        ends = begun + timedelta(seconds=seconds)
        invocation = Invocation(service, function, self.calls, ends, skew, correlation=correlation)
        if self.chance.random() < self.weather.cold:
            self._keys.pop(service, None)
            forget()
        life = life_of(invocation, lambda: self._live(invocation, event, done), self.scheduler.main)
        self.scheduler.at(begun, life.switch)
        return invocation

    def _live(self, invocation: Invocation, event: dict[str, Any], done: Callable[[Outcome], None]) -> None:
        self.lives[getcurrent()] = invocation
        handler = handler_of(invocation.service, invocation.function)
        try:
            outcome = Outcome(handler(event, Context(self, invocation.ends)))
        except Crash:
            outcome = Outcome(None)
        except Exception as error:  # noqa: BLE001  as Lambda catches whatever a handler raises
            outcome = Outcome(None, error)
            self.watch.failed(invocation, error)
        if invocation.dead:
            outcome = Outcome(None)
        del self.lives[getcurrent()]
        done(outcome)

    # What follows from writes.

    def _behind(self) -> timedelta:
        if self.chance.random() >= self.weather.index_behind:
            return timedelta()
        return timedelta(seconds=self.chance.expovariate(1))

    def _written(self, written: Sequence[Written]) -> None:
        self.commits += 1
        for one in written:
            self.watch.wrote(one)
            moment = _looked_at(one.after) if one.after else None
            if (item := streamed(one)) is not None:
                self.streams[one.table].appended(item)
            if moment is None:
                self._looks[one.table].pop(one.key, None)
            else:
                self._looks[one.table][one.key] = moment
                self._tick_by(one.table, moment)

    # Ticks. Those at which nothing is due are left out: they read the index and go.

    def _tick_by(self, service: str, moment: datetime) -> None:
        minute = max(moment, self.now).replace(second=0, microsecond=0) + _MINUTE
        if (service, minute) in self._ticks or self.ended:
            return
        self._ticks.add((service, minute))
        weather, chance = self.weather, self.chance
        late = chance.uniform(0, 50) if chance.random() < weather.tick_late else chance.uniform(0, 2)
        self.scheduler.at(minute + timedelta(seconds=late), lambda: self._tick(service, minute))
        if chance.random() < weather.tick_early:
            self.scheduler.later(chance.uniform(0, 60), lambda: self.call(service, "clock", {}))

    def _tick(self, service: str, minute: datetime) -> None:
        self._ticks.discard((service, minute))
        if not self.is_due(service):
            return
        if self.chance.random() < self.weather.tick_lost:
            self.story.add(self.now, f"  ! a tick of {service} is lost")
            self._tick_by(service, self.now)
            return
        self.story.add(self.now, f"tick of {service}")
        self.call(service, "clock", {}, lambda _outcome: self._after_tick(service))
        if self.chance.random() < self.weather.tick_twice:
            self.call(service, "clock", {})

    def _after_tick(self, service: str) -> None:
        if self.is_due(service):
            self._tick_by(service, self.now)

    def is_due(self, service: str) -> bool:
        """Whether a tick would find something."""
        return any(moment <= self.now for moment in self._looks[service].values())

    def every_queue(self) -> Iterator[Queue]:
        yield from self.queues.values()
        yield from self.inboxes.values()

    def heard(self, service: str, event: str) -> None:
        """A service has worked off an event."""
        self.watch.safety.heard(service, event)

    def bury(self, queue: str, body: str, reason: dict[str, Any]) -> None:
        self.watch.buried(queue, body, reason)

    # A whole life.

    def run(self, people: Callable[["World"], datetime], *, to_the_end: bool = True) -> list[str]:
        """Let `people` do what they do until the time they answer; then let all come to rest. Answers what is wrong.

        Not `to_the_end`: until something is wrong.
        """
        gc.disable()  # a world is small, and gone before it would pay
        try:
            with hosted(self):
                self._live_through(people, (lambda: False) if to_the_end else lambda: bool(self.watch.violations))
        finally:
            gc.enable()
        return self.watch.violations

    def _live_through(self, people: Callable[["World"], datetime], enough: Callable[[], bool]) -> None:
        until = people(self)
        self.scheduler.run(until, enough)
        self.weather.clear_up()
        self.story.add(self.now, "nothing goes wrong any more")
        for table in self.database.tables.values():
            table.catch_up(wholly=True)
        for name in NAMES:
            self._tick_by(name, self.now)
        for _ in range(2):
            for queue in self.every_queue():
                queue.redrive()
            self.scheduler.run(self.now + _CALM / 2, enough)
        self.ended = True
        self.watch.at_the_end()
        self._end()

    def _end(self) -> None:
        """Whoever still waits for something ends here, and not when Python happens to clean up."""
        for life, invocation in list(self.lives.items()):
            if invocation:
                invocation.dead = True
            life.throw()


def _looked_at(item: dict[str, Any]) -> datetime | None:
    """When a clock has to look at what this item stands for in the index."""
    if "due" not in item:
        return None
    due = item["due"]["S"]
    if due.startswith(("PROMISE#", "ERASE#")):
        return datetime.fromisoformat(item["at"]["S"])
    if due.startswith("UNSENT#"):
        return datetime.fromisoformat(item["at"]["S"]) + _SWEPT_AFTER
    if due == "WANTED":
        return datetime.fromisoformat(item["at"]["S"])
    return None


def request(
    method: str,
    path: str,
    body: Any = None,
    *,
    secret: str | None = None,
    staff: dict[str, Any] | None = None,
    key: str | None = None,
    correlation: str = "request-1",
) -> dict[str, Any]:
    """A request as API Gateway hands it over."""
    headers = {"content-type": "application/json"}
    if secret is not None:
        headers["authorization"] = f"Bearer {secret}"
    if key is not None:
        headers["idempotency-key"] = key
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "queryStringParameters": None,
        "requestContext": {
            "requestId": correlation,
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "stage": "$default",
            **({"authorizer": {"jwt": {"claims": staff}}} if staff else {}),
        },
        "body": json.dumps(body) if body is not None else None,
        "isBase64Encoded": False,
    }
