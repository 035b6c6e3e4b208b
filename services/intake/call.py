"""A telephone call as the desk logs it: answered, on hold, reassured, handed to second line, ended. Pure.

Whoever waits on the line was promised something too: that somebody speaks to them again, that they may leave a
message, that a call which grows long is given to somebody who can help.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from shared import promises
from shared.aggregate import Aggregate
from shared.packs.pack import Calls
from shared.promises import Ladder, Miss, Promises
from shared.worktime import Calendar

REASSURE, OFFER_MESSAGE, SECOND_LINE = "reassure", "offer-message", "second-line"
ROLE = "operator"


class State(StrEnum):
    TALKING = "talking"
    ON_HOLD = "on-hold"
    ENDED = "ended"


class Move(StrEnum):
    HOLD = "hold"
    REASSURE = "reassure"
    """Somebody speaks to whoever waits, who goes on waiting."""
    BACK = "back"
    MESSAGE = "message"
    """A message was offered: it is left, or not wanted."""
    STAY = "stay"
    """The caller wants to go on with whoever they speak to."""
    SECOND_LINE = "second-line"
    END = "end"


MOVES: Final[Mapping[State, Mapping[Move, State]]] = {
    State.TALKING: {
        Move.HOLD: State.ON_HOLD,
        Move.STAY: State.TALKING,
        Move.SECOND_LINE: State.TALKING,
        Move.END: State.ENDED,
    },
    State.ON_HOLD: {
        Move.REASSURE: State.ON_HOLD,
        Move.BACK: State.TALKING,
        Move.MESSAGE: State.ON_HOLD,
        Move.SECOND_LINE: State.TALKING,
        Move.END: State.ENDED,
    },
    State.ENDED: {},
}


class IllegalMove(Exception):
    """This move is not possible from here. Says which are."""

    def __init__(self, state: State, move: Move) -> None:
        self.state, self.move = state, move
        self.allowed = tuple(str(one) for one in MOVES[state])
        super().__init__(f"{move} is not possible when {state}")


class Call(Aggregate):
    """One call. Who called is on the case that comes of it, never here."""

    KIND: ClassVar[str] = "CALL"

    state: State = State.TALKING
    operator: str
    answered: datetime
    rings: int
    in_time: bool
    """Answered within as many rings as the organisation allows itself."""
    recorded: bool = False
    """Only with notice given to the caller."""
    case: str | None = None
    held: int = 0
    """How often the caller was put on hold."""
    reassured: int = 0
    ended: datetime | None = None

    def moved(self, move: Move) -> "Call":
        """The call after this move. Raises `IllegalMove`."""
        try:
            return self.model_copy(update={"state": MOVES[self.state][move]})
        except KeyError:
            raise IllegalMove(self.state, move) from None

    def promising(self, made: Promises) -> "Call":
        return self.model_copy(update={"promises": made})


def answered(
    identity: str, operator: str, rings: int, rules: Calls, calendar: Calendar, now: datetime, *, recorded: bool
) -> Call:
    """Somebody took it. A call that grows long goes to second line."""
    made = promises.make((), SECOND_LINE, ROLE, rules.second_line_after, calendar, now)
    return Call(
        id=identity,
        operator=operator,
        answered=now,
        rings=rings,
        in_time=rings <= rules.rings,
        recorded=recorded,
        promises=made,
    )


def held(call: Call, rules: Calls, calendar: Calendar, now: datetime) -> Call:
    """On hold: somebody speaks to them every so often, and before long they may leave a message instead."""
    after = call.moved(Move.HOLD)
    made = promises.make(after.promises, REASSURE, ROLE, rules.reassure_every, calendar, now)
    made = promises.make(made, OFFER_MESSAGE, ROLE, rules.message_after, calendar, now)
    return after.promising(made).model_copy(update={"held": after.held + 1})


def reassured(call: Call, rules: Calls, calendar: Calendar, now: datetime) -> Call:
    after = call.moved(Move.REASSURE)
    kept = promises.keep(after.promises, REASSURE, now)
    made = promises.make(kept, REASSURE, ROLE, rules.reassure_every, calendar, now)
    return after.promising(made).model_copy(update={"reassured": after.reassured + 1})


def back(call: Call, now: datetime) -> Call:
    """Somebody speaks with them again."""
    after = call.moved(Move.BACK)
    kept = promises.keep(after.promises, REASSURE, now)
    return after.promising(promises.waive(kept, OFFER_MESSAGE, now, "somebody spoke with them again"))


def offered(call: Call, now: datetime) -> Call:
    """A message was offered to whoever waits."""
    after = call.moved(Move.MESSAGE)
    return after.promising(promises.keep(after.promises, OFFER_MESSAGE, now))


def stayed(call: Call, now: datetime) -> Call:
    after = call.moved(Move.STAY)
    waived = promises.waive(after.promises, SECOND_LINE, now, "the caller wants to go on")
    return after.promising(waived)


def handed_on(call: Call, now: datetime) -> Call:
    """Second line has it."""
    after = call.moved(Move.SECOND_LINE)
    kept = promises.keep(after.promises, SECOND_LINE, now)
    kept = promises.keep(kept, REASSURE, now)
    return after.promising(promises.waive(kept, OFFER_MESSAGE, now, "second line took it"))


def ended(call: Call, case: str | None, now: datetime) -> Call:
    after = call.moved(Move.END)
    over = promises.waive_all(after.promises, now, "the call has ended")
    return after.promising(over).model_copy(update={"ended": now, "case": case or after.case})


def late(call: Call, rungs: Ladder, calendar: Calendar, now: datetime) -> tuple[Call, tuple[Miss, ...]]:
    """What did not happen in time while somebody was on the line, and who sees to it."""
    made, misses = promises.miss(call.promises, rungs, calendar, now)
    return call.promising(made), misses
