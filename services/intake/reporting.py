"""Taking a report: checked, triaged, stored with its promises and its first event in one write, and answered."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from services.intake import fleet, knowing, nuisance, quarantine
from services.intake.attachment import Attachment
from services.intake.caller import Caller, facts_of, wait
from services.intake.case import AMONG_STAFF, Case, State, Whereabouts, filed, first_promises, needs_review
from services.intake.consultation import Consultation
from services.intake.notes import CallerKnown, RefersTo
from services.intake.photo import Content
from services.intake.published import Published, publish
from services.intake.publishing import listing
from services.intake.receipt import Receipt, as_first, receipt
from services.intake.reported import (
    KeyedReportRequest,
    ReportRequest,
    Where,
    checked,
    classes_of,
    is_at_risk,
    said_in,
)
from services.intake.sending import Sent, is_offered, send, want
from services.intake.statement import Statement, statement
from services.intake.triage import Decision, decide
from services.intake.unit import Position, nearest_first
from shared import ids, vault
from shared.contracts.intake import CaseReported, ContactCard, GrievanceVoiced, PromiseMade
from shared.http import Problem, fingerprint, key_used
from shared.packs import Category
from shared.reach import Contact, reachable
from shared.rules import calendar, pack
from shared.store import AlreadyExists, Audience, Cause, Conflict, Line, NotFound, Refused, retrying
from shared.tables import store

_CANDIDATES = 20
"""Units that are tried for one emergency before it is stored without: somebody takes each only once."""

_TRIES = 3


def report(
    request: ReportRequest,
    idempotency_key: str | None,
    now: datetime,
    correlation: str,
    actor: str = "customer",
    attached: Mapping[str, str] | None = None,
    refers: str | None = None,
    photo: Content | None = None,
) -> Receipt:
    """Store a report as a case and answer with how to follow it.

    With the same key and the same request again, the same answer and no second case; with the same key and
    another request, `Problem` 422. `attached` is kept with what was said, for staff; `photo` becomes its first file;
    `refers` is a case that this one continues and yet is none of. Raises `Problem` 422 with the faults of what can't
    be used, before anything lies anywhere.
    """
    rules = pack()
    category = checked(request, rules, now)
    if category.kind == "tip":
        # Before anything is made of it: not even a hash of who sent a tip shall be here.
        request = request.model_copy(update={"contact": None})
    contact = reachable(request.contact, rules.region)
    command = vault.mac_text("command", actor, idempotency_key) if idempotency_key else None
    identity = _number_of(actor, idempotency_key) if idempotency_key else ids.number()
    cause = Cause(now, actor, correlation)
    attempt = _Attempt(request, category, contact, identity, ids.secret(), command, cause, attached or {}, refers)
    if photo and not _is_stored(attempt):
        attempt = replace(attempt, photo=photo, photo_key=quarantine.put(identity, photo))
    try:
        return receipt(_stored(attempt), attempt.secret, attempt.decided())
    except AlreadyExists:
        return _again(attempt)


def taken_before(actor: str, idempotency_key: str | None) -> bool:
    """Whether a case was made by this command: then it gets its answer again, whatever is true now."""
    return idempotency_key is not None and _exists(_number_of(actor, idempotency_key))


def _number_of(actor: str, idempotency_key: str) -> str:
    return ids.number_from(vault.mac("number", actor, idempotency_key))


@dataclass(frozen=True)
class _Attempt:
    """A report on its way to being a case."""

    request: ReportRequest
    category: Category
    contact: Contact | None
    identity: str
    secret: str
    command: str | None
    cause: Cause
    attached: Mapping[str, str]
    """What came with it, by name."""
    refers: str | None = None
    photo: Content | None = None
    photo_key: str = ""

    @property
    def contactable(self) -> bool:
        return bool(self.contact and (self.contact.email or self.contact.phone))

    @property
    def where(self) -> Position | None:
        return self.request.place.position() if self.request.place else None

    @property
    def whereabouts(self) -> Whereabouts:
        """Staff who key it in have them there: nobody has to call."""
        contact = self.contact.model_dump(exclude_none=True) if self.contact else {}
        known = Statement(said_in(self.request), contact).whereabouts
        return "unknown" if known == "asked" and self.cause.actor != "customer" else known

    @property
    def calls_from(self) -> str | None:
        return _calls_from(self.request, self.contact)

    @cached_property
    def decision(self) -> Decision:
        """What applies to it, whoever sent it."""
        return _decided(self.category, self.request, None)

    def decided(self, caller: Caller | None = None) -> Decision:
        """What applies, with what is known of a flagged caller."""
        return _decided(self.category, self.request, caller) if caller else self.decision

    def case(self, caller: Caller | None = None) -> Case:
        """The case it becomes. A flagged caller's is reviewed first, unless somebody has to be sent."""
        decision, rules, now = self.decided(caller), pack(), self.cause.at
        slowed = caller is not None and not decision.urgent
        reviewed = slowed or needs_review(self.category, urgent=decision.urgent)
        case = Case(
            id=self.identity,
            state=State.RECEIVED if reviewed else State.OPEN,
            kind=self.category.kind,
            category=self.category.code,
            channel=self.request.channel,
            language=self.request.language,
            classes=classes_of(self.request, self.contact),
            urgent=decision.urgent,
            dispositions=decision.dispositions,
            pack=f"{rules.name}@{rules.version}",
            reported=now,
            contactable=self.contactable,
            salt=vault.new_salt(),
            secret=vault.mac_text("follow", self.identity, self.secret),
            command=self.command,
            fingerprint=fingerprint(self.request) if self.command else "",
            promises=first_promises(
                self.category,
                rules,
                calendar(),
                now,
                contactable=self.contactable,
                dispositions=decision.dispositions,
                slowed=slowed,
                where=self.whereabouts,
            ),
            public=_public(self.request, self.category, urgent=decision.urgent),
            consultation=self.answered_at_once(),
        )
        if self.photo is None:
            return case
        file = Attachment(kind=self.photo.suffix, size=len(self.photo.content), at=now)
        return filed(case, file, rules, calendar(), now)

    def answered_at_once(self) -> Consultation | None:
        """A question, with the articles that answer it."""
        if not self.category.is_question:
            return None
        day = knowing.today(self.cause.at)
        found = knowing.find(self.request.description, self.request.language, day)
        return Consultation.of(tuple(one.article.id for one in found))

    def _card(self, contact: Contact) -> dict[str, Any]:
        protected = is_at_risk(self.request, contact) or None
        handed = protected and (isinstance(self.request, KeyedReportRequest) or None)
        card = ContactCard(**contact.ways(), secret=self.secret, protected=protected, handed=handed)
        return card.model_dump(exclude_none=True)

    def grievance(self) -> list[Line]:
        """What is dissatisfaction with the organisation becomes a complaint of its own at once."""
        if "complaint" not in self.decided().dispositions:
            return []
        told = GrievanceVoiced(
            case=self.identity,
            category=self.category.code,
            subjects=(),
            language=self.request.language,
            contactable=self.contactable,
            kind=self.category.becomes,
        )
        contact = self.contact.model_dump(include={"phone", "email"}, exclude_none=True) if self.contact else {}
        said = {"text": self.request.description, **contact}
        return [Line(told, Audience.CUSTOMER, boxes={"complaints": said})]

    def create(self, sent: Sent, caller: Caller | None = None) -> Case:
        """Store it in one write. Raises `AlreadyExists`, `Refused`, `Conflict`."""
        private = {"said": said_in(self.request), "secret": self.secret, "rules": self.decided(caller).rules}
        if self.attached:
            private["attached"] = dict(self.attached)
        if self.contact:
            private["contact"] = self.contact.model_dump(exclude_none=True)
        boxes = {"notify": self._card(self.contact)} if self.contact and self.contactable else {}
        lines = [Line(_told(sent.case), Audience.CUSTOMER, private, boxes), *sent.lines, *self.grievance()]
        if self.photo:
            known = {"key": self.photo_key, "sha256": hashlib.sha256(self.photo.content).hexdigest()}
            lines.append(quarantine.named(sent.case, known))
        if caller:
            lines.append(Line(CallerKnown(kind=caller.kind, times=caller.times)))
        if self.refers:
            lines.append(Line(RefersTo(case=self.refers)))
        return store().create(sent.case, lines, self.cause, [*sent.extra, *listing(sent.case, pack())])


def _stored(attempt: _Attempt) -> Case:
    """Store it as what it is: an emergency with its unit, at once and whoever calls; anything else unless the caller
    is flagged.
    """
    case = attempt.case()
    if case.urgent:
        return _sent_with(attempt, case)
    phone = attempt.calls_from if pack().nuisance else None
    if phone:
        with suppress(Refused):
            checked = Sent(case, extra=[nuisance.unless_flagged(phone)])
            return retrying(lambda: attempt.create(checked), but=(Refused,))
        if caller := nuisance.known(phone):
            return _slowed(attempt, caller)
    return retrying(lambda: attempt.create(Sent(case)))


def _slowed(attempt: _Attempt, caller: Caller) -> Case:
    """A flagged caller's report: later than others, and after many in an hour later still. Raises `Problem` 429."""
    case, rules = attempt.case(caller), pack().nuisance
    if case.urgent:
        stored = _sent_with(attempt, case, caller)
    else:
        seconds = wait(caller, rules.an_hour, attempt.cause.at) if rules else 0
        if seconds and not _is_stored(attempt):
            raise Problem(
                429,
                "too-many-calls",
                "You have called often within the last hour.",
                "If somebody is in danger, say so and it is taken at once. Anything else can be told later.",
                retry_after=seconds,
            )
        stored = retrying(lambda: attempt.create(Sent(case), caller))
    nuisance.count(caller, case.id, attempt.cause)
    return stored


def _is_stored(attempt: _Attempt) -> bool:
    """Whether this very command was carried out before: then it gets its answer again."""
    return attempt.command is not None and _exists(attempt.identity)


def _exists(identity: str) -> bool:
    try:
        store().load(Case, identity)
    except NotFound:
        return False
    return True


def _sent_with(attempt: _Attempt, case: Case, caller: Caller | None = None) -> Case:
    """Store an emergency together with the nearest unit that is free, so that two never get the same one.

    Whoever was quicker leaves the next nearest; when none is left the case is stored all the same, and wants one.
    """
    by, now = attempt.cause.actor, attempt.cause.at
    if not is_offered():
        return retrying(lambda: attempt.create(Sent(case), caller))
    for chosen in nearest_first(fleet.free(), attempt.where)[:_CANDIDATES]:
        sent = send(case, chosen, attempt.where, now, by)
        with suppress(Conflict):
            return _tried(attempt, sent, caller)
    wanted = want(case, now)
    return retrying(lambda: attempt.create(wanted, caller))


def _tried(attempt: _Attempt, sent: Sent, caller: Caller | None) -> Case:
    """Raises `Refused` when the unit is taken, `Conflict` when somebody keeps writing to it."""
    return retrying(lambda: attempt.create(sent, caller), _TRIES, but=(Refused,))


def is_urgent(request: ReportRequest, category: Category, contact: Contact | None) -> bool:
    """Whether somebody would be sent at once, with what is known of a flagged caller."""
    phone = _calls_from(request, contact) if pack().nuisance else None
    return _decided(category, request, nuisance.known(phone) if phone else None).urgent


def _calls_from(request: ReportRequest, contact: Contact | None) -> str | None:
    """The number that rings: what is typed into a form may be anybody's."""
    return contact.phone if contact and request.channel == "phone" else None


def _decided(category: Category, request: ReportRequest, caller: Caller | None) -> Decision:
    asked = {question.fact for question in category.questions}
    known = {fact: holds for fact, holds in facts_of(caller).items() if fact in asked} if caller else {}
    return decide(category, {**known, **request.facts})


def _public(request: ReportRequest, category: Category, *, urgent: bool) -> Published | None:
    place = request.place or Where()
    return publish(
        category, urgent=urgent, address=place.address, position=place.coordinates(), words=request.description
    )


def _told(case: Case) -> CaseReported:
    return CaseReported(
        case=case.id,
        kind=case.kind,
        category=case.category,
        channel=case.channel,
        state=case.state,
        urgent=case.urgent,
        dispositions=case.dispositions,
        language=case.language,
        contactable=case.contactable,
        pack=case.pack,
        promises=tuple(
            PromiseMade(name=promise.name, due=promise.due)
            for promise in case.promises
            if promise.name not in AMONG_STAFF
        ),
    )


def _again(attempt: _Attempt) -> Receipt:
    """The answer that was given when this command was first carried out."""
    stored, events = store().history(Case, attempt.identity)
    if attempt.command is None or stored.command != attempt.command:
        raise Conflict(attempt.identity)  # two random numbers met: the caller sends it again and gets another one
    if stored.fingerprint != fingerprint(attempt.request):
        raise key_used("report")
    secret = statement(events, stored.salt).secret
    return receipt(as_first(stored, events[0]), secret, attempt.decided())


def categories(language: str) -> list[dict[str, Any]]:
    """What can be brought to the desk, with the questions each asks, in one language."""
    rules = pack()
    urgent = [{"fact": question.fact, "ask": question.ask.into(language)} for question in rules.urgent]
    return [
        {
            "code": category.code,
            "group": category.group,
            "name": category.name.into(language),
            "questions": [
                *urgent,
                *({"fact": question.fact, "ask": question.ask.into(language)} for question in category.questions),
            ],
        }
        for category in rules.categories
        if not category.staff_only
    ]
