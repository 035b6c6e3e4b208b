"""Telling staff: whoever is on duty in a role, as they can be reached, or else the address of the duty desk.

What has to be acknowledged goes out by every way they gave; nobody is told of what they are themselves the matter of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.notify import notes, rota, staffcard
from services.notify import notice as notices
from services.notify.delivery import begin
from services.notify.letter import Letter
from services.notify.message import Channel, Message, Policy
from services.notify.notice import Notice
from services.notify.recipient import Recipient
from services.notify.staffcard import StaffCard
from services.notify.wording import Count, letter, phrase
from shared import ids, vault
from shared.clock import utc_now
from shared.contracts.notify import AcknowledgementOverdue, ShiftNear, ShiftUnready, SubstituteNamed
from shared.heard import Heard
from shared.policy import UNIT
from shared.rules import calendar, pack
from shared.settings import settings
from shared.store import AlreadyExists, Line, NotFound, retrying
from shared.tables import store

MOST = 3
"""How many of those on duty are told: a fourth does not make it more certain that one of them acts."""


def tell_duty(
    heard: Heard[Any],
    role: str | Sequence[str],
    template: str,
    values: Mapping[str, Any],
    zone: str = "",
    but: Sequence[str] = (),
) -> None:
    """Send staff on duty a message, once for this event; and where the pack wants it acknowledged, wait for that.

    `role` is a role of the pack, a group of staff, a unit, a department or one member of staff, or several of these.
    `zone` is the unit that has the matter, where that is known: those on duty there, or everywhere, go first.
    Neither whom the customer complains about is told, nor anybody of `but`.
    """
    roles = (role,) if isinstance(role, str) else tuple(role)
    subjects = (*_subjects(heard), *but)
    within = pack().roster.acknowledge.get(template)
    notice = None
    if within:
        identity = ids.number_from(vault.mac("notice", heard.id, template))
        raised = Notice(
            id=identity,
            template=template,
            roles=roles,
            zone=zone,
            within=within,
            subjects=subjects,
            salt=vault.new_salt(),
        )
        notice = _kept(heard, raised, values)
        if notice.state is notices.State.ACKNOWLEDGED:
            return
    _send(heard, roles, template, values, zone, subjects, notice)


def tell_overdue(heard: Heard[AcknowledgementOverdue]) -> None:
    """Whoever has the notice now is told what the one before was, and that nobody answered."""
    event = heard.event
    notice, events = store().history(Notice, event.notice)
    if notice.state is notices.State.ACKNOWLEDGED:
        return
    values = said_before(events[0].private(notice.salt))
    _send(heard, (event.to,), event.template, values, notice.zone, notice.subjects, notice, was=event.role)


def remind_of_shift(heard: Heard[ShiftNear]) -> None:
    """For themselves only: of whoever gave no way to be reached the duty desk need not know yet."""
    event = heard.event
    if card_of_staff(event.staff)[1]:
        values = {"shift": ids.spoken(event.shift), "as": event.role, "begins": event.begins}
        tell_duty(heard, event.staff, "duty_shift", values)


def tell_unready(heard: Heard[ShiftUnready]) -> None:
    event = heard.event
    values = {"shift": ids.spoken(event.shift), "staff": event.staff, "as": event.role, "begins": event.begins}
    tell_duty(heard, event.to, "duty_unready", values, but=(event.staff,))


def tell_substitute(heard: Heard[SubstituteNamed]) -> None:
    event = heard.event
    values = {
        "shift": ids.spoken(event.shift),
        "staff": event.staff,
        "as": event.role,
        "begins": event.begins,
        "ends": event.ends,
        "instead_of": event.instead_of,
    }
    tell_duty(heard, event.staff, "duty_substitute", values)


def card_of_staff(staff: str) -> tuple[StaffCard | None, dict[str, Any]]:
    """How somebody is reached on duty; nothing of whoever gave nothing or took it back."""
    try:
        card, events = store().history(StaffCard, staff)
    except NotFound:
        return None, {}
    if card.salt is None:
        return card, {}
    kept = (event for event in reversed(events) if event.type == notes.StaffCardKept.detail_type())
    return card, next(kept).private(card.salt)


def said_before(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a message as a notice keeps them."""
    return {name: _value(one) for name, one in kept.items()}


def _value(kept: Any) -> Any:
    match kept:
        case {"time": time}:
            return datetime.fromisoformat(time)
        case {"count": number, "of": what}:
            return Count(number, what)
    return kept


def _kept(heard: Heard[Any], notice: Notice, values: Mapping[str, Any]) -> Notice:
    """The notice as it is stored: now, or when this event was heard before."""
    now = utc_now()
    line = Line(notes.NoticeRaised(template=notice.template, role=", ".join(notice.roles)), private=_plain(values))
    try:
        return retrying(lambda: store().create(notices.raised(notice, calendar(), now), [line], heard.cause(now)))
    except AlreadyExists:
        return store().load(Notice, notice.id)


def _send(
    heard: Heard[Any],
    roles: Sequence[str],
    template: str,
    values: Mapping[str, Any],
    zone: str,
    subjects: Sequence[str],
    notice: Notice | None,
    was: str = "",
) -> None:
    said = {"role": ", ".join(roles), **values}
    told = 0
    cards = [(staff, card) for staff in _reached(roles, zone, subjects) if (card := card_of_staff(staff)[1])]
    ways = [(place, channel, staff, card) for staff, card in cards[:MOST] for place, channel in _ways(card, notice)]
    # Everybody by one way before anybody by a second: a provider that hangs must not keep the others waiting.
    for _, channel, staff, card in sorted(ways, key=lambda way: way[0]):
        address = card["phone"] if channel == "sms" else card["email"]
        words = _words(template, card.get("language") or "en", said, notice, was)
        # An id of staff may be a mail address; that of a message goes to providers, and into keys and logs.
        whose = ids.number_from(vault.mac("staff", staff))
        _begin(heard, f"{heard.id}.{template}.{whose}.{channel}", template, channel, address, words)
        told += 1
    if not told:
        words = _words(template, "en", said, notice, was)
        _begin(heard, f"{heard.id}.{template}", template, "email", settings().need("duty_mail"), words)


def _ways(card: Mapping[str, Any], notice: Notice | None) -> list[tuple[int, Channel]]:
    return list(enumerate(staffcard.ways(card, every=notice is not None)))


def _begin(heard: Heard[Any], identity: str, template: str, channel: Channel, address: str, words: Letter) -> None:
    salt = vault.new_salt()
    message = Message(
        id=identity, case="", template=template, policy=Policy.AT_LEAST_ONCE, channels=(channel,), salt=salt
    )
    begin(heard, message, {channel: address}, words, salt)


def _words(template: str, language: str, said: Mapping[str, Any], notice: Notice | None, was: str) -> Letter:
    words = letter(template, language, said)
    if notice is None:
        return words
    asked = {"notice": ids.spoken(notice.id), "until": notice.until, "was": was, "subject": words.subject}
    wanted = phrase("notice", "again" if was else "wanted", language, asked)
    subject = phrase("notice", "subject", language, asked) if was else words.subject
    short = phrase("notice", "short", language, asked)
    return replace(words, subject=subject, text=f"{words.text}\n{wanted}\n", sms=f"{words.sms} {short}")


def _reached(roles: Sequence[str], zone: str, subjects: Sequence[str]) -> list[str]:
    """Who is to be told, by id, those who are ready first; nobody twice, and nobody whom it is about."""
    now, found = utc_now(), list[str]()
    for role in roles:
        found += _on_duty(role, zone, subjects, now)
    return list(dict.fromkeys(found))


def _on_duty(role: str, zone: str, subjects: Sequence[str], now: datetime) -> list[str]:
    here = pack()
    unit = here.departments[role].unit if role in here.departments else role if role.startswith(UNIT) else ""
    if unit:
        called = [shift for code in here.roles for shift in rota.on_duty(code, here, now) if shift.zone == unit]
    elif rota.roles_called(role, here):
        called = rota.on_duty(role, here, now)
    else:
        return [] if role in subjects else [role]
    may_know = [one for one in called if one.staff not in subjects and one.zone not in subjects]
    # Whoever is on duty elsewhere is still better than nobody.
    near = [one for one in may_know if one.serves(zone)] if zone else []
    return [one.staff for one in near or may_know]


def _subjects(heard: Heard[Any]) -> tuple[str, ...]:
    """Whom the customer of the event's case complains about."""
    case = getattr(heard.event, "case", None)
    if not case:
        return ()
    try:
        return store().load(Recipient, case).subjects
    except NotFound:
        return ()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them; a time and a count are still told from words afterwards."""
    return {name: _kept_value(one) for name, one in values.items()}


def _kept_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, Count):
        return {"count": value.number, "of": value.of}
    return value
