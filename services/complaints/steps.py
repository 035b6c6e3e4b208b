"""The clocks of a complaint: what is promised when something happens, what that keeps, who has it when it is late.

Pure. Every step of the pack is a promise of its own. One that starts at a happening of the past, because somebody
only now found out that it applies, counts from then: the clock belongs to the customer. A step starts once in each
round, unless the pack says that it repeats, and never when what would end it can't happen any more.
"""

from collections.abc import Mapping
from datetime import datetime

from services.complaints.book import Book
from services.complaints.complaint import (
    ANSWER,
    FOLLOW_UP,
    RETURN_VISIT,
    SETTLE,
    VISIT,
    Complaint,
    Started,
    State,
)
from shared import promises
from shared.packs.steps import Happening, Step
from shared.promises import Ladder, Miss, Promise, PromiseState, Refusal, Rung, Warned

_CHANGED = "the complaint turned out to be of another kind or grade"
ANOTHER_KIND = {
    "en": "Your complaint is now dealt with as another kind, which has a date of its own.",
    "ar": "تُعالج شكواك الآن ضمن نوع آخر، وله موعد خاص به.",
    "zh": "您的投诉现按另一类别处理并另有期限。",
}
"""Why the date of the answer moved, for the customer."""
_RULES = "rules"
"""Who moved a date that a rule moved."""
NO_CALLS = "the customer wants no calls"


def happen(
    complaint: Complaint, what: Happening, book: Book, now: datetime, acting: frozenset[str] = frozenset()
) -> Complaint:
    """Something happened: it keeps the steps that end with it, and starts those that wait for it.

    `acting` are the roles of whoever did it: some steps end only by what certain roles do.
    """
    before = {name: at for name, at in complaint.happened.items() if name != what}
    after = complaint.model_copy(update={"happened": {**before, what.value: now}})
    for step in book.rules.steps:
        counts = not step.by or not acting.isdisjoint(step.by)
        if step.ends == what and counts and promises.is_open(after.promises, step.id):
            after = done(after, step.id, book, now)
    return _start(after, what.value, now, book)


def done(complaint: Complaint, step: str, book: Book, now: datetime) -> Complaint:
    """A step is done, in time or late; what waits for it starts."""
    after = complaint.promising(promises.keep(complaint.promises, step, now))
    return _start(after, step, now, book)


def owed_again(complaint: Complaint, what: Happening, checked: Happening, book: Book, now: datetime) -> Complaint:
    """What was done has to be done again: the steps that end with it are owed anew, with their clocks from now.

    What waited for `checked` is done: somebody looked, and it was not good enough.
    """
    made = complaint.promises
    for step in book.rules.steps:
        if step.ends == checked:
            made = promises.keep(made, step.id, now)
        if step.ends == what and _applies(step, complaint, book) and not promises.is_open(made, step.id):
            warn_at = (step.warn,) if step.warn else ()
            made = promises.make(
                made, step.id, step.role, step.within, book.calendar, now, warn=warn_at, rules=book.version
            )
    return complaint.promising(made)


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


def reconsider(before: Complaint, changed: Complaint, book: Book, now: datetime) -> Complaint:
    """Kind, grade or facts changed: what no longer applies is waived, what applies now counts from its start."""
    after = changed
    for step in book.rules.steps:
        if promises.is_open(after.promises, step.id) and not _applies(step, after, book):
            after = _drop(after, step.id, now)
    for happening, at in changed.happened.items():
        after = _start(after, happening, at, book, again=True)
    return answer_again(after, book, now, before)


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


def span(complaint: Complaint, promise: Promise, book: Book) -> dict[str, int] | None:
    """What the rules give this promise now; None where they give nothing, or a person set another span for a reason.

    A rung of the ladder keeps the time that was left to it when it got there.
    """
    if promise.rung or any(one.clock and not one.rules and one.by != _RULES for one in promise.moves):
        return None
    if step := book.step(promise.name):
        return step.within
    rhythm = book.rules.follow_up
    return {
        ANSWER: book.answer(complaint.kind, complaint.grade).within,
        SETTLE: book.pack.clocks.settle_complaint.within,
        RETURN_VISIT: book.rules.return_visit.within,
        FOLLOW_UP: rhythm.every if rhythm else None,
    }.get(promise.name)


def is_for_customer(name: str, book: Book) -> bool:
    """Whether this was promised to the customer, and not only among staff."""
    step = book.step(name)
    return step.customer if step else name in {ANSWER, VISIT, FOLLOW_UP}


def _applies(step: Step, complaint: Complaint, book: Book) -> bool:
    return book.rules.applies(step, complaint.kind, complaint.grade, complaint.facts)


def _drop(complaint: Complaint, name: str, now: datetime) -> Complaint:
    """A step that does not apply is owed no more. Unless it was late already, it starts anew if it applies again."""
    made = promises.waive(complaint.promises, name, now, _CHANGED)
    after = complaint.promising(made)
    if next(one for one in reversed(made) if one.name == name).state is not PromiseState.WAIVED:
        return after
    return after.model_copy(update={"started": {key: at for key, at in after.started.items() if key != name}})


def _start(complaint: Complaint, at: str, since: datetime, book: Book, *, again: bool = False) -> Complaint:
    """Start what waits for this, which was at `since`; `again` when it is looked at once more."""
    after = complaint
    for step in book.rules.starting(at, complaint.kind, complaint.grade, complaint.facts):
        if _may_start(step, at, since, after, again=again):
            after = _started(step, since, after, book)
    return after


def _may_start(step: Step, at: str, since: datetime, complaint: Complaint, *, again: bool) -> bool:
    replaced = step.replaces is None or promises.is_open(complaint.promises, step.replaces)
    return (
        replaced  # otherwise what it would stand for is done
        and not promises.is_open(complaint.promises, step.id)
        and not _was_started(step, at, since, complaint, again=again)
        and _can_end(step, complaint)
        and not (step.ends and not step.by and _later(complaint, step.ends.value, at))
        and not (step.call and (complaint.no_calls or not complaint.contactable))
    )


def _was_started(step: Step, at: str, since: datetime, complaint: Complaint, *, again: bool) -> bool:
    before = complaint.started.get(step.id)
    if before is None:
        return False
    if step.repeats:
        return again and before.since >= since
    return before.round == complaint.rounds or _later(complaint, Happening.REWORKED.value, at)


def _can_end(step: Step, complaint: Complaint) -> bool:
    """Whether it can still happen what would end it."""
    if not complaint.open:
        return step.ends in _OUTLASTING and step.ends is not Happening.CLOSED
    if complaint.state is State.ANSWERED:
        return step.ends not in {Happening.FOUND, Happening.ANSWERED}
    return True


def _later(complaint: Complaint, what: str, than: str) -> bool:
    """Whether something happened after something else did."""
    order = list(complaint.happened)
    return what in order and than in order and order.index(what) > order.index(than)


def _started(step: Step, since: datetime, complaint: Complaint, book: Book) -> Complaint:
    made, started = complaint.promises, Started(round=complaint.rounds, since=since)
    marks = {**complaint.started, step.id: started}
    if step.replaces:
        made = promises.waive(made, step.replaces, since, f"{step.id} takes its place")
        marks[step.replaces] = started
    counted = complaint.happened.get(step.counted_from.value, since) if step.counted_from else since
    warn_at = (step.warn,) if step.warn else ()
    made = promises.make(
        made, step.id, step.role, step.within, book.calendar, counted, warn=warn_at, rules=book.version
    )
    return complaint.promising(made).model_copy(update={"started": marks})


def answer_again(after: Complaint, book: Book, now: datetime, before: Complaint | None = None) -> Complaint:
    """The answer's clock as another kind or grade says, counted from when it was first promised.

    A date that would have passed by a rule nobody knew of stays as it was given, and so does one that staff gave.
    """
    duty = book.answer(after.kind, after.grade)
    owed = next((one for one in after.promises if one.name == ANSWER and one.open), None)
    same = before is not None and duty.within == book.answer(before.kind, before.grade).within
    if owed is None or same or after.rounds or owed.clock == duty.within or _dated_by_staff(owed):
        return after
    try:
        moved = promises.move(after.promises, ANSWER, duty.within, book.calendar, now, _CHANGED, _RULES)
    except Refusal:
        return after
    return after.promising(moved)


def _dated_by_staff(promise: Promise) -> bool:
    return promise.agreed or any(move.clock and move.by != _RULES for move in promise.moves)


def _ladders(complaint: Complaint, book: Book) -> dict[str, Ladder]:
    return {one.name: (_next_rung(one, complaint, book),) for one in complaint.promises if one.open}


def _next_rung(promise: Promise, complaint: Complaint, book: Book) -> Rung:
    """Who has it when it is not done in time: as the rules say, or else the rung above whoever owes it now."""
    rules, step = book.rules, book.step(promise.name)
    if promise.name == VISIT and rules.visits and rules.visits.days_without and rules.visits.late_to:
        # Nobody came: it is owed again the next day, and after so many days running by somebody higher, at once.
        if promise.rung + 1 < rules.visits.days_without:
            return Rung(rules.visits.role, {"days": 1}, from_due=True)
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
