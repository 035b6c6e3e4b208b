"""HTTP for citizens: report, follow, voice a grievance."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from services.intake import following, reporting
from shared.clock import utc_now
from shared.http import Desk, Problem, answer
from shared.packs import LANGUAGES

handler = Desk()


@handler.post("/v1/cases")
def report() -> Response[str]:
    request = handler.read(reporting.ReportRequest)
    receipt = reporting.report(request, handler.idempotency_key(), utc_now(), handler.correlation())
    return answer(201, receipt.as_dict(), {"Location": f"/v1/cases/{receipt.number}"})


@handler.get("/v1/cases/<number>")
def follow(number: str) -> Response[str]:
    return answer(200, following.follow(number, handler.bearer()).as_dict())


@handler.post("/v1/cases/<number>/grievances")
def voice_grievance(number: str) -> Response[str]:
    request = handler.read(following.GrievanceRequest)
    key = handler.needed_idempotency_key()
    following.voice_grievance(number, handler.bearer(), request, key, utc_now(), handler.correlation())
    return answer(202, {"taken": True, "next": "A complaint is opened; its number and date appear on your case."})


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
