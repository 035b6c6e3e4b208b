"""The ledger: what a complaint costs which department, and which exemption says that it doesn't. Pure.

`draw_up` reads the pack's ledger against one complaint. `reconcile` lays the result over what is recorded already:
a complaint is charged once for each cause, however often it is drawn up, and facts that turned out otherwise take
back what they had led to.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.packs import Department, Grade, Money
from shared.packs.complaints import Complaints, Reference
from shared.packs.ledger import Exemption, Penalty
from shared.worktime import Calendar, Span, due


@dataclass(frozen=True)
class Matter:
    """What the ledger has to know of a complaint.

    `facts` are those that hold: the pack's own, `injury`, `press`, `substantiated`, and what `facts_at` says of the
    reference. `number` is which complaint about the same matter it is, counted from 1; `since` the same about the
    reference since each of its milestones.
    """

    kind: str
    grade: Grade
    number: int
    facts: frozenset[str]
    since: Mapping[str, int] = field(default_factory=dict)

    def number_since(self, milestone: str | None) -> int:
        return self.since.get(milestone, self.number) if milestone else self.number


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Freed(_Kept):
    """An exemption that applies: it frees a department, and says who is responsible instead, if anybody is."""

    exemption: str
    department: str
    instead: str | None = None


class Entry(_Kept):
    """One line of the ledger: a cause that applies to the complaint, and who answers for it.

    `department` is who is responsible once every exemption was heard; None: nobody is. `freed` are the exemptions
    that applied, in the order in which they did.
    """

    penalty: str
    amount: Money
    department: str | None
    freed: tuple[Freed, ...] = ()

    @property
    def charged(self) -> bool:
        """Whether it costs somebody something. Without money it is only counted."""
        return self.department is not None and self.amount.minor > 0


Entries = tuple[Entry, ...]


@dataclass(frozen=True)
class Changes:
    """What drawing up the ledger anew changes. `entries` is how it stands then."""

    entries: Entries
    recorded: Entries
    withdrawn: Entries


def facts_at(
    reference: Reference | None, milestones: Mapping[str, datetime], calendar: Calendar, at: datetime
) -> frozenset[str]:
    """What holds of a site, an order, a vehicle at `at`: milestones it has reached, and windows it is within.

    A window ends with its last moment: at that it still holds.
    """
    if reference is None:
        return frozenset()
    reached = {name for name in reference.milestones if name in milestones and milestones[name] <= at}
    within = {
        window.fact
        for window in reference.windows
        if window.after in reached and at <= due(calendar, milestones[window.after], Span.parse(window.within))
    }
    return frozenset(reached | within)


def draw_up(rules: Complaints, matter: Matter) -> Entries:
    """Every penalty that applies to the complaint, in the pack's order, each with who is responsible for it.

    Exemptions are heard in the pack's order, each at most once; whoever is responsible instead can be freed by a
    later one. Nothing where the pack keeps no ledger.
    """
    if rules.ledger is None:
        return ()
    return tuple(
        _entry(rules, penalty, matter) for penalty in rules.ledger.penalties if _applies(rules, penalty, matter)
    )


def reconcile(before: Entries, drawn: Entries) -> Changes:
    """Lay what was drawn up over what is recorded. Drawn up twice, the second time changes nothing."""
    return Changes(
        entries=drawn,
        recorded=tuple(entry for entry in drawn if entry not in before),
        withdrawn=tuple(entry for entry in before if entry not in drawn),
    )


def total(entries: Iterable[Entry], department: str) -> Mapping[str, int]:
    """What a department owes, in minor units by currency."""
    sums: Counter[str] = Counter()
    for entry in entries:
        if entry.charged and entry.department == department:
            sums[entry.amount.currency] += entry.amount.minor
    return dict(sums)


def in_words(rules: Complaints, departments: Mapping[str, Department], entry: Entry, language: str) -> dict[str, Any]:
    """An entry for a reader: its cause, who answers for it, and every exemption that applied, in the pack's words.

    What the pack has dropped since keeps its code for a name.
    """
    ledger = rules.ledger
    causes = {one.id: one.name.into(language) for one in ledger.penalties} if ledger else {}
    reasons = {one.id: one.name.into(language) for one in ledger.exemptions} if ledger else {}

    def called(code: str | None) -> str | None:
        return departments[code].name.into(language) if code and code in departments else code

    return {
        "penalty": entry.penalty,
        "cause": causes.get(entry.penalty, entry.penalty),
        "amount": entry.amount.model_dump(),
        "department": entry.department,
        "responsible": called(entry.department),
        "exemptions": [
            {
                "exemption": freed.exemption,
                "why": reasons.get(freed.exemption, freed.exemption),
                "freed": called(freed.department),
                "instead": called(freed.instead),
            }
            for freed in entry.freed
        ],
    }


def _entry(rules: Complaints, penalty: Penalty, matter: Matter) -> Entry:
    responsible: str | None = penalty.department
    freed: list[Freed] = []
    for exemption in rules.ledger.exemptions if rules.ledger else ():
        frees = exemption.frees == responsible and penalty.id in exemption.penalties
        if frees and _applies(rules, exemption, matter):
            freed.append(Freed(exemption=exemption.id, department=exemption.frees, instead=exemption.instead))
            responsible = exemption.instead
    return Entry(penalty=penalty.id, amount=penalty.amount, department=responsible, freed=tuple(freed))


def _applies(rules: Complaints, rule: Penalty | Exemption, matter: Matter) -> bool:
    counts = rule.nth is None or rule.nth.covers(matter.number_since(rule.nth.since))
    return counts and rules.applies(rule, matter.kind, matter.grade, matter.facts)
