"""What is told of complaints, and of what the desk learns from them."""

from contextlib import suppress
from typing import Any

from services.notify import entrance, moving, notes, sheltering, ways, wishing
from services.notify.customers import tell_customer, words_of
from services.notify.duty import tell_duty
from services.notify.recipient import Recipient
from services.notify.wording import Count
from shared import ids, vault
from shared.clock import utc_now
from shared.contracts.complaints import (
    AttentionAsked,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintDateMoved,
    ComplaintDueSoon,
    ComplaintEscalated,
    ComplaintReworked,
    LessonShared,
    PenaltyRecorded,
    PenaltyWithdrawn,
    RectificationIssued,
    SurgeNoticed,
    VisitAgreed,
)
from shared.heard import Heard
from shared.settings import settings
from shared.store import AlreadyExists, Line, retrying
from shared.tables import store


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
            moving.keep_safe(heard, ways.of(card))
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
    tell_customer(heard, event.case, "complaint_moved", {**values, **promised, "text": words_of(heard)})


def tell_reworked(heard: Heard[ComplaintReworked]) -> None:
    event = heard.event
    values = {"complaint": ids.spoken(event.complaint), "due": event.answer_due}
    tell_duty(heard, event.role, "duty_complaint_reworked", {**values, "round": event.round}, event.unit)
    tell_customer(heard, event.case, "complaint_reworked_at_top" if event.at_top else "complaint_reworked", values)


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
        values = {"kind": heard.event.kind, "text": words_of(heard)}
        tell_duty(heard, heard.event.units, "duty_lesson", values)


def tell_surge(heard: Heard[SurgeNoticed]) -> None:
    event = heard.event
    count = Count(event.complaints, "complaints")
    values = {"what": event.what, "count": count, "since": event.since, "playbook": event.playbook}
    tell_duty(heard, event.roles, "duty_surge", values)


def tell_complaint_answered(heard: Heard[ComplaintAnswered]) -> None:
    values = {"complaint": ids.spoken(heard.event.complaint), "text": words_of(heard), "again": _complain_again()}
    template = "complaint_answered_last" if heard.event.rounds_left == 0 else "complaint_answered"
    tell_customer(heard, heard.event.case, template, values)


def tell_complaint_closed(heard: Heard[ComplaintClosed]) -> None:
    values = {"complaint": ids.spoken(heard.event.complaint), "again": _complain_again()}
    template = "complaint_closed_last" if heard.event.rounds_left == 0 else "complaint_closed"
    tell_customer(heard, heard.event.case, template, values)


def _complain_again() -> str:
    """Where somebody can complain about something new."""
    return f"{settings().need('url')}/complain"
