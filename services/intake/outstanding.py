"""Appointments that stand when a case is to end: nothing ends over the head of somebody who is expected."""

from typing import Literal

from services.intake import appointment as appointments
from services.intake.appointment import Appointment, State
from services.intake.handling import Draft
from shared import promises
from shared.contracts.intake import AppointmentCancelled
from shared.http import Problem

Fate = Literal["keep", "cancel"]
"""They take place all the same, as a hearing does after the closing; or they do not."""


def see_to(draft: Draft, fate: Fate | None, reason: str) -> None:
    """What becomes of those that stand: without a word about it the case does not end. Raises `Problem` 409."""
    standing = _standing(draft)
    began = [one for one in standing if one.at <= draft.now]
    if began:
        raise _stand(
            began, "An appointment began, and nobody said whether the customer came.", "Say it with `received`."
        )
    if standing and fate is None:
        how = 'Send `appointments`: "cancel", and the customer is told; or "keep", if they take place all the same.'
        raise _stand(standing, "An appointment with the customer still stands.", how)
    if fate == "cancel":
        for one in standing:
            cancel(draft, one, reason)


def none_may_stand(draft: Draft, advice: str) -> None:
    """Raises `Problem` 409."""
    if standing := _standing(draft):
        raise _stand(standing, "An appointment with the customer still stands.", advice)


def cancel(draft: Draft, was: Appointment, reason: str) -> None:
    """It does not take place; the customer is told why."""
    gone = was.model_copy(update={"state": State.CANCELLED, "version": was.version + 1})
    draft.set(appointments=appointments.replaced(draft.case.appointments, gone))
    draft.case = draft.case.promising(promises.waive(draft.case.promises, was.promise, draft.now, "it was cancelled"))
    told = AppointmentCancelled(
        case=draft.case.id,
        appointment=was.number,
        what=was.kind,
        at=was.at,
        version=gone.version,
        minutes=was.minutes,
    )
    draft.tell_customer(told, reason)


def _standing(draft: Draft) -> list[Appointment]:
    return [one for one in draft.case.appointments if one.state is State.BOOKED]


def _stand(those: list[Appointment], title: str, advice: str) -> Problem:
    return Problem(409, "appointment-stands", title, advice, appointments=[one.number for one in those])
