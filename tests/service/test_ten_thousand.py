"""Ten thousand messages through providers that fail at random: nothing is lost, nothing that must not comes twice.

Delivery, receipts and store are the real ones; the table is in memory. `MESSAGES` and `SEED` in the environment
choose another run; one seed gives one run.
"""

import heapq
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from services.notify import channels, customers, delivery, notes, receiving
from services.notify import message as messages
from services.notify.channels import NeverTaken, NoAnswer, NotTaken
from services.notify.mark import Which
from services.notify.message import Message, Policy, State
from services.notify.recipient import Recipient
from shared import rules, settings, tables, vault
from shared.contracts.notify import MessageFailed
from shared.heard import Heard
from shared.store import Conflict, Line, Recorded
from tests.faults.tables import Database
from tests.service.receipting import MAILBOX_FULL, ON_HOLIDAY, REFUSED, of_mail, of_text

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
MESSAGES = int(os.environ.get("MESSAGES", "2500"))
SEED = int(os.environ.get("SEED", "1"))
HOURS = 12


class Died(BaseException):
    """The function ended in the middle of a call."""


@dataclass
class World:
    """What happens outside of the desk, by chance."""

    table: Database
    chance: random.Random
    now: datetime = START
    arrived: Counter[str] = field(default_factory=Counter)
    """How often a message reached its customer."""
    accepted: Counter[str] = field(default_factory=Counter)
    doubted: defaultdict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    """Tries without an answer that were taken all the same: whether a receipt told so in time."""
    calls: Counter[str] = field(default_factory=Counter)
    _coming: list[tuple[datetime, int, str]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def happens(self, percent: float) -> bool:
        return self.chance.random() * 100 < percent

    def send(self, channel: str, which: Which) -> str:
        """One call of a provider: it may refuse, hang, die under us, and take it or not before it does."""
        if self.happens(8):
            self.calls["refused for now"] += 1
            raise NotTaken("Throttling")
        if self.happens(1):
            self.calls["refused for good"] += 1
            raise NeverTaken("MessageRejected")
        lost, died = self.happens(8), self.happens(2)
        if (lost or died) and self.happens(40):
            self.calls["not taken, no answer"] += 1
        else:
            told = self.take(channel, which)
            if lost or died:
                self.calls["taken, no answer"] += 1
                self.doubted[which.message].append(told)
        if died:
            raise Died
        if lost:
            raise NoAnswer("ReadTimeoutError")
        self.calls["answered"] += 1
        return f"provider-{next(self._order)}"

    def take(self, channel: str, which: Which) -> bool:
        """It is with the provider. Says whether receipts tell of it within the minutes that the desk waits."""
        self.accepted[which.message] += 1
        comes_back = self.happens(6)
        self.arrived[which.message] += not comes_back
        told = [*(["passing"] if self.happens(5) else []), "back" if comes_back else "delivered"]
        if self.happens(60):
            told.insert(0, "taken")
        if comes_back and self.happens(50):
            told.insert(0, "delivered")  # and then it bounced all the same
        first = timedelta(days=9)
        for what in told:
            if what != "back" and self.happens(4):
                continue  # this one never comes
            delay = timedelta(seconds=self.chance.expovariate(1 / 40))
            if self.happens(5):
                delay += timedelta(minutes=self.chance.uniform(5, 180))
            for again in range(1 + self.happens(15)):
                self.tell(
                    delay + timedelta(minutes=again * self.chance.uniform(0, 60)), body(channel, what, which, self)
                )
            first = min(first, delay) if what != "passing" else first
        return first < timedelta(minutes=5)

    def tell(self, after: timedelta, receipt: str) -> None:
        heapq.heappush(self._coming, (self.now + after, next(self._order), receipt))

    def until(self, moment: datetime) -> None:
        """Every receipt that comes by then, when it comes."""
        while self._coming and self._coming[0][0] <= moment:
            self.now, _, receipt = heapq.heappop(self._coming)
            receiving.take(receipt, "aws")
        self.now = moment

    @property
    def is_quiet(self) -> bool:
        return not self._coming


def body(channel: str, what: str, which: Which, world: World) -> str:
    if channel == "sms":
        kinds = {"taken": "TEXT_SENT", "delivered": "TEXT_DELIVERED", "back": "TEXT_UNREACHABLE"}
        return of_text(kinds.get(what, "TEXT_UNKNOWN"), which)
    if what == "back":
        return of_mail("Bounce", which, bounce=MAILBOX_FULL if world.happens(20) else REFUSED)
    if what == "passing":
        return of_mail("Bounce", which, bounce=ON_HOLIDAY)
    return of_mail({"taken": "Send", "delivered": "Delivery"}[what], which)


class Way:
    def __init__(self, world: World, channel: str) -> None:
        self.world, self.channel = world, channel

    def send(self, _address: str, _letter: Any, which: Which) -> str:
        return self.world.send(self.channel, which)


@pytest.fixture
def world(compiled_packs, monkeypatch) -> Iterator[World]:
    for name, value in {
        "AHD_SERVICE": "notify",
        "AHD_TABLE": "notify",
        "AHD_URL": "https://desk.example",
        "AHD_PACK": "police",
        "AHD_PACKS": str(compiled_packs),
        "AHD_SMS_PRICES": "*=10",
        "AHD_SMS_DAY": "100000000",
    }.items():
        monkeypatch.setenv(name, value)
    ours = World(Database("notify"), random.Random(SEED))  # noqa: S311  chance, not secrets
    caches = (settings.settings, tables.store, vault.chain_key, rules._compiled)
    for cache in caches:
        cache.cache_clear()
    monkeypatch.setattr(tables, "client", lambda _service: ours.table)
    monkeypatch.setattr(vault, "_desk_key", lambda: b"k" * 64)
    for module in (customers, delivery, receiving):
        monkeypatch.setattr(module, "utc_now", lambda: ours.now)
    for channel in ("email", "sms"):
        monkeypatch.setitem(channels.PROVIDERS, channel, Way(ours, channel))
    yield ours
    for cache in caches:
        cache.cache_clear()


def heard(number: int, at: datetime) -> Heard[Any]:
    nothing: Any = None
    return Heard(id=f"event-{number}", subject=f"case-{number}", at=at, correlation="c", event=nothing, boxes={})


def begin(number: int, world: World) -> None:
    """One case with its customer and one message, brought twice when the function died the first time."""
    event = heard(number, world.now)
    known = Recipient(id=event.subject, language="en", salt=vault.new_salt())
    ways = {"email": f"a{number}@example.org", "phone": f"+97150{number:07}"}
    card = {"secret": "s", "preferred": world.chance.choice(["email", "sms"]), **ways}
    if world.happens(20):
        del card[world.chance.choice(["email", "phone"])]
    tables.store().create(known, [Line(notes.RecipientKnown(), private=card)], event.cause(world.now))
    template, policy = ("progressed", Policy.AT_LEAST_ONCE) if number % 3 else ("survey", Policy.AT_MOST_ONCE)
    for _ in range(1 + world.happens(3) + 1):
        with suppress(Died):
            customers.tell_customer(event, event.subject, template, {"text": "News.", "link": "l"}, policy)


def tick(world: World) -> None:
    for place in tables.store().due(Message.KIND, world.now, MESSAGES):
        with suppress(Died, Conflict):
            delivery.look(place.id, world.now)


@dataclass
class Figures:
    """How a run ended. Messages by their id."""

    ends: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    """Reached nobody, and nobody was told that they did not."""
    stuck: list[str] = field(default_factory=list)
    doubled: Counter[str] = field(default_factory=Counter)
    """More often than once with their customer, by policy."""
    in_spite: list[str] = field(default_factory=list)
    """Doubled though receipts had told in time."""
    told_twice: list[str] = field(default_factory=list)


def run(world: World, messages: int, quiet: pytest.CaptureFixture[str]) -> Figures:
    """Send so many in the first hours of half a day, and look at each at its end."""
    a_minute = max(1, messages // 240)
    for minute in range(HOURS * 60):
        for number in range(minute * a_minute, min((minute + 1) * a_minute, messages)):
            begin(number, world)
        world.until(START + timedelta(minutes=minute + 1))
        tick(world)
        quiet.readouterr()  # the desk's own log is long
    assert world.is_quiet, "receipts are under way still"
    figures = Figures()
    for number in range(messages):
        identity = f"event-{number}.{'progressed' if number % 3 else 'survey'}"
        judge(world, *tables.store().history(Message, identity), figures)
    return figures


def judge(world: World, message: Message, events: list[Recorded], figures: Figures) -> None:
    arrived = world.arrived[message.id]
    failed = sum(event.type == MessageFailed.detail_type() for event in events)
    figures.ends[str(message.state)] += 1
    if failed > 1:
        figures.told_twice.append(message.id)
    if message.state not in {State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN}:
        figures.stuck.append(message.id)
    if not (arrived or failed or message.state is State.UNKNOWN):
        figures.lost.append(message.id)
    if arrived > 1:
        figures.doubled[str(message.policy)] += 1
        if all(world.doubted[message.id]):
            figures.in_spite.append(message.id)


@pytest.mark.requirement("TELL-09")
def test_ten_thousand_messages_end_with_none_lost_and_none_doubled_that_must_not_be(world, capsys):
    figures = run(world, MESSAGES, capsys)
    with capsys.disabled():
        told = ", ".join(f"{how} {often}" for how, often in sorted(world.calls.items()))
        print(  # noqa: T201  the figure
            f"\n{MESSAGES} messages, seed {SEED}: {len(figures.lost)} lost, {figures.doubled['at-most-once']} doubled"
            f" of those that must not be, {figures.doubled['at-least-once']} doubled for want of a receipt in time; "
            f"{json.dumps(figures.ends)}; calls: {told}"
        )
    assert figures.lost == figures.stuck == figures.in_spite == figures.told_twice == []
    assert figures.doubled["at-most-once"] == 0


def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "received", lambda *_: None)


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "outcome_unknown", messages.unreconciled)


def stubborn(monkeypatch: pytest.MonkeyPatch) -> None:
    def again(message: Message, now: datetime) -> Message:
        return kept(message.model_copy(update={"policy": Policy.AT_LEAST_ONCE}), now)

    kept = messages.unreconciled
    monkeypatch.setattr(messages, "unreconciled", again)


def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came back once counts as delivered when a late receipt says so."""
    kept = messages.received

    def forgets(message: Message, *receipt: Any) -> Message | None:
        return kept(message.model_copy(update={"returned": ()}), *receipt)

    monkeypatch.setattr(messages, "received", forgets)


@pytest.mark.parametrize(
    ("mutant", "shows"),
    [(deaf, "lost"), (impatient, "in_spite"), (stubborn, "doubled"), (forgetful, "lost")],
)
def test_a_desk_that_gets_it_wrong_is_found(world, capsys, monkeypatch, mutant, shows):
    mutant(monkeypatch)
    assert getattr(run(world, 1000, capsys), shows)
