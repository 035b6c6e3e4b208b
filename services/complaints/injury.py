"""Somebody was hurt: who decides on company to hospital and advance payment, the witness, the insurer, the evidence.

Pure. Every record is a `Happening`, so that the pack can have a clock for it (see `HAPPENINGS`). What was said, and
who was there, is private and stays in the complaint's chain; here is only that it is there, by whom and when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from shared.packs import Money
from shared.packs.complaints import Complaints
from shared.packs.steps import Happening


class Item(StrEnum):
    """What there is to do, in the order in which it is asked for."""

    WITNESS = "witness"
    """Whoever saw it is spoken to first, before they leave: how to reach them, and their statement in writing."""
    DECISION = "decision"
    SCENE = "scene"
    """The scene and the evidence are kept."""
    INSURER = "insurer"
    OPINION = "opinion"
    """The insurer's, in writing: whether they cover it, and what they ask for."""


HAPPENINGS: Final[Mapping[Item, Happening]] = {
    Item.WITNESS: Happening.STATEMENT_TAKEN,
    Item.DECISION: Happening.AID_DECIDED,
    Item.SCENE: Happening.SCENE_KEPT,
    Item.INSURER: Happening.INSURER_TOLD,
    Item.OPINION: Happening.OPINION_RECEIVED,
}
"""What happens to the complaint with an item: a step of the pack can end with it."""

Cover = Literal["covered", "partly", "not-covered"]


class TooEarly(Exception):
    """This can't be recorded before something else was. Says what can."""

    def __init__(self, item: Item, first: Item, allowed: tuple[Item, ...]) -> None:
        self.item, self.first, self.allowed = item, first, allowed
        super().__init__(f"{item} can't be recorded before {first}")


class NotAsked(Exception):
    """The organisation's rules know nothing of this."""

    def __init__(self, item: Item, allowed: tuple[Item, ...]) -> None:
        self.item, self.allowed = item, allowed
        super().__init__(f"{item} is not part of the procedure here: the pack names no insurer")


class Decided(Exception):
    """It is recorded, and happens only once."""

    def __init__(self, item: Item, allowed: tuple[Item, ...]) -> None:
        self.item, self.allowed = item, allowed
        super().__init__(f"{item} is recorded already")


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Record(_Kept):
    """That something was done: by whom, when."""

    by: str
    at: datetime


class Witness(Record):
    """A statement in writing, or that nobody saw it. Name, contact and words are private."""

    found: bool = True


class Decision(Record):
    """Whether somebody goes to hospital with them, and what is paid in advance."""

    company: bool
    advance: Money | None = None


class Opinion(Record):
    """The insurer's written opinion."""

    cover: Cover


class Injury(_Kept):
    """The procedure as it stands."""

    reported: Record
    witnesses: tuple[Witness, ...] = ()
    decisions: tuple[Decision, ...] = ()
    scene: tuple[Record, ...] = ()
    insurer: Record | None = None
    opinion: Opinion | None = None

    def stated(self, witness: Witness) -> "Injury":
        """A witness gave a statement, or it is certain that there is none."""
        return self.model_copy(update={"witnesses": (*self.witnesses, witness)})

    def decided(self, rules: Complaints, decision: Decision) -> "Injury":
        """Company and money are decided, once. Raises `TooEarly`, `Decided`."""
        if self.decisions:
            raise Decided(Item.DECISION, allowed(rules, self))
        if rules.injury.witness_first and not self.witnesses:
            raise TooEarly(Item.DECISION, Item.WITNESS, allowed(rules, self))
        return self.model_copy(update={"decisions": (*self.decisions, decision)})

    def secured(self, record: Record) -> "Injury":
        """A piece of evidence, or the scene itself, is kept."""
        return self.model_copy(update={"scene": (*self.scene, record)})

    def insurer_told(self, rules: Complaints, record: Record) -> "Injury":
        """The insurer knows. Raises `NotAsked`, `Decided`."""
        if rules.injury.insurer is None:
            raise NotAsked(Item.INSURER, allowed(rules, self))
        if self.insurer:
            raise Decided(Item.INSURER, allowed(rules, self))
        return self.model_copy(update={"insurer": record})

    def judged(self, rules: Complaints, opinion: Opinion) -> "Injury":
        """The insurer's opinion is there. Raises `NotAsked`, `TooEarly`, `Decided`."""
        if rules.injury.insurer is None:
            raise NotAsked(Item.OPINION, allowed(rules, self))
        if self.insurer is None:
            raise TooEarly(Item.OPINION, Item.INSURER, allowed(rules, self))
        if self.opinion:
            raise Decided(Item.OPINION, allowed(rules, self))
        return self.model_copy(update={"opinion": opinion})


@dataclass(frozen=True)
class Task:
    """A line of the checklist. `role` is the pack's; `promises` are the steps of the pack that end with it."""

    item: Item
    role: str
    done: Record | None
    promises: tuple[str, ...]


def checklist(rules: Complaints, injury: Injury) -> tuple[Task, ...]:
    """Everything the procedure asks for, done or not, and who owes it.

    Who decides owes whatever no step of the pack gives to somebody else. Without an insurer nothing is asked of one.
    """
    done: dict[Item, Record | None] = {
        Item.WITNESS: _latest(injury.witnesses),
        Item.DECISION: _latest(injury.decisions),
        Item.SCENE: _latest(injury.scene),
    }
    if rules.injury.insurer is not None:
        done |= {Item.INSURER: injury.insurer, Item.OPINION: injury.opinion}
    return tuple(_task(rules, item, record) for item, record in done.items())


def allowed(rules: Complaints, injury: Injury) -> tuple[Item, ...]:
    """What can be recorded now. There may be several witnesses and pieces of evidence."""
    waits = rules.injury.witness_first and not injury.witnesses
    decision = () if injury.decisions or waits else (Item.DECISION,)
    insurer: tuple[Item, ...] = ()
    if rules.injury.insurer is not None:
        insurer = () if injury.opinion else (Item.OPINION,) if injury.insurer else (Item.INSURER,)
    return (Item.WITNESS, *decision, Item.SCENE, *insurer)


def is_complete(rules: Complaints, injury: Injury) -> bool:
    """Whether nothing of the procedure is open."""
    return all(task.done for task in checklist(rules, injury))


def who_may(rules: Complaints, item: Item) -> tuple[str, ...] | None:
    """The pack's roles that may record this; None: any member of staff who may handle the complaint.

    Only the named role decides about company and money.
    """
    return (rules.injury.decides,) if item is Item.DECISION else None


def _task(rules: Complaints, item: Item, record: Record | None) -> Task:
    steps = [step for step in rules.steps if step.ends is HAPPENINGS[item]]
    role = steps[0].role if steps else rules.injury.decides
    return Task(item, role, record, tuple(step.id for step in steps))


def _latest(records: tuple[Record, ...]) -> Record | None:
    return records[-1] if records else None
