"""Text messages to the desk."""

import json

from services.notify import replies
from tests.service.world import World


def texted(world: World, number: str, text: str, identity: str = "message-1") -> None:
    """A text message to the desk, as the network hands it over."""
    told = {"originationNumber": number, "messageBody": text, "inboundMessageId": identity}
    replied(world, json.dumps(told))


def replied(world: World, body: str) -> None:
    records = [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]
    with world.function_of("notify", "replies"):
        answer = replies.handler({"Records": records}, None)
    assert answer == {"batchItemFailures": []}
