"""Subscriptions as their owners hold them: confirmed by a link that is sent, ended by one in every message."""

import base64
import hmac
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from services.notify import audience, cards, notes, subscriber
from services.notify.message import Channel
from services.notify.subscriber import NotNow, State, Subscriber
from shared import vault
from shared.contracts.notify import SubscriptionAsked
from shared.http import Problem
from shared.place import stamp
from shared.rules import calendar
from shared.rules.care import care
from shared.settings import settings
from shared.store import Cause, Line, NotFound, retrying
from shared.tables import store

Action = Literal["confirm", "end"]
_ACTIONS: tuple[Action, ...] = ("confirm", "end")


def view(identity: str, token: str) -> dict[str, Any]:
    """What a link is about. Nothing changes. Raises `NotFound`."""
    return facts(*_opened(identity, token))


def confirm(identity: str, token: str, now: datetime, correlation: str) -> dict[str, Any]:
    """Whoever got the link wants it. Once more changes nothing. Raises `NotFound`, `Problem`."""

    def write() -> Subscriber:
        known, action = _opened(identity, token)
        if action != "confirm":
            raise NotFound(identity)
        if known.active and known.wanted is None:
            return known
        try:
            after = subscriber.confirmed(known, care(), calendar(), now)
        except NotNow:
            raise Problem(
                410,
                "lapsed",
                "This link is not good any more.",
                "It was for two days. Subscribe again; we send a new one.",
            ) from None
        listed = audience.entering(known, after, now)
        cause = Cause(now, "citizen", correlation)
        return store().change(after, [Line(notes.SubscriptionConfirmed())], cause, extra=listed)

    return facts(retrying(write), "confirm")


def end(identity: str, token: str, now: datetime, correlation: str) -> dict[str, Any]:
    """They want no more, and are forgotten. Once more changes nothing. Raises `NotFound`."""

    def write() -> Subscriber:
        known, action = _opened(identity, token)
        if action != "end":
            raise NotFound(identity)
        return _ended(known, Cause(now, "citizen", correlation))

    return facts(retrying(write), "end")


def end_address(channel: Channel, address: str, cause: Cause) -> None:
    """Nothing more of subscriptions goes to this address, whoever says so: its reader, or its provider."""
    end_of(identity_of(channel, address), cause)


def end_of(identity: str, cause: Cause) -> None:
    """Nothing more goes to this subscriber. Whoever is none already stays none."""
    with suppress(NotFound):
        retrying(lambda: _ended(store().load(Subscriber, identity), cause))


def _ended(known: Subscriber, cause: Cause) -> Subscriber:
    if known.state is State.ENDED:
        return known
    after = subscriber.ended(known, cause.at)
    left = audience.entering(known, after, cause.at)
    return store().change(after, [Line(notes.SubscriptionEnded())], cause, extra=left)


def erase(identity: str, now: datetime) -> None:
    """What nobody confirmed lapses; what ended is wiped."""
    known = store().load(Subscriber, identity)
    cause = Cause(now, "clock", f"erase:{identity}:{known.seq}")
    if known.salt is not None:
        if subscriber.lapsed(known, now):
            _ended(known, cause)
        return
    store().wipe(Subscriber, identity)
    store().change(known.model_copy(update={"erase_at": None}), [], cause)


def reached(identity: str) -> tuple[Subscriber, str | None]:
    """A subscriber, and their address unless it is erased or has to be safe from us. Raises `NotFound`."""
    known, events = store().history(Subscriber, identity)
    if known.salt is None:
        return known, None
    asked = (event for event in reversed(events) if event.type == SubscriptionAsked.detail_type())
    address = str(next(asked).private(known.salt)["address"])
    return known, None if cards.is_sheltered(address) else address


def identity_of(channel: Channel, address: str) -> str:
    """How an address is recognised: a keyed hash. Nobody finds the address by it."""
    return _text(vault.mac("subscriber", channel, address.casefold())[:15])


def link(known: Subscriber, action: Action) -> str:
    """Where they confirm, or end it. Links that end work as long as the address is a subscriber's."""
    return f"{settings().need('url')}/subscribe/{action}/{known.id}/{_token(known.id, action, known.asked_at)}"


def facts(known: Subscriber, action: Action) -> dict[str, Any]:
    """What a link shows. Whatever a stranger asked for meanwhile is shown by the link alone that confirms it."""
    shown = (known.wanted if action == "confirm" else None) or known.choice
    return {
        "state": str(known.state),
        "themes": list(shown.themes) if shown else [],
        "communities": list(shown.communities) if shown else [],
        "language": shown.language if shown else known.spoke,
        "since": known.since.isoformat() if known.since else None,
    }


def _opened(identity: str, token: str) -> tuple[Subscriber, Action]:
    """The subscriber, and what this token is for. Raises `NotFound`, alike for wrong and for absent."""
    try:
        known = store().load(Subscriber, identity)
    except NotFound:
        hmac.compare_digest(_token(identity, "end").encode(), token.encode())
        raise
    for action in _ACTIONS:
        if hmac.compare_digest(_token(identity, action, known.asked_at).encode(), token.encode()):
            return known, action
    raise NotFound(identity)


def _token(identity: str, action: Action, asked_at: datetime | None = None) -> str:
    """Made of the desk key, so it is kept nowhere. One that confirms is for one asking."""
    asked = stamp(asked_at) if asked_at and action == "confirm" else ""
    return _text(vault.mac("subscription", action, identity, asked)[:15])


def _text(raw: bytes) -> str:
    """120 bits are 20 letters that an address may have."""
    return base64.urlsafe_b64encode(raw).decode()
