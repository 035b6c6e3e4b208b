"""What intake does when time passes: units go to whoever waits for one, and a promise that was not kept goes up the
ladder, and the customer is told.
"""

from datetime import datetime
from typing import Any

from services.intake import case as cases
from services.intake import emergency, nuisance, sending
from services.intake.caller import Caller
from services.intake.case import Case
from shared.clock import utc_now
from shared.contracts.intake import CaseLate
from shared.logs import bind
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import Audience, Cause, Line
from shared.tables import store
from shared.ticking import tick, time_left


def look(number: str, now: datetime) -> None:
    """Break what is due of this case, and hand it on."""
    case = store().load(Case, number)
    if emergency.is_unanswered(case, now):
        case = sending.see_to_unanswered(case, now)
    after, misses = cases.late(case, pack(), calendar(), now)
    lines = [
        Line(
            CaseLate(
                case=case.id,
                promise=missed.broken.name,
                was_due=missed.broken.due,
                role=missed.successor.role,
                now_due=missed.successor.due,
                again=missed.again,
                among_staff=missed.broken.name in cases.AMONG_STAFF,
            ),
            Audience.STAFF if missed.broken.name in cases.AMONG_STAFF else Audience.CUSTOMER,
        )
        for missed in misses
    ]
    if lines:
        store().change(after, lines, Cause(now, "clock", f"tick:{case.id}:{case.seq}"))


def handler(_event: dict[str, Any], context: Any) -> None:
    """Lambda: a tick."""
    bind(service=settings().service)
    try:
        sending.send_wanted(utc_now())
    finally:
        tick({Case.KIND: look, Caller.KIND: nuisance.look}, utc_now(), time_left(context))
