"""What is told of calls, and what leads to one."""

from contextlib import suppress

from services.notify import booking, moving, notes, sheltering, unsaid, ways
from services.notify.cards import card_of
from services.notify.customers import tell_customer
from services.notify.duty import tell_duty
from services.notify.recipient import Recipient
from shared import ids
from shared.clock import utc_now
from shared.contracts.complaints import (
    CallsDeclined,
)
from shared.contracts.intake import (
    CallLate,
    CallsStopped,
    CallTimeChosen,
    CallWanted,
)
from shared.contracts.notify import (
    CallbackGivenUp,
    CallbackMissed,
    CallHoursChanged,
    MessageFailed,
)
from shared.contracts.survey import SatisfactionLow
from shared.heard import Heard
from shared.store import AlreadyDone, Guard, Line, retrying
from shared.tables import store


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
    event = heard.event
    if not unsaid.have_said(heard, event.case, event.template, event.message):
        values = {"number": ids.spoken(event.case), "what": event.template}
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
    """Calls that the customer was promised lie in the hours at which they may be rung, and so do those that were
    promised to the same number on other cases.
    """
    case = heard.event.case
    # Whoever kept the wishes does it as well, but may not be as far yet.
    sheltering.spread(case, heard.cause(utc_now()))
    booking.keep_to_wishes(heard, case)
    moving.keep_safe(heard, ways.of(card_of(case)[1]))


def tell_uncalled(heard: Heard[CallbackGivenUp]) -> None:
    """What no channel could deliver, and is not said on the telephone either: staff on duty find a way."""
    event = heard.event
    what = unsaid.to_say(event.callback)
    if event.reason == "not-wished" and what:
        tell_duty(heard, "operator", "duty_unreachable", {"number": ids.spoken(event.case), "what": what})


def tell_waiting(heard: Heard[CallLate]) -> None:
    event = heard.event
    values = {"number": ids.spoken(event.call), "promise": event.promise, "operator": event.operator}
    tell_duty(heard, event.role, "duty_call", values)


def tell_missed_callback(heard: Heard[CallbackMissed]) -> None:
    values = {"number": ids.spoken(heard.event.case), "callback": ids.spoken(heard.event.callback)}
    tell_duty(heard, "supervisor", "duty_callback_late", values)
