"""What notify does when others tell something: whoever must know of it is told."""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from services.notify import batching, booking, caring, confirming, entrance, notes, sheltering, wishing
from services.notify.cards import card_of
from services.notify.customers import tell_customer
from services.notify.duty import remind_of_shift, tell_duty, tell_overdue, tell_substitute, tell_unready
from services.notify.entry import Entry, entry
from services.notify.message import Policy
from services.notify.recipient import Recipient, forgotten
from services.notify.wording import Count
from shared import ids, vault
from shared.clock import utc_now
from shared.consumer import consume
from shared.contracts.complaints import (
    AttentionAsked,
    CallsDeclined,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintConcerns,
    ComplaintDateMoved,
    ComplaintDueSoon,
    ComplaintErased,
    ComplaintEscalated,
    ComplaintReworked,
    LessonShared,
    PenaltyRecorded,
    PenaltyWithdrawn,
    RectificationIssued,
    SurgeNoticed,
    VisitAgreed,
)
from shared.contracts.intake import (
    AppointmentCancelled,
    AppointmentMade,
    AppointmentMoved,
    AppointmentNear,
    ArbiterWanted,
    CallLate,
    CallsStopped,
    CallTimeChosen,
    CallWanted,
    CaseClosed,
    CaseConcerns,
    CaseDeclined,
    CaseErased,
    CaseExtended,
    CaseLate,
    CaseOpened,
    CaseProgressed,
    CaseReported,
    ConsultationAnswered,
    ContactChanged,
    DocumentsWanted,
    HandoverOffered,
    Meeting,
    UnitDispatched,
    UnitWanted,
    Wording,
)
from shared.contracts.notify import (
    AcknowledgementOverdue,
    BulletinHandedOut,
    CallbackGivenUp,
    CallbackMissed,
    CallHoursChanged,
    MessageFailed,
    RecognitionDue,
    ShiftNear,
    ShiftUnready,
    SubscriptionAsked,
    SubstituteNamed,
    ThanksGiven,
)
from shared.contracts.survey import SatisfactionLow, SurveyInvited, SurveyLink
from shared.heard import Heard, Reactions
from shared.settings import settings
from shared.store import AlreadyDone, AlreadyExists, Guard, Line, retrying
from shared.tables import store


def meet_customer(heard: Heard[CaseReported]) -> None:
    """Keep how to reach the customer, tell the duty leader what is urgent, and acknowledge the report.

    In this order: no provider that hangs on a customer's address may keep those waiting who are to help.
    """
    event = heard.event
    known = Recipient(id=event.case, language=event.language, salt=vault.new_salt())
    card = heard.box() or {}
    lines = [Line(notes.RecipientKnown(), private=card), *wishing.strict_at_first(card)]
    # A second delivery finds it; what follows asks for itself whether it was done.
    with suppress(AlreadyExists):
        retrying(lambda: store().create(known, lines, heard.cause(utc_now())))
    if event.urgent or "duty" in event.dispositions:
        values = {"number": ids.spoken(event.case), "category": event.category}
        tell_duty(heard, "duty-leader", "duty_urgent", values)
    if card.get("protected"):
        sheltering.spread(event.case, heard.cause(utc_now()))
    tell_customer(heard, event.case, "acknowledgement", {}, urgent=event.urgent)
    entrance.promise(heard, event.case, event.channel)
    caring.count_contact(heard, card)


def change_contact(heard: Heard[ContactChanged]) -> None:
    """From now on they are reached like this, and are told how to follow their case: the way before is closed."""
    now = utc_now()

    def write() -> Recipient:
        known, before = card_of(heard.event.case)
        if known.salt is None or heard.sequence < known.card:
            return known
        card = heard.box() or {}
        lines = [Line(notes.RecipientKnown(), private=card)]
        if not before["wishes"]:
            lines += wishing.strict_at_first(card)
        after = known.reached_by(card, before, heard.sequence)
        return store().change(after, lines, heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)
    sheltering.spread(heard.event.case, heard.cause(now))
    if card_of(heard.event.case)[1].get("protected"):
        booking.keep_to_wishes(heard, heard.event.case)
    if heard.event.renewed and card_of(heard.event.case)[0].card == heard.sequence:
        tell_customer(heard, heard.event.case, "link_renewed", {})


def forget_customer(heard: Heard[CaseErased]) -> None:
    _forget(heard, heard.event.case)


def forget_complainant(heard: Heard[ComplaintErased]) -> None:
    """Whoever came with a complaint alone is known by its number; others by their case, as long as that is kept."""
    if heard.event.case == heard.event.complaint:
        _forget(heard, heard.event.complaint)


def _forget(heard: Heard[Any], case: str) -> None:
    now = utc_now()

    def write() -> Recipient:
        known, _ = card_of(case)
        if known.salt is None:
            return known
        return store().change(forgotten(known), [Line(notes.RecipientErased())], heard.cause(now))

    retrying(write)


def tell_opened(heard: Heard[CaseOpened]) -> None:
    due = max(promise.due for promise in heard.event.promises)
    tell_customer(heard, heard.event.case, "opened", {"due": due})


def tell_declined(heard: Heard[CaseDeclined]) -> None:
    tell_customer(heard, heard.event.case, "declined", {"text": _words(heard)})


def tell_progress(heard: Heard[CaseProgressed]) -> None:
    tell_customer(heard, heard.event.case, "progressed", {"text": _words(heard)})


def tell_closed(heard: Heard[CaseClosed]) -> None:
    tell_customer(heard, heard.event.case, "closed", {"text": _words(heard)})


def tell_extended(heard: Heard[CaseExtended]) -> None:
    """What is promised among staff is no news for the customer: then there is nothing in the box."""
    words = _words(heard)
    if words:
        values = {"was_due": heard.event.was_due, "due": heard.event.due, "text": words}
        tell_customer(heard, heard.event.case, "extended", values)


def tell_answer(heard: Heard[ConsultationAnswered]) -> None:
    """The answer to a question, and whether it was understood is asked with it."""
    tell_customer(heard, heard.event.case, "answered", {"text": _words(heard)})


def ask_for_documents(heard: Heard[DocumentsWanted]) -> None:
    tell_customer(heard, heard.event.case, "documents_wanted", {"text": _words(heard)})


def tell_appointment(heard: Heard[AppointmentMade]) -> None:
    said = _meeting(heard)
    values = {"due": heard.event.at, **said}
    tell_customer(heard, heard.event.case, "appointment_made", values, entry=_entry(heard, 0, said["place"]))


def remind_of_appointment(heard: Heard[AppointmentNear]) -> None:
    said = _meeting(heard)
    values = {"due": heard.event.at, **said}
    shown = _entry(heard, heard.event.version, said["place"])
    tell_customer(heard, heard.event.case, "appointment_near", values, entry=shown)


def tell_appointment_moved(heard: Heard[AppointmentMoved]) -> None:
    said = _meeting(heard)
    values = {"was_due": heard.event.was_at, "due": heard.event.at, "text": said["text"]}
    shown = _entry(heard, heard.event.version, said["place"])
    tell_customer(heard, heard.event.case, "appointment_moved", values, entry=shown)


def tell_appointment_cancelled(heard: Heard[AppointmentCancelled]) -> None:
    values = {"due": heard.event.at, "text": _words(heard)}
    gone = replace(_entry(heard, heard.event.version), cancelled=True)
    tell_customer(heard, heard.event.case, "appointment_cancelled", values, entry=gone)


def ask_to_take_over(heard: Heard[HandoverOffered]) -> None:
    event = heard.event
    values = {"number": ids.spoken(event.case), "to": event.to, "by": event.by, "until": event.until}
    tell_duty(heard, event.to, "duty_handover", values)


def call_arbiter(heard: Heard[ArbiterWanted]) -> None:
    event = heard.event
    values = {"number": ids.spoken(event.case), "until": event.until}
    tell_duty(heard, event.role, "duty_arbiter", values, event.unit)


def tell_late(heard: Heard[CaseLate]) -> None:
    """Staff always. The customer when somebody new has it, unless it is our word to them, on its way already."""
    event = heard.event
    values = {"was_due": event.was_due, "now_due": event.now_due}
    facts = {"number": ids.spoken(event.case), "promise": event.promise, **values}
    tell_duty(heard, event.role, "duty_late", facts, event.unit)
    if event.to_customer and event.promise != "acknowledge" and not event.again:
        tell_customer(heard, event.case, "late", {"promise": event.promise, **values})


def tell_dispatched(heard: Heard[UnitDispatched]) -> None:
    """Whoever leads knows who goes; and when it is instead of somebody who did not answer, that as well."""
    event = heard.event
    values = {
        "number": ids.spoken(event.case),
        "category": event.category,
        "unit": event.unit,
        "metres": "?" if event.metres is None else event.metres,
    }
    if event.instead_of:
        tell_duty(heard, "duty-leader", "duty_replaced", {**values, "silent": event.instead_of}, event.unit)
    else:
        tell_duty(heard, "duty-leader", "duty_dispatched", values, event.unit)


def tell_wanted(heard: Heard[UnitWanted]) -> None:
    event = heard.event
    values = {"number": ids.spoken(event.case), "category": event.category}
    if event.silent:
        tell_duty(heard, "duty-leader", "duty_silent", {**values, "silent": event.silent}, event.unit)
    else:
        tell_duty(heard, "duty-leader", "duty_wanted", values, event.unit)


def tell_complaint_accepted(heard: Heard[ComplaintAccepted]) -> None:
    """Its number, its date and where to follow it. Whoever came without a case is met here."""
    event, card = heard.event, heard.box() or {}
    alone = event.case == event.complaint
    if alone:
        known = Recipient(id=event.case, language=event.language, salt=vault.new_salt(), about="complaint")
        with suppress(AlreadyExists):
            lines = [Line(notes.RecipientKnown(), private=card), *wishing.strict_at_first(card)]
            retrying(lambda: store().create(known, lines, heard.cause(utc_now())))
        if card.get("protected"):
            sheltering.spread(event.case, heard.cause(utc_now()))
    number = ids.spoken(event.complaint)
    values: dict[str, Any] = {"complaint": number, "answer_due": event.answer_due}
    if "secret" in card:
        values["follow"] = f"{settings().need('url')}/complaint/{number}/{card['secret']}"
    tell_customer(heard, event.case, "complaint_taken" if alone else "complaint_accepted", values)
    if alone:
        entrance.promise(heard, event.case, event.channel)


def tell_complaint_late(heard: Heard[ComplaintEscalated]) -> None:
    event = heard.event
    values = {"complaint": ids.spoken(event.complaint), "was_due": event.was_due, "now_due": event.now_due}
    tell_duty(heard, event.role, "duty_complaint_late", {"promise": event.promise, **values}, event.unit)
    if event.promise == "answer" and not event.again:
        tell_customer(heard, event.case, "complaint_late", values)
    elif event.to_customer and not event.again:
        promised = {"promise": event.promise, "promised": event.called or ""}
        tell_customer(heard, event.case, "complaint_step_late", {**values, **promised})


def remind(heard: Heard[ComplaintDueSoon]) -> None:
    event = heard.event
    values = {"complaint": ids.spoken(event.complaint), "promise": event.promise, "due": event.due}
    tell_duty(heard, event.role, "duty_complaint_soon", values, event.unit)


def ask_attention(heard: Heard[AttentionAsked]) -> None:
    values = {"complaint": ids.spoken(heard.event.complaint), "rule": heard.event.rule}
    tell_duty(heard, heard.event.roles, "duty_complaint_attention", values, heard.event.unit)


def tell_visit(heard: Heard[VisitAgreed]) -> None:
    values = {"complaint": ids.spoken(heard.event.complaint), "due": heard.event.at}
    tell_customer(heard, heard.event.case, "complaint_visit", values)


def tell_date_moved(heard: Heard[ComplaintDateMoved]) -> None:
    event = heard.event
    values = {"complaint": ids.spoken(event.complaint), "was_due": event.was_due, "due": event.due}
    promised = {"promise": event.promise, "promised": event.called or ""}
    tell_customer(heard, event.case, "complaint_moved", {**values, **promised, "text": _words(heard)})


def tell_reworked(heard: Heard[ComplaintReworked]) -> None:
    event = heard.event
    values = {"complaint": ids.spoken(event.complaint), "due": event.answer_due}
    tell_duty(heard, event.role, "duty_complaint_reworked", {**values, "round": event.round}, event.unit)
    tell_customer(heard, event.case, "complaint_reworked_at_top" if event.at_top else "complaint_reworked", values)


def leave_in_peace(heard: Heard[CallsDeclined]) -> None:
    """Nobody calls this customer any more, and calls that they were promised are given up. The guard makes it count
    once.
    """
    case, now = heard.event.case, utc_now()

    def write() -> Recipient:
        known, _ = card_of(case)
        after = known.model_copy(update={"no_calls": True})
        return store().change(after, [Line(notes.CallsUnwanted())], heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)
    booking.stop_all(heard, case)


def keep_away(heard: Heard[ComplaintConcerns]) -> None:
    """Whoever the customer complains about does not call them, and knows of no call to them."""
    case, now = heard.event.case, utc_now()

    def write() -> Recipient:
        known, _ = card_of(case)
        line = Line(notes.ComplainedAbout(subjects=heard.event.subjects))
        after = known.complaining_about(heard.event.subjects)
        return store().change(after, [line], heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)


def tell_notice(heard: Heard[RectificationIssued]) -> None:
    event = heard.event
    values = {"complaint": ids.spoken(event.complaint), "notice": event.notice, "responsible": event.responsible}
    tell_duty(heard, event.to, "duty_notice", values)


def tell_penalty(heard: Heard[PenaltyRecorded]) -> None:
    """Whoever answers for it hears of it; a cause that nobody answers for is only kept."""
    event = heard.event
    if event.department:
        amount = f"{event.minor / 100:.2f} {event.currency}"
        values = {"complaint": ids.spoken(event.complaint), "penalty": event.penalty, "amount": amount}
        tell_duty(heard, event.department, "duty_penalty", values)


def tell_withdrawn(heard: Heard[PenaltyWithdrawn]) -> None:
    """Whoever was told that they answer for it hears that they do not."""
    event = heard.event
    if event.department:
        values = {"complaint": ids.spoken(event.complaint), "penalty": event.penalty}
        tell_duty(heard, event.department, "duty_penalty_withdrawn", values)


def pass_on_lesson(heard: Heard[LessonShared]) -> None:
    if heard.event.units:
        values = {"kind": heard.event.kind, "text": _words(heard)}
        tell_duty(heard, heard.event.units, "duty_lesson", values)


def tell_surge(heard: Heard[SurgeNoticed]) -> None:
    event = heard.event
    count = Count(event.complaints, "complaints")
    values = {"what": event.what, "count": count, "since": event.since, "playbook": event.playbook}
    tell_duty(heard, event.roles, "duty_surge", values)


def tell_complaint_answered(heard: Heard[ComplaintAnswered]) -> None:
    values = {"complaint": ids.spoken(heard.event.complaint), "text": _words(heard), "again": _complain_again()}
    template = "complaint_answered_last" if heard.event.rounds_left == 0 else "complaint_answered"
    tell_customer(heard, heard.event.case, template, values)


def tell_complaint_closed(heard: Heard[ComplaintClosed]) -> None:
    values = {"complaint": ids.spoken(heard.event.complaint), "again": _complain_again()}
    template = "complaint_closed_last" if heard.event.rounds_left == 0 else "complaint_closed"
    tell_customer(heard, heard.event.case, template, values)


def invite(heard: Heard[SurveyInvited]) -> None:
    """Asked once or not at all: a survey that comes twice annoys more than one that never came."""
    token = SurveyLink.model_validate(heard.box() or {}).token
    link = f"{settings().need('url')}/survey/{heard.event.invitation}/{token}"
    template = "survey" if heard.event.about == "case" else "survey_complaint"
    tell_customer(heard, heard.event.case, template, {"link": link}, Policy.AT_MOST_ONCE)


def call_unsatisfied(heard: Heard[SatisfactionLow]) -> None:
    """Somebody calls; and if we have no number, says so where we can."""
    at = booking.book(heard, heard.event.case, "not satisfied")
    if at:
        values = {"since": at.since, "due": at.until}
        tell_customer(heard, heard.event.case, "callback_promised", values)
    else:
        tell_customer(heard, heard.event.case, "sorry_to_hear", {})


def call_unreached(heard: Heard[MessageFailed]) -> None:
    """What no channel could deliver, a person says; without a number staff on duty find a way."""
    if booking.book(heard, heard.event.case, f"{booking.UNDELIVERED}{heard.event.template}") is None:
        values = {"number": ids.spoken(heard.event.case), "what": heard.event.template}
        tell_duty(heard, "operator", "duty_unreachable", values)


def call_back(heard: Heard[CallWanted]) -> None:
    """Whoever left a message is called."""
    booking.book(heard, heard.event.case, heard.event.reason)


def choose_time(heard: Heard[CallTimeChosen]) -> None:
    """The customer chose when they are called."""
    booking.choose(heard)


def stop_calls(heard: Heard[CallsStopped]) -> None:
    """The customer wants a call no more."""
    booking.stop(heard)


def heed_hours(heard: Heard[CallHoursChanged]) -> None:
    """Calls that the customer was promised lie in the hours at which they may be rung."""
    booking.keep_to_wishes(heard, heard.event.case)


def tell_uncalled(heard: Heard[CallbackGivenUp]) -> None:
    """What no channel could deliver, and is not said on the telephone either: staff on duty find a way."""
    event = heard.event
    what = booking.undelivered(event.callback)
    if event.reason == "not-wished" and what:
        tell_duty(heard, "operator", "duty_unreachable", {"number": ids.spoken(event.case), "what": what})


def tell_waiting(heard: Heard[CallLate]) -> None:
    event = heard.event
    values = {"number": ids.spoken(event.call), "promise": event.promise, "operator": event.operator}
    tell_duty(heard, event.role, "duty_call", values)


def tell_missed_callback(heard: Heard[CallbackMissed]) -> None:
    values = {"number": ids.spoken(heard.event.case), "callback": ids.spoken(heard.event.callback)}
    tell_duty(heard, "supervisor", "duty_callback_late", values)


def _meeting(heard: Heard[Any]) -> dict[str, str]:
    """Where, and what is said of it. Whoever is told of a new time by an older desk is not told where."""
    said = Meeting.model_validate({"place": "", **(heard.box() or {})})
    return {"place": said.place, "text": said.text or ""}


def _entry(
    heard: Heard[AppointmentMade] | Heard[AppointmentMoved] | Heard[AppointmentNear] | Heard[AppointmentCancelled],
    version: int,
    place: str = "",
) -> Entry:
    """The same appointment has the same id as long as it is known, on the desk's own host."""
    event, host = heard.event, urlsplit(settings().need("url")).hostname
    return entry(f"{event.appointment}.{event.case}@{host}", version, heard.at, event.at, event.minutes, place)


def _complain_again() -> str:
    """Where somebody can complain about something new."""
    return f"{settings().need('url')}/complain"


def _words(heard: Heard[Any]) -> str:
    return Wording.model_validate(heard.box() or {"text": ""}).text


REACTIONS: Reactions = {
    CaseReported: meet_customer,
    CaseOpened: tell_opened,
    CaseDeclined: tell_declined,
    CaseProgressed: tell_progress,
    CaseExtended: tell_extended,
    DocumentsWanted: ask_for_documents,
    ConsultationAnswered: tell_answer,
    AppointmentMade: tell_appointment,
    AppointmentMoved: tell_appointment_moved,
    AppointmentCancelled: tell_appointment_cancelled,
    AppointmentNear: remind_of_appointment,
    HandoverOffered: ask_to_take_over,
    ArbiterWanted: call_arbiter,
    CallWanted: call_back,
    CallTimeChosen: choose_time,
    CallsStopped: stop_calls,
    CallHoursChanged: heed_hours,
    CallbackGivenUp: tell_uncalled,
    CallLate: tell_waiting,
    CaseLate: tell_late,
    CaseClosed: tell_closed,
    ContactChanged: change_contact,
    CaseConcerns: sheltering.protect,
    CaseErased: forget_customer,
    ComplaintErased: forget_complainant,
    UnitDispatched: tell_dispatched,
    UnitWanted: tell_wanted,
    ComplaintAccepted: tell_complaint_accepted,
    ComplaintEscalated: tell_complaint_late,
    ComplaintAnswered: tell_complaint_answered,
    ComplaintClosed: tell_complaint_closed,
    ComplaintDueSoon: remind,
    AttentionAsked: ask_attention,
    VisitAgreed: tell_visit,
    ComplaintDateMoved: tell_date_moved,
    ComplaintReworked: tell_reworked,
    CallsDeclined: leave_in_peace,
    ComplaintConcerns: keep_away,
    RectificationIssued: tell_notice,
    PenaltyRecorded: tell_penalty,
    PenaltyWithdrawn: tell_withdrawn,
    LessonShared: pass_on_lesson,
    SurgeNoticed: tell_surge,
    SurveyInvited: invite,
    SatisfactionLow: call_unsatisfied,
    MessageFailed: call_unreached,
    CallbackMissed: tell_missed_callback,
    AcknowledgementOverdue: tell_overdue,
    ShiftNear: remind_of_shift,
    ShiftUnready: tell_unready,
    SubstituteNamed: tell_substitute,
    SubscriptionAsked: confirming.send_confirmation,
    BulletinHandedOut: batching.send_portion,
    RecognitionDue: caring.tell_recognition,
    ThanksGiven: caring.tell_thanks,
}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of notify's queue."""
    return consume(event, REACTIONS)
