"""The clocks of a complaint: what is promised when something happens, what that keeps, who has it when it is late.

Pure. Every step of the pack is a promise of its own. One that starts at a happening of the past, because somebody
only now found out that it applies, counts from then: the clock belongs to the customer.
"""

from collections.abc import Mapping
from datetime import datetime

from services.complaints.book import Book
from services.complaints.complaint import ANSWER, FOLLOW_UP, RETURN_VISIT, SETTLE, VISIT, Complaint
from shared import promises
from shared.packs.complaints import Happening, Step
from shared.promises import Ladder, Miss, Promise, PromiseState, Refusal, Rung, Warned

_CHANGED = "the complaint turned out to be of another kind or grade"
NO_CALLS = "the customer wants no calls"


def happen(complaint: Complaint, what: Happening, book: Book, now: datetime) -> Complaint:
    """Something happened: it keeps the steps that end with it, and starts those that wait for it."""
    after = complaint.model_copy(update={"happened": {**complaint.happened, what.value: now}})
    for step in book.rules.steps:
        if step.ends == what and promises.is_open(after.promises, step.id):
            after = done(after, step.id, book, now)
    return _start(after, what.value, now, book)


def done(complaint: Complaint, step: str, book: Book, now: datetime) -> Complaint:
    """A step is done, in time or late; what waits for it starts."""
    after = complaint.promising(promises.keep(complaint.promises, step, now))
    return _start(after, step, now, book)


def first(complaint: Complaint, book: Book, now: datetime) -> Complaint:
    """What is promised when a complaint is accepted: its answer, the pack's steps, and to hear from us."""
    after = promise_answer(complaint, book, now)
    after = happen(after, Happening.ACCEPTED, book, now)
    return follow_up(after, book, now)


def promise_answer(complaint: Complaint, book: Book, now: datetime, role: str | None = None) -> Complaint:
    """By when the customer has an answer, from this role, or else one as many rungs up as the complaint is."""
    duty = book.answer(complaint.kind, complaint.grade)
    role = role or book.raised(duty.role, complaint.level)
    return complaint.promising(
        promises.make(complaint.promises, ANSWER, role, duty.within, book.calendar, now, rules=book.version)
    )


def raise_answer(complaint: Complaint, rungs: int, book: Book) -> Complaint:
    """The answer is owed by somebody so many rungs higher; its date stays."""
    made = tuple(
        one.model_copy(update={"role": book.raised(one.role, rungs)})
        if one.name == ANSWER and one.open and not one.rung
        else one
        for one in complaint.promises
    )
    holder = book.raised(complaint.holder, rungs)
    return complaint.promising(made).model_copy(update={"level": complaint.level + rungs, "holder": holder})


def follow_up(complaint: Complaint, book: Book, now: datetime) -> Complaint:
    """The next time the customer hears from us, unless they want no calls or it is over."""
    rhythm = book.rules.follow_up
    if rhythm is None or complaint.no_calls or not complaint.open:
        return complaint
    kept = promises.keep(complaint.promises, FOLLOW_UP, now)
    # Each is in the chain; the state keeps the last one and those that were missed.
    before = [one for one in kept if one.name == FOLLOW_UP and one.state is PromiseState.KEPT]
    kept = tuple(one for one in kept if one not in before[:-1])
    made = promises.make(kept, FOLLOW_UP, rhythm.role, rhythm.every, book.calendar, now, rules=book.version)
    return complaint.promising(made)


def want_no_calls(complaint: Complaint, book: Book, now: datetime) -> Complaint:
    """Nobody calls any more: what was promised by telephone is owed no longer, everything else is."""
    after = complaint.model_copy(update={"no_calls": True})
    calls = [step.id for step in book.rules.steps if step.call]
    for name in (FOLLOW_UP, RETURN_VISIT, *calls):
        after = after.promising(promises.waive(after.promises, name, now, NO_CALLS))
    return after


def agree_visit(complaint: Complaint, at: datetime, book: Book, now: datetime) -> Complaint:
    """Somebody comes at the time agreed."""
    visits = book.rules.visits
    role = visits.role if visits else book.answer(complaint.kind, complaint.grade).role
    agreed = Promise(
        name=VISIT,
        role=role,
        made=now,
        due=at,
        clock={"minutes": int((at - now).total_seconds() // 60)},
        rules=book.version,
        agreed=True,
    )
    return happen(complaint.promising((*complaint.promises, agreed)), Happening.VISIT_AGREED, book, now)


def promise_settling(complaint: Complaint, book: Book, now: datetime) -> Complaint:
    """The answer is given; by then the matter is settled."""
    duty = book.pack.clocks.settle_complaint
    kept = promises.keep(complaint.promises, ANSWER, now)
    made = promises.make(kept, SETTLE, duty.role, duty.within, book.calendar, now, rules=book.version)
    return complaint.promising(made)


def promise_return_visit(complaint: Complaint, book: Book, now: datetime) -> Complaint:
    """It is closed; somebody asks how it was, unless the customer wants no calls."""
    if complaint.no_calls:
        return complaint
    duty = book.rules.return_visit
    made = promises.make(
        complaint.promises, RETURN_VISIT, duty.role, duty.within, book.calendar, now, rules=book.version
    )
    return complaint.promising(made)


def reconsider(complaint: Complaint, book: Book, now: datetime) -> Complaint:
    """Kind, grade or facts changed: what no longer applies is waived, what applies now counts from its start."""
    after = complaint
    for step in book.rules.steps:
        if promises.is_open(after.promises, step.id) and not _applies(step, after, book):
            after = after.promising(promises.waive(after.promises, step.id, now, _CHANGED))
    for happening, at in complaint.happened.items():
        after = _start(after, happening, at, book)
    return _answer_again(after, book, now)


def late(complaint: Complaint, book: Book, now: datetime) -> tuple[Complaint, tuple[Miss, ...]]:
    """What did not happen in time, and the rung that owes it now."""
    made, misses = promises.miss(complaint.promises, _ladders(complaint, book), book.calendar, now)
    after = complaint.promising(made)
    for missed in misses:
        if missed.broken.name in {ANSWER, FOLLOW_UP, VISIT}:
            holder = after.holder if book.is_below(missed.successor.role, after.holder) else missed.successor.role
            after = after.model_copy(update={"holder": holder})
    return after, misses


def warn(complaint: Complaint, now: datetime) -> tuple[Complaint, tuple[Warned, ...]]:
    """Whoever owes something soon is reminded, once."""
    made, warned = promises.warnings(complaint.promises, now)
    return complaint.promising(made), warned


def is_for_customer(name: str, book: Book) -> bool:
    """Whether this was promised to the customer, and not only among staff."""
    step = book.step(name)
    return step.customer if step else name in {ANSWER, VISIT, FOLLOW_UP}


def _applies(step: Step, complaint: Complaint, book: Book) -> bool:
    return book.rules.applies(step, complaint.kind, complaint.grade, complaint.facts)


def _start(complaint: Complaint, at: str, since: datetime, book: Book) -> Complaint:
    made = complaint.promises
    for step in book.rules.starting(at, complaint.kind, complaint.grade, complaint.facts):
        ended = complaint.happened.get(step.ends.value) if step.ends else None
        if any(one.name == step.id and _stands(one, since) for one in made) or (ended and ended > since):
            continue
        if complaint.no_calls and step.call:
            continue
        if step.replaces:
            if not promises.is_open(made, step.replaces):
                continue  # what it would stand for is done
            made = promises.waive(made, step.replaces, since, f"{step.id} takes its place")
        counted = complaint.happened.get(step.counted_from.value, since) if step.counted_from else since
        warn_at = (step.warn,) if step.warn else ()
        made = promises.make(
            made, step.id, step.role, step.within, book.calendar, counted, warn=warn_at, rules=book.version
        )
    return complaint.promising(made)


def _stands(promise: Promise, since: datetime) -> bool:
    return promise.open or (promise.made >= since and promise.state is not PromiseState.WAIVED)


def _answer_again(complaint: Complaint, book: Book, now: datetime) -> Complaint:
    """The answer's clock as the kind and grade now say, counted from when it was first promised.

    A date that would have passed by a rule nobody knew of stays as it was given.
    """
    duty = book.answer(complaint.kind, complaint.grade)
    owed = next((one for one in complaint.promises if one.name == ANSWER and one.open), None)
    if owed is None or owed.clock == duty.within or complaint.rounds:
        return complaint
    try:
        moved = promises.move(complaint.promises, ANSWER, duty.within, book.calendar, now, _CHANGED, "rules")
    except Refusal:
        return complaint
    return complaint.promising(moved)


def _ladders(complaint: Complaint, book: Book) -> dict[str, Ladder]:
    return {one.name: (_next_rung(one, complaint, book),) for one in complaint.promises if one.open}


def _next_rung(promise: Promise, complaint: Complaint, book: Book) -> Rung:
    """Who has it when it is not done in time: as the rules say, or else the rung above whoever owes it now."""
    rules, step = book.rules, book.step(promise.name)
    if promise.name == VISIT and rules.visits and rules.visits.days_without and rules.visits.late_to:
        # Nobody came: it is owed again the next day, and after so many days running by somebody higher, at once.
        if promise.rung + 1 < rules.visits.days_without:
            return Rung(rules.visits.role, {"days": 1})
        if promise.rung + 1 == rules.visits.days_without:
            return book.straight_to(rules.visits.late_to)
    if not promise.rung:
        if promise.name == FOLLOW_UP and rules.follow_up:
            return book.straight_to(rules.follow_up.late_to)
        if step and step.late_to:
            return book.straight_to(step.late_to)
        if promise.name == ANSWER and complaint.taker is None and not complaint.level:
            foot = book.first_rung()  # nobody has taken it on: it starts at the foot of the ladder
            return foot if foot.role != promise.role else book.above(promise.role)
    return book.above(promise.role)


_OUTLASTING = frozenset(
    {
        Happening.NOTICE_ISSUED,
        Happening.CONTAINED,
        Happening.CAUSE_FOUND,
        Happening.REVIEWED,
        Happening.APPROVED,
        Happening.MEASURED,
        Happening.VERIFIED,
        Happening.STATEMENT_TAKEN,
        Happening.INSURER_TOLD,
        Happening.OPINION_RECEIVED,
        Happening.AID_DECIDED,
        Happening.SCENE_KEPT,
        Happening.CLOSED,
        Happening.RETURN_VISITED,
    }
)
"""What is owed although the customer's complaint is closed, or is done by closing it."""


def owed_at_closing(complaint: Complaint, book: Book) -> tuple[str, ...]:
    """What was promised to the customer and closing neither does nor leaves to a procedure: it must not vanish."""
    return tuple(
        one.name
        for one in complaint.promises
        if one.open
        and one.name not in {FOLLOW_UP, SETTLE}  # they run until it is closed
        and is_for_customer(one.name, book)
        and not _outlasts(one, book)
    )


def close(complaint: Complaint, book: Book, now: datetime, waived: Mapping[str, str]) -> Complaint:
    """It is settled. What staff gave a reason for, and what was owed among them, is waived; procedures go on."""
    made = promises.keep(complaint.promises, SETTLE, now)
    for one in made:
        if one.open and not _outlasts(one, book):
            made = promises.waive(made, one.name, now, waived.get(one.name, "the complaint is closed"))
    return complaint.promising(made)


def _outlasts(promise: Promise, book: Book) -> bool:
    step = book.step(promise.name)
    return step is not None and step.ends in _OUTLASTING
