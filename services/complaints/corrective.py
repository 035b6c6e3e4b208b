"""Corrective action for goods: contain it, find the cause, have the plan reviewed and approved, see that it works.

Pure. The clocks are the pack's steps: a move that leads on is a `Happening` (see `HAPPENINGS`) that keeps the
promises which end with it and starts those that wait for it; one that leads back makes the cause owed again, with
its clock from the start (see `CHECKED`). Containment stands beside the line: it is owed soonest, and
nothing else waits for it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from shared.packs.complaints import Complaints
from shared.packs.procedures import Corrective
from shared.packs.steps import Happening


class Stage(StrEnum):
    """How far the action is."""

    OPEN = "open"
    """The responsible department looks for the cause."""
    PLANNED = "planned"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    CARRIED_OUT = "carried-out"
    VERIFIED = "verified"


class Move(StrEnum):
    """What can be done about it."""

    CONTAIN = "contain"
    PLAN = "plan"
    """The root cause and the measures against it."""
    FORWARD = "forward"
    SEND_BACK = "send-back"
    APPROVE = "approve"
    CARRY_OUT = "carry-out"
    VERIFY = "verify"
    REJECT = "reject"
    """The measure had no effect: another cause must be found."""


MOVES: Final[Mapping[Stage, Mapping[Move, Stage]]] = {
    Stage.OPEN: {Move.PLAN: Stage.PLANNED},
    Stage.PLANNED: {Move.FORWARD: Stage.REVIEWED, Move.SEND_BACK: Stage.OPEN},
    Stage.REVIEWED: {Move.APPROVE: Stage.APPROVED, Move.SEND_BACK: Stage.OPEN},
    Stage.APPROVED: {Move.CARRY_OUT: Stage.CARRIED_OUT},
    Stage.CARRIED_OUT: {Move.VERIFY: Stage.VERIFIED, Move.REJECT: Stage.OPEN},
    Stage.VERIFIED: {},
}
"""The line. `CONTAIN` is possible beside it, once, until the effect is verified."""

HAPPENINGS: Final[Mapping[Move, Happening]] = {
    Move.CONTAIN: Happening.CONTAINED,
    Move.PLAN: Happening.CAUSE_FOUND,
    Move.FORWARD: Happening.REVIEWED,
    Move.APPROVE: Happening.APPROVED,
    Move.CARRY_OUT: Happening.MEASURED,
    Move.VERIFY: Happening.VERIFIED,
}
"""What happens to the complaint with a move."""

CHECKED: Final[Mapping[Stage, Happening]] = {
    Stage.PLANNED: Happening.REVIEWED,
    Stage.REVIEWED: Happening.APPROVED,
    Stage.CARRIED_OUT: Happening.VERIFIED,
}
"""What is waited for at a stage. Whoever sends it back from there has done their part: the cause is owed again."""

REASONED: Final = frozenset({Move.SEND_BACK, Move.REJECT})
"""Moves that take the work back: whoever had it must be told why."""


class IllegalMove(Exception):
    """This move is not possible at this stage. Says which are."""

    def __init__(self, action: "Action", move: Move) -> None:
        self.stage, self.move, self.allowed = action.stage, move, allowed(action)
        super().__init__(f"{move} is not possible when a corrective action is {action.stage}")


class OwnWork(Exception):
    """Nobody reviews, approves or verifies what they did themselves."""

    def __init__(self, move: Move) -> None:
        self.move = move
        super().__init__(f"{move} is for somebody other than who did the work")


class Done(BaseModel):
    """A move that was made: by whom and when. What they wrote is in the complaint's chain."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    move: Move
    by: str
    at: datetime


class Action(BaseModel):
    """A corrective action as it is now; `done` is everything that led here."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    stage: Stage = Stage.OPEN
    done: tuple[Done, ...] = ()

    @property
    def contained(self) -> bool:
        return any(one.move is Move.CONTAIN for one in self.done)

    @property
    def sent_back(self) -> int:
        """How often it had to be planned again."""
        return sum(one.move in REASONED for one in self.done)

    def last(self, move: Move) -> Done | None:
        """The last time this was done."""
        return next((one for one in reversed(self.done) if one.move is move), None)


_CHECKS: Final[Mapping[Move, Move]] = {
    Move.FORWARD: Move.PLAN,
    Move.SEND_BACK: Move.PLAN,
    Move.APPROVE: Move.PLAN,
    Move.VERIFY: Move.CARRY_OUT,
    Move.REJECT: Move.CARRY_OUT,
}


def begins(rules: Complaints, kind: str) -> Action | None:
    """The action that a complaint of this kind is owed; None where the pack asks for none."""
    if rules.corrective is None:
        return None
    line = {one.code for one in rules.line(kind)}
    return None if line.isdisjoint(rules.corrective.kinds) else Action()


def allowed(action: Action) -> tuple[Move, ...]:
    """The moves that are possible now."""
    beside = () if action.contained or action.stage is Stage.VERIFIED else (Move.CONTAIN,)
    return (*beside, *MOVES[action.stage])


def moved(action: Action, move: Move, by: str, at: datetime) -> Action:
    """The action after this move by this member of staff. Raises `IllegalMove`, `OwnWork`."""
    if move not in allowed(action):
        raise IllegalMove(action, move)
    checked = action.last(_CHECKS[move]) if move in _CHECKS else None
    if checked and checked.by == by:
        raise OwnWork(move)
    stage = MOVES[action.stage].get(move, action.stage)
    return action.model_copy(update={"stage": stage, "done": (*action.done, Done(move=move, by=by, at=at))})


def who_may(rules: Corrective, action: Action, move: Move) -> tuple[str, ...]:
    """The pack's roles that may make this move now.

    Whoever has to decide may also send it back; a provisional remedy may come from whoever reviews as well.
    """
    if move is Move.SEND_BACK:
        return rules.approvers if action.stage is Stage.REVIEWED else rules.reviewers
    return {
        Move.CONTAIN: tuple(dict.fromkeys((*rules.planners, *rules.reviewers))),
        Move.PLAN: rules.planners,
        Move.FORWARD: rules.reviewers,
        Move.APPROVE: rules.approvers,
        Move.CARRY_OUT: rules.planners,
        Move.VERIFY: rules.verifiers,
        Move.REJECT: rules.verifiers,
    }[move]
