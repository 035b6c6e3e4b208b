"""HTTP for staff who look at what customers sent: a function of its own, because it alone may read files."""

from aws_lambda_powertools.event_handler import Response

from services.intake import files
from shared.clock import utc_now
from shared.http import Desk, answer
from shared.store import Cause, NotFound

handler = Desk()


@handler.get("/staff/v1/cases/<number>/files")
def listed(number: str) -> Response[str]:
    return answer(200, files.listed(handler.principal(), number))


@handler.get("/staff/v1/cases/<number>/files/<file>")
def hand_out(number: str, file: str) -> Response[str]:
    if not (file.isascii() and file.isdigit() and len(file) <= len("100")):
        raise NotFound(file)
    principal = handler.principal()
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return answer(200, files.hand_out(principal, number, int(file), cause))
