"""What complaints does when time passes: an answer that did not come goes up the ladder, and the customer is told."""

from datetime import datetime
from typing import Any

from services.complaints import complaint as complaints
from services.complaints.complaint import Complaint
from shared.clock import utc_now
from shared.contracts.complaints import ComplaintEscalated
from shared.logs import bind
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import Audience, Cause, Line
from shared.tables import store
from shared.ticking import tick, time_left


def look(number: str, now: datetime) -> None:
    """Break the answer that is due, and hand it on."""
    complaint = store().load(Complaint, number)
    after, misses = complaints.late(complaint, pack(), calendar(), now)
    lines = [
        Line(
            ComplaintEscalated(
                complaint=complaint.id,
                case=complaint.case,
                promise=missed.broken.name,
                rung=missed.successor.rung,
                role=missed.successor.role,
                was_due=missed.broken.due,
                now_due=missed.successor.due,
                again=missed.again,
            ),
            Audience.CUSTOMER,
        )
        for missed in misses
    ]
    if lines:
        store().change(after, lines, Cause(now, "clock", f"tick:{complaint.id}:{complaint.seq}"))


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    tick({Complaint.KIND: look}, utc_now(), time_left(context))
