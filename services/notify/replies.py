"""What customers text back: STOP and START are heeded, anything else is left alone. Nobody is answered by machine.

End User Messaging SMS hands a text over to an SNS topic, which puts it as it is into the queue of this function.
"""

import json
from typing import Any

from services.notify import stopping, subscribing
from shared.clock import utc_now
from shared.consumer import work_off
from shared.heard import NotAnEvent
from shared.logs import log
from shared.store import Cause


def take(body: str) -> None:
    """One text message, as the telephone network brings it. Raises `NotAnEvent` for what is none."""
    try:
        said = json.loads(body)
        number, text, identity = (
            str(said[name]) for name in ("originationNumber", "messageBody", "inboundMessageId")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnEvent(type(error).__name__) from error
    wanted = stopping.meant(text)
    if wanted is None:
        log().info("reply left alone")
        return
    stopping.turn(number, stopped=wanted, said=identity, now=utc_now())
    # One that comes again, after they texted START, ends nothing.
    if wanted and stopping.is_stopped(number):
        subscribing.end_address("sms", number, Cause(utc_now(), "customer", identity))
    log().info("texts stopped" if wanted else "texts wanted again")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of the queue of replies."""
    return work_off(event, take)
