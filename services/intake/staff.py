"""HTTP for staff: worklist, case, and everything that is done with one."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from services.intake import (
    appointing,
    checking,
    consulting,
    correcting,
    dispatching,
    erasing,
    finding,
    flagging,
    forgetting,
    handing,
    incident,
    investigating,
    involving,
    joining,
    media,
    merging,
    owning,
    phoning,
    recounting,
    revisiting,
    settling,
    signing,
    tips,
    working,
    worklist,
)
from services.intake.handling import Act, Nothing, carry_out
from shared import recalculating
from shared.clock import utc_now
from shared.commands import Command
from shared.http import UNKNOWN_ROUTE, Desk, Problem, answer
from shared.policy import require
from shared.store import Cause

ACTS: dict[str, Act[Any]] = {
    **working.ACTS,
    **dispatching.ACTS,
    **handing.ACTS,
    **tips.ACTS,
    **media.ACTS,
    **flagging.ACTS,
    **owning.ACTS,
    **checking.ACTS,
    **investigating.ACTS,
    **appointing.ACTS,
    **settling.ACTS,
    **involving.ACTS,
    **revisiting.ACTS,
    **joining.ACTS,
    **consulting.ACTS,
    **correcting.ACTS,
    **erasing.ACTS,
}

handler = Desk()


@handler.get("/staff/v1/cases")
def owed() -> Response[str]:
    asked = handler.current_event.get_query_string_value("owed", "")
    if asked not in {"", "locate"}:
        raise Problem(400, "bad-owed", "`owed` is `locate`, or left out.", "Leave it out to read everything owed.")
    return answer(200, worklist.worklist(handler.principal(), utc_now(), handler.after(), calls=asked == "locate"))


@handler.post("/staff/v1/cases")
def key_in() -> Response[str]:
    request, principal = handler.read(joining.KeyedRequest), handler.principal()
    require(principal, "case.key-in")
    status, body = joining.key_in(principal, request, handler.idempotency_key(), _cause())
    return answer(status, body, {"Location": f"/staff/v1/cases/{body['number']}"})


recalculating.serve(handler, "/staff/v1/cases/recalculation", recounting.walk)


@handler.get("/staff/v1/cases/<number>")
def read(number: str) -> Response[str]:
    return answer(200, worklist.read(handler.principal(), number))


@handler.get("/staff/v1/cases/<number>/chain")
def audit(number: str) -> Response[str]:
    return answer(200, worklist.audit(handler.principal(), number))


@handler.get("/staff/v1/cases/<number>/incident.json")
def as_eido(number: str) -> Response[str]:
    return answer(200, incident.as_eido(handing.incident(handler.principal(), number)))


@handler.get("/staff/v1/cases/<number>/incident.cap")
def as_cap(number: str) -> Response[str]:
    alert = incident.as_cap(handing.incident(handler.principal(), number))
    return Response(200, "application/cap+xml", alert.decode(), headers={"Cache-Control": "no-store"})


@handler.post("/staff/v1/cases/<number>/secret")
def new_secret(number: str) -> Response[str]:
    command = Command(handler.principal().id, handler.needed_idempotency_key(), Nothing())
    return answer(200, correcting.renew(handler.principal(), number, command, _cause()))


@handler.post("/staff/v1/cases/<number>/<action>")
def act(number: str, action: str) -> Response[str]:
    if action not in ACTS:
        raise UNKNOWN_ROUTE
    chosen, principal = ACTS[action], handler.principal()
    request = Nothing() if chosen.request is Nothing else handler.read(chosen.request)
    key = handler.needed_idempotency_key() if chosen.keyed else handler.idempotency_key()
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return answer(200, carry_out(chosen, principal, number, Command(principal.id, key, request), request, cause))


@handler.post("/staff/v1/customers/find")
def find_customer() -> Response[str]:
    return answer(200, finding.find(handler.principal(), handler.read(finding.FindRequest), utc_now()))


@handler.get("/staff/v1/customers/<customer>")
def customer(customer: str) -> Response[str]:
    return answer(200, finding.read(handler.principal(), customer, utc_now(), handler.after()))


@handler.get("/staff/v1/customers/<customer>/history")
def customer_history(customer: str) -> Response[str]:
    return answer(200, finding.history(handler.principal(), customer))


@handler.post("/staff/v1/customers/<customer>/erase")
def erase_customer(customer: str) -> Response[str]:
    request, principal = handler.read(erasing.EraseRequest), handler.principal()
    command = Command(principal.id, handler.needed_idempotency_key(), request)
    return answer(200, forgetting.erase(principal, customer, command, request, _cause()))


@handler.post("/staff/v1/customers/<customer>/<action>")
def change_customer(customer: str, action: str) -> Response[str]:
    if action not in merging.CHANGES:
        raise UNKNOWN_ROUTE
    chosen, principal = merging.CHANGES[action], handler.principal()
    request = handler.read(chosen.request)
    command = Command(principal.id, handler.idempotency_key(), request)
    return answer(200, merging.carry_out(chosen, principal, customer, command, request, _cause()))


@handler.get("/staff/v1/units")
def units() -> Response[str]:
    state = handler.current_event.get_query_string_value("state", "")
    return answer(200, signing.listed(handler.principal(), state or None))


@handler.get("/staff/v1/units/<unit>")
def unit(unit: str) -> Response[str]:
    return answer(200, signing.read(handler.principal(), unit))


@handler.put("/staff/v1/units/<unit>")
def sign_on(unit: str) -> Response[str]:
    signing.named(unit)
    request = handler.read(signing.SignOnRequest)
    return answer(200, signing.sign_on(handler.principal(), unit, request, utc_now()))


@handler.post("/staff/v1/units/<unit>/position")
def locate(unit: str) -> Response[str]:
    request = handler.read(signing.Whereabouts)
    return answer(200, signing.locate(handler.principal(), unit, request, utc_now()))


@handler.post("/staff/v1/units/<unit>/state")
def set_state(unit: str) -> Response[str]:
    request = handler.read(signing.StateRequest)
    return answer(200, signing.set_state(handler.principal(), unit, request, utc_now()))


@handler.post("/staff/v1/callers")
def flag() -> Response[str]:
    return answer(200, flagging.flag(handler.principal(), handler.read(flagging.FlagRequest), _cause()))


@handler.post("/staff/v1/callers/lift")
def lift() -> Response[str]:
    return answer(200, flagging.lift(handler.principal(), handler.read(flagging.LiftRequest), _cause()))


@handler.post("/staff/v1/callers/look")
def look_at_caller() -> Response[str]:
    return answer(200, flagging.look(handler.principal(), handler.read(flagging.NumberRequest)))


def _cause() -> Cause:
    return Cause(utc_now(), handler.principal().id, handler.correlation())


@handler.post("/staff/v1/calls")
def call() -> Response[str]:
    request, principal = handler.read(phoning.AnsweredRequest), handler.principal()
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return answer(201, phoning.take(principal, request, handler.needed_idempotency_key(), cause))


@handler.get("/staff/v1/calls/<number>")
def read_call(number: str) -> Response[str]:
    return answer(200, phoning.read(handler.principal(), number))


@handler.post("/staff/v1/calls/<number>/<action>")
def go_on(number: str, action: str) -> Response[str]:
    if action not in phoning.TALKS:
        raise UNKNOWN_ROUTE
    asked, principal = phoning.TALKS[action].request, handler.principal()
    request = phoning.NothingMore() if asked is phoning.NothingMore else handler.read(asked)
    command = Command(principal.id, handler.needed_idempotency_key(), request)
    cause = Cause(utc_now(), principal.id, handler.correlation())
    return answer(200, phoning.go_on(principal, number, action, command, request, cause))
