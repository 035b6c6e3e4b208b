"""HTTP for staff who take cases out: a function of its own, because it alone may read through the whole table."""

from aws_lambda_powertools.event_handler import Response

from services.intake import exporting
from shared.clock import utc_now
from shared.http import Desk, Problem, answer
from shared.store import Cause

handler = Desk()


@handler.get("/staff/v1/exports/cases")
def cases() -> Response[str]:
    principal = handler.principal()
    asked = handler.current_event.query_string_parameters or {}
    personal = asked.get("personal", "false")
    if personal not in {"true", "false"}:
        raise Problem(400, "bad-flag", "personal is true or false.")
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return answer(200, exporting.page(principal, cause, asked.get("after", ""), personal=personal == "true"))
