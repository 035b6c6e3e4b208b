"""What is told of cases: to their customers, and to staff."""

from services.notify.customers import tell_customer, words_of
from services.notify.duty import tell_duty
from services.notify.message import Policy
from shared import ids
from shared.contracts.intake import (
    ArbiterWanted,
    CaseClosed,
    CaseDeclined,
    CaseExtended,
    CaseLate,
    CaseOpened,
    CaseProgressed,
    ConsultationAnswered,
    DocumentsWanted,
    HandoverOffered,
    UnitDispatched,
    UnitWanted,
)
from shared.contracts.survey import SurveyInvited, SurveyLink
from shared.heard import Heard
from shared.settings import settings


def tell_opened(heard: Heard[CaseOpened]) -> None:
    due = max(promise.due for promise in heard.event.promises)
    tell_customer(heard, heard.event.case, "opened", {"due": due})


def tell_declined(heard: Heard[CaseDeclined]) -> None:
    tell_customer(heard, heard.event.case, "declined", {"text": words_of(heard)})


def tell_progress(heard: Heard[CaseProgressed]) -> None:
    tell_customer(heard, heard.event.case, "progressed", {"text": words_of(heard)})


def tell_closed(heard: Heard[CaseClosed]) -> None:
    tell_customer(heard, heard.event.case, "closed", {"text": words_of(heard)})


def tell_extended(heard: Heard[CaseExtended]) -> None:
    """What is promised among staff is no news for the customer: then there is nothing in the box."""
    words = words_of(heard)
    if words:
        values = {"was_due": heard.event.was_due, "due": heard.event.due, "text": words}
        tell_customer(heard, heard.event.case, "extended", values)


def tell_answer(heard: Heard[ConsultationAnswered]) -> None:
    """The answer to a question, and whether it was understood is asked with it."""
    tell_customer(heard, heard.event.case, "answered", {"text": words_of(heard)})


def ask_for_documents(heard: Heard[DocumentsWanted]) -> None:
    tell_customer(heard, heard.event.case, "documents_wanted", {"text": words_of(heard)})


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
        template = "late_at_top" if event.at_top else "late"
        tell_customer(heard, event.case, template, {"promise": event.promise, **values})


def tell_dispatched(heard: Heard[UnitDispatched]) -> None:
    """Whoever leads knows who goes; and when it is instead of somebody who did not answer, that as well."""
    event = heard.event
    values = {
        "number": ids.spoken(event.case),
        "category": event.category,
        "unit": event.unit,
        "metres": event.metres,
        "silent": event.instead_of,
    }
    template = "duty_replaced" if event.instead_of else "duty_dispatched"
    tell_duty(heard, "duty-leader", template if event.metres is not None else f"{template}_blind", values, event.unit)


def tell_wanted(heard: Heard[UnitWanted]) -> None:
    event = heard.event
    values = {"number": ids.spoken(event.case), "category": event.category}
    if event.silent:
        tell_duty(heard, "duty-leader", "duty_silent", {**values, "silent": event.silent}, event.unit)
    else:
        tell_duty(heard, "duty-leader", "duty_wanted", values, event.unit)


def invite(heard: Heard[SurveyInvited]) -> None:
    """Asked once or not at all: a survey that comes twice annoys more than one that never came."""
    token = SurveyLink.model_validate(heard.box() or {}).token
    link = f"{settings().need('url')}/survey/{heard.event.invitation}/{token}"
    template = "survey" if heard.event.about == "case" else "survey_complaint"
    tell_customer(heard, heard.event.case, template, {"link": link}, Policy.AT_MOST_ONCE)
