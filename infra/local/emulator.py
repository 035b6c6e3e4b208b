"""ministack made durable: what it has acknowledged survives `kill -9` of everything.

Run as `python -m infra.local.emulator STATE`, in the environment of `infra.local.places.emulator_environment`.
`infra.local.memory` says how it remembers.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core.responses import request_scope
from ministack.services import eventbridge, lambda_svc, ses_v2, sns

from infra.local import amendments, carrier, outbox, permissions, pinned, scanner
from infra.local.journal import Journal
from infra.local.memory import Memory, SnapshotError, pulse
from infra.local.parent import told_to_stop
from infra.local.places import ACCOUNT, CHECKPOINT, HEALTH, HOLD, LOOPBACK, OWN_NAMES, REGION, Places

logger = logging.getLogger("desk.emulator")

Scope = dict[str, Any]
Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

REMEMBERED = frozenset(
    {
        "DynamoDB_20120810.PutItem",
        "DynamoDB_20120810.UpdateItem",
        "DynamoDB_20120810.DeleteItem",
        "DynamoDB_20120810.BatchWriteItem",
        "DynamoDB_20120810.TransactWriteItems",
        "DynamoDB_20120810.ExecuteStatement",
        "DynamoDB_20120810.BatchExecuteStatement",
        "DynamoDB_20120810.ExecuteTransaction",
        "DynamoDB_20120810.UpdateTimeToLive",
        "AWSEvents.PutEvents",
        "AmazonSQS.SendMessage",
        "AmazonSQS.SendMessageBatch",
    }
)
SERVICE_OF = {"DynamoDB_20120810": "dynamodb", "AWSEvents": "events", "AmazonSQS": "sqs"}
SNAPSHOT_SECONDS = 15.0
TOKEN_SECONDS = 900
EVENTS_REMEMBERED = 1000
OK = 200
FORBIDDEN = 403


class Emulator:
    """The ASGI application: ministack's own, with a journal in front of what must not be forgotten."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.memory = Memory(places.memory)
        self.outbox = Journal(places.outbox)
        self.tokens: dict[str, float] = {}
        self.asked = 0
        self.stopping = asyncio.Event()
        self.background: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(scope, receive, send)
            return
        headers = dict(scope.get("headers", ()))
        if scope["type"] != "http":
            await ministack.app(scope, receive, send)
        elif _is_unwelcome(scope["path"], headers):
            await _say(send, FORBIDDEN, "This is for the desk and its functions only.")
        elif scope["path"] in {CHECKPOINT, HOLD, HEALTH}:
            await self.own(scope, send)
        elif (target := headers.get(b"x-amz-target", b"").decode()) in REMEMBERED:
            await self.remembered(scope, target, await _body(receive), send)
        elif outbox.is_send(scope["method"], scope["path"], headers):
            await self.sent(scope, headers, await _body(receive), send)
        elif lies := scanner.place(scope):
            await self.laid_down(scope, lies, await _body(receive), send)
        else:
            self.asked += scope["method"] not in {"GET", "HEAD"}
            await ministack.app(scope, receive, send)

    async def lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(event: Event) -> None:
            if event["type"] == "lifespan.startup.complete":
                self._in_background(self._after_start())
            await send(event)

        async def hear() -> Event:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await self.memory.recover(self.again)
            elif not self.memory.held:
                self.stopping.set()
                await asyncio.gather(*self.background)
                await self.memory.snapshot()
            return event

        await ministack.app(scope, hear, tell)

    async def own(self, scope: Scope, send: Send) -> None:
        """What the desk asks of the emulator itself: wait with snapshots, take one now, are you there."""
        if scope["path"] == HOLD:
            self.memory.held = True
        elif scope["path"] == CHECKPOINT:
            await self.memory.snapshot()
            self.memory.held = False
        await _say(send, OK, str(self.places.state))

    async def remembered(self, scope: Scope, target: str, body: bytes, send: Send) -> None:
        async with self.memory.order:
            answer = await _perform(scope, body)
            accepted = answer[0]["status"] == OK and not self._said_before(target, body)
            journal = self.memory.journal
            upto = journal.write({"target": target, "body": body.decode()}) if accepted else 0
        await asyncio.to_thread(journal.settle, upto)
        for event in answer:
            await send(event)

    async def sent(self, scope: Scope, headers: dict[bytes, bytes], body: bytes, send: Send) -> None:
        """A message that leaves the desk: the outbox has it before its sender knows, and its receipts come later."""
        answer = await _perform(scope, body)
        if answer[0]["status"] == OK and (message := outbox.message_of(scope["path"], headers, body)):
            upto = self.outbox.write(dict(message))
            await asyncio.to_thread(self.outbox.settle, upto)
            self._in_background(self._carry(*carrier.receipts(scope["path"], headers, body)))
        for event in answer:
            await send(event)

    async def _carry(self, sent_with: str, receipts: list[str]) -> None:
        """Tell what became of a message wherever its configuration set says."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), carrier.AFTER_SECONDS)
        with request_scope(ACCOUNT, REGION):
            told = (ses_v2._config_sets.get(sent_with) or {}).get("EventDestinations") or {}
            topics = [one["SnsDestination"]["TopicArn"] for one in told.values() if one.get("SnsDestination")]
            for topic in topics:
                for receipt in receipts:
                    sns.publish_internal(topic, receipt)
        self.asked += 1

    async def laid_down(self, scope: Scope, lies: tuple[str, str], body: bytes, send: Send) -> None:
        """A file that came from outside, which the stand-in for GuardDuty looks at."""
        self.asked += 1
        answer = await _perform(scope, body)
        if answer[0]["status"] == OK:
            self._in_background(self._scan(lies, body))
        for event in answer:
            await send(event)

    async def _scan(self, lies: tuple[str, str], body: bytes) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), scanner.AFTER_SECONDS)
        # In the account and region of the request that laid the file down: this task has its context.
        eventbridge._put_events({"Entries": [scanner.entry(*lies, body)]}, allow_aws_source=True)
        self.asked += 1

    async def again(self, record: dict[str, Any]) -> bool:
        """Do a journalled request again, as the owner of the account: who asked was settled the first time."""
        target = record["target"]
        service = SERVICE_OF[target.partition(".")[0]]
        credential = f"{ACCOUNT}/20260101/{REGION}/{service}/aws4_request"
        authorization = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
        body = record["body"].encode()
        headers = {
            "host": LOOPBACK,
            "x-amz-target": target,
            "content-type": "application/x-amz-json-1.0",
            "content-length": str(len(body)),
            "authorization": authorization,
        }
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": (LOOPBACK, 1),
            "server": (LOOPBACK, 1),
        }
        answer = await _perform(scope, body)
        return bool(answer[0]["status"] == OK)

    def _said_before(self, target: str, body: bytes) -> bool:
        """A transaction repeated with its token was answered from memory; done again it would count twice."""
        if target != "DynamoDB_20120810.TransactWriteItems":
            return False
        token = json.loads(body).get("ClientRequestToken")
        if not token:
            return False
        now = time.monotonic()
        while self.tokens and (oldest := next(iter(self.tokens))) and now - self.tokens[oldest] > TOKEN_SECONDS:
            del self.tokens[oldest]
        return self.tokens.setdefault(token, now) != now

    def _in_background(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def _after_start(self) -> None:
        """Functions call back: mappings are polled only once the port answers."""
        port = int(os.environ["GATEWAY_PORT"])
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            break
        if lambda_svc._esms.has_any():
            lambda_svc._ensure_poller()
        await self._keep()

    async def _keep(self) -> None:
        """A snapshot now and then, whenever there is something in it that the last one had not."""
        last: tuple[int, ...] = ()
        while not self.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), SNAPSHOT_SECONDS)
            del eventbridge._events_log_list()[:-EVENTS_REMEMBERED]  # it grows without end
            now = (self.asked, self.memory.journal.size, *pulse())
            if self.memory.held or self.stopping.is_set() or now == last:
                continue
            try:
                await self.memory.snapshot()
            except SnapshotError:
                logger.exception("the journal goes on from the snapshot before")
                continue
            last = (self.asked, self.memory.journal.size, *pulse())


def _is_unwelcome(path: str, headers: dict[bytes, bytes]) -> bool:
    """Whoever gets here owns the account: no web page may, by its script or by a name it points here.

    What comes for the HTTP API has passed the front. ministack's own commands could empty everything behind the
    journal's back.
    """
    if not OWN_NAMES.fullmatch(headers.get(b"host", b"")) or path.startswith(("/_ministack", "/_localstack")):
        return True
    return not path.startswith("/_aws/execute-api/") and bool(headers.keys() & {b"origin", b"sec-fetch-site"})


async def _say(send: Send, status: int, text: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text.encode()})


async def _perform(scope: Scope, body: bytes) -> list[Event]:
    answer: list[Event] = []

    async def receive() -> Event:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Event) -> None:
        answer.append(event)

    await ministack.app(scope, receive, send)
    return answer


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            return bytes(body)


async def _serve(places: Places) -> None:
    config = Config()
    config.bind = [f"{LOOPBACK}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 3
    config.loglevel = "WARNING"
    config.startup_timeout = 600  # a long journal takes its time
    config.shutdown_timeout = 120
    await serve(Emulator(places), config, shutdown_trigger=told_to_stop)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    places = Places(parser.parse_args().state.resolve())
    if problems := list(pinned.moved()):
        print(
            "The emulator leans on private parts of ministack that have moved:",
            *problems,
            sep="\n  ",
            file=sys.stderr,
        )
        return 1
    amendments.apply(places.function_logs, places.unpacked)
    permissions.enforce(places.refused)
    asyncio.run(_serve(places))
    return 0


if __name__ == "__main__":
    sys.exit(main())
