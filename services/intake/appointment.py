"""An appointment with the customer: a hearing, an interview, a visit, a time at the counter. Pure.

Each is a promise of its own: that somebody receives the customer then. It is due when the appointment ends, and
whoever it concerns is reminded before.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.promises import Promise, agreed
from shared.worktime import Calendar

Kind = Literal["hearing", "interview", "visit", "counter"]
_PREFIX = "appointment-"


class State(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"
    KEPT = "kept"
    MISSED = "missed"
    """The customer did not come."""


class NoSuchAppointment(Exception):
    """There is no appointment with this number that still stands."""


class Appointment(BaseModel):
    """When, for how long; where and with whom is private."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    kind: Kind
    at: datetime
    minutes: int
    state: State = State.BOOKED
    version: int = 0
    """How often it was moved: calendars of customers take the highest."""

    @property
    def ends(self) -> datetime:
        return self.at + timedelta(minutes=self.minutes)

    @property
    def promise(self) -> str:
        """The name of the promise that somebody is there."""
        return f"{_PREFIX}{self.number}"

    def promised(
        self, role: str, calendar: Calendar, now: datetime, remind: tuple[dict[str, int], ...], rules: str
    ) -> Promise:
        return agreed(self.promise, role, self.ends, calendar, now, warn=remind, rules=rules)


Appointments = tuple[Appointment, ...]


def is_one(name: str) -> bool:
    """Whether a promise is that of an appointment."""
    return name.startswith(_PREFIX)


def standing(appointments: Appointments, number: int) -> Appointment:
    """Raises `NoSuchAppointment`."""
    found = next((one for one in appointments if one.number == number and one.state is State.BOOKED), None)
    if found is None:
        raise NoSuchAppointment(number)
    return found


def by_promise(appointments: Appointments, name: str) -> Appointment:
    return next(one for one in appointments if one.promise == name)


def replaced(appointments: Appointments, changed: Appointment) -> Appointments:
    return tuple(changed if one.number == changed.number else one for one in appointments)
