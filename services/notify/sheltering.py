"""Safe contact holds for the person, not for one case: whatever else reaches the same number or address is as safe.

Only who asked for it takes it back, and only on the case where they did: whoever shares a telephone with somebody
could do it on one of their own.
"""

from contextlib import suppress
from typing import Any

from services.notify import notes, ways, wishing
from services.notify.cards import card_of, said_by
from services.notify.recipient import Recipient
from shared.clock import utc_now
from shared.contracts.intake import CaseConcerns, PersonCard
from shared.heard import Heard
from shared.store import AlreadyDone, Cause, Guard, Line, retrying
from shared.tables import store

_OF_CARD = ("name", "email", "phone", "preferred", "secret", "protected", "handed")


def spread(case: str, cause: Cause) -> None:
    """What the customer of a case wishes for their safety holds wherever they are reached."""
    _, card = card_of(case)
    if said_by(card).safe:
        for way in ways.of(card):
            ways.shelter(way, case, cause)


def protect(heard: Heard[CaseConcerns]) -> tuple[str, ...]:
    """Somebody is a victim or a witness from now on, in all of their cases and for messages that wait.

    Answers how they are reached.

    It may be who reported the case: then they see it on their page, and choose otherwise if they like.
    """
    person = PersonCard.model_validate(heard.box() or {})
    if not person.protected:
        return ()
    case, cause = heard.event.case, heard.cause(utc_now())
    _, card = card_of(case)
    reached = {ways.identity(way) for way in person.ways}
    themselves = any(ways.identity(way) in reached for way in ways.of(card))
    if themselves:
        _make_strict(heard, case, cause)
    for way in person.ways:
        ways.shelter(way, case if themselves else f"{case}/named", cause)
    return person.ways


def _make_strict(heard: Heard[Any], case: str, cause: Cause) -> None:
    def write() -> Recipient:
        known, card = card_of(case)
        if known.salt is None:
            return known
        kept = {name: card[name] for name in _OF_CARD if name in card}
        lines = [Line(notes.RecipientKnown(), private={**kept, "protected": True}), *wishing.strict_now(case, card)]
        return store().change(known, lines, cause, Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)
