"""What complaints does when others tell something: a grievance becomes a complaint; complaints are counted."""

from contextlib import suppress
from functools import partial
from typing import Any

from services.complaints import accepting, erasing, notes, shelf, surge
from services.complaints.accepting import Voiced
from services.complaints.complaint import Complaint
from services.complaints.draft import Draft
from services.complaints.surge import Count
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import consume
from shared.contracts.complaints import ComplaintAccepted, ComplaintClassified, SurgeNoticed
from shared.contracts.intake import CaseHandled, ComplaintsToErase, Grievance, GrievanceVoiced
from shared.contracts.survey import SatisfactionLow
from shared.heard import Heard, NotYet, Reactions
from shared.store import AlreadyDone, AlreadyExists, Conflict, Guard, Line, NotFound, retrying
from shared.tables import store


def accept(heard: Heard[GrievanceVoiced]) -> None:
    """Open the complaint. Its number comes from the event, so that the same grievance opens one only."""
    event, box = heard.event, Grievance.model_validate(heard.box() or {"text": ""})
    said = box.model_dump(include={"text", "wishes"}, exclude_none=True)
    voiced = Voiced(
        identity=ids.number_from(vault.mac("number", heard.id)),
        accepted=heard.at,
        language=event.language,
        contactable=event.contactable,
        case=event.case,
        category=event.category,
        subjects=_subjects(event),
        kind=event.kind if event.kind and shelf.book().rules.kind(event.kind) else "",
        handles=tuple(one for one in (box.phone, box.email) if one),
    )
    secret = ids.secret()
    # Notify knows this customer by their case; it learns only how the complaint is followed.
    accepting.open_complaint(voiced, secret, {"said": said}, {"secret": secret}, heard.cause(utc_now()))


def keep_away(heard: Heard[CaseHandled]) -> None:
    """Whoever has handled the case meanwhile can't see the complaint about it from now on."""
    event, now = heard.event, utc_now()

    def write() -> Complaint:
        try:
            before = store().load(Complaint, event.complaint)
        except NotFound:
            raise NotYet(event.complaint) from None
        named = tuple(one for one in _subjects(event) if one not in before.subjects)
        if not named:
            return before
        draft = Draft(before, shelf.book(), now)
        draft.concern(named)
        return store().change(draft.complaint, draft.lines, heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)


def end(heard: Heard[ComplaintsToErase]) -> None:
    """Their customer asked for what they said to be erased. What is owed meanwhile is seen to first."""
    for number in heard.event.complaints:
        with suppress(AlreadyDone, NotFound):
            retrying(partial(_end, heard, number))


def _end(heard: Heard[ComplaintsToErase], number: str) -> Complaint:
    complaint = store().load(Complaint, number)
    if complaint.salt is None:
        return complaint
    draft = Draft(complaint, shelf.book(), utc_now())
    if erasing.may_end(complaint):
        erasing.end(draft)
    else:
        draft.set(erase_at=draft.now, erasure_asked=True)
    return store().change(
        draft.complaint, draft.lines, heard.cause(draft.now), Guard(f"SEEN#{heard.id}"), draft.extra
    )


def note_dissatisfaction(heard: Heard[SatisfactionLow]) -> None:
    """Asked after the closing, the customer was not content: whoever may take it up again is told."""
    event, now = heard.event, utc_now()
    if event.complaint is None:
        return
    identity = event.complaint

    def write() -> Complaint:
        draft = Draft(store().load(Complaint, identity), shelf.book(), now)
        draft.set(satisfied=False)
        draft.tell(notes.SurveyCameBack(satisfaction=event.satisfaction))
        draft.ask_leader("not-satisfied")
        return store().change(draft.complaint, draft.lines, heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)


def count_accepted(heard: Heard[ComplaintAccepted]) -> None:
    if shelf.book().rules.surge.by == "all":
        _count(heard, "all")


def count_classified(heard: Heard[ComplaintClassified]) -> None:
    by, event = shelf.book().rules.surge.by, heard.event
    if event.first and by == "kind":
        _count(heard, event.root)
    elif event.first and by == "department" and event.department:
        _count(heard, event.department)


def _subjects(event: GrievanceVoiced | CaseHandled) -> tuple[str, ...]:
    """Whom it is about: those who handled the case and, where the pack says so, their units."""
    return (*event.subjects, *(event.units if shelf.book().rules.conflict == "unit" else ()))


def _count(heard: Heard[Any], what: str) -> None:
    """One more, once for this event; a surge is told once in its span."""
    book = shelf.book()

    def write() -> Count:
        known = _counter(what, heard)
        after, surging = surge.counted(known, book.rules.surge, book.calendar, heard.at)
        lines = [Line(notes.ComplaintCounted())]
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
    CaseHandled: keep_away,
    ComplaintsToErase: end,
    SatisfactionLow: note_dissatisfaction,
    ComplaintAccepted: count_accepted,
    ComplaintClassified: count_classified,
}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of complaints' queue."""
    return consume(event, REACTIONS)
