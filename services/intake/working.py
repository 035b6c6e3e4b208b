"""Working on a case: review it, note, arrive, close. Each move tells the customer."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import case as cases
from services.intake.case import Move
from services.intake.handling import Act, Draft, Nothing
from services.intake.notes import SomebodyArrived, StaffNote
from shared.contracts.intake import CaseClosed, CaseDeclined, CaseOpened, CaseProgressed, PromiseMade
from shared.http import Request, Text
from shared.store import Audience

Words = Annotated[Text, Field(min_length=1, max_length=4000)]


class DeclineRequest(Request):
    """`reason` is told to the customer, with other routes they can take."""

    reason: Words


class NoteRequest(Request):
    """`public` notes are told to the customer."""

    text: Words
    public: bool = False


class CloseRequest(Request):
    """`text` tells the customer what came of it."""

    outcome: Literal["solved", "passed-on", "no-trace", "withdrawn"]
    text: Words


def open_case(draft: Draft, _request: Nothing) -> None:
    """Taken on after review."""
    draft.move(Move.OPEN)
    draft.case = cases.opened(draft.case, draft.pack, draft.calendar, draft.now)
    made = [promise for promise in draft.case.promises if promise.made == draft.now]
    told = tuple(PromiseMade(name=promise.name, due=promise.due) for promise in made)
    draft.tell_customer(CaseOpened(case=draft.case.id, promises=told))


def decline(draft: Draft, request: DeclineRequest) -> None:
    draft.move(Move.DECLINE)
    draft.case = cases.declined(draft.case, draft.now)
    draft.tell_customer(CaseDeclined(case=draft.case.id), request.reason)


def note(draft: Draft, request: NoteRequest) -> None:
    draft.move(Move.NOTE)
    if request.public:
        draft.tell_customer(CaseProgressed(case=draft.case.id), request.text)
    else:
        draft.tell(StaffNote(), Audience.STAFF, {"text": request.text})


def arrive(draft: Draft, _request: Nothing) -> None:
    draft.move(Move.ARRIVE)
    draft.case = cases.arrived(draft.case, draft.now)
    draft.tell_customer(SomebodyArrived())


def close(draft: Draft, request: CloseRequest) -> None:
    draft.move(Move.CLOSE)
    draft.case = cases.closed(draft.case, draft.now)
    case = draft.case
    closed = CaseClosed(
        case=case.id,
        kind=case.kind,
        category=case.category,
        outcome=request.outcome,
        contactable=case.contactable,
        language=case.language,
    )
    draft.tell_customer(closed, request.text)


ACTS: dict[str, Act[Any]] = {
    "open": Act("case.review", Nothing, open_case),
    "decline": Act("case.review", DeclineRequest, decline),
    "arrived": Act("case.arrive", Nothing, arrive),
    "notes": Act("case.note", NoteRequest, note, keyed=True),
    "close": Act("case.close", CloseRequest, close),
}
