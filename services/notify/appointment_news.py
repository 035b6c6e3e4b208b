"""What is told of appointments, with an entry for the customer's calendar."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from services.notify.customers import tell_customer, words_of
from services.notify.entry import Entry, entry
from shared.contracts.intake import (
    AppointmentCancelled,
    AppointmentMade,
    AppointmentMoved,
    AppointmentNear,
    Meeting,
)
from shared.heard import Heard
from shared.settings import settings


def tell_appointment(heard: Heard[AppointmentMade]) -> None:
    said = _meeting(heard)
    values = {"due": heard.event.at, **said}
    tell_customer(heard, heard.event.case, "appointment_made", values, entry=_entry(heard, 0, said["place"]))


def remind_of_appointment(heard: Heard[AppointmentNear]) -> None:
    said = _meeting(heard)
    values = {"due": heard.event.at, **said}
    shown = _entry(heard, heard.event.version, said["place"])
    tell_customer(heard, heard.event.case, "appointment_near", values, entry=shown)


def tell_appointment_moved(heard: Heard[AppointmentMoved]) -> None:
    said = _meeting(heard)
    values = {"was_due": heard.event.was_at, "due": heard.event.at, "text": said["text"]}
    shown = _entry(heard, heard.event.version, said["place"])
    tell_customer(heard, heard.event.case, "appointment_moved", values, entry=shown)


def tell_appointment_cancelled(heard: Heard[AppointmentCancelled]) -> None:
    values = {"due": heard.event.at, "text": words_of(heard)}
    gone = replace(_entry(heard, heard.event.version), cancelled=True)
    tell_customer(heard, heard.event.case, "appointment_cancelled", values, entry=gone)


def _meeting(heard: Heard[Any]) -> dict[str, str]:
    """Where, and what is said of it. Whoever is told of a new time by an older desk is not told where."""
    said = Meeting.model_validate({"place": "", **(heard.box() or {})})
    return {"place": said.place, "text": said.text or ""}


def _entry(
    heard: Heard[AppointmentMade] | Heard[AppointmentMoved] | Heard[AppointmentNear] | Heard[AppointmentCancelled],
    version: int,
    place: str = "",
) -> Entry:
    """The same appointment has the same id as long as it is known, on the desk's own host."""
    event, host = heard.event, urlsplit(settings().need("url")).hostname
    return entry(f"{event.appointment}.{event.case}@{host}", version, heard.at, event.at, event.minutes, place)
