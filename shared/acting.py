"""Something that is done to an aggregate, by staff or its customer: decided on its state as it is now, stored with
every line that tells of it, answered, and under the same key done once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.aggregate import Aggregate
from shared.commands import Command
from shared.http import Problem
from shared.store import Cause, Item, Line
from shared.tables import store

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True)
class Change(Generic[A]):
    """What comes of it: the aggregate afterwards, what is told, and what else is written in the same transaction."""

    after: A
    lines: Sequence[Line]
    extra: Sequence[Item] = ()


def carry_out(
    kind: type[A],
    identity: str,
    command: Command,
    cause: Cause,
    decide: Callable[[A], Change[A]],
    seen: Callable[[A], dict[str, Any]],
) -> dict[str, Any]:
    """Do it, once. Answers what is `seen` of the aggregate, or the answer it was given before.

    `decide` may be asked again when somebody else was quicker; it refuses with `Problem`, `NotFound` or
    `NotPermitted`. A change without lines is not stored. Raises `Conflict` when it does not come to rest.
    """
    stored: list[A] = []

    def act() -> A:
        try:
            change = decide(store().load(kind, identity))
        except Problem:
            # A command that was carried out before gets its answer again, not a refusal of the second try.
            command.raise_if_done(kind, identity)
            raise
        after = change.after
        if change.lines:
            guard = command.guard(seen(after))
            after = store().change(after, change.lines, cause, guard, change.extra)
        stored.append(after)
        return after

    before_answer = command.once(kind, identity, act)
    return before_answer if before_answer is not None else seen(stored[-1])
