"""How an organisation handles complaints, as data: kinds, grading, clocks, who decides, and the ledger."""

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from shared.packs.ledger import Ledger
from shared.packs.parts import (
    Code,
    Condition,
    DepartmentCode,
    Duty,
    FactName,
    Grade,
    KindCode,
    KnownFact,
    Money,
    Part,
    Question,
    Refers,
    RoleCode,
    Within,
    Wording,
)
from shared.packs.procedures import Corrective, FollowUp, Form, Injury, Press, Rectification, Surge, Visits
from shared.packs.steps import Step, Tell

BUILT_IN_FACTS = frozenset({"injury", "press", "substantiated"})
"""Facts that every complaint has without a pack asking for them: somebody was hurt; the press has come or asked;
the finding is substantiated, in whole or in part."""


class Document(Part):
    """A paper that a kind of complaint can't be handled without, and the department that gives it."""

    name: Wording
    department: DepartmentCode


class Kind(Part):
    """What a complaint can be about. A kind without a parent is a root of the tree.

    `department` is responsible for putting it right. What a kind leaves out it has from its parent: department,
    answer, documents.
    """

    code: Code
    parent: KindCode | None = None
    name: Wording
    department: DepartmentCode | None = None
    answer: Duty | None = None
    """When the customer has the answer; without one here or above, `clocks.answer_complaint`."""
    answer_major: Duty | None = None
    """The same for a major complaint; without one, as for a general one."""
    documents: tuple[Annotated[Code, Refers("documents")], ...] = ()


class Fact(Question):
    """A question that the pack's rules depend on, and who answers it."""

    answered_by: Literal["customer", "staff"]


class Window(Part):
    """The fact `fact` holds for so long after a milestone of the reference, e.g. two months after acceptance."""

    fact: FactName
    after: Annotated[FactName, Refers("milestones")]
    within: Within


class Reference(Part):
    """What complaints are told apart by: a site, an order, a vehicle, an incident number.

    `milestones` are dates that staff record for it; each is a fact from that moment on.
    """

    name: Wording
    required: bool
    milestones: dict[FactName, Wording] = Field(default_factory=dict)
    windows: tuple[Window, ...] = ()


class Threshold(Part):
    """A complaint for which all of this holds is major."""

    id: Code
    when: tuple[KnownFact, ...] = ()
    kinds: tuple[KindCode, ...] = ()
    amount_above: Money | None = None
    people_from: Annotated[int, Field(ge=2)] | None = None


class SecondComplaint(Part):
    """A complaint with all of `same` in common with an earlier one, within the span, is the next about one matter.

    The span runs from the earlier one's acceptance or closing, or from a milestone of the reference.
    """

    same: Annotated[tuple[Literal["case", "customer", "reference", "kind"], ...], Field(min_length=1)]
    within: Within
    since: str
    rungs_up: Annotated[int, Field(ge=0)]
    """How far up the ladder it starts."""
    ask_about_earlier: bool


class Rework(Part):
    """How often a customer who is not satisfied is heard again, and how far up each round goes."""

    rounds: Annotated[int, Field(ge=1)]
    rungs_up: Annotated[int, Field(ge=1)]


class Guidance(Part):
    """What staff are reminded of while they write an answer."""

    substantiated: Wording
    not_substantiated: Wording


class Complaints(Part):
    """All rules for complaints. What is left out does not exist at this organisation."""

    name: str
    version: str
    taken_by: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    """Who may take a complaint on; the first of them has it until somebody does."""
    first_asked: bool
    """Whoever is asked first stays responsible until somebody else has accepted it."""
    conflict: Literal["subject", "unit"]
    """Who may neither handle nor read it: who it is about, or their unit as well."""
    tell_units: bool
    """Lessons are told to the other units."""
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    documents: dict[Code, Document] = Field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    reference: Reference | None = None
    major: tuple[Threshold, ...] = ()
    steps: tuple[Step, ...] = ()
    tell: tuple[Tell, ...] = ()
    follow_up: FollowUp | None = None
    visits: Visits | None = None
    rectification: Rectification | None = None
    form: Form | None = None
    corrective: Corrective | None = None
    injury: Injury
    press: Press
    second: SecondComplaint
    rework: Rework
    return_visit: Duty
    """After closing: how was it, and is it really settled?"""
    surge: Surge
    guidance: Guidance | None = None
    ledger: Ledger | None = None

    @cached_property
    def _by_code(self) -> dict[str, Kind]:
        return {kind.code: kind for kind in self.kinds}

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that these rules name."""
        said = [
            *(one.amount_above for one in self.major),
            *(one.amount_above for one in self.tell),
            *(one.amount for one in (self.ledger.penalties if self.ledger else ())),
        ]
        return tuple(amount for amount in said if amount)

    @property
    def currency(self) -> str | None:
        """The currency of all amounts here; None where there is none to compare a claim with."""
        return next((amount.currency for amount in self.amounts), None)

    def kind(self, code: str) -> Kind | None:
        return self._by_code.get(code)

    def line(self, code: str) -> Iterator[Kind]:
        """The kind, its parent, and so on to the root."""
        at = self._by_code.get(code)
        while at is not None:
            yield at
            at = self._by_code.get(at.parent) if at.parent else None

    def department(self, code: str) -> str | None:
        """The department that complaints of this kind are about."""
        return next((kind.department for kind in self.line(code) if kind.department), None)

    def documents_for(self, code: str) -> tuple[str, ...]:
        return next((kind.documents for kind in self.line(code) if kind.documents), ())

    def answer(self, code: str, grade: Grade) -> Duty | None:
        """Who owes the answer and by when; None means the desk's own clock for complaints."""
        line = tuple(self.line(code))
        major = next((kind.answer_major for kind in line if kind.answer_major), None)
        general = next((kind.answer for kind in line if kind.answer), None)
        return major or general if grade == "major" else general

    def applies(self, condition: Condition, code: str, grade: Grade, facts: Collection[str]) -> bool:
        """Whether a condition holds for a complaint of this kind and grade with these facts true."""
        line = {kind.code for kind in self.line(code)}
        return (
            (condition.grade is None or condition.grade == grade)
            and (not condition.kinds or not line.isdisjoint(condition.kinds))
            and line.isdisjoint(condition.except_kinds)
            and all(fact in facts for fact in condition.when)
            and not any(fact in facts for fact in condition.unless)
        )

    def grade(self, code: str, facts: Collection[str], people: int = 1, claim: Money | None = None) -> Grade:
        """Major when any threshold is passed. A claim in another currency passes none: a person grades it."""
        line = {kind.code for kind in self.line(code)}
        for threshold in self.major:
            over = threshold.amount_above
            if (
                all(fact in facts for fact in threshold.when)
                and (not threshold.kinds or not line.isdisjoint(threshold.kinds))
                and (over is None or exceeds(claim, over))
                and (threshold.people_from is None or people >= threshold.people_from)
            ):
                return "major"
        return "general"

    def starting(self, at: str, code: str, grade: Grade, facts: Collection[str]) -> Iterator[Step]:
        """The steps whose clock starts now: at a happening, or because the step with this id is done."""
        return (step for step in self.steps if step.starts == at and self.applies(step, code, grade, facts))


def exceeds(claim: Money | None, limit: Money) -> bool:
    """Whether a claim is above a limit in the same currency."""
    return claim is not None and claim.currency == limit.currency and claim.minor > limit.minor
