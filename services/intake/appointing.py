"""Appointments: booked, moved, cancelled; who came, who received them, and whether the visitor's card came back."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import appointment as appointments
from services.intake import notes, outstanding
from services.intake.appointment import Appointment, Kind, State
from services.intake.case import Case, Move
from services.intake.handling import Act, Draft
from services.intake.owning import Staff
from services.intake.working import Short, Words
from shared import promises
from shared.contracts.intake import AppointmentMade, AppointmentMoved
from shared.http import Problem, Request, When, fault
from shared.tables import store

_FAR = timedelta(days=730)

Number = Annotated[int, Field(ge=1, le=10_000, strict=True)]


class AppointmentRequest(Request):
    """What for, when, where. `text` is told to the customer: what to bring, whom to ask for."""

    kind: Kind
    at: When
    minutes: Annotated[int, Field(ge=5, le=480, strict=True)] = 30
    place: Short
    text: Words | None = None


class MoveAppointmentRequest(Request):
    """Another time, and why; the customer is told both."""

    appointment: Number
    at: When
    reason: Short


class CancelRequest(Request):
    """It does not take place, and why; the customer is told."""

    appointment: Number
    reason: Short


class ArrivalRequest(Request):
    """The customer came, or did not: who received them; the number of the visitor's card they were given."""

    appointment: Number
    came: bool
    received_by: Staff | None = None
    card: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")] | None = None


class CardRequest(Request):
    """The visitor's card is back."""

    card: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
    state: Literal["returned", "lost"] = "returned"


def book(draft: Draft, request: AppointmentRequest) -> None:
    at = _to_come(draft, request.at)
    draft.move(Move.APPOINT)
    made = Appointment(number=len(draft.case.appointments) + 1, kind=request.kind, at=at, minutes=request.minutes)
    draft.set(appointments=(*draft.case.appointments, made))
    _promise(draft, made)
    told = AppointmentMade(
        case=draft.case.id, appointment=made.number, what=made.kind, at=made.at, minutes=made.minutes
    )
    words = {"place": request.place, **({"text": request.text} if request.text else {})}
    draft.tell_customer(told, request.text, also=words)


def move(draft: Draft, request: MoveAppointmentRequest) -> None:
    was = appointments.standing(draft.case.appointments, request.appointment)
    at = _to_come(draft, request.at)
    if at == was.at:
        raise Problem(409, "same-time", "The appointment is at this time already.", "Send another time.")
    draft.move(Move.APPOINT)
    now_at = was.model_copy(update={"at": at, "version": was.version + 1})
    draft.set(appointments=appointments.replaced(draft.case.appointments, now_at))
    draft.case = draft.case.promising(promises.waive(draft.case.promises, was.promise, draft.now, "it was moved"))
    _promise(draft, now_at)
    told = AppointmentMoved(
        case=draft.case.id,
        appointment=was.number,
        what=was.kind,
        was_at=was.at,
        at=at,
        minutes=was.minutes,
        version=now_at.version,
    )
    draft.tell_customer(told, request.reason, also={"place": said_of(draft.case, was.number)["place"]})


def said_of(case: Case, number: int) -> dict[str, Any]:
    """Where an appointment is, and what the customer was told of it: only the line that made it knows."""
    _, events = store().history(Case, case.id)
    made = AppointmentMade.detail_type()
    return next(
        event.private(case.salt) for event in events if event.type == made and event.data["appointment"] == number
    )


def cancel(draft: Draft, request: CancelRequest) -> None:
    was = appointments.standing(draft.case.appointments, request.appointment)
    draft.move(Move.APPOINT)
    outstanding.cancel(draft, was, request.reason)


def arrive(draft: Draft, request: ArrivalRequest) -> None:
    """Somebody received them; or nobody came, which keeps our side of it as well."""
    was = appointments.standing(draft.case.appointments, request.appointment)
    if request.came and not request.received_by:
        raise fault("/received_by", "missing", "Say who received the visitor: an id of staff.")
    if request.came and request.card in draft.case.cards:
        raise fault("/card", "in_use", "This card is out already.")
    over = was.model_copy(update={"state": State.KEPT if request.came else State.MISSED})
    draft.set(appointments=appointments.replaced(draft.case.appointments, over))
    draft.case = draft.case.promising(promises.keep(draft.case.promises, was.promise, draft.now))
    if request.came and request.card:
        draft.set(cards=(*draft.case.cards, request.card))
    if request.came:
        came = notes.CustomerReceived(appointment=was.number, received_by=request.received_by, card=request.card)
        draft.tell_customer(came)
    else:
        draft.tell_customer(notes.CustomerMissed(appointment=was.number, was_at=was.at))


def return_card(draft: Draft, request: CardRequest) -> None:
    if request.card not in draft.case.cards:
        raise Problem(
            409, "no-such-card", "This card is not out for this case.", f"Out: {', '.join(draft.case.cards)}."
        )
    draft.set(cards=tuple(one for one in draft.case.cards if one != request.card))
    draft.tell(notes.CardBack(card=request.card, state=request.state))


def _to_come(draft: Draft, at: When) -> When:
    if not draft.now < at <= draft.now + _FAR:
        raise fault("/at", "not_to_come", "Choose a time within the next two years.")
    return at


def _promise(draft: Draft, made: Appointment) -> None:
    clocks = draft.pack.clocks
    remind = (clocks.remind,) if clocks.remind else ()
    promise = made.promised(clocks.review.role, draft.calendar, draft.now, remind, draft.case.pack)
    draft.case = draft.case.promising((*draft.case.promises, promise))


ACTS: dict[str, Act[Any]] = {
    "appointments": Act("case.note", AppointmentRequest, book, keyed=True),
    "move-appointment": Act("case.note", MoveAppointmentRequest, move),
    "cancel-appointment": Act("case.note", CancelRequest, cancel),
    "received": Act("case.note", ArrivalRequest, arrive),
    "cards": Act("case.note", CardRequest, return_card),
}
