"""The whole desk in one process on moto: tables, queues and rules as the template says, functions called as Lambda
calls them, and a clock that the test drives.
"""

import json
import os
import shutil
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import boto3
import time_machine
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.sesv2.models import sesv2_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from services.intake import knowing
from shared import aws, rules, seals, settings, tables, vault
from tests.service.permissions import Guard
from tests.template import Template

SERVICES = ("intake", "complaints", "notify", "survey")
URL = "https://desk.example"
OPEN311_KEY = "key-of-a-city-app"
ROUNDS = 100
SEALED_TO = ("notify", "complaints", "intake")
_CACHES = (
    settings.settings,
    tables.store,
    vault._desk_key,
    vault.chain_key,
    rules._compiled,
    knowing._ranking,
    seals._unwrap,
)


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function of its call."""

    seconds_left: float = 30

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds_left * 1000)


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class World:
    """Drive it as the outside does: HTTP, ticks, time. `settle` lets everything told be heard."""

    clock: time_machine.Traveller
    compiled_packs: Path
    pack: str
    template: Template
    environments: dict[str, dict[str, str]] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    dead_letters: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)
    iam: Guard = field(init=False)

    def client(self, service: str) -> Any:
        """What the test itself asks of AWS; made once, because that takes longer than most questions."""
        if service not in self.clients:
            self.clients[service] = boto3.client(service)
        return self.clients[service]

    def build(self) -> None:
        """Create what the template describes and moto can hold."""
        self.iam = Guard(self.template, {"MailFrom": "desk@example.org", "NeutralFrom": "info@example.net"})
        self.iam.listen()
        aws.client.cache_clear()  # those of the world before know nothing of this one
        aws.client_once.cache_clear()
        dynamodb, sqs, events = self.client("dynamodb"), self.client("sqs"), self.client("events")
        kms, secrets = self.client("kms"), self.client("secretsmanager")
        events.create_event_bus(Name="desk")
        keys = {service: kms.create_key()["KeyMetadata"]["Arn"] for service in SERVICES}
        for service in SERVICES:
            dynamodb.create_table(**self.template.table(service), TableName=service)
            secret = secrets.create_secret(Name=f"{service}-desk-key", SecretString=f"{service:x<64}")
            self.queues[service] = sqs.create_queue(QueueName=f"{service}-events")["QueueUrl"]
            self.dead_letters[service] = sqs.create_queue(QueueName=f"{service}-dead")["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=self.queues[service], AttributeNames=["QueueArn"])
            events.put_rule(Name=service, EventBusName="desk", EventPattern=json.dumps(self.template.rule(service)))
            events.put_targets(
                Rule=service,
                EventBusName="desk",
                Targets=[{"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}],
            )
            self.environments[service] = {
                "AHD_SERVICE": service,
                "AHD_TABLE": service,
                "AHD_BUS": "desk",
                "AHD_DEAD_LETTERS": self.dead_letters[service],
                "AHD_DESK_KEY": secret["ARN"],
                "AHD_URL": URL,
                "AHD_PACK": self.pack,
                "AHD_PACKS": str(self.compiled_packs),
                "AHD_MAIL_FROM": "desk@example.org",
                "AHD_NEUTRAL_FROM": "info@example.net",
                "AHD_DUTY_MAIL": "duty@example.org",
                "AHD_SMS_COUNTRIES": "GB",
                "AHD_SMS_PROVIDERS": "sns",
                "AHD_SMS_PRICES": "AE=11.2,*=10",
                "AHD_SMS_DAY": "5000",
                "AHD_SMS_DAY_URGENT": "5000",
                "AHD_SMS_DAY_STAFF": "5000",
                "AHD_SMS_DAY_SUBSCRIBERS": "5000",
                "AHD_RECEIPTS": "AhdNotify",
                "AHD_OPEN311_KEYS": f"{'0' * 64},{sha256(OPEN311_KEY.encode()).hexdigest()}",
                "AHD_QUARANTINE": "files",
                **{
                    f"AHD_SEAL_{recipient.upper()}": keys[recipient]
                    for recipient in ("notify", "complaints", "intake")
                },
            }
        for sender in ("desk@example.org", "info@example.net"):
            self.client("sesv2").create_email_identity(EmailIdentity=sender)

    @contextmanager
    def function_of(self, service: str, function: str | None = None) -> Iterator[None]:
        """Be a function of this service: its environment, its role, nothing cached from another.

        Without a function: everything of the service, for what a test itself looks at.
        """
        before, role = dict(os.environ), self.iam.function
        os.environ.update(self._environment(service, function))
        self.iam.function = f"{service}.{function}" if function else None
        self._forget()
        try:
            yield
        finally:
            self.iam.function = role
            os.environ.clear()
            os.environ.update(before)
            self._forget()

    def _environment(self, service: str, function: str | None) -> dict[str, str]:
        """What the template gives to the function, with the values that hold here."""
        everything = self.environments[service]
        if function is None:
            return everything
        given = {*self.iam.grants(f"{service}.{function}").environment, "AHD_PACKS"}
        return {name: value for name, value in everything.items() if name in given}

    def _forget(self) -> None:
        for cache in _CACHES:
            cache.cache_clear()
        seals._senders_keys.clear()

    def http(
        self,
        function: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        secret: str | None = None,
        staff: dict[str, Any] | None = None,
        key: str | None = None,
        raw: str | None = None,
        query: str = "",
        base64: bool = False,
        sent: dict[str, str] | None = None,
    ) -> Answer:
        """A request, as API Gateway hands it to `services.<function>.handler`, with the headers `sent` beside."""
        headers = {"content-type": "application/json", **(sent or {})}
        if secret is not None:
            headers["authorization"] = f"Bearer {secret}"
        if key is not None:
            headers["idempotency-key"] = key
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers,
            "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)) or None,
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
                "stage": "$default",
                **({"authorizer": {"jwt": {"claims": staff}}} if staff else {}),
            },
            "body": raw if raw is not None else json.dumps(body) if body is not None else None,
            "isBase64Encoded": base64,
        }
        with self.function_of(*function.split(".")):
            answer = import_module(f"services.{function}").handler(event, None)
        said = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], said, answer.get("headers", {}))

    def answer(
        self,
        function: str,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        staff: dict[str, Any] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """A request as it comes over the wire, handed over as API Gateway does, and the answer as it goes back."""
        path, _, query = target.partition("?")
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": unquote(path),
            "rawQueryString": query,
            "headers": {name.lower(): value for name, value in headers.items()},
            "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)) or None,
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": method, "path": unquote(path), "sourceIp": "127.0.0.1"},
                "stage": "$default",
                **({"authorizer": {"jwt": {"claims": staff}}} if staff else {}),
            },
            "body": b64encode(body).decode() if body else None,
            "isBase64Encoded": bool(body),
        }
        with self.function_of(*function.split(".")):
            answer = import_module(f"services.{function}").handler(event, None)
        said = answer["body"].encode()
        return answer["statusCode"], answer.get("headers", {}), b64decode(said) if answer["isBase64Encoded"] else said

    def take_files(self) -> None:
        """Make the bucket for files of strangers: few tests need one, and S3 is slow to set up."""
        where = {"LocationConstraint": "eu-west-2"}
        self.client("s3").create_bucket(Bucket="files", CreateBucketConfiguration=where)

    def files(self) -> dict[str, bytes]:
        """What lies there."""
        s3 = self.client("s3")
        found = s3.list_objects_v2(Bucket="files").get("Contents", [])
        return {one["Key"]: s3.get_object(Bucket="files", Key=one["Key"])["Body"].read() for one in found}

    def tick(self, *services: str) -> None:
        """What the minute brings."""
        for service in services or SERVICES:
            with self.function_of(service, "clock"):
                import_module(f"services.{service}.clock").handler({}, Context())

    def settle(self) -> None:
        """Relay and react until nothing is under way any more."""
        for _ in range(ROUNDS):
            if not any([self.relay(service) for service in SERVICES] + [self.react(service) for service in SERVICES]):
                return
        raise AssertionError(f"still under way after {ROUNDS} rounds: does a reaction fail again and again?")

    def relay(self, service: str) -> int:
        """Bring what is marked to the relay, as the table's stream would."""
        if not self._has_unsent(service):
            return 0
        items = [item for item in self.items(service) if item.get("due", {}).get("S", "").startswith("UNSENT#")]
        records = [
            {"eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": str(number)}}
            for number, item in enumerate(items)
        ]
        if records:
            with self.function_of(service, "relay"):
                import_module("shared.relay").handler({"Records": records}, None)
        return len(records)

    def react(self, service: str) -> int:
        """A batch of the service's queue; what failed stays there."""
        batch = self.receive(service) if self._has_messages(service) else []
        if batch:
            answer = self.deliver(service, batch)
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for message in batch:
                if message["MessageId"] not in failed:
                    self.client("sqs").delete_message(
                        QueueUrl=self.queues[service], ReceiptHandle=message["ReceiptHandle"]
                    )
                else:
                    self.release(service, message)
        return len(batch)

    def _has_unsent(self, service: str) -> bool:
        """As moto itself knows: to ask it in requests, round after round, took half of the time of most tests."""
        items = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"].tables[service].all_items()
        return any(str(item.attrs["due"].value).startswith("UNSENT#") for item in items if "due" in item.attrs)

    def _has_messages(self, service: str) -> bool:

        return bool(sqs_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"].queues[f"{service}-events"].messages)

    def receive(self, service: str) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(QueueUrl=self.queues[service], MaxNumberOfMessages=10)
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def release(self, service: str, message: dict[str, Any]) -> None:
        """Let a message come again at once: moto wants the clock to move on for that."""
        self.client("sqs").change_message_visibility(
            QueueUrl=self.queues[service], ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )
        self.clock.shift(timedelta(milliseconds=1))

    def deliver(self, service: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """Hand messages to the service's reactions, as Lambda's queue source does."""
        records = [
            {"messageId": message["MessageId"], "body": message["Body"], "eventSource": "aws:sqs"}
            for message in messages
        ]
        with self.function_of(service, "reactions"):
            answer: dict[str, Any] = import_module(f"services.{service}.reactions").handler(
                {"Records": records}, None
            )
        return answer

    def tell_receipt(self, *bodies: str) -> dict[str, Any]:
        """Hand what providers tell to notify, as its queue of receipts does."""
        records = [
            {"messageId": str(place), "body": body, "eventSource": "aws:sqs"} for place, body in enumerate(bodies)
        ]
        with self.function_of("notify", "receipts"):
            answer: dict[str, Any] = import_module("services.notify.receipts").handler({"Records": records}, None)
        return answer

    def items(self, service: str) -> list[dict[str, Any]]:
        """Everything in a service's table."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=service)
        return [item for page in pages for item in page["Items"]]

    def dead(self, service: str) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(
            QueueUrl=self.dead_letters[service], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def pass_time(self, span: timedelta) -> None:
        """So much later the clock looks, as it does every minute, and everybody hears what it told."""
        self.at(datetime.now(UTC) + span)
        self.tick()
        self.settle()

    def amend_pack(self, change: Callable[[dict[str, Any]], Any], part: str = "") -> None:
        """Run on a copy of the pack, changed; the pack as it is shipped stays. `part` is one of its other files."""
        own = Path(tempfile.mkdtemp(dir=self.compiled_packs))
        for file in self.compiled_packs.glob(f"{self.pack}*.json"):
            shutil.copy(file, own)
        whole = own / f"{self.pack}{part}.json"
        data = json.loads(whole.read_text(encoding="utf-8"))
        change(data)
        whole.write_text(json.dumps(data), encoding="utf-8")
        for environment in self.environments.values():
            environment["AHD_PACKS"] = str(own)

    def mails(self, address: str) -> list[str]:
        """Raw mails that SES took for this address."""
        backend = sesv2_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"]
        return [message.raw_data for message in backend.core_backend.sent_messages if address in message.destinations]

    def sms(self, number: str) -> list[str]:
        """Texts that SNS took for this number."""
        sent = sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"].sms_messages.values()
        return [text for to, text in sent if to == number]

    def at(self, moment: datetime) -> None:
        """Let it be that time."""
        self.clock.move_to(moment, tick=False)


def staff(identity: str, *groups: str) -> dict[str, Any]:
    """The claims of a member of staff's access token, as the HTTP API hands them over."""
    return {"sub": identity, "cognito:groups": f"[{' '.join(groups)}]"}
