"""A bulletin: one text to everybody who subscribed to its theme in its communities, sent as a batch. Pure.

Somebody writes it, somebody else who leads releases it. From then on the clock hands it out, so many a minute.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from shared.aggregate import Aggregate
from shared.packs import LANGUAGES
from shared.packs.care import Greeting, Hours
from shared.promises import Promise

SEND = "send"
_EVERY = timedelta(minutes=1)


class State(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


Act = Literal["release", "withdraw", "pause", "resume", "stop"]

MOVES: Mapping[State, Mapping[Act, State]] = {
    State.DRAFT: {"release": State.RUNNING, "withdraw": State.WITHDRAWN},
    State.RUNNING: {"pause": State.PAUSED, "stop": State.STOPPED},
    State.PAUSED: {"resume": State.RUNNING, "stop": State.STOPPED},
    State.FINISHED: {"stop": State.STOPPED},
    State.STOPPED: {},
    State.WITHDRAWN: {},
}
"""What was handed out may still wait for a provider when all is: so what is finished can be stopped, too."""


class IllegalMove(Exception):
    """This is not possible now; says what is."""

    def __init__(self, state: State) -> None:
        self.state, self.allowed = state, list(MOVES[state])
        super().__init__(state)


class OwnBulletin(Exception):
    """Whoever wrote it does not release it."""


class Words(BaseModel):
    """What it says in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    subject: str
    text: str
    short: str
    """For a text message."""


class Cursor(BaseModel):
    """How far it was handed out: the list that has its turn, and where in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    turn: int = 0
    after: str = ""


class Bulletin(Aggregate):
    """What it says is in its first event. `greeting` names the one of the pack that it is, when it is one."""

    KIND: ClassVar[str] = "BULLETIN"

    salt: str | None
    theme: str
    communities: tuple[str, ...] = ()
    """Those it is for; none: all."""
    urgent: bool = False
    """Goes out at night, too, and once more when nobody can know whether it was taken."""
    greeting: str = ""
    author: str
    released_by: str = ""
    written_at: datetime
    state: State = State.DRAFT
    cursor: Cursor = Cursor()
    queued: int = 0
    """How many subscribers it was handed out to."""

    @property
    def over(self) -> bool:
        """Whether nobody gets it any more who did not."""
        return self.state in {State.STOPPED, State.WITHDRAWN}


def possible(bulletin: Bulletin, by: str) -> list[Act]:
    """What this member of staff can do with it as it stands: whoever wrote it does not release it."""
    return [act for act in MOVES[bulletin.state] if act != "release" or by != bulletin.author]


def moved(bulletin: Bulletin, act: Act, by: str, now: datetime) -> Bulletin:
    """What staff do with it. Raises `IllegalMove`, `OwnBulletin`."""
    to = MOVES[bulletin.state].get(act)
    if to is None:
        raise IllegalMove(bulletin.state)
    if act == "release" and by == bulletin.author:
        raise OwnBulletin
    released = {"released_by": by} if act == "release" else {}
    return bulletin.model_copy(
        update={"state": to, **released, "promises": (_look(now, now),) if to is State.RUNNING else ()}
    )


def handed_out(bulletin: Bulletin, cursor: Cursor, many: int, now: datetime, *, finished: bool) -> Bulletin:
    """So many more were given it; the next ones have their turn in a minute."""
    after = {"cursor": cursor, "queued": bulletin.queued + many}
    if finished:
        return bulletin.model_copy(update={**after, "state": State.FINISHED, "promises": ()})
    return bulletin.model_copy(update={**after, "promises": (_look(now, now + _EVERY),)})


def put_off(bulletin: Bulletin, now: datetime, until: datetime) -> Bulletin:
    """Nothing of it is handed out before."""
    return bulletin.model_copy(update={"promises": (_look(now, until),)})


def in_language(words: Mapping[str, Words], language: str) -> tuple[str, Words]:
    """What it says to somebody who reads this language, and in which it is: theirs, or the first that there is."""
    for known in (language, *LANGUAGES):
        if known in words:
            return known, words[known]
    raise KeyError(language)


def opens(hours: Hours, zone: ZoneInfo, now: datetime) -> datetime:
    """When bulletins may go out: now, or when the hours begin next."""
    local = now.astimezone(zone)
    first, last = time.fromisoformat(hours.after), time.fromisoformat(hours.until)
    if first <= local.time() < last:
        return now
    day = local.date() if local.time() < first else local.date() + timedelta(days=1)
    return datetime.combine(day, first, tzinfo=zone).astimezone(now.tzinfo)


def greeting_of(greeting: Greeting, day: date, salt: str, now: datetime) -> Bulletin:
    """A greeting of the pack, on its day: whoever wrote the pack wrote it, and had it released."""
    return Bulletin(
        id=greeting_id(greeting, day),
        salt=salt,
        theme=greeting.theme,
        greeting=greeting.id,
        author="pack",
        released_by="pack",
        written_at=now,
        state=State.RUNNING,
        promises=(_look(now, now),),
    )


def greeting_id(greeting: Greeting, day: date) -> str:
    return f"{greeting.id}.{day.isoformat()}"


def words_of(greeting: Greeting) -> dict[str, Words]:
    return {
        language: Words(
            subject=greeting.subject.into(language),
            text=greeting.words.into(language),
            short=greeting.short.into(language),
        )
        for language in LANGUAGES
    }


def _look(made: datetime, due: datetime) -> Promise:
    return Promise(name=SEND, role="notify", made=made, due=due, clock={"minutes": 1})
