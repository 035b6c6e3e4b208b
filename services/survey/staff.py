"""HTTP for staff: scores."""

from datetime import datetime

from aws_lambda_powertools.event_handler import Response

from services.survey import scores
from shared.clock import utc_now
from shared.http import Desk, Problem, answer

handler = Desk()


@handler.get("/staff/v1/scores")
def of_month() -> Response[str]:
    asked = handler.current_event.get_query_string_value("month", f"{utc_now():%Y-%m}")
    try:
        month = datetime.strptime(f"{asked}-01+0000", "%Y-%m-%d%z")
    except ValueError:
        raise Problem(400, "not-a-month", "This is no month.", "Write it as 2026-11.") from None
    return answer(200, {"month": f"{month:%Y-%m}", "scores": scores.of_month(handler.principal(), month)})
