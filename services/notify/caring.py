"""Thanks: to long-time subscribers when the pack says so, to customers when staff do."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from services.notify import notes, recipient, subscriber, subscribing, writing
from services.notify.cards import card_of
from services.notify.customers import tell_customer
from services.notify.message import Channel, Message, Policy
from services.notify.recipient import Recipient
from services.notify.subscriber import Subscriber
from services.notify.wording import letter
from shared import ids
from shared.aggregate import Aggregate
from shared.clock import utc_now
from shared.commands import Command
from shared.contracts.notify import RecognitionDue, ThanksGiven
from shared.heard import Heard
from shared.http import Problem, Request
from shared.policy import Principal, require
from shared.rules import calendar
from shared.rules.care import care
from shared.store import AlreadyDone, AlreadyExists, Cause, Guard, Line, NotFound, retrying
from shared.tables import store


class Thanks(Aggregate):
    """That somebody was thanked for something, by whom. The id is the case's, and for what."""

    KIND = "THANKS"

    case: str
    reason: str


class ThanksRequest(Request):
    """For what the customer of a case is thanked: what they told (`tip`), or what they did (`deed`)."""

    case: str
    reason: Literal["tip", "deed"]


def thank(
    principal: Principal, command: Command, request: ThanksRequest, now: datetime, correlation: str
) -> dict[str, Any]:
    """Thank the customer of a case, once for each reason."""
    require(principal, "thanks.give")
    case = ids.heard(request.case)
    if case is None:
        raise NotFound(request.case)
    known = store().load(Recipient, case)
    require(principal, "thanks.give", known.subjects)
    _, card = card_of(case)
    if not recipient.channels(card):
        raise Problem(
            409,
            "nobody-to-tell",
            "They gave no way to reach them.",
            "Nothing was sent. Thank them when they come again.",
        )
    given = Thanks(id=f"{case}.{request.reason}", case=case, reason=request.reason)
    answer = {"case": ids.spoken(case), "reason": request.reason}
    line = Line(ThanksGiven(case=case, reason=request.reason))
    cause = Cause(now, principal.id, correlation)

    def act() -> Thanks:
        try:
            return store().create(given, [line], cause, guard=command.guard(answer))
        except AlreadyExists:
            raise Problem(
                409, "thanked-before", "They were thanked for this before.", "Nothing more is sent."
            ) from None

    return command.once(Thanks, given.id, act) or answer


def tell_thanks(heard: Heard[ThanksGiven]) -> None:
    template = "thanks_tip" if heard.event.reason == "tip" else "thanks_deed"
    tell_customer(heard, heard.event.case, template, {}, Policy.AT_MOST_ONCE)


def count_contact(heard: Heard[Any], card: Mapping[str, Any]) -> None:
    """Whoever subscribed by an address of this card brought something: counted once for this event, where the pack
    thanks for it. Of a victim or a witness nothing is counted: thanks that somebody else reads could harm them.
    """
    if card.get("protected") or not subscriber.counts_contacts(care()):
        return
    ways: tuple[tuple[Channel, str | None], ...] = (("email", card.get("email")), ("sms", card.get("phone")))
    identities = [subscribing.identity_of(channel, address) for channel, address in ways if address]
    for known in store().load_many(Subscriber, identities):
        if known.active:
            _count(heard, known.id)


def _count(heard: Heard[Any], identity: str) -> None:
    now = utc_now()

    def write() -> Subscriber:
        known = store().load(Subscriber, identity)
        after = subscriber.contacted(known, care(), calendar(), now)
        if after == known:
            return known
        return store().change(after, [Line(notes.ContactCounted())], heard.cause(now), Guard(f"SEEN#{heard.id}"))

    with suppress(AlreadyDone):
        retrying(write)


def look(identity: str, now: datetime) -> None:
    """Somebody has been a subscriber for as long as the pack thanks for."""
    known = store().load(Subscriber, identity)
    ahead = subscriber.next_merit(known, care(), calendar())
    if ahead is None or ahead[1] > now:
        # The pack says otherwise than when this was promised.
        after = subscriber.until_recognised(known.model_copy(update={"promises": ()}), care(), calendar(), now)
        store().change(after, [], Cause(now, "clock", f"tick:{identity}:{known.seq}"))
        return
    after = subscriber.recognised(known, ahead[0], care(), calendar(), now)
    line = Line(RecognitionDue(subscriber=identity, merit=ahead[0].id))
    store().change(after, [line], Cause(now, "clock", f"tick:{identity}:{known.seq}"))


def tell_recognition(heard: Heard[RecognitionDue]) -> None:
    """Say so, unless they left meanwhile."""
    merit = care().merit(heard.event.merit)
    known, address = subscribing.reached(heard.event.subscriber)
    if merit is None or address is None or known.choice is None:
        return
    language = known.choice.language
    values = {
        "subject": merit.subject.into(language),
        "text": merit.words.into(language),
        "short": merit.short.into(language),
        "link": subscribing.link(known, "end"),
    }
    message = Message(
        id=f"{heard.id}.recognition",
        case="",
        subscriber=known.id,
        template="recognition",
        policy=Policy.AT_MOST_ONCE,
        channels=(known.channel,),
    )
    words = replace(letter("recognition", language, values), unsubscribe=values["link"])
    writing.write(heard, known, address, message, words)
