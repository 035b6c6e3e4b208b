"""What complaints cost departments, as data: penalties, and when somebody is exempt."""

from typing import Annotated

from pydantic import Field

from shared.packs.parts import Code, Condition, DepartmentCode, FactName, Money, Part, Refers, Wording


class Nth(Part):
    """Which complaint about one matter, counted from 1. No `max`: that one and all after.

    With `since`, a milestone of the reference: which complaint about the reference since then, of any kind.
    """

    since: Annotated[FactName, Refers("milestones")] | None = None
    min: Annotated[int, Field(ge=1)] = 1
    max: Annotated[int, Field(ge=1)] | None = None

    def covers(self, number: int) -> bool:
        return self.min <= number and (self.max is None or number <= self.max)


class Penalty(Condition):
    """What a cause costs the department that is responsible, once for each complaint.

    No money (`minor: 0`) means that the complaint is counted against the department, no more.
    """

    id: Code
    name: Wording
    department: DepartmentCode
    amount: Money
    nth: Nth | None = None


class Exemption(Condition):
    """When this holds, `frees` is not responsible for these penalties; `instead` is, or nobody."""

    id: Code
    name: Wording
    frees: DepartmentCode
    penalties: Annotated[tuple[Annotated[Code, Refers("penalties")], ...], Field(min_length=1)]
    nth: Nth | None = None
    instead: DepartmentCode | None = None


class Ledger(Part):
    """Penalties and their exemptions. Every penalty that applies is recorded, each for its own cause."""

    penalties: tuple[Penalty, ...]
    exemptions: tuple[Exemption, ...] = ()

    @property
    def counts_since(self) -> bool:
        """Whether it asks which complaint about the reference one is."""
        entries: tuple[Penalty | Exemption, ...] = (*self.penalties, *self.exemptions)
        return any(one.nth and one.nth.since for one in entries)
