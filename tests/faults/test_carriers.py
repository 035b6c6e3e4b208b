"""Queue, bus and stream in memory are held to moto: what is told to both arrives the same, in either."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import boto3
import pytest
import time_machine
from moto import mock_aws
from moto.backends import get_backend

from infra.services import SERVICES
from tests.faults import carriers
from tests.faults.carriers import Bus, Message, Queue, streamed
from tests.faults.scheduler import Scheduler
from tests.faults.story import Story
from tests.faults.tables import Database
from tests.faults.test_conformance import SCRIPTS, Asked, at_random
from tests.faults.weather import Weather
from tests.faults.world import START, Outcome, rules
from tests.template import template

STREAMS = "https://streams.dynamodb.eu-west-2.amazonaws.com"
"""Where moto answers for them."""
ARN = "arn:aws:sqs:eu-west-2:123456789012"
Says = Callable[[list[str]], list[str] | None]
"""What a function makes of a batch: the bodies that failed, or None when it failed as a whole."""


@pytest.fixture(autouse=True)
def account() -> Iterator[None]:
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
        yield


def properties(kind: str, name: str) -> dict[str, Any]:
    """Of the one resource of notify that is called so."""
    (found,) = [
        one["Properties"]
        for one in template().of_type("notify", kind).values()
        if f'"{name}"' in json.dumps(one["Properties"].get("QueueName", one["Properties"]))
    ]
    return dict(found)


def all_well(_bodies: list[str]) -> list[str]:
    return []


class AllAtOnce(Random):
    """No chance: batches are as large as they may be."""

    def randint(self, a: int, b: int) -> int:
        del a
        return b


@dataclass
class InMemory:
    """The queue of worlds, and whatever a queue asks of a world."""

    weather: Weather = field(default_factory=Weather)
    scheduler: Scheduler = field(default_factory=lambda: Scheduler(START))
    story: Story = field(default_factory=Story)
    says: Says = all_well
    batches: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        here: Any = self
        self.queue = Queue(here, AllAtOnce(1), "notify", "reactions", 10)

    @property
    def now(self) -> Any:
        return self.scheduler.now

    def heard(self, _service: str, _event: str) -> None:
        """Nobody looks on."""

    def call(self, _service: str, _function: str, event: dict[str, Any], done: Callable[[Outcome], None]) -> None:
        """Lambda: the function answers at once."""
        records = event["Records"]
        bodies = [one["body"] for one in records]
        self.batches.append(sorted(bodies))
        failed = self.says(bodies)
        if failed is None:
            done(Outcome(None))
        else:
            again = [{"itemIdentifier": one["messageId"]} for one in records if one["body"] in failed]
            done(Outcome({"batchItemFailures": again}))

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.queue.take(body, body)

    def passes(self, seconds: float) -> None:
        self.scheduler.run(self.now + timedelta(seconds=seconds))

    def redrive(self) -> None:
        self.queue.redrive()

    def stands(self) -> dict[str, list[str]]:
        """Which messages wait or are hidden, and which are dead."""
        return {"kept": bodies(self.queue.messages), "dead": bodies(self.queue.dead)}


def bodies(messages: list[Message]) -> list[str]:
    return sorted(one.body for one in messages)


class OnMoto:
    """A queue as the template has it, with a function behind it as Lambda polls for one."""

    def __init__(self, machine: time_machine.Traveller) -> None:
        self._machine, self._now = machine, START
        self._sqs = boto3.client("sqs")
        self.says: Says = all_well
        self.batches: list[list[str]] = []
        wanted = properties("AWS::SQS::Queue", "AhdNotify-events")
        self.dead = self._sqs.create_queue(QueueName="dead")["QueueUrl"]
        self.seconds = wanted["VisibilityTimeout"]
        redrive = {
            "deadLetterTargetArn": f"{ARN}:dead",
            "maxReceiveCount": wanted["RedrivePolicy"]["maxReceiveCount"],
        }
        self.url = self._sqs.create_queue(
            QueueName="events",
            Attributes={"VisibilityTimeout": str(self.seconds), "RedrivePolicy": json.dumps(redrive)},
        )["QueueUrl"]

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def passes(self, seconds: float) -> None:
        """Lambda polls all the time: now, and when what is hidden comes back."""
        self._poll()
        self._now += timedelta(seconds=seconds)
        self._machine.move_to(self._now, tick=False)
        self._poll()

    def _poll(self) -> None:
        while True:
            answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            if not messages:
                return
            bodies = [one["Body"] for one in messages]
            self.batches.append(sorted(bodies))
            failed = self.says(bodies)
            for one in messages:
                if failed is not None and one["Body"] not in failed:
                    self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=one["ReceiptHandle"])

    def redrive(self) -> None:
        while messages := self._sqs.receive_message(QueueUrl=self.dead).get("Messages", []):
            for one in messages:
                self.send(one["Body"])
                self._sqs.delete_message(QueueUrl=self.dead, ReceiptHandle=one["ReceiptHandle"])

    def stands(self) -> dict[str, list[str]]:
        backend = _sqs_of_moto()
        return {
            name: sorted(one.body for one in backend.queues[queue]._messages)
            for name, queue in (("kept", "events"), ("dead", "dead"))
        }


def _sqs_of_moto() -> Any:
    return get_backend("sqs")["123456789012"]["eu-west-2"]


Script = Callable[["InMemory | OnMoto"], Iterator[None]]
"""What happens to a queue; at each `yield` both have to stand the same."""


def what_is_worked_off_is_gone(queue: InMemory | OnMoto) -> Iterator[None]:
    queue.send("a", "b")
    queue.passes(1)
    yield
    queue.passes(1000)
    yield


def what_fails_comes_again_when_it_is_seen_again(queue: InMemory | OnMoto) -> Iterator[None]:
    queue.says = lambda bodies: [one for one in bodies if one == "b"]
    queue.send("a", "b")
    queue.passes(1)
    yield
    queue.passes(100)
    yield
    queue.says = all_well
    queue.passes(81)
    yield


def a_function_that_ends_in_the_middle_failed_with_all_of_its_batch(queue: InMemory | OnMoto) -> Iterator[None]:
    queue.says = lambda _bodies: None
    queue.send("a", "b", "c")
    queue.passes(1)
    yield
    queue.says = all_well
    queue.passes(181)
    yield


def what_fails_five_times_is_a_dead_letter(queue: InMemory | OnMoto) -> Iterator[None]:
    queue.says = lambda bodies: [one for one in bodies if one == "b"]
    queue.send("a", "b")
    for _ in range(6):
        queue.passes(181)
    yield
    queue.says = all_well
    queue.redrive()
    queue.passes(1)
    yield


def what_comes_back_from_the_dead_has_five_more(queue: InMemory | OnMoto) -> Iterator[None]:
    queue.says = lambda _bodies: None
    queue.send("a")
    for _ in range(6):
        queue.passes(181)
    queue.redrive()
    queue.passes(1)
    yield
    for _ in range(3):
        queue.passes(181)
    yield
    for _ in range(3):
        queue.passes(181)
    yield


QUEUES: tuple[Script, ...] = (
    what_is_worked_off_is_gone,
    what_fails_comes_again_when_it_is_seen_again,
    a_function_that_ends_in_the_middle_failed_with_all_of_its_batch,
    what_fails_five_times_is_a_dead_letter,
    what_comes_back_from_the_dead_has_five_more,
)


@pytest.mark.parametrize("script", QUEUES, ids=lambda script: script.__name__)
def test_a_queue_in_memory_and_on_moto_does_the_same(script: Script):
    with time_machine.travel(START, tick=False) as machine:
        here, there = InMemory(), OnMoto(machine)
        for _, _ in zip(script(here), script(there), strict=True):
            assert here.stands() == there.stands()
            assert here.batches == there.batches


def test_queues_in_memory_are_set_as_the_template_sets_them():
    wanted = properties("AWS::SQS::Queue", "AhdNotify-events")
    assert wanted["VisibilityTimeout"] == carriers._VISIBILITY_SECONDS
    assert wanted["RedrivePolicy"]["maxReceiveCount"] == carriers.TRIES
    stream = properties("AWS::Lambda::EventSourceMapping", "BisectBatchOnFunctionError")
    assert stream["MaximumRetryAttempts"] == carriers._STREAM_TRIES
    assert stream["BatchSize"] == carriers._STREAM_BATCH
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@dataclass
class Inbox:
    """Stands for the queue of a service: what arrives."""

    bodies: list[str] = field(default_factory=list)

    def take(self, body: str, _about: str) -> None:
        self.bodies.append(body)


def test_a_bus_in_memory_and_on_moto_brings_each_event_to_the_same_services():
    """Every kind of event that anybody hears, and one that nobody does, from every service and from a stranger."""
    kinds = sorted({kind for rule in rules().values() for kind in rule.kinds} | {"NobodyHears.v1"})
    sources = [*(f"ahd.{one.name}" for one in SERVICES), "aws.health"]
    entries = [
        {
            "EventBusName": "desk",
            "Source": source,
            "DetailType": kind,
            "Detail": json.dumps({"id": f"{source}/{kind}", "data": {"words": "\u0645\u0627\u0621 & <b>"}}),
        }
        for source in sources
        for kind in kinds
    ]
    assert in_memory(entries) == on_moto(entries)


def in_memory(entries: list[dict[str, Any]]) -> dict[str, list[Any]]:
    stage: Any = InMemory()
    stage.queues = {one.name: Inbox() for one in SERVICES}
    bus = Bus(stage, Random(1), rules())
    for entry in entries:
        bus.put(entry)
    stage.passes(1000)
    return {name: arrived(box.bodies) for name, box in stage.queues.items()}


def on_moto(entries: list[dict[str, Any]]) -> dict[str, list[Any]]:
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="desk")
    for one in SERVICES:
        sqs.create_queue(QueueName=one.name)
        pattern = template().rule(one.name)
        events.put_rule(Name=one.name, EventBusName="desk", EventPattern=json.dumps(pattern))
        events.put_targets(Rule=one.name, EventBusName="desk", Targets=[{"Id": "q", "Arn": f"{ARN}:{one.name}"}])
    for start in range(0, len(entries), 10):
        assert not events.put_events(Entries=entries[start : start + 10])["FailedEntryCount"]
    queues = _sqs_of_moto().queues
    return {one.name: arrived([message.body for message in queues[one.name]._messages]) for one in SERVICES}


def arrived(bodies: list[str]) -> list[Any]:
    """What a service reads of the messages in its queue, each once, in no order."""
    read = ({name: json.loads(body)[name] for name in ("detail-type", "source", "detail")} for body in bodies)
    return sorted({json.dumps(one, sort_keys=True) for one in read})


@pytest.mark.parametrize("script", [*SCRIPTS, *map(at_random, range(4))], ids=lambda script: script.__name__)
def test_a_stream_in_memory_and_on_moto_tells_of_the_same_writes(script: Callable[[Asked], None]):
    """Those that the filter of the template lets pass, in the order in which they were written."""
    told: list[dict[str, Any]] = []
    dynamodb, streams = boto3.client("dynamodb"), boto3.client("dynamodbstreams", endpoint_url=STREAMS)
    script(Asked(Database("t", told=lambda written: told.extend(filter(None, map(streamed, written))))))
    table = dynamodb.create_table(
        **template().table("intake"),
        TableName="t",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    script(Asked(dynamodb))
    arn = table["TableDescription"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    records = streams.get_records(ShardIterator=streams.get_shard_iterator(**start)["ShardIterator"])["Records"]
    assert told == [one["dynamodb"]["NewImage"] for one in records if lets_pass(one)]


def lets_pass(record: dict[str, Any]) -> bool:
    """The filter before the relay, as it is deployed."""
    mapping = properties("AWS::Lambda::EventSourceMapping", "BisectBatchOnFunctionError")
    (only,) = mapping["FilterCriteria"]["Filters"]
    pattern = json.loads(only["Pattern"])
    (prefix,) = (one["prefix"] for one in pattern["dynamodb"]["Keys"]["sk"]["S"])
    return record["eventName"] in pattern["eventName"] and record["dynamodb"]["Keys"]["sk"]["S"].startswith(prefix)
