"""What staff do with the rota: plan shifts, say that they are ready, leave one to a substitute, hand over."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from services.notify import notes, roster, rota
from services.notify import shift as shifts
from services.notify.duty import card_of_staff
from services.notify.roster import facts, identity_of
from services.notify.shift import Act, Shift
from shared import ids, vault
from shared.acting import Change, carry_out
from shared.commands import Command
from shared.contracts.notify import ShiftNear, ShiftUnready, SubstituteNamed
from shared.http import Problem, Request, Text, When, fault, key_used
from shared.policy import Principal, require
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Cause, Item, Line, NotFound, retrying
from shared.tables import store

StaffId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@+-]{1,64}$")]
"""The id in a member of staff's token."""

Zone = Annotated[str, Field(pattern=r"^(unit-[a-z0-9-]{1,60})?$")]


_INSTEAD: Mapping[Act, str] = {
    Act.READINESS: "Nothing has to be said: that they are ready is known.",
    Act.HANDOVER: "A handover is written once the shift has begun.",
}
"""What to do about an act that a shift does not allow now, while it allows others."""


class ShiftRequest(Request):
    """Who is on duty as what, where (a unit; left out: everywhere) and when."""

    role: str
    zone: Zone = ""
    staff: StaffId
    begins: When
    ends: When


class LeaveRequest(Request):
    """Who comes instead."""

    substitute: StaffId


class HandoverRequest(Request):
    """What whoever comes next has to know."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]


class Nothing(Request):
    """An act that needs no more words."""


def plan(principal: Principal, request: ShiftRequest, key: str, cause: Cause) -> dict[str, Any]:
    """Put somebody on the rota. The same key is the same shift. Refuses who has the same duty then already.

    Warns of an id that nobody is known by.
    """
    require(principal, "roster.plan")
    _must_be_shift(request, cause.at)
    identity = ids.number_from(vault.mac("shift", principal.id, key))
    bare = Shift(
        id=identity,
        role=request.role,
        zone=request.zone,
        staff=request.staff,
        begins=request.begins,
        ends=request.ends,
        salt=vault.new_salt(),
    )
    new = shifts.planned(bare, pack(), calendar(), cause.at)
    line = Line(notes.ShiftPlanned(**request.model_dump()))
    with suppress(NotFound):
        return {**_planned_before(identity, store().first(Shift, identity).data, line), **_unknown(new.staff)}

    def write() -> Shift:
        taken = _must_be_free(new, new.staff, "/staff")
        return store().create(new, [line], cause, extra=[*rota.rows(new), taken])

    try:
        return {**facts(retrying(write)), **_unknown(new.staff)}
    except AlreadyExists:
        return {**_planned_before(identity, store().first(Shift, identity).data, line), **_unknown(new.staff)}


def _unknown(staff: str) -> dict[str, str]:
    """A warning where nobody of this id ever said how they are reached: the desk keeps no list of its staff."""
    if card_of_staff(staff)[0] is not None:
        return {}
    return {
        "warning": f"Nobody called {staff} has said how they are reached on duty: check the id."
        " If it is right, they say it with PUT /staff/v1/roster/contacts/mine."
    }


def confirm(principal: Principal, number: str, command: Command, cause: Cause) -> dict[str, Any]:
    """They are ready. Answers what those before them handed over."""

    def decide(shift: Shift) -> Change[Shift]:
        _must_be_theirs(principal, shift)
        return Change(_allowed(lambda: shifts.ready(shift, cause.at)), [Line(notes.ShiftConfirmed())])

    done = _act(principal, number, command, cause, decide)
    return {**done, "before": roster.before(store().load(Shift, identity_of(number)))}


def leave(principal: Principal, number: str, command: Command, request: LeaveRequest, cause: Cause) -> dict[str, Any]:
    """Somebody else comes, who is told and has to say that they are ready."""

    def decide(shift: Shift) -> Change[Shift]:
        _must_be_theirs(principal, shift)
        if request.substitute == shift.staff:
            raise fault("/substitute", "same", "They have this shift already; name somebody else.")
        after = _allowed(lambda: shifts.left_to(shift, request.substitute, pack(), calendar(), cause.at))
        taken = _must_be_free(after, request.substitute, "/substitute")
        named = SubstituteNamed(
            shift=shift.id,
            role=shift.role,
            staff=request.substitute,
            begins=shift.begins,
            ends=shift.ends,
            instead_of=shift.staff,
        )
        return Change(after, [Line(named)], [*rota.rows(after), taken])

    return _act(principal, number, command, cause, decide)


def hand_over(
    principal: Principal, number: str, command: Command, request: HandoverRequest, cause: Cause
) -> dict[str, Any]:
    """Leave something for whoever comes next. May be said more than once, and after the shift."""

    def decide(shift: Shift) -> Change[Shift]:
        _must_be_theirs(principal, shift)
        after = _allowed(lambda: shifts.handed_over(shift, cause.at))
        return Change(after, [Line(notes.HandoverNoted(), private={"text": request.text})])

    return _act(principal, number, command, cause, decide)


def cancel(principal: Principal, number: str, command: Command, cause: Cause) -> dict[str, Any]:
    """The shift does not take place."""
    require(principal, "roster.plan")

    def decide(shift: Shift) -> Change[Shift]:
        return Change(_allowed(lambda: shifts.cancelled(shift, cause.at)), [Line(notes.ShiftCancelled())])

    return _act(principal, number, command, cause, decide)


def look(identity: str, now: datetime) -> None:
    """Whoever has it is reminded; when nobody says that they are ready, whoever stands above hears."""
    shift = store().load(Shift, identity)
    reminded, is_near = shifts.near(shift, now)
    after, misses = shifts.unready(reminded, pack(), calendar(), now)
    if after == shift:
        return
    lines: list[Line] = []
    if is_near:
        soon = ShiftNear(shift=shift.id, role=shift.role, staff=shift.staff, begins=shift.begins)
        lines.append(Line(soon))
    lines += [
        Line(
            ShiftUnready(
                shift=shift.id,
                role=shift.role,
                staff=shift.staff,
                begins=shift.begins,
                to=miss.successor.role,
            )
        )
        for miss in misses
    ]
    cause = Cause(now, "clock", f"tick:{shift.id}:{shift.seq}")
    store().change(after, lines or [Line(notes.ShiftOver())], cause)


def forget(identity: str, now: datetime) -> None:
    """What was handed over long ago is erased."""
    shift = store().load(Shift, identity)
    if shift.erase_at is None or shift.erase_at > now:
        return
    cause = Cause(now, "clock", f"tick:{shift.id}:{shift.seq}")
    store().change(shifts.forgotten(shift), [Line(notes.ShiftForgotten())], cause)


def _act(
    principal: Principal, number: str, command: Command, cause: Cause, decide: Callable[[Shift], Change[Shift]]
) -> dict[str, Any]:
    require(principal, "roster.serve")
    return carry_out(Shift, identity_of(number), command, cause, decide, facts)


def _must_be_theirs(principal: Principal, shift: Shift) -> None:
    if principal.id != shift.staff:
        require(principal, "roster.serve-others")


def _allowed(act: Callable[[], Shift]) -> Shift:
    """The shift afterwards. Raises `Problem` 409 that says what is possible."""
    try:
        return act()
    except shifts.IllegalMove as illegal:
        raise Problem(
            409,
            "illegal-move",
            f"This shift is {illegal.state} and does not allow that now.",
            _INSTEAD[illegal.act] if illegal.allowed else "Nothing is possible with it any more; plan a new one.",
            allowed=list(illegal.allowed),
        ) from None
    except shifts.Over:
        raise Problem(
            409,
            "shift-over",
            "This shift has ended.",
            "Its handover can still be written; everything else is for shifts to come.",
            allowed=["handover"],
        ) from None


def _must_be_shift(request: ShiftRequest, now: datetime) -> None:
    if request.role not in pack().roles:
        raise fault("/role", "unknown", f"There is no such role; use one of: {', '.join(pack().roles)}.")
    if not timedelta() < request.ends - request.begins <= shifts.LONGEST:
        raise fault("/ends", "length", "A shift ends after it begins, and lasts at most 24 hours; plan several.")
    if request.ends <= now:
        raise fault("/ends", "past", "This shift is over already; plan one to come.")


def _must_be_free(shift: Shift, staff: str, where: str) -> Item:
    """Nobody has the same duty twice at a time: one of the two would be nobody's. Answers the write that holds it to
    that, whoever else gives them a duty meanwhile.
    """
    turn = rota.turn_of(staff)
    others = rota.taken_by(staff, shift.begins, shift.ends)
    if any(one.role == shift.role and one.id != shift.id and one.overlaps(shift) for one in others):
        raise fault(where, "on_duty", "They are on duty in this role at that time already; name somebody else.")
    return turn.take()


def _planned_before(identity: str, known: dict[str, Any], line: Line) -> dict[str, Any]:
    asked = line.event.model_dump(mode="json", exclude_defaults=True)
    if asked != known:
        raise key_used("shift")
    return facts(store().load(Shift, identity))
