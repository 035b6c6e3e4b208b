"""The consumer: what a service does when others tell something, driven by its `REACTIONS` table.

A record that is no event of ours will never be one: it goes to the dead letters at once. A reaction that fails
is brought again by the queue, a bounded number of times; the rest of its batch goes on.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from pydantic import ValidationError

from shared.aws import client
from shared.contracts import Event
from shared.logs import bind, describe, log
from shared.seals import Unreadable, unseal
from shared.settings import settings
from shared.store import Cause

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Heard(Generic[E]):
    """An event as it reaches a service."""

    id: str
    subject: str
    at: datetime
    correlation: str
    event: E
    boxes: Mapping[str, str]
    sequence: int = 0
    """Which event of its subject it is: of two, the one with the higher happened later."""

    def box(self) -> dict[str, Any] | None:
        """What the event carries sealed to this service, or None. Raises `Unreadable`."""
        sealed = self.boxes.get(settings().service)
        return unseal(sealed, self.subject) if sealed else None

    def cause(self, now: datetime) -> Cause:
        """This event as the reason of a change."""
        return Cause(at=now, actor=f"event:{self.id}", correlation=self.correlation, causation=self.id)


Reaction = Callable[[Heard[Any]], None]
Reactions = Mapping[type[Event], Reaction]


class NotAnEvent(ValueError):
    """A message that can't be read as an event this service hears."""


class NotYet(Exception):
    """What this event builds on has not arrived yet; events overtake one another. It will come again."""


def read(body: str, reactions: Reactions) -> tuple[Heard[Any], Reaction]:
    """The event in a queue message's body, and what to do about it. Raises `NotAnEvent`."""
    try:
        message = json.loads(body)
        kind = message["detail-type"]
        told = message["detail"]
        expected = next((one for one in reactions if one.detail_type_name() == kind), None)
        if expected is None:
            raise NotAnEvent(f"nothing here reacts to {kind!r}")
        heard = Heard(
            id=str(told["id"]),
            subject=str(told["subject"]),
            at=datetime.fromisoformat(told["time"]),
            correlation=str(told["correlationid"]),
            event=expected.heard(told["data"]),
            boxes=dict(told.get("boxes") or {}),
            sequence=int(told.get("sequence") or 0),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise NotAnEvent(type(error).__name__) from error
    return heard, reactions[expected]


class _Processor(BatchProcessor):
    """powertools' batch loop, with failures told to our log without their messages."""

    def failure_handler(self, record: Any, exception: Any) -> Any:
        log().error("reaction failed", error=describe(exception[1]))
        return super().failure_handler(record, exception)


def consume(event: dict[str, Any], reactions: Reactions) -> dict[str, Any]:
    """A batch of the service's queue through its reactions; answers which messages must come again."""

    def react(body: str) -> None:
        heard, reaction = read(body, reactions)
        bind(
            service=settings().service,
            correlation=heard.correlation,
            type=type(heard.event).__name__,
            id=heard.id,
        )
        reaction(heard)

    return work_off(event, react)


def work_off(event: dict[str, Any], react: Callable[[str], None]) -> dict[str, Any]:
    """A batch of a queue, the body of each message through `react`; answers which messages must come again.

    What raises `NotAnEvent` or `Unreadable` is buried at once.
    """

    def take(record: dict[str, Any]) -> None:
        body = record["body"]
        bind(service=settings().service)
        try:
            react(body)
        except (NotAnEvent, Unreadable) as error:
            _bury(body, error)

    processor = _Processor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(records=event["Records"], handler=take):
        processor.process()
    answer: dict[str, Any] = dict(processor.response())
    return answer


def _bury(body: str, error: Exception) -> None:
    client("sqs").send_message(
        QueueUrl=settings().need("dead_letters"),
        MessageBody=body,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": type(error).__name__}},
    )
    log().error("buried", error=describe(error))
