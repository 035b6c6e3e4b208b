"""The rules a complaint is handled by, together: the pack, its rules for complaints, its working time. Pure."""

from dataclasses import dataclass

from shared.packs import Duty, Grade, Pack
from shared.packs.complaints import Complaints
from shared.packs.steps import Step
from shared.promises import Rung
from shared.worktime import Calendar

_NAMES = {
    "answer": {"en": "You have an answer", "ar": "تصلك الإجابة", "zh": "您得到答复"},
    "settle": {"en": "The matter is settled", "ar": "تسوية المسألة", "zh": "问题解决"},
    "follow-up": {"en": "You hear from us", "ar": "نتواصل معك", "zh": "我们与您联系"},
    "visit": {"en": "Somebody comes to you", "ar": "زيارة ميدانية لك", "zh": "上门处理"},
    "return-visit": {"en": "We ask how it was", "ar": "نسألك عن رضاك", "zh": "回访"},
}


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

    def from_here_up(self, role: str) -> tuple[str, ...]:
        """This role and all above it; for one that is no rung, the whole ladder."""
        ladder = [rung.role for rung in self.pack.ladder]
        return (role, *(ladder[ladder.index(role) + 1 :] if role in ladder else ladder))

    def straight_to(self, role: str) -> Rung:
        """One role at once, whatever is between."""
        return self.pack.rungs_from(role)[0]

    def first_rung(self) -> Rung:
        return self.pack.rungs()[0]

    def rounds_left(self, rounds: int) -> int:
        """How often a customer who is not satisfied is heard again, after so many times."""
        return max(0, self.rules.rework.rounds - rounds)

    def groups(self, roles: tuple[str, ...]) -> frozenset[str]:
        """The groups of staff that these roles belong to."""
        return frozenset(self.pack.roles[role].group for role in roles if role in self.pack.roles)

    def unit(self, department: str | None) -> str | None:
        """The group of staff who work in a department."""
        known = self.pack.departments.get(department) if department else None
        return known.unit if known else None

    def unit_of(self, kind: str) -> str:
        """The group of staff who put right what this kind is about; nothing when the rules name none."""
        return self.unit(self.rules.department(kind)) or ""

    def called(self, name: str, language: str) -> str:
        """What is promised, in words."""
        step = self.step(name)
        names = _NAMES.get(name, {})
        return step.name.into(language) if step else names.get(language, names.get("en", name))
