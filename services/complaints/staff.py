"""HTTP for staff: worklist, complaint, moves."""

from aws_lambda_powertools.event_handler import Response

from services.complaints import handling
from shared.clock import utc_now
from shared.commands import Command
from shared.http import Desk, answer

handler = Desk()


@handler.get("/staff/v1/complaints")
def worklist() -> Response[str]:
    return answer(200, handling.worklist(handler.principal(), utc_now(), handler.after()))


@handler.get("/staff/v1/complaints/<number>")
def read(number: str) -> Response[str]:
    return answer(200, handling.read(handler.principal(), number))


@handler.post("/staff/v1/complaints/<number>/answer")
def give_answer(number: str) -> Response[str]:
    request = handler.read(handling.AnswerRequest)
    principal = handler.principal()
    command = Command(principal.id, handler.idempotency_key(), request)
    return answer(200, handling.answer(principal, number, command, request, utc_now(), handler.correlation()))


@handler.post("/staff/v1/complaints/<number>/close")
def close(number: str) -> Response[str]:
    principal = handler.principal()
    command = Command(principal.id, handler.idempotency_key(), handling.CloseRequest())
    return answer(200, handling.close(principal, number, command, utc_now(), handler.correlation()))
