"""Telling customers: whether, by which ways, when and in which words, as they wished for."""

from dataclasses import replace
from typing import Any

from services.notify import heeding, recipient, wishing
from services.notify.cards import card_of
from services.notify.delivery import begin
from services.notify.entry import Entry
from services.notify.message import Message, Policy
from services.notify.wording import letter
from shared import ids
from shared.clock import utc_now
from shared.contracts.intake import Wording
from shared.heard import Heard
from shared.settings import settings


def tell_customer(
    heard: Heard[Any],
    case: str,
    template: str,
    values: dict[str, Any],
    policy: Policy = Policy.AT_LEAST_ONCE,
    entry: Entry | None = None,
    *,
    urgent: bool = False,
    about: str = "",
) -> None:
    """Send the customer of a case a message, once for this event, if they gave a way to reach them and want it.

    `about` is what each of several messages of one event is about.

    `entry` goes into their calendar. It goes out by the ways, at the time and in the words that they wished for. What
    is `urgent` is about an emergency.
    """
    known, card = card_of(case)
    plan = wishing.plan(known, card, template, utc_now())
    if plan is None:
        return
    follow = settings().need("url") + recipient.follow_path(known, card["secret"])
    greeted = {"number": ids.spoken(case), "follow": follow, "name": card.get("name") or "", **values}
    greeted["wishes"] = wishing.page_of(case, card)
    message = Message(
        id=f"{heard.id}.{template}{f'.{about}' if about else ''}",
        case=case,
        template=template,
        policy=policy,
        channels=plan.ways,
        card=known.card,
        urgent=urgent,
    )
    if plan.neutral:
        words = heeding.in_neutral_words(card, known.language)
    else:
        words = letter(template, known.language, greeted, entry)
        words = replace(words, unsubscribe=wishing.unsubscribe_link(case, template))
    begin(heard, message, recipient.addresses(card), words, known.salt, plan.at)


def words_of(heard: Heard[Any]) -> str:
    """What a person wrote, for its customer to read."""
    return Wording.model_validate(heard.box() or {"text": ""}).text
