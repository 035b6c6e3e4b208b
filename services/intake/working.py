"""Working on a case: review it, note, arrive, close. Each move tells the customer."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import case as cases
from services.intake import sending
from services.intake.case import Move
from services.intake.handling import Act, Draft, Nothing, conclude, take_on
from services.intake.notes import StaffNote
from shared.contracts.intake import CaseDeclined, CaseProgressed
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
    take_on(draft)


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


def close(draft: Draft, request: CloseRequest) -> None:
    conclude(draft, request.outcome, request.text)


ACTS: dict[str, Act[Any]] = {
    "open": Act("case.review", Nothing, open_case),
    "decline": Act("case.review", DeclineRequest, decline),
    "notes": Act("case.note", NoteRequest, note, keyed=True),
    "close": Act("case.close", CloseRequest, close, then=sending.send_wanted),
}
