"""Recalculation as staff order it over HTTP: looked at page by page, then carried out page by page, with a reason."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from shared import ids
from shared.http import Desk, Problem, Request, Text, answer
from shared.policy import Principal, require
from shared.recalculation import Page, Row, Walk

PERMIT = "promises.recalculate"
AT_ONCE = 50
"""Aggregates to a page: with a write for each it stays well within the time that a function has."""


class RecalculateRequest(Request):
    """Move the dates that move. `rules` are those that the preview named; `reason` is kept, and told to customers."""

    rules: Annotated[str, Field(max_length=80)]
    reason: Annotated[Text, Field(min_length=1, max_length=300)]


def serve(desk: Desk, path: str, walk: Callable[[Principal, str], Walk]) -> None:
    """Let `desk` answer at `path`: GET looks, POST carries out. `walk` is for whoever orders it, with their reason.

    Carried out twice it comes to the same as once: a page may safely be sent again, and a walk that was broken off
    goes on from its last `next`.
    """

    def preview() -> Response[str]:
        principal = desk.principal()
        require(principal, PERMIT)
        ordered = walk(principal, "")
        return _said(ordered, ordered.preview(desk.going_on(ordered.milestone), AT_ONCE))

    def apply() -> Response[str]:
        principal = desk.principal()
        require(principal, PERMIT)
        request = desk.read(RecalculateRequest)
        ordered = walk(principal, request.reason)
        if request.rules != ordered.new.rules:
            raise Problem(
                409,
                "other-rules",
                "The desk runs under other rules than those that were looked at.",
                "Look at the preview again.",
                rules=ordered.new.rules,
            )
        return _said(ordered, ordered.apply(desk.going_on(ordered.milestone), AT_ONCE))

    desk.get(path)(preview)
    desk.post(path)(apply)


def _said(walk: Walk, page: Page) -> Response[str]:
    return answer(
        200,
        {
            "rules": walk.new.rules,
            "rows": [_row(row) for row in page.rows],
            "met": page.met,
            "done": page.done,
            "next": page.mark and page.mark.word,
        },
    )


def _row(row: Row) -> dict[str, Any]:
    return {
        "number": ids.spoken(row.aggregate.partition("#")[2]),
        "outcome": str(row.outcome),
        "promise": row.promise or None,
        "rung": row.rung,
        "from": row.was_due.isoformat() if row.was_due else None,
        "to": row.now_due.isoformat() if row.now_due else None,
    }
