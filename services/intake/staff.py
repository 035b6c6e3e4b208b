"""HTTP for staff: worklist, case, and everything that is done with one."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from services.intake import appointing, checking, investigating, owning, reporting, settling, working, worklist
from services.intake.handling import Act, Nothing, carry_out
from shared.clock import utc_now
from shared.commands import Command
from shared.http import UNKNOWN_ROUTE, Desk, answer
from shared.policy import require
from shared.store import Cause

ACTS: dict[str, Act[Any]] = {
    **working.ACTS,
    **owning.ACTS,
    **checking.ACTS,
    **investigating.ACTS,
    **appointing.ACTS,
    **settling.ACTS,
}

handler = Desk()


@handler.get("/staff/v1/cases")
def owed() -> Response[str]:
    return answer(200, worklist.worklist(handler.principal(), utc_now(), handler.after()))


@handler.post("/staff/v1/cases")
def key_in() -> Response[str]:
    request = handler.read(reporting.KeyedReportRequest)
    principal = handler.principal()
    require(principal, "case.key-in")
    key = handler.idempotency_key()
    receipt = reporting.report(request, key, utc_now(), handler.correlation(), principal.id)
    contact = request.contact
    body = receipt.for_staff(contactable=bool(contact and (contact.email or contact.phone)))
    return answer(201, body, {"Location": f"/staff/v1/cases/{body['number']}"})


@handler.get("/staff/v1/cases/<number>")
def read(number: str) -> Response[str]:
    return answer(200, worklist.read(handler.principal(), number))


@handler.get("/staff/v1/cases/<number>/chain")
def audit(number: str) -> Response[str]:
    return answer(200, worklist.audit(handler.principal(), number))


@handler.post("/staff/v1/cases/<number>/<action>")
def act(number: str, action: str) -> Response[str]:
    if action not in ACTS:
        raise UNKNOWN_ROUTE
    chosen, principal = ACTS[action], handler.principal()
    request = Nothing() if chosen.request is Nothing else handler.read(chosen.request)
    key = handler.needed_idempotency_key() if chosen.keyed else handler.idempotency_key()
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return answer(200, carry_out(chosen, principal, number, Command(principal.id, key, request), request, cause))
