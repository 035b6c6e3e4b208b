"""HTTP for staff: calls to make and how they went, messages before they are sent, bulletins, thanks."""

from aws_lambda_powertools.event_handler import Response

from services.notify import calling, caring, drafting, previewing
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


@handler.get("/staff/v1/bulletins")
def bulletins() -> Response[str]:
    return answer(200, drafting.listed(handler.principal()))


@handler.post("/staff/v1/bulletins")
def write_bulletin() -> Response[str]:
    request = handler.read(drafting.BulletinRequest)
    principal = handler.principal()
    command = Command(principal.id, handler.idempotency_key(), request)
    return answer(201, drafting.write(principal, command, request, utc_now(), handler.correlation()))


@handler.get("/staff/v1/bulletins/<number>")
def read_bulletin(number: str) -> Response[str]:
    return answer(200, drafting.read(handler.principal(), number))


@handler.post("/staff/v1/bulletins/<number>/acts")
def act_on_bulletin(number: str) -> Response[str]:
    request = handler.read(drafting.ActRequest)
    principal = handler.principal()
    command = Command(principal.id, handler.idempotency_key(), request)
    return answer(200, drafting.act(principal, number, command, request, utc_now(), handler.correlation()))


@handler.post("/staff/v1/thanks")
def thank() -> Response[str]:
    request = handler.read(caring.ThanksRequest)
    principal = handler.principal()
    command = Command(principal.id, handler.idempotency_key(), request)
    return answer(201, caring.thank(principal, command, request, utc_now(), handler.correlation()))
