"""Subscriptions as people ask for them: what there is, and who wants what.

Whoever asks learns nothing of an address: the answer is the same whether it is known, new, or asked for too often.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.notify import subscriber, subscribing
from services.notify.message import Channel
from services.notify.subscriber import Choice, Subscriber
from shared import reach, vault
from shared.contracts.notify import SubscriptionAsked
from shared.http import Request, Text, fault
from shared.logs import log
from shared.rules import pack
from shared.rules.care import care
from shared.store import AlreadyExists, Cause, Conflict, Line, NotFound, retrying
from shared.tables import store


class SubscriptionRequest(Request):
    """Who wants to hear of what. Either `email` or `phone`. Without `communities`: of all."""

    email: Annotated[Text, Field(min_length=3, max_length=254)] | None = None
    phone: Annotated[Text, Field(min_length=3, max_length=32)] | None = None
    themes: Annotated[tuple[str, ...], Field(min_length=1, max_length=8, strict=False)]
    communities: Annotated[tuple[str, ...], Field(max_length=5, strict=False)] = ()
    language: Literal["en", "ar", "zh"] = "en"


def offered(language: str) -> dict[str, Any]:
    """What there is to subscribe to, in a language."""
    known = care()
    return {
        "themes": [{"code": code, "name": name.into(language)} for code, name in known.themes.items()],
        "communities": [{"code": code, "name": name.into(language)} for code, name in known.communities.items()],
    }


def ask(request: SubscriptionRequest, now: datetime, correlation: str) -> None:
    """Somebody asks for an address. What they ask for is sent to it to be confirmed, and nothing else."""
    channel, address = _address(request)
    _must_be_offered("/themes", request.themes, care().themes)
    _must_be_offered("/communities", request.communities, care().communities)
    wanted = Choice(
        themes=tuple(dict.fromkeys(request.themes)),
        communities=tuple(dict.fromkeys(request.communities)),
        language=request.language,
    )
    identity, salt = subscribing.identity_of(channel, address), vault.new_salt()
    cause = Cause(now, "citizen", correlation)

    def write() -> Subscriber:
        told = Line(SubscriptionAsked(subscriber=identity), private={"address": address})
        try:
            known = store().load(Subscriber, identity)
        except NotFound:
            fresh = subscriber.asking(identity, channel, wanted, salt, now)
            try:
                return store().create(fresh, [told], cause)
            except AlreadyExists:
                raise Conflict from None
        if known.active and known.choice == wanted:
            return known  # nothing to confirm
        after = subscriber.asking_again(known, wanted, salt, now)
        if after is None:
            log().warning("asked too often", subscriber=identity)
            return known
        return store().change(after, [told], cause)

    retrying(write)


def _address(request: SubscriptionRequest) -> tuple[Channel, str]:
    if request.email and not request.phone:
        return "email", reach.email(request.email, "/email")
    if request.phone and not request.email:
        return "sms", reach.phone(request.phone, pack().region, "/phone")
    raise fault("/email", "one_address", "Send either an email address or a telephone number.")


def _must_be_offered(where: str, wanted: Iterable[str], offered_here: Iterable[str]) -> None:
    there = sorted(offered_here)
    for number, one in enumerate(wanted):
        if one not in there:
            said = f"There are: {', '.join(there)}." if there else "This desk offers none."
            raise fault(f"{where}/{number}", "unknown", f"There is no such thing to subscribe to. {said}")
