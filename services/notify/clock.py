"""What notify does when time passes: messages are tried again; calls that did not happen, shifts nobody confirmed
and notices that nobody acknowledged go up the ladder; bulletins go to the next ones.
"""

from typing import Any

from services.notify import batching, calling, caring, delivery, noticing, rostering, subscribing
from services.notify.bulletin import Bulletin
from services.notify.callback import Callback
from services.notify.message import Message
from services.notify.notice import Notice
from services.notify.shift import Shift
from services.notify.subscriber import Subscriber
from shared.clock import utc_now
from shared.logs import bind
from shared.settings import settings
from shared.ticking import tick, time_left


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    now = utc_now()
    # Messages last: providers that hang take the time of a tick, and then, of all times, nothing else may wait.
    looks = {
        Callback.KIND: calling.look,
        Notice.KIND: noticing.look,
        Shift.KIND: rostering.look,
        Bulletin.KIND: batching.look,
        Subscriber.KIND: caring.look,
        Message.KIND: delivery.look,
        Message.OF_BULLETINS: delivery.look,
    }
    forgets = {
        Shift.KIND: rostering.forget,
        Subscriber.KIND: subscribing.erase,
        Message.KIND: delivery.forget,
    }
    try:
        tick(looks, now, time_left(context), forgets)
    finally:
        batching.greet(now)
