"""What notify does when time passes: messages are tried again, calls that did not happen go up the ladder."""

from typing import Any

from services.notify import calling, delivery
from services.notify.callback import Callback
from services.notify.message import Message
from shared.clock import utc_now
from shared.logs import bind
from shared.settings import settings
from shared.ticking import tick, time_left


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    tick({Message.KIND: delivery.look, Callback.KIND: calling.look}, utc_now(), time_left(context))
