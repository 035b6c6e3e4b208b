"""What carries things between functions: the bus, queues, tables' streams, the post."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from random import Random
from typing import TYPE_CHECKING, Any
from zlib import crc32

from services.notify.mark import Which
from tests.faults.runtime import Invocation
from tests.faults.tables import Written
from tests.service import receipting

if TYPE_CHECKING:
    from tests.faults.world import Outcome, World

TRIES = 5
"""Deliveries of a message before it is a dead letter (infra.constructs.queues)."""
_STREAM_TRIES = 10
_STREAM_BATCH = 100
_SHARDS = 2
_VISIBILITY_SECONDS = 180
_OVERTAKES_SECONDS = 120
_TELLS = 0.5
_LINK = re.compile(r"https://desk\.example(/[^\s\"<>]+)")


@dataclass(frozen=True)
class Rule:
    """Which events the bus brings to a service."""

    sources: frozenset[str]
    kinds: frozenset[str]

    def matches(self, source: str, kind: str) -> bool:
        return kind in self.kinds and source in self.sources


class Bus:
    """EventBridge: every event to every service that hears it, at least once, in no order."""

    def __init__(self, world: "World", random: Random, rules: Mapping[str, Rule]) -> None:
        self._world, self._random, self._rules = world, random, rules
        self.entries: list[dict[str, Any]] = []

    def put(self, entry: dict[str, Any]) -> None:
        world, weather = self._world, self._world.weather
        self.entries.append(entry)
        detail = json.loads(entry["Detail"])
        body = json.dumps({"detail-type": entry["DetailType"], "source": entry["Source"], "detail": detail})
        for service, rule in self._rules.items():
            if not rule.matches(entry["Source"], entry["DetailType"]):
                continue
            copies = 1 + (self._random.random() < weather.told_twice)
            for _ in range(copies):
                seconds = self._random.expovariate(4)
                if self._random.random() < weather.reordered:
                    seconds = self._random.uniform(0, _OVERTAKES_SECONDS)
                world.scheduler.later(seconds, partial(world.queues[service].take, body, detail["id"]))


@dataclass
class Message:
    number: int
    body: str
    about: str
    visible: datetime
    receives: int = 0
    gone: bool = False


class Queue:
    """SQS before a function: batches of what is visible; what fails comes again, and in the end is a dead letter."""

    def __init__(self, world: "World", random: Random, service: str, function: str, batch: int) -> None:
        self._world, self._random, self.service, self._batch = world, random, service, batch
        self._function = function
        self.name = service if function == "reactions" else function
        self.messages: list[Message] = []
        self.dead: list[Message] = []
        self.worked_off: set[str] = set()
        """Ids of events that a function took without failing."""
        self._number = 0

    def take(self, body: str, about: str) -> None:
        self._number += 1
        self.messages.append(Message(self._number, body, about, self._world.now))
        self._world.scheduler.later(self._random.uniform(0, 0.3), self.deliver)

    def deliver(self) -> None:
        """A batch to the service's reactions."""
        now = self._world.now
        waiting = [one for one in self.messages if not one.gone and one.visible <= now]
        if not waiting:
            return
        batch = self._random.sample(waiting, min(len(waiting), self._random.randint(1, self._batch)))
        for one in batch:
            one.receives += 1
            early = self._random.random() < self._world.weather.seen_twice
            hidden = self._random.uniform(0, 5) if early else _VISIBILITY_SECONDS
            one.visible = now + timedelta(seconds=hidden)
            self._world.scheduler.later(hidden, self.deliver)
        records = [{"messageId": str(one.number), "body": one.body, "eventSource": "aws:sqs"} for one in batch]
        self._world.call(
            self.service, self._function, {"Records": records}, lambda outcome: self._answered(batch, outcome)
        )
        if len(batch) < len(waiting):
            self._world.scheduler.later(0, self.deliver)

    def _answered(self, batch: list[Message], outcome: "Outcome") -> None:
        failed = {one["itemIdentifier"] for one in outcome.answer["batchItemFailures"]} if outcome.answer else None
        for one in batch:
            if failed is not None and str(one.number) not in failed:
                self.worked_off.add(one.about)
                self._world.heard(self.service, one.about)
                if self._random.random() >= self._world.weather.seen_twice:
                    one.gone = True
            elif one.receives >= TRIES and not one.gone and one in self.messages:
                self.messages.remove(one)
                self.dead.append(one)
                self._world.story.add(self._world.now, f"  x {self.name}: message {one.number} is a dead letter")
        self.messages = [one for one in self.messages if not one.gone]

    def redrive(self) -> None:
        """What operations do with dead letters once the cause is mended."""
        dead, self.dead = self.dead, []
        for one in dead:
            self.take(one.body, one.about)


def streamed(one: Written) -> dict[str, Any] | None:
    """The item that a table's stream brings to the relay of this write, if any (`infra.constructs.functions`)."""
    return one.after if one.before is None and one.key[1].startswith("EV#") else None


@dataclass(frozen=True)
class Piece:
    """Records of one shard that go to the function together: their numbers, and how often they were tried again."""

    numbers: tuple[int, ...]
    retries: int = 0


def left_of(piece: Piece, answer: Mapping[str, Any] | None) -> list[Piece]:
    """What Lambda hands over next of it, in this order; without an answer the function failed.

    As AWS documents a mapping with BisectBatchOnFunctionError and ReportBatchItemFailures; see `test_streams.py`.
    """
    numbers, retries = piece.numbers, piece.retries
    if answer is None:
        if len(numbers) == 1:
            return [Piece(numbers, retries + 1)]
        half = len(numbers) // 2
        return [Piece(numbers[:half], retries), Piece(numbers[half:], retries)]
    failed = [one.get("itemIdentifier") for one in answer.get("batchItemFailures") or ()]
    if not failed:
        return []
    if not all(isinstance(one, str) and one.isdecimal() and int(one) in numbers for one in failed):
        return [Piece(numbers, retries + 1)]
    first = numbers.index(min(map(int, failed)))
    return [Piece(numbers[first:], retries + (first == 0))]


class Stream:
    """A table's stream before the relay: in order within a shard, again after a failure, lost in the end."""

    def __init__(self, world: "World", random: Random, service: str) -> None:
        self._world, self._random, self.service = world, random, service
        self._waiting: list[list[int]] = [[] for _ in range(_SHARDS)]
        self._again: list[list[Piece]] = [[] for _ in range(_SHARDS)]
        """What was handed over and has to come again, before anything behind it."""
        self._items: dict[int, dict[str, Any]] = {}
        self._busy = [False] * _SHARDS
        self._number = 0

    def appended(self, item: dict[str, Any]) -> None:
        """An event item was inserted."""
        if self._random.random() < self._world.weather.stream_lost:
            key = f"{item['pk']['S']}/{item['sk']['S']}"
            self._world.story.add(self._world.now, f"  ! the stream of {self.service} loses {key}")
            return
        shard = crc32(item["pk"]["S"].encode()) % _SHARDS
        self._number += 1
        self._items[self._number] = item
        self._waiting[shard].append(self._number)
        self._world.scheduler.later(self._random.uniform(0.05, 0.6), lambda: self._deliver(shard))

    def _deliver(self, shard: int) -> None:
        if self._busy[shard] or not (self._again[shard] or self._waiting[shard]):
            return
        self._busy[shard] = True
        piece = self._again[shard].pop(0) if self._again[shard] else self._fresh(shard)
        records = [
            {"eventName": "INSERT", "dynamodb": {"NewImage": self._items[number], "SequenceNumber": str(number)}}
            for number in piece.numbers
        ]
        self._world.call(
            self.service, "relay", {"Records": records}, lambda outcome: self._answered(shard, piece, outcome)
        )

    def _fresh(self, shard: int) -> Piece:
        waiting = self._waiting[shard]
        taken = tuple(waiting[: self._random.randint(1, _STREAM_BATCH)])
        del waiting[: len(taken)]
        return Piece(taken)

    def _answered(self, shard: int, piece: Piece, outcome: "Outcome") -> None:
        self._busy[shard] = False
        left = left_of(piece, outcome.answer)
        if not left and self._random.random() < self._world.weather.stream_again:
            left = [piece]
        if left and left[0].retries > _STREAM_TRIES:
            given_up = ", ".join(map(str, left.pop(0).numbers))
            self._world.story.add(self._world.now, f"  ! the stream of {self.service} gives up {given_up}")
        self._again[shard][:0] = left
        kept = {number for one in left for number in one.numbers}
        for number in set(piece.numbers) - kept:
            del self._items[number]
        if self._again[shard] or self._waiting[shard]:
            wait = 1 << min(left[0].retries if left else 0, 5)
            self._world.scheduler.later(self._random.uniform(0.05, wait), lambda: self._deliver(shard))

    @property
    def empty(self) -> bool:
        return not any(self._waiting) and not any(self._again)


@dataclass(frozen=True)
class Letter:
    """What a provider took."""

    at: datetime
    channel: str
    address: str
    raw: bytes
    by: Invocation
    message: str
    """The aggregate that its function had written last, and so was sending."""
    heard: bool
    commit: int
    """How many writes there had been in the world when it was claimed."""
    mark: str = ""
    """What a receipt brings back; no receipt comes without it."""
    sender: str = ""

    @cached_property
    def text(self) -> str:
        return self.raw.decode()


@dataclass
class Post:
    """The providers of messages, and what they took."""

    world: "World"
    random: Random
    letters: list[Letter] = field(default_factory=list)
    readers: list[Callable[[Letter], None]] = field(default_factory=list)
    """Who does something about what arrives."""
    came_back: set[str] = field(default_factory=set)
    """The marks of those that were told not to have arrived."""
    tells: bool = field(init=False)
    """Whether the desk is told what becomes of messages."""

    def __post_init__(self) -> None:
        self.tells = self.random.random() < _TELLS

    def take(
        self,
        channel: str,
        address: str,
        raw: bytes,
        by: Invocation,
        *,
        mark: str = "",
        heard: bool = True,
        sender: str = "",
    ) -> int:
        now = self.world.now
        message, commit = self.world.claims.get(by.number, ("", 0))
        letter = Letter(now, channel, address, raw, by, message, heard, commit, mark, sender)
        self.world.story.add(now, f"  > {channel} to {address} ({message.removeprefix('MESSAGE#')}) by {by.name}")
        self.world.watch.sending(letter)
        self.letters.append(letter)
        for reader in self.readers:
            reader(letter)
        if mark and self.tells:
            self._receipts(letter)
        return len(self.letters)

    def _receipts(self, letter: Letter) -> None:
        """What becomes of it is told, as a rule in seconds."""
        random, weather = self.random, self.world.weather
        returned = random.random() < weather.bounced
        told = ["returned" if returned else "arrived"]
        if not returned and letter.channel == "email" and random.random() < weather.called_spam:
            told.append("spam")
        for what in told:
            if random.random() < weather.receipt_lost:
                continue
            late = random.random() < weather.receipt_late
            for _ in range(1 + (random.random() < weather.told_twice)):
                self.world.scheduler.later(
                    random.uniform(0.2, 1800 if late else 20), partial(self._tell, letter, what)
                )

    def _tell(self, letter: Letter, what: str) -> None:
        if what == "returned":
            self.came_back.add(letter.mark)
        self.world.story.add(
            self.world.now,
            f"  < {letter.channel} to {letter.address}: {what} ({letter.message.removeprefix('MESSAGE#')})",
        )
        self.world.inboxes["receipts"].take(receipt(letter, what), letter.mark)

    def links(self, address: str, kind: str) -> list[str]:
        """Addresses of the desk of this kind that somebody was sent."""
        found = [link for one in self.letters if one.address == address for link in _LINK.findall(one.text)]
        return list(dict.fromkeys(link for link in found if link.startswith(f"/{kind}/")))


def receipt(letter: Letter, what: str) -> str:
    """As SES or AWS End User Messaging publish it."""
    which = Which.marked(letter.mark)
    if letter.channel == "sms":
        return receipting.of_text("TEXT_UNREACHABLE" if what == "returned" else "TEXT_DELIVERED", which)
    if what == "returned":
        return receipting.of_mail("Bounce", which, to=letter.address, bounce=receipting.REFUSED)
    if what == "spam":
        return receipting.of_mail("Complaint", which, to=letter.address, complaint=receipting.SPAM)
    return receipting.of_mail("Delivery", which, to=letter.address)
