"""HTTP for staff: calls to make, what customers wish for, messages before they are sent, who is on duty and what they
acknowledge, bulletins, thanks.
"""

from datetime import datetime, timedelta

from aws_lambda_powertools.event_handler import Response
from pydantic import TypeAdapter, ValidationError

from services.notify import behalf, calling, carding, caring, drafting, noticing, previewing, roster, rostering
from services.notify.booking import BookingRequest
from shared.clock import utc_now
from shared.commands import Command
from shared.http import Desk, Problem, Request, When, answer
from shared.store import Cause

handler = Desk()
_WHEN: TypeAdapter[datetime] = TypeAdapter(When)


@handler.get("/staff/v1/callbacks")
def worklist() -> Response[str]:
    return answer(200, calling.worklist(handler.principal(), utc_now(), handler.after()))


@handler.post("/staff/v1/callbacks")
def book() -> Response[str]:
    request, key = handler.read(BookingRequest), handler.needed_idempotency_key()
    return answer(201, calling.book(handler.principal(), request, key, utc_now(), handler.correlation()))


@handler.get("/staff/v1/callbacks/<number>")
def read(number: str) -> Response[str]:
    return answer(200, calling.read(handler.principal(), number, utc_now()))


@handler.post("/staff/v1/callbacks/<number>/outcome")
def record(number: str) -> Response[str]:
    request = handler.read(calling.OutcomeRequest)
    command = _command(request)
    return answer(
        200, calling.record(handler.principal(), number, command, request, utc_now(), handler.correlation())
    )


@handler.post("/staff/v1/callbacks/<number>/take")
def take(number: str) -> Response[str]:
    return answer(200, calling.take(handler.principal(), number, utc_now(), handler.correlation()))


@handler.post("/staff/v1/callbacks/<number>/way-in")
def give_way_in(number: str) -> Response[str]:
    return answer(200, calling.give_way_in(handler.principal(), number, utc_now(), handler.correlation()))


@handler.get("/staff/v1/wishes/<number>")
def wishes(number: str) -> Response[str]:
    return answer(200, behalf.read(handler.principal(), number))


@handler.put("/staff/v1/wishes/<number>")
def keep_wishes(number: str) -> Response[str]:
    request = handler.read(behalf.OnBehalf)
    return answer(200, behalf.keep(handler.principal(), number, request, utc_now(), handler.correlation()))


@handler.post("/staff/v1/messages/preview")
def preview() -> Response[str]:
    return answer(200, previewing.preview(handler.principal(), handler.read(previewing.PreviewRequest)))


@handler.get("/staff/v1/bulletins")
def bulletins() -> Response[str]:
    return answer(200, drafting.listed(handler.principal()))


@handler.post("/staff/v1/bulletins")
def write_bulletin() -> Response[str]:
    request = handler.read(drafting.BulletinRequest)
    command = _command(request)
    return answer(201, drafting.write(handler.principal(), command, request, utc_now(), handler.correlation()))


@handler.get("/staff/v1/bulletins/<number>")
def read_bulletin(number: str) -> Response[str]:
    return answer(200, drafting.read(handler.principal(), number))


@handler.post("/staff/v1/bulletins/<number>/acts")
def act_on_bulletin(number: str) -> Response[str]:
    request = handler.read(drafting.ActRequest)
    command = _command(request)
    return answer(200, drafting.act(handler.principal(), number, command, request, utc_now(), handler.correlation()))


@handler.post("/staff/v1/thanks")
def thank() -> Response[str]:
    request = handler.read(caring.ThanksRequest)
    command = _command(request)
    return answer(201, caring.thank(handler.principal(), command, request, utc_now(), handler.correlation()))


@handler.get("/staff/v1/roster")
def shifts() -> Response[str]:
    return answer(200, roster.overview(handler.principal(), *_window()))


@handler.get("/staff/v1/roster/mine")
def my_shifts() -> Response[str]:
    return answer(200, roster.mine(handler.principal(), *_window()))


@handler.get("/staff/v1/roster/mine.csv")
def my_shifts_as_table() -> Response[str]:
    table = roster.mine_as_table(handler.principal(), *_window())
    return Response(200, "text/csv; charset=utf-8", table, headers={"Cache-Control": "no-store"})


@handler.post("/staff/v1/roster/shifts")
def plan_shift() -> Response[str]:
    request, principal = handler.read(rostering.ShiftRequest), handler.principal()
    planned = rostering.plan(principal, request, handler.needed_idempotency_key(), _cause())
    return answer(201, planned, {"Location": f"/staff/v1/roster/shifts/{planned['number']}"})


@handler.get("/staff/v1/roster/shifts/<number>")
def read_shift(number: str) -> Response[str]:
    return answer(200, roster.read(handler.principal(), number))


@handler.post("/staff/v1/roster/shifts/<number>/readiness")
def confirm_shift(number: str) -> Response[str]:
    return answer(200, rostering.confirm(handler.principal(), number, _command(rostering.Nothing()), _cause()))


@handler.post("/staff/v1/roster/shifts/<number>/leave")
def leave_shift(number: str) -> Response[str]:
    request = handler.read(rostering.LeaveRequest)
    return answer(200, rostering.leave(handler.principal(), number, _command(request), request, _cause()))


@handler.post("/staff/v1/roster/shifts/<number>/handover")
def hand_shift_over(number: str) -> Response[str]:
    request = handler.read(rostering.HandoverRequest)
    command = Command(handler.principal().id, handler.needed_idempotency_key(), request)
    return answer(200, rostering.hand_over(handler.principal(), number, command, request, _cause()))


@handler.post("/staff/v1/roster/shifts/<number>/cancel")
def cancel_shift(number: str) -> Response[str]:
    return answer(200, rostering.cancel(handler.principal(), number, _command(rostering.Nothing()), _cause()))


@handler.get("/staff/v1/roster/contacts/<staff>")
def read_card(staff: str) -> Response[str]:
    return answer(200, carding.read(handler.principal(), staff))


@handler.put("/staff/v1/roster/contacts/<staff>")
def keep_card(staff: str) -> Response[str]:
    request = handler.read(carding.CardRequest)
    return answer(200, carding.keep(handler.principal(), staff, request, _cause()))


@handler.get("/staff/v1/notices")
def notices() -> Response[str]:
    return answer(200, noticing.waiting(handler.principal(), utc_now(), handler.after()))


@handler.get("/staff/v1/notices/<number>")
def read_notice(number: str) -> Response[str]:
    return answer(200, noticing.read(handler.principal(), number, utc_now()))


@handler.post("/staff/v1/notices/<number>/acknowledgement")
def acknowledge(number: str) -> Response[str]:
    command = _command(rostering.Nothing())
    return answer(200, noticing.acknowledge(handler.principal(), number, command, _cause()))


def _command(request: Request) -> Command:
    return Command(handler.principal().id, handler.idempotency_key(), request)


def _cause() -> Cause:
    return Cause(utc_now(), handler.principal().id, handler.correlation())


def _window() -> tuple[datetime, datetime]:
    """`?from=` and `?to=`; left out: from now on, for a week."""
    asked = handler.current_event
    begins = _time(asked.get_query_string_value("from", ""), "from") or utc_now()
    return begins, _time(asked.get_query_string_value("to", ""), "to") or begins + timedelta(days=7)


def _time(text: str, name: str) -> datetime | None:
    try:
        return _WHEN.validate_python(text) if text else None
    except ValidationError:
        raise Problem(
            400,
            "bad-time",
            f"`{name}` is no time that can be used.",
            "Send it with its zone, for example 2026-12-01T08:00:00Z; a + in an address is written %2B.",
        ) from None
