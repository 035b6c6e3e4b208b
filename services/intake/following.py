"""Following a case with its number and secret: one read, and nothing told to whom it does not belong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.intake import awaiting, checking, consulting, emergency, knowing, revisiting
from services.intake import case as cases
from services.intake.case import Case, Move
from services.intake.customer import ON_BAD_DAYS
from services.intake.emergency import Help
from services.intake.handling import Draft, decided
from services.intake.notes import (
    ComplaintAgain,
    ComplaintGotAnswer,
    ComplaintMoved,
    ComplaintNoted,
    ComplaintRose,
    CustomerAdded,
    CustomerAsked,
)
from services.intake.promised import promise_view
from services.intake.receipt import to_turn_to
from services.intake.statement import statement
from services.intake.triage import decide
from services.intake.writing import write
from shared import acting, ids, promises, vault
from shared.acting import Change
from shared.commands import Command
from shared.contracts.intake import CaseLate, GrievanceVoiced
from shared.http import Problem, Request, Text
from shared.packs import Category
from shared.policy import Principal
from shared.promises import Promise, PromiseState
from shared.rules import pack
from shared.store import Audience, Cause, NotFound, Recorded
from shared.tables import store

# What an unknown number is compared with, so that it takes the time that a wrong secret takes.
_NOBODY = "0" * 44
_NO_ID = "0" * 12
CUSTOMER = Principal(id="customer", roles=frozenset())
_NOTED, _ROSE, _MOVED, _ANSWERED, _AGAIN = (
    kind.detail_type() for kind in (ComplaintNoted, ComplaintRose, ComplaintMoved, ComplaintGotAnswer, ComplaintAgain)
)

_LATE = CaseLate.detail_type()


class GrievanceRequest(Request):
    """What the customer is not satisfied with."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]
    wishes: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None


class AdditionRequest(Request):
    """What the customer adds to their case; `satisfied` answers how they were served so far."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]
    satisfied: bool | None = None


class QuestionRequest(Request):
    """What the customer asks whoever has their case."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]


@dataclass(frozen=True)
class CaseView:
    """A case as its customer sees it."""

    number: str
    state: str
    category: str
    category_name: str
    language: str
    reported: datetime
    dispositions: tuple[str, ...]
    contactable: bool
    advice: tuple[str, ...]
    contacts: tuple[dict[str, str], ...]
    timeline: tuple[dict[str, Any], ...]
    promises: tuple[dict[str, Any], ...]
    answers: tuple[dict[str, Any], ...] = ()
    """Of a question: what the knowledge base had for it at once."""
    asks_understood: bool = False
    """An answer waits to be understood or not."""
    documents: tuple[str, ...] = ()
    """What is missing of an application and waited for."""
    calls: tuple[dict[str, Any], ...] = ()
    """Calls that they were promised, the next one first."""
    takes_questions: bool = False
    """Whoever has the case answers questions, and it goes on."""
    help: Help | None = None
    """Of an emergency that nobody has got to yet: what is known of whoever is to come."""
    in_neutral_words: bool = False
    """Messages say neither who writes nor why."""
    placed: bool = True
    """Whether it was said where it is."""
    kept_until: datetime | None = None
    """When what was said is erased, once it is known."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": ids.spoken(self.number),
            "state": self.state,
            "category": self.category,
            "category_name": self.category_name,
            "language": self.language,
            "reported": self.reported.isoformat(),
            "advice": list(self.advice),
            "contacts": list(self.contacts),
            "timeline": list(self.timeline),
            "promises": list(self.promises),
            "answers": list(self.answers),
            "asks_understood": self.asks_understood,
            "documents_missing": list(self.documents),
            "calls": list(self.calls),
            "help": self.help,
            "kept_until": self.kept_until.isoformat() if self.kept_until else None,
        }


def follow(number: str, secret: str, language: str | None = None) -> CaseView:
    """The case, for whoever holds its secret. Raises `NotFound` for a wrong number and a wrong secret alike."""
    return seen(*opened(number, secret), language)


def seen(case: Case, events: Sequence[Recorded], language: str | None = None) -> CaseView:
    """The case as its customer sees it. Raises `Erased`."""
    category, spoken = pack().category(case.category), language or case.language
    facts = events[0].private(case.salt).get("said", {}).get("facts", {})
    decision = decide(category, facts) if category else None
    return CaseView(
        number=case.id,
        state=case.state,
        category=case.category,
        category_name=category.name.into(spoken) if category else case.category,
        language=case.language,
        reported=case.reported,
        dispositions=case.dispositions,
        contactable=case.contactable,
        advice=tuple(words.into(spoken) for words in decision.advice) if decision else (),
        contacts=to_turn_to(decision.contacts, spoken) if decision else (),
        timeline=tuple(_line(event, case.salt) for event in _told(events)),
        promises=tuple(promise_view(promise) for promise in _in_order(case, events)),
        answers=tuple(knowing.given(case.consultation.offered, spoken)) if case.consultation else (),
        asks_understood=_waits_for_a_word(case),
        documents=_missing(case, category, spoken),
        calls=awaiting.promised_calls(case, events),
        takes_questions=pack().clocks.reply is not None,
        help=emergency.help_for(case),
        in_neutral_words=not ON_BAD_DAYS.isdisjoint(case.classes),
        placed=statement(events, case.salt).whereabouts == "known",
        kept_until=case.erase_at,
    )


def _told(events: Sequence[Recorded]) -> list[Recorded]:
    """What is told to the customer; of a promise that its last holder keeps missing the last date alone."""
    last = {event.data["promise"]: event for event in events if _missed_again(event)}
    return [
        event
        for event in events
        if event.audience == Audience.CUSTOMER and (not _missed_again(event) or event is last[event.data["promise"]])
    ]


def _missed_again(event: Recorded) -> bool:
    return event.type == _LATE and bool(event.data.get("again"))


def _waits_for_a_word(case: Case) -> bool:
    return case.consultation is not None and case.consultation.waits and Move.WORK in cases.MOVES[case.state]


def _missing(case: Case, category: Category | None, language: str) -> tuple[str, ...]:
    """Documents that are waited for, as people call them."""
    names = category.documents if category else {}
    missing = case.papers.missing if case.papers.waiting else ()
    return tuple(names[code].into(language) if code in names else code for code in missing)


def voice(draft: Draft, request: GrievanceRequest, contact: Mapping[str, str]) -> None:
    """Pass on that the customer is not satisfied; complaints takes it from there."""
    case = draft.case
    try:
        draft.case = cases.voiced(case, draft.now)
    except cases.TooManyGrievances:
        raise Problem(
            429,
            "too-many-grievances",
            "You have told us several times today; each has a complaint of its own already.",
            "They are all being looked at. If there is more to say, tell us tomorrow or call us.",
        ) from None
    told = GrievanceVoiced(
        case=case.id,
        category=case.category,
        subjects=case.handlers,
        language=case.language,
        contactable=case.contactable,
        units=case.units,
    )
    said = request.model_dump(exclude_none=True)
    known = {way: contact[way] for way in ("phone", "email") if contact.get(way)}
    draft.tell(told, Audience.CUSTOMER, said, {"complaints": {**said, **known}})


def complete(draft: Draft, request: checking.CompletionRequest, _contact: Mapping[str, str]) -> None:
    checking.complete(draft, request)


def say_whether_understood(draft: Draft, request: consulting.UnderstoodRequest, _contact: Mapping[str, str]) -> None:
    """Whether the answer to a question was understood, and how satisfied they are."""
    consulting.understood(draft, request)


def add(draft: Draft, request: AdditionRequest, _contact: Mapping[str, str]) -> None:
    """Something more about it."""
    write(draft)
    draft.tell(CustomerAdded(), Audience.CUSTOMER, {"text": request.text})
    if request.satisfied is not None:
        revisiting.judge(draft, revisiting.EarlierHandling(satisfied=request.satisfied))


def ask(draft: Draft, request: QuestionRequest, _contact: Mapping[str, str]) -> None:
    """A question to whoever has the case: an answer is promised. Another one before it does not put it off."""
    write(draft)
    duty = draft.pack.clocks.reply
    if duty is None:
        raise Problem(409, "no-replies", "This desk answers no questions here.", "Add to your case instead.")
    if not promises.is_open(draft.case.promises, cases.REPLY):
        made = promises.make(draft.case.promises, cases.REPLY, duty.role, duty.within, draft.calendar, draft.now)
        draft.case = draft.case.promising(made)
    due = next(one.due for one in draft.case.promises if one.name == cases.REPLY and one.open)
    draft.tell(CustomerAsked(due=due), Audience.CUSTOMER, {"text": request.text})


def choose_call(draft: Draft, request: awaiting.CallRequest, _contact: Mapping[str, str]) -> None:
    """When they want to be called, among the times that are offered; or that they want no call."""
    awaiting.choose(draft, request)


ACTS: dict[str, tuple[type[Request], Callable[[Draft, Any, Mapping[str, str]], None]]] = {
    "grievances": (GrievanceRequest, voice),
    "documents": (checking.CompletionRequest, complete),
    "additions": (AdditionRequest, add),
    "questions": (QuestionRequest, ask),
    "calls": (awaiting.CallRequest, choose_call),
    "understood": (consulting.UnderstoodRequest, say_whether_understood),
}
"""What a customer does with their case: what they say, and what it changes. Each needs an Idempotency-Key."""


def act(name: str, number: str, secret: str, request: Request, key: str, now: datetime, correlation: str) -> None:
    """Do one of `ACTS`, under the same `key` once.

    Raises `NotFound` for a wrong number and a wrong secret alike, `Problem` 422 when the key was used for something
    else, 409 or 429 when it is not possible now.
    """
    case, events = opened(number, secret)
    contact = statement(events, case.salt).contact

    def decide(current: Case) -> Change[Case]:
        return decided(Draft(current, now, CUSTOMER), lambda draft: ACTS[name][1](draft, request, contact))

    command = Command("customer", key, request)
    acting.carry_out(Case, case.id, command, Cause(now, "customer", correlation), decide, lambda _case: {})


def _in_order(case: Case, events: Sequence[Recorded]) -> list[Promise]:
    """By date, what is due first on top."""
    return sorted((*_to_customer(case), *_promises_of_complaints(events)), key=lambda promise: promise.due)


def _to_customer(case: Case) -> list[Promise]:
    return [promise for promise in case.promises if promise.name not in cases.AMONG_STAFF]


def _promises_of_complaints(events: Sequence[Recorded]) -> list[Promise]:
    """What the desk promised about complaints, as far as the case heard of it: an answer for each round."""
    made: list[tuple[str, Promise]] = []
    for event in events:
        if event.type in {_NOTED, _AGAIN} and event.data.get("clock"):
            answer = Promise(
                name="answer",
                role="complaints",
                made=datetime.fromisoformat(event.data["promised"]),
                due=datetime.fromisoformat(event.data["answer_due"]),
                clock=event.data["clock"],
            )
            made.append((event.data["complaint"], answer))
            continue
        place = next((n for n in reversed(range(len(made))) if made[n][0] == event.data.get("complaint")), None)
        if place is not None:
            made[place] = (made[place][0], _after(made[place][1], event))
    return [promise for _, promise in made]


def _after(answer: Promise, event: Recorded) -> Promise:
    """The promise of an answer after a line about its complaint."""
    if event.type == _ROSE:
        return answer.model_copy(update={"state": PromiseState.BROKEN})
    if event.type == _MOVED:
        return answer.model_copy(update={"due": datetime.fromisoformat(event.data["now_due"]), "agreed": True})
    if event.type == _ANSWERED:
        state = PromiseState.BROKEN if answer.state is PromiseState.BROKEN else PromiseState.KEPT
        return answer.model_copy(update={"state": state, "settled": event.at})
    return answer


def opened(number: str, secret: str) -> tuple[Case, list[Recorded]]:
    """The case with its events. Raises `NotFound` for a wrong number and a wrong secret alike."""
    identity = ids.heard(number) or _NO_ID
    try:
        case, events = store().history(Case, identity)
        stored = case.secret
    except NotFound:
        case, events, stored = None, [], _NOBODY
    if not vault.matches("follow", stored, identity, secret) or case is None:
        raise NotFound(number)
    return case, events


def _line(event: Recorded, salt: str | None) -> dict[str, Any]:
    """An event as a line of the timeline: when, what kind, its facts, and the words that were written to them."""
    private = event.private(salt)
    return {
        "at": event.at.isoformat(),
        "what": event.type.partition(".")[0],
        "facts": {
            key: ids.spoken(value) if key == "complaint" else value
            for key, value in event.data.items()
            if key in _SHOWN
        },
        "text": private.get("text") or private.get("said", {}).get("description"),
        **({"place": private["place"]} if isinstance(private.get("place"), str) else {}),
    }


_SHOWN = frozenset(
    {
        "at",
        "was_at",
        "due",
        "what",
        "outcome",
        "answer",
        "reason",
        "promise",
        "was_due",
        "now_due",
        "answer_due",
        "complaint",
        "finding",
        "channel",
        "satisfaction",
        "file",
    }
)
