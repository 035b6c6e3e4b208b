"""HTTP for staff: calls to make and how they went, messages before they are sent."""

from aws_lambda_powertools.event_handler import Response

from services.notify import calling, previewing
from shared.clock import utc_now
from shared.commands import Command
from shared.http import Desk, answer

handler = Desk()


@handler.get("/staff/v1/callbacks")
def worklist() -> Response[str]:
    return answer(200, calling.worklist(handler.principal(), utc_now(), handler.after()))


@handler.get("/staff/v1/callbacks/<number>")
def read(number: str) -> Response[str]:
    return answer(200, calling.read(handler.principal(), number))


@handler.post("/staff/v1/callbacks/<number>/outcome")
def record(number: str) -> Response[str]:
    request = handler.read(calling.OutcomeRequest)
    principal = handler.principal()
    command = Command(principal.id, handler.idempotency_key(), request)
    return answer(200, calling.record(principal, number, command, request, utc_now(), handler.correlation()))


@handler.post("/staff/v1/messages/preview")
def preview() -> Response[str]:
    return answer(200, previewing.preview(handler.principal(), handler.read(previewing.PreviewRequest)))
