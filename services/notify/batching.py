"""Bulletins on their way: the clock hands them out, so many a minute; reactions send each portion.

Handing out a portion and telling of it is one transaction, so after any crash the next tick goes on where it stands.
A portion that comes again finds its messages begun: nobody gets a bulletin twice.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from services.notify import audience, bulletin, notes, subscribing, tally, writing
from services.notify.bulletin import Bulletin, Words, in_language
from services.notify.message import Message, Policy
from services.notify.wording import letter
from shared import vault
from shared.contracts.notify import BulletinHandedOut
from shared.heard import Heard
from shared.rules import pack
from shared.rules.care import care
from shared.store import AlreadyExists, Cause, Line, NotFound, Refused
from shared.tables import store

PORTION = 20
_TRYING = 12
"""Seconds of a reaction in which a portion is tried at once: a provider may take seven more to answer nothing."""

_GREETED_FOR = timedelta(hours=12)
"""A desk that was down when a greeting was due still says it for so long."""


def look(identity: str, now: datetime) -> None:
    """Hand out the next portions of a bulletin."""
    known = store().load(Bulletin, identity)
    cause = Cause(now, "clock", f"tick:{identity}:{known.seq}")
    opens = now if known.urgent else bulletin.opens(care().hours, ZoneInfo(pack().calendar["tz"]), now)
    if opens > now:
        store().change(bulletin.put_off(known, now, opens), [], cause)
        return
    turn = audience.turn(known.theme, known.communities, known.cursor, care().a_minute)
    told = [
        Line(BulletinHandedOut(bulletin=identity, subscribers=turn.subscribers[start : start + PORTION]))
        for start in range(0, len(turn.subscribers), PORTION)
    ]
    ending = [Line(notes.BulletinFinished())] if turn.finished else []
    after = bulletin.handed_out(known, turn.cursor, len(turn.subscribers), now, finished=turn.finished)
    store().change(after, [*told, *ending], cause)


def send_portion(heard: Heard[BulletinHandedOut]) -> None:
    """Send a bulletin to those of a portion who still want it."""
    known = store().load(Bulletin, heard.event.bulletin)
    words = words_of(known)
    began = time.monotonic()
    for subscriber in heard.event.subscribers:
        _send(heard, known, words, subscriber, at_once=time.monotonic() - began < _TRYING)


def words_of(known: Bulletin) -> dict[str, Words]:
    """What a bulletin says, by language."""
    said = store().first(Bulletin, known.id).private(known.salt)
    return {language: Words.model_validate(words) for language, words in said.items()}


def _send(
    heard: Heard[BulletinHandedOut], known: Bulletin, words: Mapping[str, Words], identity: str, *, at_once: bool
) -> None:
    if known.over:
        _leave_out(heard, identity, "stopped")
        return
    try:
        reader, address = subscribing.reached(identity)
    except NotFound:
        reader, address = None, None
    if reader is None or address is None or reader.choice is None or not reader.wants(known.theme):
        _leave_out(heard, identity, "ended")
        return
    language, said = in_language(words, reader.choice.language)
    template = "greeting_of_season" if known.greeting else "bulletin"
    end = subscribing.link(reader, "end")
    sent = replace(letter(template, language, {**said.model_dump(), "link": end}), unsubscribe=end)
    message = Message(
        id=f"{known.id}.{identity}",
        case="",
        subscriber=identity,
        bulletin=known.id,
        counter=tally.counter(heard.sequence),
        template=template,
        policy=Policy.AT_LEAST_ONCE if known.urgent else Policy.AT_MOST_ONCE,
        channels=(reader.channel,),
    )
    if not writing.write(heard, reader, address, message, sent, urgent=known.urgent, at_once=at_once):
        _leave_out(heard, identity, "way stopped")


def _leave_out(heard: Heard[BulletinHandedOut], identity: str, why: str) -> None:
    known = heard.event.bulletin
    if store().item(Message.key(f"{known}.{identity}"), "STATE"):
        return  # sent when the portion came before
    with suppress(Refused):
        tally.leave_out(known, heard.sequence, identity, why)


def greet(now: datetime) -> None:
    """Release the greetings of the pack that are due today, each once."""
    zone = ZoneInfo(pack().calendar["tz"])
    local = now.astimezone(zone)
    for greeting in care().greetings:
        at = datetime.combine(local.date(), clock.fromisoformat(greeting.at), tzinfo=zone)
        if local.date() not in greeting.dates or not at <= local < at + _GREETED_FOR:
            continue
        identity = bulletin.greeting_id(greeting, local.date())
        if store().item(Bulletin.key(identity), "STATE"):
            continue
        said = {language: words.model_dump() for language, words in bulletin.words_of(greeting).items()}
        line = Line(notes.BulletinWritten(languages=tuple(said)), private=said)
        fresh = bulletin.greeting_of(greeting, local.date(), vault.new_salt(), now)
        with suppress(AlreadyExists):
            store().create(fresh, [line], Cause(now, "clock", f"greeting:{identity}"))
