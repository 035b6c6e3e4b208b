"""What notify does when time passes: messages are tried again, calls that did not happen, shifts that nobody
confirmed and notices that nobody acknowledged go up the ladder.
"""

from typing import Any

from services.notify import calling, delivery, noticing, rostering
from services.notify.callback import Callback
from services.notify.message import Message
from services.notify.notice import Notice
from services.notify.shift import Shift
from shared.clock import utc_now
from shared.logs import bind
from shared.settings import settings
from shared.ticking import tick, time_left


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    looks = {
        Message.KIND: delivery.look,
        Callback.KIND: calling.look,
        Notice.KIND: noticing.look,
        Shift.KIND: rostering.look,
    }
    tick(looks, utc_now(), time_left(context), {Shift.KIND: rostering.forget})
