"""The rules a complaint is handled by, together: the pack, its rules for complaints, its working time. Pure."""

from dataclasses import dataclass

from shared.packs import Duty, Grade, Pack
from shared.packs.complaints import Complaints, Step
from shared.promises import Rung
from shared.worktime import Calendar


@dataclass(frozen=True)
class Book:
    """What the organisation decided."""

    pack: Pack
    rules: Complaints
    calendar: Calendar

    @property
    def version(self) -> str:
        return f"{self.pack.name}@{self.pack.version}"

    def step(self, name: str) -> Step | None:
        return next((step for step in self.rules.steps if step.id == name), None)

    def answer(self, kind: str, grade: Grade) -> Duty:
        """Who owes the answer, and by when: as the tree says, or else by the desk's own clock."""
        return (self.rules.answer(kind, grade) if kind else None) or self.pack.clocks.answer_complaint

    def raised(self, role: str, rungs: int) -> str:
        """The role so many rungs above this one; the top has nobody above it."""
        if not rungs:
            return role
        ladder = [rung.role for rung in self.pack.ladder]
        at = ladder.index(role) if role in ladder else -1
        return ladder[min(at + rungs, len(ladder) - 1)]

    def higher(self, one: str, other: str) -> str:
        """Who of the two stands higher on the ladder; the first, when neither does."""
        ladder = [rung.role for rung in self.pack.ladder]
        return other if other in ladder and (one not in ladder or ladder.index(other) > ladder.index(one)) else one

    def is_below(self, role: str, other: str) -> bool:
        """Whether a role stands lower on the ladder than another; whoever is not on it stands beside it."""
        ladder = [rung.role for rung in self.pack.ladder]
        return role in ladder and other in ladder and ladder.index(role) < ladder.index(other)

    def above(self, role: str) -> Rung:
        """Who has what this role did not do in time; at the top it stays."""
        return self.pack.rungs_above(role)[0]

    def straight_to(self, role: str) -> Rung:
        """One role at once, whatever is between."""
        return self.pack.rungs_from(role)[0]

    def first_rung(self) -> Rung:
        return self.pack.rungs()[0]

    def groups(self, roles: tuple[str, ...]) -> frozenset[str]:
        """The groups of staff that these roles belong to."""
        return frozenset(self.pack.roles[role].group for role in roles if role in self.pack.roles)

    def unit(self, department: str | None) -> str | None:
        """The group of staff who work in a department."""
        known = self.pack.departments.get(department) if department else None
        return known.unit if known else None
