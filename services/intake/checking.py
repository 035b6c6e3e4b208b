"""Checking the documents of an application: what is missing is told once, and the clock stands meanwhile."""

from typing import Annotated, Any

from pydantic import Field

from services.intake import notes
from services.intake.case import PROGRESS, RESOLVE, Move
from services.intake.handling import Act, Draft
from services.intake.working import Words
from shared import promises
from shared.contracts.intake import DocumentsWanted
from shared.http import Problem, Request, fault

STANDS = "you are completing your documents"


class DocumentsRequest(Request):
    """Codes of the category's documents that are missing; none when all are there. `text` is for the customer."""

    missing: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=40)]
    text: Words | None = None


class CompletionRequest(Request):
    """What the customer sends, in words; files are added to the case."""

    text: Words


def check(draft: Draft, request: DocumentsRequest) -> None:
    """Everything that is missing in one answer; the clock of the outcome stands while the customer completes it."""
    category = draft.pack.category(draft.case.category)
    known = category.documents if category else {}
    if not known:
        raise Problem(409, "no-documents", "This category asks for no documents.", "Ask by a public note.")
    for place, code in enumerate(request.missing):
        if code not in known:
            raise fault(f"/missing/{place}", "unknown_document", f"Known are: {', '.join(known)}.")
    draft.move(Move.WORK)
    missing = tuple(dict.fromkeys(request.missing))
    draft.set(papers=draft.case.papers.found(missing))
    if not missing:
        _run(draft)
        draft.tell_customer(notes.DocumentsComplete())
        return
    for name in (RESOLVE, PROGRESS):
        if promises.is_open(draft.case.promises, name) and not promises.is_paused(draft.case.promises, name):
            draft.case = draft.case.promising(promises.pause(draft.case.promises, name, draft.now, STANDS))
    names = [known[code].into(draft.case.language) for code in missing]
    listed = "\n".join(f"- {name}" for name in names)
    draft.tell_customer(
        DocumentsWanted(case=draft.case.id, missing=missing),
        f"{request.text}\n\n{listed}" if request.text else listed,
    )


def complete(draft: Draft, request: CompletionRequest) -> None:
    """The customer says that they have completed it: the clock goes on."""
    draft.set(papers=draft.case.papers.completed())
    _run(draft)
    draft.tell_customer(notes.DocumentsSent(), request.text)


def _run(draft: Draft) -> None:
    for name in (RESOLVE, PROGRESS):
        if promises.is_paused(draft.case.promises, name):
            resumed = promises.resume(draft.case.promises, name, draft.calendar, draft.now)
            draft.case = draft.case.promising(resumed)


ACTS: dict[str, Act[Any]] = {"documents": Act("case.work", DocumentsRequest, check, keyed=True)}
