"""HTTP for staff: what is printed. The rectification notice, as a page and as PDF.

Its function runs from a package of its own: fonts and what draws with them would slow every other one down.
"""

from typing import Final

from aws_lambda_powertools.event_handler import Response

from services.complaints import sheet, shelf
from services.complaints.complaint import Complaint
from services.complaints.handling import identity_of, let
from services.complaints.printing import pdf
from services.complaints.sheet import Sheet
from shared import ids
from shared.contracts.complaints import RectificationIssued
from shared.http import Desk, Problem
from shared.pages import DEFAULT_LANGUAGE, LANGUAGES, render
from shared.store import NotFound
from shared.tables import store
from shared.wording import speaker

handler = Desk()

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
}


@handler.get("/staff/v1/documents/complaints/<number>/notice")
def page(number: str) -> Response[str]:
    notice = _notice(number)
    return Response(
        status_code=200,
        content_type="text/html; charset=utf-8",
        body=render("complaints/sheet.html", notice.language, sheet=notice),
        headers=_HEADERS,
    )


@handler.get("/staff/v1/documents/complaints/<number>/notice.pdf")
def document(number: str) -> Response[bytes]:
    notice = _notice(number)
    return Response(
        status_code=200,
        content_type="application/pdf",
        body=pdf(notice),
        headers={**_HEADERS, "Content-Disposition": f'inline; filename="{notice.number}.pdf"'},
    )


def _notice(number: str) -> Sheet:
    """The notice of a complaint in the language asked for. Raises `NotFound` where none was issued."""
    language = handler.current_event.get_query_string_value("lang", DEFAULT_LANGUAGE)
    if language not in LANGUAGES:
        spoken = ", ".join(LANGUAGES)
        raise Problem(400, "unknown-language", "This language is not spoken here.", f"Use one of {spoken}.")
    principal = handler.principal()
    complaint, events = store().history(Complaint, identity_of(number))
    let(principal, "complaint.read", complaint)
    if complaint.notice is None:
        raise NotFound(number)
    issued = next(event for event in events if event.type == RectificationIssued.detail_type())
    book = shelf.book()
    return sheet.rectification(
        complaint.notice,
        text=issued.private(complaint.salt)["text"],
        complaint=ids.spoken(complaint.id),
        kind=complaint.kind,
        pack=book.pack,
        rules=book.rules,
        zone=book.calendar.zone,
        say=speaker("complaints", language),
        language=language,
    )
