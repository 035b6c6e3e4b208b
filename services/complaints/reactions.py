"""What complaints does when others tell something: a grievance becomes a complaint; complaints are counted."""

from typing import Any

from services.complaints import accepting, notes, shelf, surge
from services.complaints.accepting import Voiced
from services.complaints.surge import Count
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import Heard, Reactions, consume
from shared.contracts.complaints import ComplaintAccepted, ComplaintClassified, SurgeNoticed
from shared.contracts.intake import GrievanceVoiced
from shared.store import AlreadyDone, AlreadyExists, Conflict, Guard, Line, NotFound, retrying
from shared.tables import store


def accept(heard: Heard[GrievanceVoiced]) -> None:
    """Open the complaint. Its number comes from the event, so that the same grievance opens one only."""
    event, said = heard.event, heard.box() or {}
    units = event.units if shelf.book().rules.conflict == "unit" else ()
    voiced = Voiced(
        identity=ids.number_from(vault.mac("number", heard.id)),
        accepted=heard.at,
        language=event.language,
        contactable=event.contactable,
        case=event.case,
        category=event.category,
        subjects=(*event.subjects, *units),
    )
    secret = ids.secret()
    # Notify knows this customer by their case; it learns only how the complaint is followed.
    accepting.open_complaint(voiced, secret, {"said": said}, {"secret": secret}, heard.cause(utc_now()))


def count_accepted(heard: Heard[ComplaintAccepted]) -> None:
    if shelf.book().rules.surge.by == "all":
        _count(heard, "all")


def count_classified(heard: Heard[ComplaintClassified]) -> None:
    by, event = shelf.book().rules.surge.by, heard.event
    if event.first and by == "kind":
        _count(heard, event.root)
    elif event.first and by == "department" and event.department:
        _count(heard, event.department)


def _count(heard: Heard[Any], what: str) -> None:
    """One more, once for this event; a surge is told once in its span."""
    book = shelf.book()

    def write() -> Count:
        known = _counter(what, heard)
        after, surging = surge.counted(known, book.rules.surge, book.calendar, heard.at)
        lines = [Line(notes.Counted())]
        if surging:
            told = SurgeNoticed(
                what=what,
                complaints=book.rules.surge.complaints,
                since=after.latest[0],
                playbook=book.rules.surge.playbook,
                roles=book.rules.surge.tells,
            )
            lines.append(Line(told))
        return store().change(after, lines, heard.cause(utc_now()), Guard(f"SEEN#{heard.id}"))

    try:
        retrying(write)
    except AlreadyDone:
        return


def _counter(what: str, heard: Heard[Any]) -> Count:
    try:
        return store().load(Count, what)
    except NotFound:
        pass
    try:
        return store().create(Count(id=what), [], heard.cause(utc_now()))
    except AlreadyExists:
        raise Conflict(what) from None


REACTIONS: Reactions = {
    GrievanceVoiced: accept,
    ComplaintAccepted: count_accepted,
    ComplaintClassified: count_classified,
}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of complaints' queue."""
    return consume(event, REACTIONS)
