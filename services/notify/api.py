"""HTTP for citizens: how they are written to, when they are called. The secret of their case is the bearer."""

from aws_lambda_powertools.event_handler import Response

from services.notify import choosing
from services.notify.awaiting import CallRequest
from shared.clock import utc_now
from shared.http import Desk, answer

handler = Desk()


@handler.get("/v1/contact/<number>")
def view(number: str) -> Response[str]:
    return answer(200, choosing.view(number, handler.bearer(), utc_now()))


@handler.put("/v1/contact/<number>")
def choose(number: str) -> Response[str]:
    request = handler.read(choosing.WishesRequest)
    return answer(200, choosing.choose(number, handler.bearer(), request, utc_now(), handler.correlation()))


@handler.post("/v1/contact/<number>/calls")
def choose_call(number: str) -> Response[str]:
    request = handler.read(CallRequest)
    return answer(200, choosing.choose_call(number, handler.bearer(), request, utc_now(), handler.correlation()))
