"""The consumer: a batch of a service's queue, worked off by its `REACTIONS` table.

A record that is no event of ours will never be one: it goes to the dead letters at once. A reaction that fails
is brought again by the queue, a bounded number of times; the rest of its batch goes on.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType

from shared.aws import client
from shared.heard import NotAnEvent, Reactions, read
from shared.logs import bind, describe, log
from shared.seals import Unreadable
from shared.settings import settings


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
