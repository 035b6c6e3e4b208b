"""Cases' dates counted anew, after the pack's calendar changed: who may order it, and who is told."""

from collections.abc import Sequence

from services.intake.case import AMONG_STAFF, Case
from shared.aggregate import Aggregate
from shared.clock import utc_now
from shared.contracts.intake import CaseExtended
from shared.policy import Principal
from shared.promises import Shift
from shared.recalculation import NewRules, Walk
from shared.rules import calendar, pack
from shared.store import Audience, Line
from shared.tables import store


def walk(principal: Principal, reason: str) -> Walk:
    """A recalculation on the calendar that this desk runs on now; every promise keeps the span it was made with."""

    def tell(after: Aggregate, shifts: Sequence[Shift]) -> list[Line]:
        case = Case.model_validate(after)
        return [_told(case, shift, reason) for shift in shifts]

    rules = NewRules(calendar(), reason, f"{pack().name}@{pack().version}")
    return Walk(store(), {Case.KIND: Case}, rules, principal.id, utc_now, tell)


def _told(case: Case, shift: Shift, reason: str) -> Line:
    name, private = shift.before.name, {"text": reason}
    told = CaseExtended(case=case.id, promise=name, was_due=shift.before.due, due=shift.after.due)
    if name in AMONG_STAFF:
        return Line(told, private=private)
    return Line(told, Audience.CUSTOMER, private, {"notify": private} if case.contactable else {})
