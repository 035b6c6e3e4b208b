"""HTTP for staff: worklist, case, moves."""

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from services.intake import working
from shared.clock import utc_now
from shared.commands import Command
from shared.http import Desk, answer

handler = Desk()


def _command(request: BaseModel) -> Command:
    return Command(handler.principal().id, handler.idempotency_key(), request)


@handler.get("/staff/v1/cases")
def worklist() -> Response[str]:
    return answer(200, working.worklist(handler.principal(), utc_now(), handler.after()))


@handler.get("/staff/v1/cases/<number>")
def read(number: str) -> Response[str]:
    return answer(200, working.read(handler.principal(), number))


@handler.get("/staff/v1/cases/<number>/chain")
def audit(number: str) -> Response[str]:
    return answer(200, working.audit(handler.principal(), number))


@handler.post("/staff/v1/cases/<number>/open")
def open_case(number: str) -> Response[str]:
    command = _command(working.OpenRequest())
    return answer(200, working.open_case(handler.principal(), number, command, utc_now(), handler.correlation()))


@handler.post("/staff/v1/cases/<number>/decline")
def decline(number: str) -> Response[str]:
    request = handler.read(working.DeclineRequest)
    command = _command(request)
    return answer(
        200, working.decline(handler.principal(), number, command, request, utc_now(), handler.correlation())
    )


@handler.post("/staff/v1/cases/<number>/arrived")
def arrive(number: str) -> Response[str]:
    command = _command(working.ArriveRequest())
    return answer(200, working.arrive(handler.principal(), number, command, utc_now(), handler.correlation()))


@handler.post("/staff/v1/cases/<number>/notes")
def note(number: str) -> Response[str]:
    request = handler.read(working.NoteRequest)
    handler.needed_idempotency_key()  # a state that stays the same would take a note twice
    command = _command(request)
    return answer(200, working.note(handler.principal(), number, command, request, utc_now(), handler.correlation()))


@handler.post("/staff/v1/cases/<number>/close")
def close(number: str) -> Response[str]:
    request = handler.read(working.CloseRequest)
    command = _command(request)
    return answer(200, working.close(handler.principal(), number, command, request, utc_now(), handler.correlation()))
