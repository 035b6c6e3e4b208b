"""Complaints' dates counted anew, after the pack or its calendar changed: who may order it, and who is told."""

from collections.abc import Sequence

from services.complaints import shelf, steps
from services.complaints.complaint import Complaint
from shared.aggregate import Aggregate
from shared.clock import utc_now
from shared.contracts.complaints import ComplaintDateMoved
from shared.policy import Principal
from shared.promises import Shift
from shared.recalculation import NewRules, Walk
from shared.store import Audience, Line
from shared.tables import store


def walk(principal: Principal, reason: str) -> Walk:
    """A recalculation under the rules this desk runs under now; never of a complaint about whoever orders it."""
    book = shelf.book()

    def tell(after: Aggregate, shifts: Sequence[Shift]) -> list[Line]:
        """A customer is told of another date as when a person moves it."""
        complaint = Complaint.model_validate(after)
        return [
            Line(
                ComplaintDateMoved(
                    complaint=complaint.id,
                    case=complaint.case,
                    promise=shift.before.name,
                    was_due=shift.before.due,
                    due=shift.after.due,
                ),
                Audience.CUSTOMER,
                {"text": reason},
                {"notify": {"text": reason}},
            )
            for shift in shifts
            if steps.is_for_customer(shift.before.name, book)
        ]

    return Walk(
        store(),
        {Complaint.KIND: Complaint},
        NewRules(
            book.calendar,
            reason,
            book.version,
            lambda complaint: lambda promise: steps.span(complaint, promise, book),
        ),
        principal.id,
        utc_now,
        tell,
        lambda complaint: not principal.is_subject(complaint.subjects),
    )
