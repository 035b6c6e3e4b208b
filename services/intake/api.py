"""HTTP for citizens: report, follow, and what they do with their case."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from services.intake import asking, following, joining, knowing, reporting
from shared.clock import utc_now
from shared.http import UNKNOWN_ROUTE, Desk, Problem, answer, invalid
from shared.packs import LANGUAGES

handler = Desk()


@handler.post("/v1/cases")
def report() -> Response[str]:
    request = handler.read(joining.ContinuedReportRequest)
    status, receipt = joining.report(request, handler.idempotency_key(), utc_now(), handler.correlation())
    return answer(status, receipt.as_dict(), {"Location": f"/v1/cases/{receipt.number}"})


@handler.get("/v1/cases/<number>")
def follow(number: str) -> Response[str]:
    return answer(200, following.follow(number, handler.bearer()).as_dict())


@handler.post("/v1/cases/<number>/<action>")
def act(number: str, action: str) -> Response[str]:
    if action not in following.ACTS:
        raise UNKNOWN_ROUTE
    request = handler.read(following.ACTS[action][0])
    key = handler.needed_idempotency_key()
    following.act(action, number, handler.bearer(), request, key, utc_now(), handler.correlation())
    return answer(202, {"taken": True, "next": "What comes of it appears on your case."})


@handler.get("/v1/categories")
def categories() -> Response[str]:
    language = handler.current_event.get_query_string_value("lang", "en")
    if language not in LANGUAGES:
        raise Problem(
            400,
            "unknown-language",
            "This language is not spoken here.",
            f"Use one of {', '.join(LANGUAGES)}.",
        )
    body: dict[str, Any] = {"categories": reporting.categories(language)}
    return answer(200, body, {"Cache-Control": "public, max-age=300"})


@handler.get("/v1/knowledge")
def look_up() -> Response[str]:
    asked = handler.current_event.query_string_parameters or {}
    try:
        request = knowing.KnowledgeQuery.model_validate({"q": "", **asked})
    except ValidationError as error:
        raise invalid(error) from None
    return answer(200, knowing.search(request, utc_now()), {"Cache-Control": "public, max-age=300"})


@handler.post("/v1/categories/proposals")
def propose() -> Response[str]:
    return answer(200, asking.propose(handler.read(asking.ProposalRequest)))


@handler.post("/v1/categories/<code>/questions")
def questions(code: str) -> Response[str]:
    return answer(200, asking.next_questions(code, handler.read(asking.QuestionsRequest)))
