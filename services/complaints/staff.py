"""HTTP for staff: worklist, count, complaint, and everything that is done with one."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from services.complaints import accepting, contacting, dating, erasing, procedures, recounting, working, worklist
from services.complaints.handling import Act, Nothing, carry_out
from services.complaints.working import CloseRequest
from shared import recalculating
from shared.clock import utc_now
from shared.commands import Command
from shared.http import Desk, Problem, Request, answer, invalid
from shared.newdate import NewDate
from shared.place import marks_of
from shared.policy import require
from shared.store import Cause

ACTS: dict[str, Act[Any]] = {**working.ACTS, **dating.ACTS, **contacting.ACTS, **procedures.ACTS, **erasing.ACTS}

handler = Desk()


@handler.get("/staff/v1/complaints")
def owed() -> Response[str]:
    asked = handler.current_event.get_query_string_value
    clock = asked("clock", "running")
    if clock not in {"running", "still"}:
        raise Problem(400, "unknown-clock", "There is no such list.", "Ask for clock=running or clock=still.")
    role, marks = asked("role", "") or None, handler.going_on(marks_of)
    return answer(200, worklist.worklist(handler.principal(), utc_now(), role, marks, still=clock == "still"))


@handler.post("/staff/v1/complaints")
def key_in() -> Response[str]:
    request = handler.read(accepting.KeyedComplaintRequest)
    principal = handler.principal()
    require(principal, "complaint.key-in")
    receipt = accepting.accept(request, handler.idempotency_key(), utc_now(), handler.correlation(), principal.id)
    body = receipt.for_staff(at_risk=bool(request.contact and request.contact.at_risk))
    return answer(201, body, {"Location": f"/staff/v1/complaints/{body['number']}"})


@handler.get("/staff/v1/complaints/count")
def count() -> Response[str]:
    return answer(200, worklist.count(handler.principal(), utc_now()))


recalculating.serve(handler, "/staff/v1/complaints/recalculation", recounting.walk)


@handler.get("/staff/v1/complaints/<number>")
def read(number: str) -> Response[str]:
    return answer(200, worklist.read(handler.principal(), number))


@handler.post("/staff/v1/complaints/<number>/promises/<name>/move")
def move(number: str, name: str) -> Response[str]:
    given = handler.read(NewDate)
    try:
        asked = dating.MovePromiseRequest(**given.model_dump(), promise=name)
    except ValidationError as error:
        raise invalid(error) from None
    return _carry_out("move", number, asked)


@handler.post("/staff/v1/complaints/<number>/<action>")
def act(number: str, action: str) -> Response[str]:
    if action not in ACTS:
        raise Problem(404, "unknown-route", "There is nothing at this address.")
    asked = ACTS[action].request
    silent = asked is Nothing or (asked is CloseRequest and not handler.current_event.body)
    return _carry_out(action, number, asked() if silent else handler.read(asked))


def _carry_out(action: str, number: str, request: Request) -> Response[str]:
    principal = handler.principal()
    command = Command(principal.id, handler.idempotency_key(), request)
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return answer(200, carry_out(ACTS[action], principal, number, command, request, cause))
