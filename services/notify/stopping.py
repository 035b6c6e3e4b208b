"""STOP and START by text message: a number that says so is texted no more, or again.

Whoever owns a number decides about it, not who gave it to the desk; so it holds for every case that names it.
"""

import unicodedata
from contextlib import suppress
from datetime import datetime

from services.notify import notes, ways
from services.notify.way import Way
from shared.store import AlreadyDone, AlreadyExists, Cause, Guard, Line, NotFound, retrying
from shared.tables import store

_STOP = {
    "en": ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout"),
    "ar": ("إيقاف", "ايقاف", "توقف", "قف", "إلغاء", "الغاء"),
    "zh": ("停止", "退订", "退訂", "取消", "t", "td"),  # the letters are what networks in China ask for
}
_START = {
    "en": ("start", "unstop"),
    "ar": ("ابدأ", "ابدا", "بدء", "استئناف"),
    "zh": ("开始", "開始", "恢复", "订阅"),
}
STOP = frozenset(word for words in _STOP.values() for word in words)
START = frozenset(word for words in _START.values() for word in words)
_LONGEST = 40


def meant(text: str) -> bool | None:
    """Whether a text message says STOP (True) or START (False); None when it says something else.

    One word, in any case, with or without punctuation: who writes a sentence wants something else.
    """
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    word = "".join(one for one in plain if unicodedata.category(one)[0] in "LN")
    if word in STOP:
        return True
    return False if word in START else None


def is_stopped(number: str) -> bool:
    """Whether whoever has this number wants no text messages."""
    try:
        return store().load(Way, ways.identity(number)).stopped
    except NotFound:
        return False


def turn(number: str, *, stopped: bool, said: str, now: datetime) -> None:
    """Keep what its owner said, once for each message (`said`, its id): networks bring one again much later."""
    cause, guard = Cause(now, "customer", said), Guard(f"SEEN#{said}")
    line = Line(notes.WayStopped() if stopped else notes.WayOpened())

    def write() -> Way:
        try:
            way = store().load(Way, ways.identity(number))
        except NotFound:
            return store().create(Way(id=ways.identity(number), stopped=stopped), [line], cause, guard=guard)
        news = [line] if way.stopped != stopped else []
        return store().change(way.model_copy(update={"stopped": stopped}), news, cause, guard)

    with suppress(AlreadyDone):
        try:
            retrying(write)
        except AlreadyExists:
            retrying(write)
