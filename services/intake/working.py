"""Working on a case: review it, note, arrive, close. Each move tells the customer."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import case as cases
from services.intake import outstanding
from services.intake.case import Move
from services.intake.handling import Act, Draft, Nothing, conclude, take_on
from services.intake.notes import StaffNote
from shared import promises
from shared.contracts.intake import CaseDeclined, CaseExtended, CaseProgressed
from shared.http import Request, Text
from shared.newdate import NewDate
from shared.store import Audience

_FAR = timedelta(days=730)

Words = Annotated[Text, Field(min_length=1, max_length=4000)]
Short = Annotated[Text, Field(min_length=1, max_length=300)]


class DeclineRequest(Request):
    """`reason` is told to the customer, with other routes they can take; appointments do not take place either."""

    reason: Words


class NoteRequest(Request):
    """`public` notes are told to the customer."""

    text: Words
    public: bool = False


class ReplyRequest(Request):
    """The answer to what the customer asked; they are told."""

    text: Words


class ExtendRequest(NewDate):
    """Another date for a promise, and why; the customer is told."""

    promise: Annotated[str, Field(max_length=40)] = cases.RESOLVE


class CloseRequest(Request):
    """`text` tells the customer what came of it; it is also why `appointments` that stand do not take place."""

    outcome: Literal["solved", "passed-on", "no-trace", "withdrawn"]
    text: Words
    appointments: outstanding.Fate | None = None


def open_case(draft: Draft, _request: Nothing) -> None:
    """Taken on after review."""
    draft.move(Move.OPEN)
    take_on(draft)


def decline(draft: Draft, request: DeclineRequest) -> None:
    draft.case.moved(Move.DECLINE)
    outstanding.see_to(draft, "cancel", request.reason)
    draft.move(Move.DECLINE)
    draft.case = cases.declined(draft.case, draft.now)
    draft.tell_customer(CaseDeclined(case=draft.case.id), request.reason)


def note(draft: Draft, request: NoteRequest) -> None:
    draft.move(Move.NOTE)
    if request.public:
        draft.case = cases.progressed(draft.case, draft.pack, draft.calendar, draft.now)
        draft.tell_customer(CaseProgressed(case=draft.case.id), request.text)
    else:
        draft.tell(StaffNote(), Audience.STAFF, {"text": request.text})


def reply(draft: Draft, request: ReplyRequest) -> None:
    """What the customer asked is answered."""
    if not promises.is_open(draft.case.promises, cases.REPLY):
        raise promises.NotOwed(cases.REPLY)
    draft.case = draft.case.promising(promises.keep(draft.case.promises, cases.REPLY, draft.now))
    draft.case = cases.progressed(draft.case, draft.pack, draft.calendar, draft.now)
    draft.tell_customer(CaseProgressed(case=draft.case.id), request.text)


def extend(draft: Draft, request: ExtendRequest) -> None:
    """A date is moved before it passes, with a reason; the customer is told the new one."""
    draft.move(Move.WORK)
    name, case = request.promise, draft.case
    if name == cases.LOOK_AGAIN and draft.by.is_subject(case.handlers):
        raise promises.NotOwed(name)
    was = next((one for one in case.promises if one.name == name and one.open), None)
    to: datetime | dict[str, int] = request.to or dict(request.within or {})
    made = promises.move(case.promises, name, to, draft.calendar, draft.now, request.reason, draft.by.id)
    draft.case = case.promising(made)
    due = next(one.due for one in made if one.name == name and one.open)
    extended = CaseExtended(case=case.id, promise=name, was_due=was.due if was else due, due=due)
    if name in cases.AMONG_STAFF:
        draft.tell(extended, private={"text": request.reason})
    else:
        draft.tell_customer(extended, request.reason)


def close(draft: Draft, request: CloseRequest) -> None:
    draft.case.moved(Move.CLOSE)
    outstanding.see_to(draft, request.appointments, request.text)
    conclude(draft, request.outcome, request.text)


ACTS: dict[str, Act[Any]] = {
    "open": Act("case.review", Nothing, open_case),
    "decline": Act("case.review", DeclineRequest, decline),
    "reply": Act("case.note", ReplyRequest, reply),
    "extend": Act("case.work", ExtendRequest, extend),
    "notes": Act("case.note", NoteRequest, note, keyed=True, handles=False),
    "close": Act("case.close", CloseRequest, close),
}
