"""What intake does when time passes: units go to whoever waits for one, and a promise that was not kept goes up the
ladder, and the customer is told.
"""

from datetime import datetime
from typing import Any

from services.intake import appointing, appointment, emergency, erasing, forgetting, nuisance, phoning, sending
from services.intake import case as cases
from services.intake.call import Call
from services.intake.caller import Caller
from services.intake.case import Case
from services.intake.customer import Customer
from services.intake.notes import FileRefused
from shared.clock import utc_now
from shared.contracts.intake import AppointmentNear, CaseLate
from shared.logs import bind
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import Audience, Cause, Line
from shared.tables import store
from shared.ticking import tick, time_left


def look(number: str, now: datetime) -> None:
    """Remind of what is near; break what is due of this case, and hand it on."""
    case = store().load(Case, number)
    if emergency.is_unanswered(case, now):
        case = sending.see_to_unanswered(case, now)
    case, gone = cases.files_expired(case, now)
    warned, near = cases.warn(case, now)
    after, misses = cases.late(warned, pack(), calendar(), now)
    lines = [_reminder(case, one.promise.name) for one in near if appointment.is_one(one.promise.name)]
    lines += [Line(FileRefused(file=file, why="expired"), Audience.CUSTOMER) for file in gone]
    lines += [
        Line(
            CaseLate(
                case=case.id,
                promise=missed.broken.name,
                was_due=missed.broken.due,
                role=missed.successor.role,
                now_due=missed.successor.due,
                again=missed.again,
                to_customer=missed.broken.name not in cases.AMONG_STAFF,
                unit=case.where_it_is,
            ),
            Audience.STAFF if missed.broken.name in cases.AMONG_STAFF else Audience.CUSTOMER,
        )
        for missed in misses
    ]
    if lines:
        store().change(after, lines, Cause(now, "clock", f"tick:{case.id}:{case.seq}"))


def _reminder(case: Case, promise: str) -> Line:
    one = appointment.by_promise(case.appointments, promise)
    near = AppointmentNear(
        case=case.id, appointment=one.number, what=one.kind, at=one.at, minutes=one.minutes, version=one.version
    )
    boxes = {"notify": appointing.said_of(case, one.number)} if case.contactable else {}
    return Line(near, Audience.CUSTOMER, boxes=boxes)


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    try:
        sending.send_wanted(utc_now())
    finally:
        looks = {Case.KIND: look, Call.KIND: phoning.look, Caller.KIND: nuisance.look}
        ends = {Case.KIND: erasing.look, Customer.KIND: forgetting.look, Caller.KIND: nuisance.forget}
        tick(looks, utc_now(), time_left(context), ends)
