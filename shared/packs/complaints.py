"""How an organisation handles complaints, as data: kinds, grading, clocks, who decides, and the ledger."""

from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

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
    RungRole,
    Within,
    Wording,
)

BUILT_IN_FACTS = frozenset({"injury", "press", "substantiated"})
"""Facts that every complaint has without a pack asking for them: somebody was hurt; the press has come or asked;
the finding is substantiated, in whole or in part."""


class Happening(StrEnum):
    """What happens to a complaint. A clock starts at one of these, or when another clock stopped in time or late."""

    ACCEPTED = "accepted"
    GRADED = "graded"
    REACHED = "reached"
    """The customer was spoken to."""
    NOT_REACHED = "not_reached"
    TAKEN = "taken"
    """Somebody who may has taken it on."""
    VISIT_AGREED = "visit_agreed"
    VISITED = "visited"
    FORM_ISSUED = "form_issued"
    FORM_SIGNED = "form_signed"
    """Whoever has to sign for the complaint form has."""
    NOTICE_ISSUED = "notice_issued"
    CONTAINED = "contained"
    """Corrective action: the interim containment is in place."""
    CAUSE_FOUND = "cause_found"
    """Corrective action: the root cause is found and measures are planned."""
    REVIEWED = "reviewed"
    """Corrective action: the review passed it on."""
    APPROVED = "approved"
    MEASURED = "measured"
    """Corrective action: the permanent measure is carried out."""
    VERIFIED = "verified"
    INJURY_REPORTED = "injury_reported"
    STATEMENT_TAKEN = "statement_taken"
    """A witness's, in writing."""
    AID_DECIDED = "aid_decided"
    """Whether somebody goes to hospital with them, and what is paid in advance."""
    SCENE_KEPT = "scene_kept"
    """The scene is secured, or a piece of evidence kept."""
    INSURER_TOLD = "insurer_told"
    OPINION_RECEIVED = "opinion_received"
    """The insurer's, in writing."""
    PRESS_ASKED = "press_asked"
    FOUND = "found"
    """Findings are decided."""
    ANSWERED = "answered"
    REWORKED = "reworked"
    """The customer was not satisfied and it is handled again."""
    CLOSED = "closed"
    RETURN_VISITED = "return_visited"


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


class Step(Condition):
    """A clock of its own: who must do what, within what time.

    `starts` is a `Happening`, or the id of another step: then it starts when that one is done, in time or late.
    Whether it applies is looked at then; and once more at `graded` for a step that starts at `accepted`, because its
    grade may only be known there: it still counts from acceptance. `counted_from` is for a clock that only starts to
    matter later: it counts from that earlier happening. With `replaces` it takes the place of another step, which is
    owed no more. `ends` is the happening that keeps it; without one a member of staff says that it is done. With `by`
    only what one of these roles does counts. `warn` is
    how long before it is due its owner is reminded. Not done in time, it goes to `late_to`, or else to the rung above
    its role. `customer` says that the customer sees it among the promises made to them; `call`, that it is a
    telephone call to them, which nobody owes a customer who wants no calls. It starts once in
    each round: `repeats` is for a step that starts whenever that happens.
    """

    id: Code
    name: Wording
    role: RoleCode
    within: Within
    starts: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    counted_from: Happening | None = None
    replaces: Annotated[Code, Refers("steps")] | None = None
    ends: Happening | None = None
    by: tuple[RoleCode, ...] = ()
    warn: Within | None = None
    late_to: RungRole | None = None
    customer: bool = False
    repeats: bool = False
    call: bool = False


class Tell(Condition):
    """Who is told at once when something happens. With `takes_over` the first of them has the complaint from then."""

    id: Code
    at: Happening
    roles: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    amount_above: Money | None = None
    takes_over: bool = False


class FollowUp(Part):
    """The customer hears from `role` every so often until the complaint is closed, unless they want no calls."""

    role: RoleCode
    every: Within
    late_to: RungRole
    """Who has it when one was missed."""


class Visits(Part):
    """Visits are promised for the time agreed. So many days running without anybody there go to `late_to` at once."""

    role: RoleCode
    days_without: Annotated[int, Field(ge=1)] | None = None
    late_to: RungRole | None = None


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


class Surge(Part):
    """So many complaints within the span, counted by kind, by department or all together, start the playbook."""

    complaints: Annotated[int, Field(ge=2)]
    within: Within
    by: Literal["kind", "department", "all"]
    playbook: Code
    tells: Annotated[tuple[RoleCode, ...], Field(min_length=1)]


class Injury(Part):
    """Somebody was hurt: who decides on company to hospital and advance payment, who is told at once, who insures."""

    decides: RoleCode
    tells: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    witness_first: bool = False
    """Nothing is decided before a witness's statement is kept, or that nobody saw it."""
    insurer: Annotated[Code, Refers("directory")] | None = None
    """A place of the directory."""


class Press(Part):
    """Nobody but the speaker talks to the press."""

    speaker: RoleCode
    tells: tuple[RoleCode, ...] = ()


class Form(Part):
    """The complaint form that goes to a department: who may approve it, who signs for it."""

    to: DepartmentCode
    approvers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    major_approvers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    signed_by: RoleCode


class Corrective(Part):
    """Corrective action: the responsible department finds the cause and plans, reviewers send back or pass on,
    approvers approve, somebody verifies the effect.
    """

    kinds: Annotated[tuple[KindCode, ...], Field(min_length=1)]
    planners: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    reviewers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    approvers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    verifiers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]


class Rectification(Part):
    """Every complaint has a rectification notice, which goes to a department. Its clock is the step that ends with
    `notice_issued`.
    """

    to: DepartmentCode
    roles: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    """Who may issue it."""


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
