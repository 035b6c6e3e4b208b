"""Recipients: who is met, changes how they are reached, is forgotten, or must be kept away from."""

from contextlib import suppress
from typing import Any

from services.notify import booking, caring, entrance, moving, notes, pledged, sheltering, ways, wishing
from services.notify.cards import card_of
from services.notify.customers import tell_customer
from services.notify.duty import tell_duty
from services.notify.recipient import Recipient, forgotten
from shared import ids, vault
from shared.clock import utc_now
from shared.contracts.complaints import (
    ComplaintConcerns,
    ComplaintErased,
)
from shared.contracts.intake import (
    CaseConcerns,
    CaseErased,
    CaseReported,
    ContactChanged,
)
from shared.heard import Heard
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
        for promise in event.promises:
            if promise.name == "locate":
                tell_duty(heard, "operator", "duty_locate", {**values, "until": promise.due})
    if card.get("protected"):
        sheltering.spread(event.case, heard.cause(utc_now()))
        moving.keep_safe(heard, ways.of(card))
    tell_customer(heard, event.case, "acknowledgement", {}, urgent=event.urgent)
    entrance.promise(heard, event.case, event.channel)
    caring.count_contact(heard, card)


def change_contact(heard: Heard[ContactChanged]) -> None:
    """From now on they are reached like this, and are told how to follow their case: the way before is closed.

    Their calls keep to the hours of whoever is reached by the same number.
    """
    case, now = heard.event.case, utc_now()

    def write() -> Recipient:
        known, before = card_of(case)
        if known.salt is None:
            return known
        card, after, lines = heard.box() or {}, known, list[Line]()
        unsafe = card.pop("shelter", False)
        if heard.sequence >= known.card:
            after = known.reached_by(card, before, heard.sequence)
            lines.append(Line(notes.RecipientKnown(), private=card))
        # That it is not safe holds, whatever was said since of how they are reached, or wished for before.
        if before["wishes"]:
            lines += wishing.strict_now(case, before) if unsafe else []
        elif unsafe or lines:
            lines += wishing.strict_at_first(card)
        if not lines:
            return known
        return store().change(after, lines, heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)
    sheltering.spread(case, heard.cause(now))
    known, card = card_of(case)
    # From here on a call is found by the number that it will ring: whoever comes to be safe there moves it.
    pledged.repledge(case, card.get("phone"))
    booking.keep_to_number(heard, case)
    moving.keep_safe(heard, ways.of(card))
    if heard.event.renewed and known.card == heard.sequence:
        tell_customer(heard, case, "link_renewed", {})


def protect(heard: Heard[CaseConcerns]) -> None:
    """Somebody is a victim or a witness from now on: messages and calls of all their cases heed it."""
    moving.keep_safe(heard, sheltering.protect(heard))


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
