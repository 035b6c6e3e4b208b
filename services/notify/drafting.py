"""Bulletins as staff work on them: written, seen before anybody gets them, released by somebody else, stopped."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from services.notify import audience, batching, bulletin, notes, tally
from services.notify.bulletin import Act, Bulletin, IllegalMove, OwnBulletin, State, Words, in_language
from services.notify.htmlmail import html
from services.notify.segments import length
from services.notify.wording import letter
from shared import ids, vault
from shared.commands import Command
from shared.http import Problem, Request, Text, fault, key_used
from shared.packs import LANGUAGES
from shared.place import stamp
from shared.policy import Principal, may, require
from shared.rules.care import care
from shared.settings import settings
from shared.store import AlreadyExists, Cause, Line, NotFound, put_item
from shared.tables import store

_LISTED = 50
_BULLETINS = "BULLETINS"
_PERMITS: Mapping[Act, str] = {
    "release": "bulletin.release",
    "withdraw": "bulletin.write",
    "pause": "bulletin.stop",
    "resume": "bulletin.release",
    "stop": "bulletin.stop",
}

_Line = Annotated[Text, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\n\t]*$")]


class WordsRequest(Request):
    """What it says in one language: a mail's subject and text, and what fits a text message."""

    subject: _Line
    text: Annotated[Text, Field(min_length=1, max_length=4000)]
    short: Annotated[Text, Field(min_length=1, max_length=400)]


class BulletinRequest(Request):
    """What goes to whom. Without `communities`: to everybody who wants the theme. `urgent` goes out at night, too."""

    theme: str
    communities: Annotated[tuple[str, ...], Field(max_length=20, strict=False)] = ()
    urgent: bool = False
    words: Annotated[dict[Literal["en", "ar", "zh"], WordsRequest], Field(min_length=1)]


class ActRequest(Request):
    """What to do with it."""

    act: Act


def write(
    principal: Principal, command: Command, request: BulletinRequest, now: datetime, correlation: str
) -> dict[str, Any]:
    """Keep a draft. With an Idempotency-Key the same draft is kept once."""
    require(principal, "bulletin.write")
    _must_be_there("/theme", request.theme, care().themes)
    for number, one in enumerate(request.communities):
        _must_be_there(f"/communities/{number}", one, care().communities)
    fresh = Bulletin(
        id=ids.number_from(vault.mac("bulletin", principal.id, command.key)) if command.key else ids.number(),
        salt=vault.new_salt(),
        theme=request.theme,
        communities=tuple(dict.fromkeys(request.communities)),
        urgent=request.urgent,
        author=principal.id,
        written_at=now,
    )
    said: dict[str, Any] = {language: words.model_dump() for language, words in request.words.items()}
    line = Line(notes.BulletinWritten(languages=tuple(said)), private=said)
    listed = put_item(store().table, (_BULLETINS, f"{stamp(now)}#{fresh.id}"), {"id": fresh.id})
    try:
        stored = store().create(fresh, [line], Cause(now, principal.id, correlation), extra=[listed], salt=fresh.salt)
    except AlreadyExists:
        stored = store().load(Bulletin, fresh.id)
        if batching.words_of(stored) != {one: Words.model_validate(words) for one, words in said.items()}:
            raise key_used() from None
    return _facts(stored, principal)


def listed(principal: Principal) -> dict[str, Any]:
    """The last bulletins, the newest first."""
    require(principal, "bulletin.read")
    items = store().newest(_BULLETINS, "0", "~", {}, pages=1)
    numbers = [item["id"]["S"] for _, item in zip(range(_LISTED), items, strict=False)]
    return {"bulletins": [_facts(one, principal) for one in store().load_many(Bulletin, numbers)]}


def read(principal: Principal, number: str) -> dict[str, Any]:
    """One bulletin: how far it went, and as a draft whom it would reach, at what length."""
    require(principal, "bulletin.read")
    known = store().load(Bulletin, _identity(number))
    words = batching.words_of(known)
    whole = {**_facts(known, principal), "progress": _progress(known), "preview": _previews(known, words)}
    if known.state is State.DRAFT:
        whole["recipients"] = _recipients(known, words)
    return whole


def act(
    principal: Principal, number: str, command: Command, request: ActRequest, now: datetime, correlation: str
) -> dict[str, Any]:
    """Release, withdraw, pause, resume, stop."""
    require(principal, _PERMITS[request.act])
    identity = _identity(number)
    stored: list[Bulletin] = []

    def carry_out() -> Bulletin:
        known = store().load(Bulletin, identity)
        try:
            after = bulletin.moved(known, request.act, principal.id, now)
        except IllegalMove as illegal:
            command.raise_if_done(Bulletin, identity)
            raise Problem(
                409,
                "illegal-move",
                f"This bulletin is {illegal.state}.",
                f"Possible now: {', '.join(illegal.allowed) or 'nothing'}.",
                allowed=illegal.allowed,
            ) from None
        except OwnBulletin:
            raise Problem(
                403,
                "four-eyes",
                "You wrote this bulletin.",
                "Ask another supervisor or duty leader to read and release it.",
            ) from None
        line = Line(notes.BulletinMoved(act=request.act))
        guard = command.guard(_facts(after, principal))
        stored.append(store().change(after, [line], Cause(now, principal.id, correlation), guard))
        return stored[-1]

    before = command.once(Bulletin, identity, carry_out)
    return before if before is not None else _facts(stored[-1], principal)


def _facts(known: Bulletin, reader: Principal) -> dict[str, Any]:
    return {
        "number": ids.spoken(known.id) if not known.greeting else known.id,
        "state": str(known.state),
        "theme": known.theme,
        "communities": list(known.communities),
        "urgent": known.urgent,
        "author": known.author,
        "released_by": known.released_by or None,
        "written_at": known.written_at.isoformat(),
        "allowed": [act for act in bulletin.possible(known, reader.id) if may(reader, _PERMITS[act])],
    }


def _progress(known: Bulletin) -> dict[str, int]:
    """How many it was handed out to, and what became of them; `under_way` are those not settled yet."""
    counts = tally.counts(known.id)
    settled = {name: counts[name] for name in ("delivered", "sent", "failed", "unknown", tally.LEFT_OUT)}
    return {"queued": known.queued, **settled, "under_way": known.queued - sum(settled.values())}


def _previews(known: Bulletin, words: Mapping[str, Words]) -> dict[str, Any]:
    """As a subscriber gets it, by language, with how many parts the text message becomes."""
    link = f"{settings().need('url')}/subscribe/end/{'x' * 20}/{'x' * 20}"
    template = "greeting_of_season" if known.greeting else "bulletin"
    shown = {}
    for language, said in words.items():
        one = letter(template, language, {**said.model_dump(), "link": link})
        page = html(one.subject, one.text, language, settings().need("url"))
        shown[language] = {
            "mail": {"subject": one.subject, "text": one.text, "html": page},
            "sms": {"text": one.sms, **asdict(length(one.sms))},
        }
    return shown


def _recipients(known: Bulletin, words: Mapping[str, Words]) -> dict[str, Any]:
    """How many would get it now, and how many parts of text messages that makes."""
    reach = audience.reach(known.theme, known.communities)
    parts = {language: shown["sms"]["parts"] for language, shown in _previews(known, words).items()}
    sms = {one: many for (channel, one), many in reach.counted.items() if channel == "sms"}
    return {
        "number": sum(reach.counted.values()),
        "more": reach.more,
        "email": sum(many for (channel, _), many in reach.counted.items() if channel == "email"),
        "sms": sum(sms.values()),
        "sms_parts": sum(many * parts[in_language(words, one)[0]] for one, many in sms.items()),
        "in_another_language": sum(
            many for (_, one), many in reach.counted.items() if one in LANGUAGES and one not in words
        ),
    }


def _must_be_there(where: str, wanted: str, there: Mapping[str, Any]) -> None:
    if wanted not in there:
        raise fault(where, "unknown", f"There is no such thing. There are: {', '.join(sorted(there)) or 'none'}.")


def _identity(number: str) -> str:
    """A bulletin's number, or the name of a greeting. Raises `NotFound`."""
    greeting, _, day = number.rpartition(".")
    if greeting and day:
        return number
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity
