"""What staff do with notices: see which wait, acknowledge one. And when nobody does, it goes up."""

from datetime import datetime, timedelta
from typing import Any

from services.notify import notes, rota
from services.notify import notice as notices
from services.notify.duty import said_before
from services.notify.notice import Notice
from services.notify.wording import letter
from shared import ids
from shared.acting import Change, carry_out
from shared.commands import Command
from shared.contracts.notify import AcknowledgementOverdue
from shared.http import Problem
from shared.packs import LANGUAGES
from shared.place import Place
from shared.policy import UNIT, Principal, may, require
from shared.rules import calendar, pack
from shared.store import Cause, Line, NotFound
from shared.tables import store

PAGE = 50
_HORIZON = timedelta(days=3650)


def waiting(principal: Principal, now: datetime, after: Place | None = None) -> dict[str, Any]:
    """Notices that nobody has acknowledged, the soonest due first; none about the reader. At most a page."""
    require(principal, "notice.read")
    found: list[tuple[Place, Notice]] = []
    while len(found) <= PAGE:
        places = store().due(Notice.KIND, now + _HORIZON, PAGE, after)
        known = {one.id: one for one in store().load_many(Notice, [place.id for place in places])}
        found += [
            (place, known[place.id])
            for place in places
            if place.id in known and not principal.is_subject(known[place.id].subjects)
        ]
        if len(places) < PAGE:
            break
        after = places[-1]
    page = found[:PAGE]
    return {
        "notices": [_facts(one) for _, one in page],
        "next": page[-1][0].mark if len(found) > PAGE else None,
    }


def read(principal: Principal, number: str, now: datetime) -> dict[str, Any]:
    """One notice, to those it is with what it says; that it exists is not told to whom it is about."""
    notice, events = store().history(Notice, _identity(number))
    require(principal, "notice.read", notice.subjects)
    if notice.salt is None or not _is_with(notice, principal, now):
        return {**_facts(notice), "says": None}
    said = {"role": notice.roles[-1], **said_before(events[0].private(notice.salt))}
    words = letter(notice.template, LANGUAGES[0], said)
    return {**_facts(notice), "says": {"subject": words.subject, "text": words.text}}


def acknowledge(principal: Principal, number: str, command: Command, cause: Cause) -> dict[str, Any]:
    """Whoever it is with, or leads, has seen it and sees to it."""
    require(principal, "notice.acknowledge")

    def decide(notice: Notice) -> Change[Notice]:
        require(principal, "notice.acknowledge", notice.subjects)
        if not _is_with(notice, principal, cause.at):
            raise Problem(
                403,
                "not-with-you",
                f"This notice is with {', '.join(notice.roles)}.",
                "Whoever is on duty as that, or leads, acknowledges it.",
                roles=list(notice.roles),
            )
        try:
            after = notices.acknowledged(notice, principal.id, cause.at)
        except notices.Settled:
            raise Problem(
                409,
                "acknowledged-before",
                "Somebody has acknowledged this notice already.",
                "They see to it; nothing more is needed.",
                allowed=[],
            ) from None
        return Change(after, [Line(notes.NoticeAcknowledged())])

    return carry_out(Notice, _identity(number), command, cause, decide, _facts)


def look(identity: str, now: datetime) -> None:
    """Nobody acknowledged it in time: the next rung of the pack's ladder has it."""
    notice = store().load(Notice, identity)
    after, misses = notices.overdue(notice, pack(), calendar(), now)
    lines = [
        Line(
            AcknowledgementOverdue(
                notice=notice.id,
                template=notice.template,
                role=miss.broken.role,
                to=miss.successor.role,
                was_due=miss.broken.due,
                until=miss.successor.due,
                again=miss.again,
            )
        )
        for miss in misses
    ]
    if lines:
        store().change(after, lines, Cause(now, "clock", f"tick:{notice.id}:{notice.seq}"))


def _is_with(notice: Notice, principal: Principal, now: datetime) -> bool:
    """Whether somebody may say that they see to it: they lead, belong to a role that it went to, or are on duty."""
    here = pack()
    codes = {code for role in notice.roles for code in rota.roles_called(role, here)}
    theirs = principal.acts_as or {code for code, role in here.roles.items() if role.group in principal.roles}
    if may(principal, "notice.acknowledge-others") or codes & theirs:
        return True
    if principal.id in notice.roles or principal.units & {role for role in notice.roles if role.startswith(UNIT)}:
        return True
    units = {here.departments[role].unit for role in notice.roles if role in here.departments}
    if units & principal.units:
        return True
    moment = now + timedelta(microseconds=1)
    return any(one.role in codes and one.runs_at(now) for one in rota.of_staff(principal.id, now, moment))


def _identity(number: str) -> str:
    identity = ids.heard(number)
    if identity is None:
        raise NotFound(number)
    return identity


def _facts(notice: Notice) -> dict[str, Any]:
    owed = next((one for one in notice.promises if one.open), None)
    return {
        "number": ids.spoken(notice.id),
        "what": notice.template,
        "state": str(notice.state),
        "roles": list(notice.roles),
        "owed_by": owed.role if owed else None,
        "until": owed.due.isoformat() if owed else None,
        "by": notice.by,
    }
