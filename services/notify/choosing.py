"""A customer chooses how they are written to: what they see, and what they say."""

import hmac
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import Field

from services.notify import awaiting, notes, recipient, sheltering, wishes, wishing
from services.notify.awaiting import CallRequest
from services.notify.cards import card_of, said_by
from services.notify.kinds import DECLINABLE, RULES, Kind
from services.notify.message import Channel
from services.notify.names import greetable
from services.notify.recipient import Recipient, channels
from services.notify.wishes import Safe, Wishes
from shared import ids
from shared.heard import NotYet
from shared.http import Problem, Request, Text, fault
from shared.packs import LANGUAGES, Daily
from shared.rules import pack
from shared.store import Cause, Line, NotFound, retrying
from shared.tables import store

_NOBODY = "0" * 27
_SAYS_NOTHING = 3
"""Letters of a word in our name that everybody uses."""
_NO_ID = "0" * 12


class SafeRequest(Request):
    """Safe contact: when it is safe, and a word by which they know that it is the desk."""

    hours: Daily | None = None
    word: Annotated[Text, Field(min_length=2, max_length=20)] | None = None


class WishesRequest(Request):
    """All wishes at once; what is left out is as for everybody, but `safe`: null alone takes that back. `stopped` are
    kinds of messages that they don't want, `without` ways that they don't want to be written to by.
    """

    language: Literal["en", "ar", "zh"] | None = None
    stopped: Annotated[tuple[Kind, ...], Field(max_length=20, strict=False)] = ()
    without: Annotated[tuple[Channel, ...], Field(max_length=2)] = ()
    preferred: Channel | None = None
    quiet: Daily | None = None
    zone: Annotated[str, Field(max_length=40)] | None = None
    safe: SafeRequest | None = None


def view(number: str, secret: str, now: datetime) -> dict[str, Any]:
    """How they are written to, and when they are called. Raises `NotFound` for a wrong number and a wrong secret
    alike.
    """
    known, card = _opened(number, secret)
    return {**seen_by_them(known, card), "calls": awaiting.promised(known, card, now)}


def choose_call(number: str, secret: str, request: CallRequest, now: datetime, correlation: str) -> dict[str, Any]:
    """When they are called, or that they are not. Raises `NotFound`, `Problem`."""
    known, _ = _opened(number, secret)
    awaiting.choose(known.id, request, now, correlation)
    return view(number, secret, now)


def choose(number: str, secret: str, request: WishesRequest, now: datetime, correlation: str) -> dict[str, Any]:
    """From now on they are written to like this; what waits for its time as well. Raises `NotFound`, `Problem`."""
    seen: list[tuple[Recipient, dict[str, Any]]] = []

    def write() -> Recipient:
        known, card = _opened(number, secret)
        said = checked(request, card)
        kept = wishing.as_kept(said)
        after = known.model_copy(update={"language": request.language or known.language})
        if kept != card["wishes"] or after != known:
            cause = Cause(now, "customer", correlation)
            after = store().change(_counted(after, now), wishing.lines(known.id, said_by(card), said), cause)
        seen.append((after, {**card, "wishes": kept}))
        return after

    retrying(write)
    known, card = seen[-1]
    sheltering.spread(known.id, Cause(now, "customer", correlation))
    return {**seen_by_them(known, card), "calls": awaiting.promised(known, card, now)}


def _counted(known: Recipient, now: datetime) -> Recipient:
    try:
        return recipient.wished(known, now)
    except recipient.TooManyWishes:
        raise Problem(
            429,
            "too-many-wishes",
            "You have changed how we write to you very often today; what you said last holds.",
            "Change it again tomorrow, or call us.",
        ) from None


def stop(case: str, kind: str, token: str, now: datetime, correlation: str) -> None:
    """They want no more messages of this kind: one click says it. Raises `NotFound`."""
    identity = must_open(case, kind, token)

    def write() -> Recipient:
        known, card = reachable(identity)
        before = said_by(card)
        if kind in before.stopped:
            return known
        after = before.model_copy(update={"stopped": (*before.stopped, Kind(kind))})
        line = Line(notes.WishesKnown(), private=wishing.as_kept(after))
        return store().change(known, [line], Cause(now, "customer", correlation))

    retrying(write)


def must_open(case: str, kind: str, token: str) -> str:
    """The case whose messages of this kind the token stops. Raises `NotFound`."""
    identity = ids.heard(case) or _NO_ID
    if not wishing.opens_stop(identity, kind, token) or kind not in DECLINABLE:
        raise NotFound(case)
    return identity


def language_of(identity: str) -> str:
    return store().load(Recipient, identity).language


def _opened(number: str, secret: str) -> tuple[Recipient, dict[str, Any]]:
    identity = ids.heard(number) or _NO_ID
    try:
        known, card = reachable(identity)
    except NotFound:
        known, card = None, {}
    if not hmac.compare_digest(str(card.get("secret") or _NOBODY).encode(), secret.encode()) or known is None:
        raise NotFound(number)
    if "secret" not in card:
        raise NotFound(number)
    return known, card


def reachable(identity: str) -> tuple[Recipient, dict[str, Any]]:
    """A customer who was not erased, and their card. Raises `NotFound`."""
    try:
        known, card = card_of(identity)
    except NotYet:
        raise NotFound(identity) from None
    if known.salt is None:
        raise NotFound(identity)
    return known, card


def checked(request: WishesRequest, card: dict[str, Any]) -> Wishes:
    """The wishes, when every one can be kept. Raises `Problem` 422."""
    for kind in request.stopped:
        if not RULES[kind].declinable:
            raise fault(
                "/stopped",
                "not_declinable",
                "Decisions, dates that bind you and answers to what you did can't be stopped: they are your right.",
            )
    ways = channels(card)
    if ways and set(ways) <= set(request.without):
        raise fault(
            "/without", "no_way_left", "Leave one way open: decisions and dates that bind you have to reach you."
        )
    if request.preferred in request.without:
        raise fault(
            "/preferred", "stopped_way", "You asked for nothing by the way that you prefer: choose the other."
        )
    if request.zone is not None and request.zone not in available_timezones():
        raise fault("/zone", "unknown_zone", "Send a time zone by its IANA name, for example Asia/Dubai.")
    said = Wishes(
        stopped=tuple(sorted(set(request.stopped))),
        without=tuple(sorted(set(request.without))),
        preferred=request.preferred,
        quiet=request.quiet,
        zone=request.zone,
        safe=_safe(request) if "safe" in request.model_fields_set else said_by(card).safe,
    )
    if not wishes.leaves_time(said, wishing.house()):
        raise fault("/quiet", "no_time_left", "Leave some of the safe hours out of the quiet ones.")
    return said


def _safe(request: WishesRequest) -> Safe | None:
    """Raises `Problem` 422 for a word that messages can't begin with."""
    if request.safe is None:
        return None
    word = request.safe.word
    if word and greetable(word) != word:
        raise fault("/safe/word", "bad_word", "Choose a plain word, without an address or a telephone number.")
    if word and _names_us(word):
        raise fault("/safe/word", "names_us", "Choose a word that says nothing of us: others may read it.")
    return Safe(hours=request.safe.hours, word=word)


def _names_us(word: str) -> bool:
    """Whether it says who writes, in any of the languages."""
    titles = [pack().title.into(language).casefold() for language in LANGUAGES]
    ours = {piece for title in titles for piece in title.split() if len(piece) > _SAYS_NOTHING} | {"ahd", "عهد"}
    said = word.casefold()
    return any(said in title for title in titles) or any(one in said for one in ours)


def seen_by_them(known: Recipient, card: dict[str, Any]) -> dict[str, Any]:
    said, house = said_by(card), wishing.house()
    safe = said.safe
    return {
        "number": ids.spoken(known.id),
        "language": known.language,
        "ways": list(channels(card)),
        "without": list(said.without),
        "preferred": said.preferred or card.get("preferred"),
        "quiet": said.quiet.model_dump() if said.quiet else None,
        "zone": said.zone,
        "desk": {"zone": house.zone, "quiet": house.quiet.model_dump() if house.quiet else None},
        "safe": {"hours": (safe.hours or house.safe).model_dump(), "word": safe.word} if safe else None,
        "kinds": [
            {"kind": kind, "declinable": rule.declinable, "stopped": kind in said.stopped}
            for kind, rule in RULES.items()
        ],
    }
