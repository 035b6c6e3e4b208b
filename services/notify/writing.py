"""Writing to a subscriber: never to a number that texted STOP, and what is not urgent never in the night."""

from typing import Any

from services.notify import delivery, wishing
from services.notify.letter import Letter
from services.notify.message import Message
from services.notify.subscriber import Subscriber
from shared.clock import utc_now
from shared.heard import Heard


def write(
    heard: Heard[Any],
    known: Subscriber,
    address: str,
    message: Message,
    words: Letter,
    *,
    urgent: bool = False,
    at_once: bool = True,
) -> bool:
    """Keep a message to a subscriber and try it, once for this event; answers False when they texted STOP.

    What has to wait for the morning, or for which there is no time now, the clock begins.
    """
    now = utc_now()
    plan = wishing.plan_for_subscriber(known.channel, address, message.template, now, urgent=urgent)
    if plan is None:
        return False
    addresses: dict[str, str | None] = {known.channel: address}
    if at_once and plan.at <= now:
        delivery.begin(heard, message, addresses, words, known.salt)
    else:
        delivery.keep(heard, message, addresses, words, known.salt, plan.at)
    return True
