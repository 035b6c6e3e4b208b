"""A case: anything a customer brings. Its states, its moves, and what the desk promises about it. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Literal

from services.intake import appointment, attachment, awaited, customer
from services.intake.appointment import Appointments
from services.intake.attachment import Attachment, Attachments, Checked
from services.intake.awaited import AwaitedCall, AwaitedCalls
from services.intake.consultation import Consultation
from services.intake.exhibit import Exhibits
from services.intake.ownership import Ownership
from services.intake.papers import Papers
from services.intake.published import Published
from services.intake.settlement import Settlement
from shared import promises
from shared.aggregate import Aggregate
from shared.packs import Category, Pack
from shared.promises import Miss, Promises, PromiseState, Warned
from shared.worktime import Calendar


class State(StrEnum):
    RECEIVED = "received"
    OPEN = "open"
    DECLINED = "declined"
    CLOSED = "closed"


_CALLS_OVER = 20

DONE = frozenset({State.DECLINED, State.CLOSED})


class Move(StrEnum):
    OPEN = "open"
    DECLINE = "decline"
    NOTE = "note"
    ARRIVE = "arrive"
    DISPATCH = "dispatch"
    WORK = "work"
    """Everything that is done about it while it is not decided."""
    APPOINT = "appoint"
    """Appointments are also made after it was closed: for a hearing, a thank-you."""
    CLOSE = "close"
    JOIN = "join"
    """It goes on as another case, which was there before."""


MOVES: Mapping[State, Mapping[Move, State]] = {
    State.RECEIVED: {
        Move.OPEN: State.OPEN,
        Move.DECLINE: State.DECLINED,
        Move.NOTE: State.RECEIVED,
        Move.DISPATCH: State.OPEN,
        Move.WORK: State.RECEIVED,
        Move.APPOINT: State.RECEIVED,
        Move.JOIN: State.CLOSED,
    },
    State.OPEN: {
        Move.NOTE: State.OPEN,
        Move.ARRIVE: State.OPEN,
        Move.DISPATCH: State.OPEN,
        Move.WORK: State.OPEN,
        Move.APPOINT: State.OPEN,
        Move.CLOSE: State.CLOSED,
        Move.JOIN: State.CLOSED,
    },
    State.DECLINED: {},
    State.CLOSED: {Move.APPOINT: State.CLOSED},
}

GRIEVANCES_A_DAY = 3
"""Each opens a complaint; more are asked to wait. Slowed, never refused for good."""

ACKNOWLEDGE, REVIEW, RESOLVE, ARRIVE, PROGRESS = "acknowledge", "review", "resolve", "arrive", "progress"
HANDOVER, ARBITRATE, CHECK_SETTLEMENT = "handover", "arbitrate", "check-settlement"
SEND, ACKNOWLEDGE_DISPATCH, RECEIPT = "send", "acknowledge-dispatch", "receipt"
LOCATE, SEEK = "locate", "seek"
"""An emergency without a place: they are called and asked where they are, or staff find it out otherwise."""
CALL_FAMILY = "call-family"
REPLY = "reply"
LOOK_AGAIN = "look-again"
"""A customer was not satisfied with earlier handling: somebody in charge looks into it."""
CONSULT = "consult"
SCAN = "scan"

ADDITIONS_A_DAY = 20
"""What a customer writes to their case; more is taken the next day."""

FILES_A_DAY, FILES = 10, 100
"""What a customer adds in files: within a day, and altogether."""

Whereabouts = Literal["known", "asked", "unknown"]
"""Of whoever needs somebody: they said it; they did not, and can be called and asked; or they can't."""

AMONG_STAFF = frozenset(
    {HANDOVER, ARBITRATE, CHECK_SETTLEMENT, ACKNOWLEDGE_DISPATCH, RECEIPT, CALL_FAMILY, LOOK_AGAIN, SCAN, SEEK}
)
"""What is promised among staff: the customer neither sees it nor is told when it is late."""

AT_ONCE = frozenset({ARRIVE, SEND, LOCATE, SEEK, ACKNOWLEDGE_DISPATCH, RECEIPT})
"""What an emergency waits for: late, it goes straight to the top of the ladder, on a clock as short as its own."""

ASKED_AT_ONCE = 10
"""How often the top of the ladder owes that again in its own time."""
SELDOM: Final = timedelta(minutes=15)
"""How long they have each time after that, at least."""

_OF_FAMILY = frozenset({"call_parents", "call_guardian"})


class IllegalMove(Exception):
    """This move is not possible from here. Says which are."""

    def __init__(self, state: State, move: Move) -> None:
        self.state, self.move = state, move
        self.allowed = tuple(str(one) for one in MOVES[state])
        super().__init__(f"{move} is not possible when {state}")


class Case(Aggregate):
    """The case as it is now. What was said is in its events, encrypted under `salt`."""

    KIND: ClassVar[str] = "CASE"

    state: State
    kind: str
    category: str
    channel: str
    language: str
    urgent: bool = False
    dispositions: tuple[str, ...] = ()
    pack: str
    reported: datetime
    contactable: bool = False
    salt: str | None
    secret: str
    """Keyed hash of the secret that follows the case."""
    command: str | None = None
    """Keyed hash of the command that made it: the same one again makes no second case."""
    fingerprint: str = ""
    voiced: tuple[datetime, ...] = ()
    """When the customer last said that they are not satisfied; as many as count for `GRIEVANCES_A_DAY`."""
    handlers: tuple[str, ...] = ()
    """Staff who did more than add to it, in the order they first did."""
    units: tuple[str, ...] = ()
    """The units they belonged to, and those that were sent."""
    unit: str | None = None
    """The unit that was sent and is not clear yet."""
    ownership: Ownership = Ownership()
    papers: Papers = Papers()
    appointments: Appointments = ()
    cards: tuple[str, ...] = ()
    """Visitors' cards that are out."""
    classes: tuple[str, ...] = ()
    """What the customer is to this case: reporter, witness, victim, resident, organisation; often several."""
    written: tuple[datetime, ...] = ()
    """When the customer last wrote to it; as many as count for `ADDITIONS_A_DAY`."""
    files: Attachments = ()
    """What came in files, the first is file 1."""
    team: tuple[str, ...] = ()
    exhibits: Exhibits = ()
    interviews: int = 0
    settlement: Settlement | None = None
    public: Published | None = None
    """What everybody may see of it; None when nobody may."""
    updated: datetime | None = None
    """When the public last saw a change."""
    scores: tuple[int, ...] = ()
    """What the customer gave for it when they were asked, in order."""
    complaints: tuple[str, ...] = ()
    """Complaints about it that were heard of."""
    consultation: Consultation | None = None
    """Where the question stands, when it is one."""
    calls: AwaitedCalls = ()
    """Calls that its customer was promised, the next one first."""
    calls_over: Mapping[str, int] = {}
    """Of calls that nobody waits for any more, the last ones: which event of the callback said so. What was said
    before it may come late, and promises nothing.
    """
    safety_heard: int = -1
    """Which event said last whether its customer wishes for safe contact: one from before it may come late."""

    @property
    def where_it_is(self) -> str:
        """The unit that has it: the one that was sent, else that of its owner; nothing when that is not known."""
        return self.unit or self.ownership.unit

    def moved(self, move: Move) -> "Case":
        """The case after this move. Raises `IllegalMove`."""
        try:
            return self.model_copy(update={"state": MOVES[self.state][move]})
        except KeyError:
            raise IllegalMove(self.state, move) from None

    def handled_by(self, staff: str) -> "Case":
        """The case after a member of staff handled it."""
        return self if staff in self.handlers else self.model_copy(update={"handlers": (*self.handlers, staff)})

    def handled_in(self, units: Iterable[str]) -> "Case":
        """The case with the units of whoever decided about it."""
        return self.model_copy(update={"units": tuple(sorted({*self.units, *units}))})

    def awaiting(self, call: AwaitedCall) -> "Case":
        """The case after its customer was promised this call, unless it was over by then."""
        if self.calls_over.get(call.callback, -1) >= call.heard:
            return self
        return self.model_copy(update={"calls": awaited.promised(self.calls, call)})

    def no_longer_awaiting(self, callback: str, heard: int) -> "Case":
        """The case after nobody waits for this call any more, unless it was promised anew since."""
        said = max(heard, self.calls_over.get(callback, heard))
        over = [*((one, at) for one, at in self.calls_over.items() if one != callback), (callback, said)]
        left = awaited.over(self.calls, callback, heard)
        return self.model_copy(update={"calls": left, "calls_over": dict(over[-_CALLS_OVER:])})

    def at_risk(self, *, so: bool, heard: int) -> "Case":
        """The case after its customer asked for safe contact or took it back, unless they said something since."""
        if heard < self.safety_heard:
            return self
        return self.model_copy(update={"classes": customer.at_risk(self.classes, so=so), "safety_heard": heard})

    def promising(self, made: Promises) -> "Case":
        return self.model_copy(update={"promises": made})


def needs_review(category: Category, *, urgent: bool) -> bool:
    """Whether a person decides first; where somebody is sent at once there is nothing to wait for."""
    return category.review and not urgent


def first_promises(
    category: Category,
    pack: Pack,
    calendar: Calendar,
    now: datetime,
    *,
    contactable: bool,
    dispositions: Collection[str],
    slowed: bool = False,
    where: Whereabouts = "known",
) -> Promises:
    """What is promised when a case is taken: word of it, help in an emergency, and a review or, where none is needed,
    an outcome. What is `slowed` is always reviewed, later than others.
    """
    urgent = "dispatch" in dispositions
    made: Promises = ()
    if contactable:
        acknowledge = pack.clocks.acknowledge
        made = promises.make(made, ACKNOWLEDGE, acknowledge.role, acknowledge.within, calendar, now)
    if urgent:
        made = promise_help(made, where, pack, calendar, now)
    if pack.nuisance and _OF_FAMILY & set(dispositions):
        family = pack.nuisance.call_family
        made = promises.make(made, CALL_FAMILY, family.role, family.within, calendar, now)
    if slowed or needs_review(category, urgent=urgent):
        review = pack.nuisance.review if slowed and pack.nuisance else pack.clocks.review
        return promises.make(made, REVIEW, review.role, review.within, calendar, now)
    return promise_outcome(made, category, pack, calendar, now)


def promise_help(made: Promises, where: Whereabouts, pack: Pack, calendar: Calendar, now: datetime) -> Promises:
    """Somebody on the scene, once it is known where that is; until then, that it is found out."""
    name, duty = ARRIVE, pack.clocks.arrive
    # Without a clock for finding out, nobody would owe anything.
    if where != "known" and pack.clocks.locate:
        name, duty = LOCATE if where == "asked" else SEEK, pack.clocks.locate
    if duty is None or promises.is_open(made, name):
        return made
    return promises.make(made, name, duty.role, duty.within, calendar, now)


def promise_outcome(
    made: Promises, category: Category | None, pack: Pack, calendar: Calendar, now: datetime
) -> Promises:
    """An outcome is promised once the case is open; to a question, its answer, which is all that comes of it."""
    if category and category.is_question:
        return promise_answer(made, category, pack, calendar, now)
    resolve = (category.resolve if category else None) or pack.clocks.resolve
    made = promises.make(made, RESOLVE, resolve.role, resolve.within, calendar, now)
    return _promise_progress(made, pack, calendar, now)


def promise_answer(
    made: Promises, category: Category | None, pack: Pack, calendar: Calendar, now: datetime, *, above: bool = False
) -> Promises:
    """A question is answered in time, by whoever answers questions or, when it was not clear, by who is `above`."""
    duty = (category.resolve if category else None) or pack.clocks.consult or pack.clocks.resolve
    role = pack.rungs_above(duty.role)[0].role if above else duty.role
    # Each is in the chain; the state keeps the last one that was kept, and those that were not.
    before = tuple(one for one in made if one.name != CONSULT or one.state is not PromiseState.KEPT)
    return promises.make(before, CONSULT, role, duty.within, calendar, now)


def _promise_progress(made: Promises, pack: Pack, calendar: Calendar, now: datetime) -> Promises:
    """The next time that the customer hears of it, unless the outcome comes before that."""
    rhythm = pack.clocks.progress
    outcome = next((one for one in made if one.name == RESOLVE and one.open), None)
    if rhythm is None or outcome is None:
        return made
    after = promises.make(made, PROGRESS, rhythm.role, rhythm.within, calendar, now)
    return after if after[-1].due < outcome.due else made


def progressed(case: Case, pack: Pack, calendar: Calendar, now: datetime) -> Case:
    """The customer has heard how it stands; the rhythm goes on from now."""
    kept = promises.keep(case.promises, PROGRESS, now)
    # Each is in the chain; the state keeps the last one that was kept, and those that were not.
    before = [one for one in kept if one.name == PROGRESS and one.state is PromiseState.KEPT]
    kept = tuple(one for one in kept if one not in before[:-1])
    return case.promising(_promise_progress(kept, pack, calendar, now) if case.state is State.OPEN else kept)


def opened(case: Case, pack: Pack, calendar: Calendar, now: datetime) -> Case:
    """Taken on after review. The clock of the outcome starts now; the customer's own never restarts after."""
    kept = promises.keep(case.promises, REVIEW, now)
    return case.promising(promise_outcome(kept, pack.category(case.category), pack, calendar, now))


def declined(case: Case, now: datetime) -> Case:
    """Not taken on. The review that was promised has happened."""
    kept = promises.keep(case.promises, REVIEW, now)
    return case.promising(promises.waive_all(kept, now, "the case was declined"))


def closed(case: Case, now: datetime) -> Case:
    """Done: the outcome that was promised is there."""
    kept = promises.keep(promises.keep(case.promises, RESOLVE, now), CONSULT, now)
    for one in kept:
        # A hearing after the closing still takes place; what the parties agreed is still asked after.
        if (
            one.open
            and one.name not in {CHECK_SETTLEMENT, REPLY, LOOK_AGAIN, SCAN}
            and not appointment.is_one(one.name)
        ):
            kept = promises.waive(kept, one.name, now, "the case was closed")
    return case.promising(kept)


def joined(case: Case, now: datetime) -> Case:
    """It goes on as another case: nothing is owed here any more, but the look at how its customer was served."""
    kept = case.promises
    for one in kept:
        if one.open and one.name != LOOK_AGAIN:
            kept = promises.waive(kept, one.name, now, "joined to another case")
    return case.promising(kept)


class TooManyAdditions(Exception):
    """They wrote often enough for one day."""


def added(case: Case, now: datetime) -> Case:
    """The customer writes to their case. Raises `TooManyAdditions`."""
    today = tuple(at for at in case.written if at > now - timedelta(days=1))
    if len(today) >= ADDITIONS_A_DAY:
        raise TooManyAdditions(case.id)
    return case.model_copy(update={"written": (*today, now)})


class TooManyFiles(Exception):
    """They sent enough files: for one day when it is `for_today`, else altogether."""

    def __init__(self, *, for_today: bool) -> None:
        self.for_today = for_today
        super().__init__()


def filed(case: Case, file: Attachment, pack: Pack, calendar: Calendar, now: datetime) -> Case:
    """A file came. It waits to be checked, and that is promised among staff. Raises `TooManyFiles`."""
    if len(case.files) >= FILES:
        raise TooManyFiles(for_today=False)
    if sum(one.at > now - timedelta(days=1) for one in case.files) >= FILES_A_DAY:
        raise TooManyFiles(for_today=True)
    duty, made = pack.clocks.scan, case.promises
    if duty and not promises.is_open(made, SCAN):
        made = promises.make(made, SCAN, duty.role, duty.within, calendar, now)
    return case.model_copy(update={"files": (*case.files, file), "promises": made})


def scanned(case: Case, number: int, state: Checked, why: attachment.Refusal | None, now: datetime) -> Case:
    """A file was checked; nothing more is owed when it was the last one. Raises `attachment.NoSuchFile`."""
    files = attachment.checked(case.files, number, state, why)
    made = case.promises if attachment.any_unchecked(files) else promises.keep(case.promises, SCAN, now)
    return case.model_copy(update={"files": files, "promises": made})


def files_expired(case: Case, now: datetime) -> tuple[Case, tuple[int, ...]]:
    """What nobody checked in time is gone: nothing is owed about it any more. With the numbers of those files."""
    gone = attachment.expired(case.files, now)
    files = case.files
    for number in gone:
        files = attachment.checked(files, number, Checked.REFUSED, "expired")
    made = case.promises
    if gone and not attachment.any_unchecked(files) and promises.is_open(made, SCAN):
        made = promises.waive(made, SCAN, now, "the file is gone")
    return case.model_copy(update={"files": files, "promises": made}), gone


class TooManyGrievances(Exception):
    """They were heard often enough for one day."""


def voiced(case: Case, now: datetime) -> Case:
    """The customer is not satisfied. Raises `TooManyGrievances`."""
    today = tuple(at for at in case.voiced if at > now - timedelta(days=1))
    if len(today) >= GRIEVANCES_A_DAY:
        raise TooManyGrievances(case.id)
    return case.model_copy(update={"voiced": (*today, now)})


def acknowledged(case: Case, now: datetime) -> Case:
    """A provider took our word to the customer that we have their report."""
    return case.promising(promises.keep(case.promises, ACKNOWLEDGE, now))


def not_acknowledged(case: Case) -> Case:
    """Our word to the customer came back: the promise was not kept, and is owed by the date that it had."""
    made = tuple(
        one.model_copy(update={"state": PromiseState.OPEN, "settled": None})
        if one.name == ACKNOWLEDGE and one.state is PromiseState.KEPT
        else one
        for one in case.promises
    )
    return case.promising(made)


def acknowledged_later(case: Case, from_then: datetime, calendar: Calendar, now: datetime, reason: str) -> Case:
    """Our word to the customer waits: from then there is as much time for it as at first. What is late stays so."""
    owed = next((one for one in case.promises if one.name == ACKNOWLEDGE and one.open and one.rung == 0), None)
    if owed is None or owed.due <= now:
        return case
    first = owed.moves[0].was if owed.moves else owed.due
    to = from_then + (first - owed.made)
    return case.promising(promises.move(case.promises, ACKNOWLEDGE, to, calendar, now, reason, "notify"))


def ladders(case: Case, pack: Pack) -> dict[str, promises.Ladder]:
    """For each promise the rungs above whoever owed it first: nobody's lateness goes up to themselves."""
    first = {promise.name: promise for promise in case.promises if promise.rung == 0}
    running = {promise.name: promise for promise in case.promises if promise.running}
    return {
        name: _at_once(running.get(name, promise), pack) if name in AT_ONCE else pack.rungs_above(promise.role)
        for name, promise in first.items()
    }


def _at_once(promise: promises.Promise, pack: Pack) -> promises.Ladder:
    """Straight to the top, for as long as was promised, again and again: no emergency waits for the ladder's own
    time. After `ASKED_AT_ONCE` misses it is told of less often, for somebody who does not act by then reads no more.
    """
    top = pack.rungs()[-1]
    often = promise.again >= ASKED_AT_ONCE and promise.due - promise.made < SELDOM
    within = {"minutes": SELDOM // timedelta(minutes=1)} if often else promise.clock
    return (replace(top, within=within, end=True),)


def warn(case: Case, now: datetime) -> tuple[Case, tuple[Warned, ...]]:
    """What is near and somebody has to be reminded of, once."""
    made, warned = promises.warnings(case.promises, now)
    return case.promising(made), warned


def late(case: Case, pack: Pack, calendar: Calendar, now: datetime) -> tuple[Case, tuple[Miss, ...]]:
    """What broke by now, each with the rung that owes it instead."""
    made, misses = promises.miss(case.promises, ladders(case, pack), calendar, now)
    return case.promising(made), misses
