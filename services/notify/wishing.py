"""Wishes held against one message: what the customer said, what the desk's pack says, and what they texted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from services.notify import notes, recipient, stopping
from services.notify.cards import said_by
from services.notify.hours import Hours, hours_of
from services.notify.kinds import KINDS, RULES
from services.notify.message import Channel
from services.notify.recipient import Recipient
from services.notify.shelter import together
from services.notify.wishes import SAFE_HOURS, STRICT, House, Plan, Safe, Wishes, decide
from shared import vault
from shared.contracts.notify import CallHoursChanged, CustomerSafety, SafetyWished
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import Line

_ONE_CLICK = "unsubscribe"


def wishes_of(card: Mapping[str, Any]) -> Wishes:
    """What holds for them: what they said on this case, as safe as they asked to be written to on any."""
    said = said_by(card)
    own = (said.safe,) if said.safe else ()
    return said.model_copy(update={"safe": together((*card.get("shelter", ()), *own))})


def strict_at_first(card: Mapping[str, Any]) -> list[Line]:
    """What is kept of whoever needs safe contact before they said anything themselves. Nobody else hears of it."""
    return [Line(notes.WishesKnown(), private=as_kept(STRICT))] if card.get("protected") else []


def strict_now(case: str, card: Mapping[str, Any]) -> list[Line]:
    """What is kept of whoever needs safe contact from now on, whatever else they said before."""
    said = said_by(card)
    return [] if said.safe else lines(case, said, said.model_copy(update={"safe": Safe()}))


def lines(case: str, before: Wishes, after: Wishes) -> list[Line]:
    """What keeps these wishes, has promised calls heed them, and tells others whether a message can harm."""
    # Told of every wish: were it told when it changes alone, its coming would say what is sealed in it.
    safety = Line(SafetyWished(case=case), boxes={"intake": CustomerSafety(safe=bool(after.safe)).model_dump()})
    hours = [] if before.rung == after.rung else [Line(CallHoursChanged(case=case))]
    return [Line(notes.WishesKnown(), private=as_kept(after)), safety, *hours]


def as_kept(wishes: Wishes) -> dict[str, Any]:
    """For the line that keeps them, encrypted: never empty, so that it shows that something was said."""
    return wishes.model_dump(mode="json")


def house() -> House:
    """What the pack and the deployment say."""
    rules, said = pack(), pack().messages
    return House(
        zone=rules.calendar["tz"],
        quiet=said.quiet if said else None,
        safe=(said and said.safe) or SAFE_HOURS,
        neutral_mail=bool(settings().neutral_from),
    )


def hours(card: Mapping[str, Any], utc_offset: int | None = None) -> Hours:
    """When whoever has this card may be rung; `utc_offset`, in minutes, is how far they said their clock is ahead."""
    said, here = wishes_of(card), house()
    clock = ZoneInfo(said.zone or here.zone)
    zone = timezone(timedelta(minutes=utc_offset)) if utc_offset is not None else None
    safe = (said.safe.hours or here.safe) if said.safe else None
    return hours_of(
        zone or (clock if said.zone else calendar().zone), clock, safe=safe, quiet=said.quiet, house=here.quiet
    )


def plan(
    known: Recipient,
    card: Mapping[str, Any],
    template: str,
    now: datetime,
    among: Sequence[Channel] = ("sms", "email"),
) -> Plan | None:
    """What becomes of a message to whoever has this card; None when they don't want it or gave no way.

    `among` are the ways that were not tried in vain yet. By those that they called spam they get what has to be told.
    """
    unwanted = known.unwanted if RULES[KINDS[template]].declinable else ()
    given = [way for way in recipient.channels(dict(card), unwanted) if way in among]
    stopped = "sms" in given and stopping.is_stopped(str(card["phone"]))
    left = [way for way in given if not (stopped and way == "sms")]
    return decide(template, left, wishes_of(card), house(), now, closed=stopped)


def plan_for_subscriber(channel: Channel, address: str, template: str, now: datetime, *, urgent: bool) -> Plan | None:
    """What becomes of a message to a subscriber, of whom nothing is known but what they texted; None when that was
    STOP. What is `urgent` waits for no hour.
    """
    if channel == "sms" and stopping.is_stopped(address):
        return None
    if urgent:
        return Plan((channel,), now)
    return decide(template, (channel,), Wishes(), house(), now)


def page_of(case: str, card: Mapping[str, Any]) -> str:
    """Where they choose how they are written to."""
    return f"{settings().need('url')}/contact/{case}/{card['secret']}"


def unsubscribe_link(case: str, template: str) -> str | None:
    """Where one click stops messages of this kind; None when nobody may decline them."""
    kind = KINDS[template]
    if not RULES[kind].declinable:
        return None
    return f"{settings().need('url')}/contact/stop/{case}/{kind}/{quote(_token(case, kind))}"


def opens_stop(case: str, kind: str, token: str) -> bool:
    """Whether this is the token that stops this kind of message for this customer, and opens nothing else."""
    return vault.matches(_ONE_CLICK, _as_stored(token), case, kind)


def _token(case: str, kind: str) -> str:
    return vault.mac_text(_ONE_CLICK, case, kind).translate(_SAFE)


def _as_stored(token: str) -> str:
    return token.translate(_PLAIN) if token.isascii() else ""


_SAFE = str.maketrans("+/=", "-_.")
_PLAIN = str.maketrans("-_.", "+/=")
