"""Calls of somebody who has to be safe move on every case, and they hear that there is something new."""

from collections.abc import Iterable
from typing import Any

from services.notify import booking
from services.notify.customers import tell_customer
from shared.heard import Heard


def keep_safe(heard: Heard[Any], addresses: Iterable[str]) -> None:
    """No call that was promised to whoever is reached by these comes at a wrong hour, whatever case it is on.

    Calls of the event's own case are not looked at.
    """
    for call in booking.keep_to_shelter(heard, addresses):
        if call.window:
            values = {"since": call.window.since, "due": call.window.until}
            tell_customer(heard, call.case, "callback_promised", values, about=call.id)
