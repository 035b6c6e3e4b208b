"""Where a complaint stands in the pack's tree, which facts hold, and whether it is major. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from services.complaints import steps
from services.complaints.book import Book
from services.complaints.complaint import Complaint
from services.complaints.corrective import begins
from shared.packs import Grade, Money
from shared.packs.complaints import BUILT_IN_FACTS, Complaints
from shared.packs.steps import Happening


class NoSuchKind(ValueError):
    """The pack's tree has no such kind."""


class NotAKind(ValueError):
    """This is a branch of the tree: one of what is beneath it must be chosen."""


class NoSuchFact(ValueError):
    """Nobody asks for this fact."""

    def __init__(self, place: int) -> None:
        self.place = place
        super().__init__(f"fact number {place} is none that the rules ask for")


def asked(rules: Complaints, *, customer: bool) -> frozenset[str]:
    """The facts that a customer, or a member of staff, may give."""
    own = {fact.fact for fact in rules.facts if not customer or fact.answered_by == "customer"}
    return frozenset(own | (BUILT_IN_FACTS - {"substantiated"}))


def check(rules: Complaints, kind: str | None, facts: Iterable[str], *, customer: bool) -> None:
    """Raises `NoSuchKind`, `NoSuchFact`."""
    if kind is not None and rules.kind(kind) is None:
        raise NoSuchKind(kind)
    known = asked(rules, customer=customer)
    for place, fact in enumerate(facts):
        if fact not in known:
            raise NoSuchFact(place + 1)


def holding(before: Collection[str], said: Mapping[str, bool], reference: Collection[str] = ()) -> tuple[str, ...]:
    """The facts that hold once some were said to be so, or not so, and the reference was looked at."""
    denied = {fact for fact, holds in said.items() if not holds}
    return tuple(sorted((set(before) - denied) | {fact for fact, holds in said.items() if holds} | set(reference)))


def without_reference(rules: Complaints, facts: Collection[str]) -> tuple[str, ...]:
    """The facts that hold whatever the complaint is about: none that a date of its reference gave."""
    if rules.reference is None:
        return tuple(facts)
    given = set(rules.reference.milestones) | {window.fact for window in rules.reference.windows}
    return tuple(one for one in facts if one not in given)


def classified(
    complaint: Complaint,
    book: Book,
    now: datetime,
    *,
    kind: str,
    facts: tuple[str, ...],
    people: int,
    claim: Money | None,
) -> Complaint:
    """The complaint in its place of the tree, graded by the thresholds, with the clocks that this gives it."""
    after = complaint.model_copy(
        update={
            "kind": kind,
            "facts": facts,
            "people": people,
            "claim": claim,
            "corrective": complaint.corrective or begins(book.rules, kind),
        }
    )
    return regraded(complaint, by_thresholds(complaint, after, book.rules), book, now)


def graded(complaint: Complaint, grade: Grade, book: Book, now: datetime) -> Complaint:
    """General or major from now on, because a person says so."""
    changed = complaint.model_copy(update={"grade": grade, "given_grade": grade})
    return regraded(complaint, changed, book, now)


def by_thresholds(before: Complaint, changed: Complaint, rules: Complaints) -> Complaint:
    """As the thresholds grade it now. What a person said holds until a threshold is passed that was not before."""
    was = rules.grade(before.kind, before.facts, before.people, before.claim)
    now = rules.grade(changed.kind, changed.facts, changed.people, changed.claim)
    if changed.given_grade is None or (was == "general" and now == "major"):
        return changed.model_copy(update={"grade": now, "given_grade": None})
    return changed


def regraded(before: Complaint, changed: Complaint, book: Book, now: datetime) -> Complaint:
    """What follows for the clocks when it stands elsewhere in the tree, or is graded otherwise."""
    after = steps.reconsider(before, changed, book, now)
    if Happening.GRADED.value in before.happened and changed.grade == before.grade:
        return after
    return steps.happen(after, Happening.GRADED, book, now)
