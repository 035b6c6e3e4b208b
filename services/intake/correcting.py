"""What was taken down wrongly is put right; a secret that went astray opens nothing any more."""

from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, model_validator

from services.intake import customer as customers
from services.intake import emergency, filing, views
from services.intake.case import Case
from services.intake.customer import AT_RISK, ON_BAD_DAYS
from services.intake.handling import Act, Draft, decided, identity_of, must_not_have_handled
from services.intake.notes import StatementCorrected
from services.intake.published import publish
from services.intake.receipt import SENT, follow_url
from services.intake.reported import Where, check_story
from services.intake.statement import Statement, statement
from shared import acting, vault
from shared.acting import Change
from shared.commands import Command
from shared.contracts.intake import ContactCard, ContactChanged
from shared.http import Problem, Request, Text
from shared.policy import NotPermitted, Principal, require
from shared.reach import Contact, reachable
from shared.store import Audience, Cause
from shared.tables import store

_SAID = ("description", "place", "happened_at", "losses", "people")
_THEIRS = "Its link shows what its customer says of how it was handled."
_NOT_SO_LIFTED = Problem(
    409,
    "asked-for-safety",
    "They asked for safe contact, and have it until they take it back.",
    "Leave `safe_to_write` out. They lift it where they follow their case; those who lead do it for them with PUT "
    "/staff/v1/wishes/{number}.",
)
_BYTES = 20
"""Of a secret, as in `shared.ids`."""


class CorrectRequest(Request):
    """How it is instead, and why it is put right. What is left out stays; of a `contact`, null takes a way out."""

    description: Annotated[Text, Field(min_length=1, max_length=4000)] | None = None
    place: Where | None = None
    happened_at: AwareDatetime | None = None
    losses: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None
    people: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None
    contact: Contact | None = None
    reason: Annotated[Text, Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _something(self) -> "CorrectRequest":
        if not any(getattr(self, name) for name in (*_SAID, "contact")):
            raise ValueError("send what is to be put right")
        return self


def correct(draft: Draft, request: CorrectRequest) -> None:
    """The customer sees what was put right. What it said before stays in the chain, for auditors."""
    case = draft.case
    if case.salt is None:
        raise vault.Erased
    check_story(request.happened_at, request.place, draft.now)
    if request.contact and case.kind == "tip":
        raise Problem(409, "anonymous", "Of whoever gave a tip nothing is kept.", "Leave the contact out.")
    said = request.model_dump(mode="json", include=set(_SAID), exclude_none=True)
    if said:
        _, events = store().history(Case, case.id)
        private = {"said": said, "reason": request.reason}
        draft.tell(StatementCorrected(corrected=tuple(sorted(said))), Audience.CUSTOMER, private)
        now_said = {**statement(events, case.salt).said, **said}
        if Statement(now_said).whereabouts == "known":
            draft.case = emergency.located(draft.case, draft.pack, draft.calendar, draft.now)
        _publish(draft, now_said)
    if request.contact:
        _correct_contact(draft, request.contact)


def renew(principal: Principal, number: str, command: Command, cause: Cause) -> dict[str, Any]:
    """Give a case another secret; the one before opens nothing from now on.

    Its customer gets it as they get everything else. Of somebody who gave no way to be reached, staff hand it over.
    """
    require(principal, "case.correct")
    identity = identity_of(number)
    secret = ""

    def decide(case: Case) -> Change[Case]:
        nonlocal secret
        if case.salt is None:
            raise vault.Erased
        if case.kind == "tip":
            raise Problem(409, "anonymous", "Nobody knows who gave a tip.", "Only whoever has its link follows it.")
        must_not_have_handled(principal, case, _THEIRS)
        _, events = store().history(Case, case.id)
        secret = _secret(case, principal.id, command.key or cause.correlation)
        draft, known = Draft(case, cause.at, principal), statement(events, case.salt)
        contact = Contact.model_validate(known.contact) if known.contact else None
        return decided(draft, lambda one: _reach(one, contact, secret))

    done = acting.carry_out(Case, identity, command, cause, decide, views.facts)
    case = store().load(Case, identity)
    if case.contactable:
        return {**done, "secret": None, "follow": f"{SENT} Whom no message may name us is called."}
    return {**done, "secret": secret, "follow": follow_url(identity, secret)}


def _correct_contact(draft: Draft, given: Contact) -> None:
    """What of it was sent takes the place of what was known. Where another way leads to them now, so does another
    secret: the one before went to somebody else.
    """
    must_not_have_handled(draft.by, draft.case, _THEIRS)
    changed = given.model_fields_set - {"safe_to_write"}
    if changed and views.hides_contact(draft.by, draft.case, filing.customers_of(draft.case.id)):
        raise NotPermitted("customer.protected")
    if given.safe_to_write and AT_RISK in draft.case.classes:
        raise _NOT_SO_LIFTED
    known = statement(store().history(Case, draft.case.id)[1], draft.case.salt)
    sent = given.model_dump(include=given.model_fields_set)
    contact = reachable(Contact.model_validate({**known.contact, **sent}), draft.pack.region)
    ways = ("phone", "email")
    stays = contact is not None and all(known.contact.get(way) == getattr(contact, way) for way in ways)
    secret = known.secret if stays else _secret(draft.case, draft.by.id, draft.now.isoformat())
    _reach(draft, contact, secret, renewed=not stays, shelter=given.at_risk)


def shelter(draft: Draft, classes: Collection[str]) -> None:
    """The customer says only now that they are one of these, whom a message can harm."""
    known = statement(store().history(Case, draft.case.id)[1], draft.case.salt)
    draft.set(classes=tuple(sorted({*draft.case.classes, *classes})))
    contact = Contact.model_validate(known.contact) if known.contact else None
    _reach(draft, contact, known.secret, renewed=False, shelter=True)


def _reach(
    draft: Draft, contact: Contact | None, secret: str, *, renewed: bool = True, shelter: bool = False
) -> None:
    """The customer is reached like this from now on, with this secret. `shelter`: it was said just now that a message
    can harm them.
    """
    known = contact.model_dump(exclude_none=True) if contact else {}
    contactable = bool(contact and (contact.email or contact.phone))
    draft.set(secret=vault.mac_text("follow", draft.case.id, secret), contactable=contactable)
    if shelter:
        draft.set(classes=customers.at_risk(draft.case.classes, so=True))
    private = {"contact": known, "secret": secret}
    theirs = {one for link in filing.customers_of(draft.case.id).values() if link.reported for one in link.classes}
    protected = not ON_BAD_DAYS.isdisjoint({*draft.case.classes, *(theirs - {AT_RISK})})
    ways = contact.ways() if contact else {}
    card = ContactCard(**ways, secret=secret, protected=protected or None, shelter=shelter or None)
    told = ContactChanged(case=draft.case.id, contactable=contactable, renewed=renewed)
    draft.tell(told, Audience.CUSTOMER, private, {"notify": card.model_dump(exclude_none=True)})


def _publish(draft: Draft, said: Mapping[str, Any]) -> None:
    """What the public sees is put right with it."""
    case, category = draft.case, draft.pack.category(draft.case.category)
    if case.public is None or category is None:
        return
    place = Where.model_validate(said.get("place") or {})
    shown = publish(
        category,
        urgent=not case.public.listed,
        address=place.address,
        position=place.coordinates(),
        words=said["description"],
    )
    draft.set(public=shown)


def _secret(case: Case, actor: str, command: str) -> str:
    """A secret that the same command gives again, so that nothing of it is kept in clear to answer a repeat."""
    return urlsafe_b64encode(vault.mac("secret", case.id, actor, command)[:_BYTES]).decode().rstrip("=")


ACTS: dict[str, Act[Any]] = {
    "correct": Act("case.correct", CorrectRequest, correct, keyed=True, handles=False),
}
