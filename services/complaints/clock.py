"""What complaints does when time passes: who owes something soon is reminded; what did not come goes up."""

from datetime import datetime
from typing import Any

from services.complaints import erasing, shelf, steps
from services.complaints.complaint import ANSWER, Complaint
from shared.clock import utc_now
from shared.contracts.complaints import ComplaintDueSoon, ComplaintEscalated
from shared.logs import bind
from shared.settings import settings
from shared.store import Audience, Cause, Line
from shared.tables import store
from shared.ticking import tick, time_left


def look(number: str, now: datetime) -> None:
    """Warn of what is due soon; break what is due, and hand it on."""
    complaint, book = store().load(Complaint, number), shelf.book()
    warned, warnings = steps.warn(complaint, now)
    after, misses = steps.late(warned, book, now)
    lines = [
        Line(
            ComplaintDueSoon(
                complaint=complaint.id,
                case=complaint.case,
                promise=one.promise.name,
                role=one.promise.role,
                due=one.promise.due,
                unit=book.unit_of(complaint.kind),
            )
        )
        for one in warnings
    ]
    for missed in misses:
        told = steps.is_for_customer(missed.broken.name, book)
        event = ComplaintEscalated(
            complaint=complaint.id,
            case=complaint.case,
            promise=missed.broken.name,
            rung=missed.successor.rung,
            role=missed.successor.role,
            was_due=missed.broken.due,
            now_due=missed.successor.due,
            again=missed.again,
            to_customer=told and missed.broken.name != ANSWER,
            called=book.called(missed.broken.name, complaint.language) if told else None,
            unit=book.unit_of(complaint.kind),
        )
        lines.append(Line(event, Audience.CUSTOMER if told else Audience.STAFF))
    if lines:
        store().change(after, lines, Cause(now, "clock", f"tick:{complaint.id}:{complaint.seq}"))


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    tick({Complaint.KIND: look}, utc_now(), time_left(context), {Complaint.KIND: erasing.look})
