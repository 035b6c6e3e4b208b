"""HTTP for citizens: see an invitation, answer it. The token travels as a bearer, never in the address."""

from aws_lambda_powertools.event_handler import Response

from services.survey import answering
from shared.clock import utc_now
from shared.http import Desk, answer

handler = Desk()


@handler.get("/v1/surveys/<invitation>")
def view(invitation: str) -> Response[str]:
    return answer(200, answering.view(invitation, handler.bearer()).as_dict())


@handler.post("/v1/surveys/<invitation>/answers")
def give_answer(invitation: str) -> Response[str]:
    request = handler.read(answering.AnswerRequest)
    answering.answer(invitation, handler.bearer(), request, utc_now(), handler.correlation())
    return answer(201, {"taken": True})
