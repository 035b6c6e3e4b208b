"""Handling a complaint: take it on, classify, grade, investigate, find, answer, rework, close, learn."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.complaints import grading, notes, shelf, steps
from services.complaints.accepting import Facts, Short, Words, check_subjects, in_our_currency
from services.complaints.complaint import ANSWER, RETURN_VISIT, SETTLE, Finding, Move
from services.complaints.draft import Draft
from services.complaints.handling import Act, Nothing, must_hold, must_investigate
from services.complaints.injury import Injury, Record
from shared import erasure, promises
from shared.contracts.complaints import (
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintReworked,
    LessonShared,
)
from shared.http import Problem, Request, fault
from shared.packs import Grade, Money
from shared.packs.steps import Happening
from shared.policy import Principal
from shared.store import Audience

Who = Annotated[str, Field(min_length=1, max_length=64)]
_NOT_PROVEN = "not-substantiated"


class ClassifyRequest(Request):
    """Where it stands in the pack's tree, and what holds of it. What is left out stays as it is."""

    kind: Annotated[str, Field(max_length=40)]
    facts: Facts
    people: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] | None = None
    claim: Money | None = None
    reference: Short | None = None


class GradeRequest(Request):
    """Otherwise than the thresholds say, for a reason that is kept."""

    grade: Grade
    reason: Short


class SubjectsRequest(Request):
    """Whom it is about: ids of staff, or units. From then they can't see it."""

    subjects: Annotated[tuple[Who, ...], Field(min_length=1, max_length=20)]


class AssignRequest(Request):
    """Who investigates: ids of staff."""

    investigators: Annotated[tuple[Who, ...], Field(min_length=1, max_length=20)]


class EvidenceRequest(Request):
    """A piece of evidence: what it is, and where it is kept."""

    text: Words
    kept: Short | None = None


class InterviewRequest(Request):
    """Somebody was heard, and confirmed what was written down."""

    side: Literal["customer", "subject", "witness"]
    who: Short
    text: Words


class FindingsRequest(Request):
    """What was found. Not substantiated: `evidence` names the pieces that show it."""

    finding: Finding
    text: Words
    evidence: tuple[Annotated[int, Field(ge=1)], ...] = ()


class AnswerRequest(Request):
    """What the customer is told: measures taken, or an explanation with the evidence.

    `finding` may be left out when findings were recorded.
    """

    finding: Finding | None = None
    text: Words
    evidence: tuple[Annotated[int, Field(ge=1)], ...] = ()


class ReworkRequest(Request):
    """The customer is not satisfied: why."""

    text: Words


class CloseRequest(Request):
    """What promised to the customer is not done any more, and why: they see the reason."""

    waive: Annotated[dict[Annotated[str, Field(max_length=40)], Short], Field(max_length=40, default_factory=dict)]


class LessonRequest(Request):
    """What was learnt, so that it does not happen again elsewhere."""

    text: Words


class StepRequest(Request):
    """A step of the pack is done."""

    step: Annotated[str, Field(max_length=40)]
    text: Words | None = None


def take(draft: Draft, principal: Principal, _request: Nothing) -> None:
    """Take it on: whoever was asked first is responsible until then."""
    must_hold(principal, draft, draft.book.rules.taken_by)
    draft.set(taker=principal.id)
    draft.tell(notes.ComplaintTaken())
    draft.happen(Happening.TAKEN)


def classify(draft: Draft, _principal: Principal, request: ClassifyRequest) -> None:
    book, before = draft.book, draft.complaint
    try:
        grading.check(book.rules, request.kind, request.facts, customer=False)
    except grading.NoSuchKind:
        raise fault("/kind", "unknown_kind", "There is no such kind in the pack's tree.") from None
    except grading.NoSuchFact as error:
        raise fault("/facts", "unknown_fact", f"Fact number {error.place} is none that the rules ask for.") from None
    in_our_currency(request.claim, "/claim")
    asked = book.rules.reference
    if asked and asked.required and not (request.reference or before.reference):
        raise fault("/reference", "missing", f"Ask for it: {asked.name.into('en')}.")
    if request.reference:
        draft.set(marks={**before.marks, "reference": (shelf.mark("reference", request.reference),)})
    reference = shelf.reference_facts(book, draft.complaint.reference, before.accepted)
    facts = grading.holding(grading.without_reference(book.rules, before.facts), request.facts, reference)
    draft.regrade(
        grading.classified(
            draft.complaint,
            book,
            draft.now,
            kind=request.kind,
            facts=facts,
            people=request.people or before.people,
            claim=request.claim or before.claim,
        )
    )
    draft.complaint, place, writes = shelf.joined(draft.complaint, book)
    draft.extra += writes
    raised = before.level > before.rounds * book.rules.rework.rungs_up
    if place.number > 1 and before.number == 1 and not raised:
        draft.complaint = steps.raise_answer(draft.complaint, book.rules.second.rungs_up, book)
    draft.classified(first=not before.kind)
    draft.ask(Happening.ACCEPTED)
    draft.ask(Happening.GRADED)
    if "injury" in facts and draft.complaint.injury is None:
        draft.set(injury=Injury(reported=Record(by="staff", at=draft.now)))
        draft.happen(Happening.INJURY_REPORTED)
    if "press" in facts and "press" not in before.facts:
        draft.set(press=draft.complaint.press.asked("staff", draft.now))
        draft.happen(Happening.PRESS_ASKED)
    draft.draw_up_ledger()


def grade(draft: Draft, _principal: Principal, request: GradeRequest) -> None:
    draft.regrade(grading.graded(draft.complaint, request.grade, draft.book, draft.now))
    draft.tell(notes.ComplaintGraded(grade=request.grade), private={"text": request.reason})
    draft.ask(Happening.GRADED)
    draft.draw_up_ledger()


def name_subjects(draft: Draft, _principal: Principal, request: SubjectsRequest) -> None:
    """Nobody who is complained about investigates it, from now on."""
    check_subjects(request.subjects)
    draft.concern(request.subjects)


def assign(draft: Draft, _principal: Principal, request: AssignRequest) -> None:
    for place, one in enumerate(request.investigators):
        if one in draft.complaint.subjects:
            raise fault(f"/investigators/{place}", "is_subject", "The complaint is about them: choose somebody else.")
    draft.set(investigators=request.investigators)
    draft.tell(notes.InvestigatorsAssigned(investigators=request.investigators))


def register_evidence(draft: Draft, principal: Principal, request: EvidenceRequest) -> None:
    must_investigate(principal, draft)
    number = draft.complaint.evidence + 1
    draft.set(evidence=number)
    draft.tell(notes.EvidenceRegistered(number=number), private=request.model_dump(exclude_none=True))


def interview(draft: Draft, principal: Principal, request: InterviewRequest) -> None:
    must_investigate(principal, draft)
    number = draft.complaint.interviews + 1
    draft.set(interviews=number)
    draft.tell(
        notes.InterviewHeld(number=number, side=request.side), private={"who": request.who, "text": request.text}
    )


def find(draft: Draft, principal: Principal, request: FindingsRequest) -> None:
    must_investigate(principal, draft)
    _found(draft, request.finding, request.evidence)
    draft.tell(notes.Found(finding=request.finding, evidence=request.evidence), private={"text": request.text})
    draft.draw_up_ledger()


def answer(draft: Draft, principal: Principal, request: AnswerRequest) -> None:
    """Tell the customer what was found, and what was done about it.

    After rework it is for whoever it went up to, or somebody above.
    """
    if draft.complaint.rounds:
        must_hold(principal, draft, draft.book.from_here_up(draft.complaint.answered_by))
    finding = request.finding or draft.complaint.finding
    if finding is None:
        raise fault("/finding", "missing", "Nothing was found yet: record findings first, or send the finding here.")
    _check_evidence(draft, request.evidence)
    if request.finding and request.finding != draft.complaint.finding:
        _found(draft, request.finding, request.evidence)
    draft.complaint = steps.promise_settling(draft.complaint, draft.book, draft.now)
    draft.happen(Happening.ANSWERED)
    complaint = draft.complaint
    draft.tell(
        ComplaintAnswered(
            complaint=complaint.id,
            case=complaint.case,
            finding=finding,
            rounds_left=draft.book.rounds_left(complaint.rounds),
        ),
        Audience.CUSTOMER,
        {"text": request.text, "evidence": list(request.evidence)},
        to_notify={"text": request.text} if complaint.contactable else None,
        # Whoever can't be written to reads it on their case.
        to_intake={"text": request.text} if complaint.case != complaint.id else None,
    )
    draft.draw_up_ledger()


def _found(draft: Draft, finding: Finding, evidence: tuple[int, ...]) -> None:
    complaint = draft.complaint
    _check_evidence(draft, evidence)
    if finding == _NOT_PROVEN and not evidence:
        raise fault(
            "/evidence", "missing", "An explanation needs evidence: register it, and name the pieces that show it."
        )
    facts = grading.holding(complaint.facts, {"substantiated": finding != _NOT_PROVEN})
    draft.set(finding=finding, facts=facts)
    draft.happen(Happening.FOUND)


def _check_evidence(draft: Draft, evidence: tuple[int, ...]) -> None:
    for place, one in enumerate(evidence):
        if one > draft.complaint.evidence:
            raise fault(f"/evidence/{place}", "not_registered", "There is no such piece of evidence.")


def rework(draft: Draft, _principal: Principal, request: ReworkRequest) -> None:
    """Hear a customer who is not satisfied again, above whoever handled it last; at the top it stays there."""
    rules, before = draft.book.rules.rework, draft.complaint
    if before.rounds >= rules.rounds:
        raise Problem(
            409,
            "rounds-used",
            "It was reworked as often as the rules provide.",
            f"After {rules.rounds} rounds the last answer stands; a new matter is a new complaint.",
            rounds=rules.rounds,
        )
    answered = [one.role for one in before.promises if one.name == ANSWER][-1]
    had = draft.book.higher(before.holder, answered)
    role = draft.book.raised(had, rules.rungs_up)
    waived = before.promises
    for name in (SETTLE, RETURN_VISIT):
        waived = promises.waive(waived, name, draft.now, "the customer is not satisfied")
    draft.complaint = before.promising(waived)
    draft.set(rounds=before.rounds + 1, finding=None)
    draft.complaint = steps.raise_answer(draft.complaint, rules.rungs_up, draft.book)
    draft.complaint = steps.promise_answer(draft.complaint, draft.book, draft.now, role)
    draft.happen(Happening.REWORKED)
    draft.complaint = steps.follow_up(draft.complaint, draft.book, draft.now)
    after = draft.complaint
    owed = next(one for one in after.promises if one.name == ANSWER and one.open)
    draft.set(holder=owed.role)
    draft.tell(
        ComplaintReworked(
            complaint=after.id,
            case=after.case,
            round=after.rounds,
            role=owed.role,
            at_top=owed.role == had,
            answer_due=owed.due,
            promised=owed.made,
            clock=owed.clock,
            about=after.about or None,
            unit=draft.book.unit_of(after.kind),
        ),
        Audience.CUSTOMER,
        {"text": request.text},
    )


def close(draft: Draft, _principal: Principal, request: CloseRequest) -> None:
    """The answer stands. What is owed to the customer is done, or waived for a reason that they see.

    What a procedure still owes goes on; somebody asks afterwards how it was.
    """
    owed = steps.owed_at_closing(draft.complaint, draft.book)
    for name in request.waive:
        if name not in owed:
            raise fault(f"/waive/{name}", "not_owed", "Nothing that the customer is still owed has this name.")
    if missing := [name for name in owed if name not in request.waive]:
        raise Problem(
            409,
            "still-owed",
            "Something that was promised to the customer is still owed.",
            f"Do it, or send `waive` with a reason for each that the customer sees: {', '.join(missing)}.",
            promises=missing,
        )
    draft.extra = shelf.ended(draft.complaint, draft.now)
    draft.complaint = steps.close(draft.complaint, draft.book, draft.now, request.waive)
    for name, reason in request.waive.items():
        draft.tell(notes.PromiseWaived(promise=name), Audience.CUSTOMER, {"text": reason})
    draft.happen(Happening.CLOSED)
    kept = draft.book.pack.retention
    ends = erasure.ends(kept.complaints if kept else None, draft.book.calendar, draft.now)
    draft.set(erase_at=draft.now if draft.complaint.erasure_asked else ends)
    draft.complaint = steps.promise_return_visit(draft.complaint, draft.book, draft.now)
    after = draft.complaint
    draft.tell(
        ComplaintClosed(
            complaint=after.id,
            case=after.case,
            category=after.category or after.kind or "complaint",
            finding=after.finding or _NOT_PROVEN,
            contactable=after.contactable,
            language=after.language,
            rounds_left=draft.book.rounds_left(after.rounds),
        ),
        Audience.CUSTOMER,
    )


def learn(draft: Draft, _principal: Principal, request: LessonRequest) -> None:
    """Keep a lesson; the other units hear of it where the pack says so, without whose complaint it was."""
    draft.set(lessons=draft.complaint.lessons + 1)
    book = draft.book
    own = book.unit_of(draft.complaint.kind)
    others = sorted({one.unit for one in book.pack.departments.values()} - {own, *draft.complaint.subjects})
    # Where the pack names no other unit, those who lead pass it on.
    to = others or [rung.role for rung in book.pack.ladder]
    units = tuple(to) if book.rules.tell_units else ()
    draft.tell(
        LessonShared(complaint=draft.complaint.id, kind=draft.complaint.kind, units=units),
        private={"text": request.text},
        to_notify={"text": request.text},
    )


def finish_step(draft: Draft, principal: Principal, request: StepRequest) -> None:
    """A step that no happening ends is done because staff say so."""
    step = draft.book.step(request.step)
    if step is None or not promises.is_open(draft.complaint.promises, request.step):
        raise promises.NotOwed(request.step)
    if step.by:
        must_hold(principal, draft, step.by)
    if step.ends is not None:
        raise Problem(
            409, "ends-by-itself", "This step ends by what happens.", f"It is done when it is {step.ends.value}."
        )
    draft.complaint = steps.done(draft.complaint, request.step, draft.book, draft.now)
    draft.tell(notes.StepDone(step=request.step), private={"text": request.text} if request.text else None)


ACTS: dict[str, Act[Any]] = {
    "take": Act("complaint.take", Move.HANDLE, Nothing, take),
    "classify": Act("complaint.handle", Move.HANDLE, ClassifyRequest, classify),
    "grade": Act("complaint.decide", Move.HANDLE, GradeRequest, grade),
    "subjects": Act("complaint.decide", Move.HANDLE, SubjectsRequest, name_subjects),
    "assign": Act("complaint.decide", Move.HANDLE, AssignRequest, assign),
    "evidence": Act("complaint.handle", Move.HANDLE, EvidenceRequest, register_evidence),
    "interviews": Act("complaint.handle", Move.HANDLE, InterviewRequest, interview),
    "findings": Act("complaint.handle", Move.FIND, FindingsRequest, find),
    "answer": Act("complaint.answer", Move.ANSWER, AnswerRequest, answer),
    "rework": Act("complaint.contact", Move.REWORK, ReworkRequest, rework),
    "close": Act("complaint.close", Move.CLOSE, CloseRequest, close),
    "lessons": Act("complaint.handle", Move.LEARN, LessonRequest, learn),
    "steps": Act("complaint.handle", Move.RECORD, StepRequest, finish_step),
}
