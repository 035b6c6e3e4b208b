"""What complaints does when others tell something: a grievance becomes a complaint with a date."""

from typing import Any

from services.complaints import complaint as complaints
from services.complaints.complaint import Complaint, State
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import Heard, Reactions, consume
from shared.contracts.complaints import ComplaintAccepted
from shared.contracts.intake import GrievanceVoiced
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Audience, Line, retrying
from shared.tables import store


def accept(heard: Heard[GrievanceVoiced]) -> None:
    """Open the complaint. Its number comes from the event, so that the same grievance opens one only."""
    event, rules = heard.event, pack()
    complaint = Complaint(
        id=ids.number_from(vault.mac("number", heard.id)),
        state=State.ACCEPTED,
        case=event.case,
        category=event.category,
        language=event.language,
        contactable=event.contactable,
        subjects=event.subjects,
        pack=f"{rules.name}@{rules.version}",
        accepted=heard.at,
        salt=vault.new_salt(),
        promises=complaints.answer_promised(rules, calendar(), heard.at),
    )
    accepted = ComplaintAccepted(
        complaint=complaint.id,
        case=event.case,
        answer_due=complaint.answer_due,
        promised=heard.at,
        clock=rules.clocks.answer_complaint.within,
    )
    line = Line(accepted, Audience.CUSTOMER, private=heard.box() or {})
    try:
        retrying(lambda: store().create(complaint, [line], heard.cause(utc_now())))
    except AlreadyExists:
        return


REACTIONS: Reactions = {GrievanceVoiced: accept}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of complaints' queue."""
    return consume(event, REACTIONS)
