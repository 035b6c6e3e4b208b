"""What intake does when others tell something: it becomes a line of the case's timeline."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from services.intake import awaiting, filing, forgetting, notes, quarantine
from services.intake import case as cases
from services.intake.awaited import AwaitedCall
from services.intake.case import Case
from shared.clock import utc_now
from shared.consumer import consume
from shared.contracts import Note
from shared.contracts.complaints import (
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintDateMoved,
    ComplaintEscalated,
    ComplaintReworked,
)
from shared.contracts.intake import CaseErased, CaseHandled, CaseReported, ContactChanged, FilesLeft, Wording
from shared.contracts.notify import (
    CallbackBooked,
    CallbackGivenUp,
    CallbackMissed,
    CallbackReached,
    CallbackWord,
    CustomerSafety,
    MessageFailed,
    MessageHeld,
    MessageSent,
    SafetyWished,
)
from shared.contracts.survey import SurveyAnswered
from shared.heard import Heard, Reactions
from shared.logs import log
from shared.rules import calendar
from shared.store import AlreadyDone, Audience, Guard, Line, NotFound, retrying
from shared.tables import store
from shared.wording import speaker


def file_report(heard: Heard[CaseReported]) -> None:
    """Who gave a way to be reached gets a file, or the case goes into theirs."""
    if heard.event.contactable:
        filing.file_report(heard.event.case, heard.cause(utc_now()))


def note_acknowledgement(heard: Heard[MessageSent]) -> None:
    """The first message to the customer keeps the promise to acknowledge their report."""
    if heard.event.template == "acknowledgement":
        note = notes.AcknowledgementSent(channel=heard.event.channel)
        _note(heard, heard.event.case, note, Audience.CUSTOMER, acknowledged=True)


def note_held(heard: Heard[MessageHeld]) -> None:
    """Nobody is late who waits for an hour at which the customer can be written to."""
    event = heard.event
    if event.template == "acknowledgement":

        def later(case: Case) -> Case:
            reason = speaker("intake", case.language)("promise.held")
            return cases.acknowledged_later(case, event.until, calendar(), utc_now(), reason)

        _note(heard, event.case, notes.AcknowledgementHeld(until=event.until), Audience.STAFF, also=later)


def file_contact(heard: Heard[ContactChanged]) -> None:
    """What leads to their file is what reaches them now."""
    cause = heard.cause(utc_now())
    filing.file_contact(heard.event.case, cause)
    filing.file_risk(heard.event.case, cause)


def forget_customer(heard: Heard[CaseErased]) -> None:
    """Whoever has nothing left here has no file either."""
    forgetting.forget(heard.event.case, heard.cause(utc_now()))


def delete_files(heard: Heard[FilesLeft]) -> None:
    quarantine.remove(heard.event.files)


def note_safety(heard: Heard[SafetyWished]) -> None:
    """Whom a message can harm is nobody's to read who may not read a victim's particulars."""
    case, at, box = heard.event.case, heard.sequence, heard.box()
    if box is None:
        return
    safe = CustomerSafety.model_validate(box).safe
    note = notes.SafetyNoted(safe=safe)
    _note(heard, case, note, Audience.STAFF, also=lambda known: known.at_risk(so=safe, heard=at))
    with suppress(NotFound):  # a complaint that came without a case
        filing.file_risk(case, heard.cause(utc_now()))


def note_undelivered(heard: Heard[MessageFailed]) -> None:
    """Where our word that we have their report came back, it is owed again, unless they were spoken to."""
    if heard.event.template == "acknowledgement":
        note = notes.AcknowledgementReturned()
        _note(heard, heard.event.case, note, Audience.CUSTOMER, also=_not_acknowledged)
        return
    _note(heard, heard.event.case, notes.MessageUndelivered(template=heard.event.template), Audience.STAFF)


def _not_acknowledged(case: Case) -> Case:
    _, events = store().history(Case, case.id)
    called = any(event.type == notes.CustomerCalled.detail_type() for event in events)
    return case if called else cases.not_acknowledged(case)


def note_promised_call(heard: Heard[CallbackBooked]) -> None:
    """The customer sees when they are called, and the word by which they know who calls.

    Where neither is another one than they were told, nothing is said: only what else they may choose is.
    """
    event, box, now = heard.event, heard.box(), utc_now()
    private = CallbackWord.model_validate(box).model_dump() if box else None
    call = AwaitedCall(
        callback=event.callback,
        since=event.since,
        until=event.until,
        chosen=event.chosen,
        daily=event.daily,
        choices=event.choices,
        heard=heard.sequence,
    )

    def write(case: Case) -> tuple[Case, list[Line]]:
        known = awaiting.already_told(case, call, private["word"] if private and case.salt else None)
        if known and known.heard <= call.heard:
            return case.awaiting(call.model_copy(update={"worded": known.told})), []
        note = notes.CallPromised(callback=event.callback, due=event.until, sequence=heard.sequence)
        return case.awaiting(call), [Line(note, Audience.CUSTOMER, private if case.salt else None)]

    _change(heard, event.case, write, now)


def _called(heard: Heard[CallbackReached] | Heard[CallbackGivenUp]) -> Callable[[Case], Case]:
    """Nobody waits for this call any more, unless it was promised anew since."""
    told, at = heard.event.callback, heard.sequence
    return lambda case: case.no_longer_awaiting(told, at)


def note_called(heard: Heard[CallbackReached]) -> None:
    """Whoever was called has been told by voice: that acknowledges too."""
    _note(
        heard,
        heard.event.case,
        notes.CustomerCalled(),
        Audience.CUSTOMER,
        acknowledged=True,
        also=_called(heard),
    )


def note_missed_callback(heard: Heard[CallbackMissed]) -> None:
    _note(heard, heard.event.case, notes.CallbackWasMissed(), Audience.CUSTOMER)


def note_given_up(heard: Heard[CallbackGivenUp]) -> None:
    note = notes.CallGivenUp(reason=heard.event.reason)
    _note(heard, heard.event.case, note, Audience.CUSTOMER, also=_called(heard))


def note_complaint(heard: Heard[ComplaintAccepted]) -> None:
    event = heard.event
    if event.about:
        _tell_handlers(heard, event.about)
    else:
        note = notes.ComplaintNoted(
            complaint=event.complaint, answer_due=event.answer_due, promised=event.promised, clock=event.clock
        )
        _note(
            heard,
            event.case,
            note,
            Audience.CUSTOMER,
            also=lambda case: case.model_copy(update={"complaints": (*case.complaints, event.complaint)}),
        )


def note_again(heard: Heard[ComplaintReworked]) -> None:
    """Its next round. Whoever handled the case since the last one is concerned now too."""
    event = heard.event
    if event.about:
        _tell_handlers(heard, event.about)
        return
    note = notes.ComplaintAgain(
        complaint=event.complaint, answer_due=event.answer_due, promised=event.promised, clock=event.clock
    )
    _note(heard, event.case, note, Audience.CUSTOMER, more=lambda case: _handled(case, event.complaint))


def note_moved(heard: Heard[ComplaintDateMoved]) -> None:
    """Other dates than that of the answer stand on the complaint's own page."""
    event = heard.event
    if event.promise == "answer":
        note = notes.ComplaintMoved(complaint=event.complaint, was_due=event.was_due, now_due=event.due)
        box = heard.box()
        words = Wording.model_validate(box).model_dump() if box else None
        _note(heard, event.case, note, Audience.CUSTOMER, private=words)


def note_escalation(heard: Heard[ComplaintEscalated]) -> None:
    """The customer sees when their answer is late; that a settled matter is still open is for staff."""
    event = heard.event
    audience = Audience.CUSTOMER if event.promise == "answer" else Audience.STAFF
    note = notes.ComplaintRose(complaint=event.complaint, was_due=event.was_due, now_due=event.now_due)
    _note(heard, event.case, note, audience)


def note_answer(heard: Heard[ComplaintAnswered]) -> None:
    note = notes.ComplaintGotAnswer(complaint=heard.event.complaint, finding=heard.event.finding)
    box = heard.box()
    words = Wording.model_validate(box).model_dump() if box else None
    _note(heard, heard.event.case, note, Audience.CUSTOMER, private=words)


def note_closed_complaint(heard: Heard[ComplaintClosed]) -> None:
    _note(heard, heard.event.case, notes.ComplaintWasClosed(complaint=heard.event.complaint), Audience.CUSTOMER)


def note_survey(heard: Heard[SurveyAnswered]) -> None:
    _note(
        heard,
        heard.event.case,
        notes.SurveyCameBack(satisfaction=heard.event.satisfaction),
        Audience.CUSTOMER,
        also=lambda case: case.model_copy(update={"scores": (*case.scores, heard.event.satisfaction)}),
    )


def _handled(case: Case, complaint: str) -> list[Line]:
    told = CaseHandled(case=case.id, complaint=complaint, subjects=case.handlers, units=case.units)
    return [Line(told)] if case.handlers else []


def _tell_handlers(heard: Heard[ComplaintAccepted] | Heard[ComplaintReworked], number: str) -> None:
    """Somebody complains who names a case: whoever handled it may not see what they say.

    Its timeline says nothing of it: a number alone shows nobody's case, and changes nothing on it.
    """
    now = utc_now()

    def write() -> Case:
        case = store().load(Case, number)
        lines = _handled(case, heard.event.complaint)
        return store().change(case, lines, heard.cause(now), Guard(f"SEEN#{heard.id}")) if lines else case

    try:
        retrying(write)
    except AlreadyDone:
        return
    except NotFound:
        log().info("no such case", complaint=heard.event.complaint)


def _note(
    heard: Heard[Any],
    number: str,
    note: Note,
    audience: Audience,
    *,
    private: Mapping[str, Any] | None = None,
    acknowledged: bool = False,
    more: Callable[[Case], Sequence[Line]] = lambda _case: (),
    also: Callable[[Case], Case] = lambda case: case,
) -> None:
    now = utc_now()

    def decide(case: Case) -> tuple[Case, list[Line]]:
        after = also(cases.acknowledged(case, now) if acknowledged else case)
        words = private if case.salt else None  # of an erased case nothing is kept that anybody said
        return after, [Line(note, audience, words), *more(after)]

    _change(heard, number, decide, now)


def _change(
    heard: Heard[Any], number: str, decide: Callable[[Case], tuple[Case, Sequence[Line]]], now: datetime
) -> None:
    """The case as this event leaves it, and what that tells; once."""

    def write() -> Case:
        after, lines = decide(store().load(Case, number))
        return store().change(after, lines, heard.cause(now), Guard(f"SEEN#{heard.id}"))

    try:
        retrying(write)
    except AlreadyDone:
        return
    except NotFound:
        # Nothing can be told of a case before it is stored here: this is a complaint that came without one.
        log().info("not a case", complaint=number)


REACTIONS: Reactions = {
    CaseReported: file_report,
    ContactChanged: file_contact,
    CaseErased: forget_customer,
    FilesLeft: delete_files,
    MessageSent: note_acknowledgement,
    MessageHeld: note_held,
    MessageFailed: note_undelivered,
    SafetyWished: note_safety,
    CallbackBooked: note_promised_call,
    CallbackReached: note_called,
    CallbackMissed: note_missed_callback,
    CallbackGivenUp: note_given_up,
    ComplaintAccepted: note_complaint,
    ComplaintEscalated: note_escalation,
    ComplaintAnswered: note_answer,
    ComplaintReworked: note_again,
    ComplaintDateMoved: note_moved,
    ComplaintClosed: note_closed_complaint,
    SurveyAnswered: note_survey,
}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of intake's queue."""
    return consume(event, REACTIONS)
