"""HTTP for citizens: how they are written to. The secret of their case opens it, as a bearer."""

from aws_lambda_powertools.event_handler import Response

from services.notify import choosing
from shared.clock import utc_now
from shared.http import Desk, answer

handler = Desk()


@handler.get("/v1/contact/<number>")
def view(number: str) -> Response[str]:
    return answer(200, choosing.view(number, handler.bearer()))


@handler.put("/v1/contact/<number>")
def choose(number: str) -> Response[str]:
    request = handler.read(choosing.WishesRequest)
    return answer(200, choosing.choose(number, handler.bearer(), request, utc_now(), handler.correlation()))
