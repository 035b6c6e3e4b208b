"""Taking a complaint, by whichever way it comes: stored with its promises in one write, and answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.complaints import grading, shelf, steps
from services.complaints.complaint import ANSWER, Complaint, State
from services.complaints.corrective import begins
from services.complaints.draft import Draft
from services.complaints.injury import Injury, Record
from shared import ids, vault
from shared.contracts.complaints import CallsDeclined, ComplaintAccepted
from shared.contracts.intake import ContactCard
from shared.http import Request, Text, fault, fingerprint, key_used
from shared.packs import Money
from shared.packs.steps import Happening
from shared.policy import UNIT
from shared.promises import Promise, PromiseState
from shared.reach import Contact, reachable
from shared.rules import pack
from shared.settings import settings
from shared.store import AlreadyExists, Audience, Cause, Conflict, Recorded, retrying
from shared.tables import store

Words = Annotated[Text, Field(min_length=1, max_length=4000)]
Short = Annotated[Text, Field(min_length=1, max_length=300)]
Facts = Annotated[dict[Annotated[str, Field(max_length=40)], bool], Field(max_length=40, default_factory=dict)]


class Behalf(Request):
    """For whom somebody complains who is not concerned themselves."""

    name: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    relation: Annotated[Text, Field(min_length=1, max_length=120)]


class Said(Request):
    """What somebody is not satisfied with, by whichever way it comes. `facts` answers the questions of
    `GET /v1/complaints/kinds`.
    """

    text: Words
    wishes: Short | None = None
    """What would put it right for them."""
    about: Short | None = None
    """Whom or what it is about, in their words."""
    kind: Annotated[str, Field(max_length=40)] | None = None
    facts: Facts
    people: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 1
    """How many are concerned."""
    claim: Money | None = None
    """What they ask for, in the currency's minor unit."""
    reference: Short | None = None
    """The site, order, vehicle or number that it is about."""
    case: Annotated[str, Field(max_length=40)] | None = None
    """The number of an earlier report that it is about."""
    contact: Contact | None = None
    on_behalf_of: Behalf | None = None
    calls: bool = True
    """False: nobody calls them about it."""
    language: Literal["en", "ar", "zh"] = "en"


class ComplaintRequest(Said):
    """A complaint of whoever writes it. `facts` answers the questions of `GET /v1/complaints/kinds`."""

    channel: Literal["web", "api"] = "api"


class KeyedComplaintRequest(Said):
    """A complaint that a member of staff keys in: what was said by and to the customer, read back to them."""

    channel: Literal["phone", "counter", "community"]
    told: Words | None = None
    """What the customer was told."""
    read_back: bool
    """The record was read back, and the customer confirmed it."""
    subjects: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(max_length=20)] = ()
    """Whom it is about: ids of staff, or units. They can't see it."""


@dataclass(frozen=True)
class Voiced:
    """Everything there is to say about a complaint when it comes."""

    identity: str
    accepted: datetime
    language: str
    contactable: bool
    case: str = ""
    """The case that it is told with; empty: none."""
    about_case: str = ""
    category: str = ""
    channel: str = "case"
    subjects: tuple[str, ...] = ()
    kind: str = ""
    facts: Mapping[str, bool] = field(default_factory=dict)
    people: int = 1
    claim: Money | None = None
    reference: str | None = None
    handles: tuple[str, ...] = ()
    """The ways in which the customer is known: telephone, mail."""
    no_calls: bool = False
    confirmed: bool = False
    command: str | None = None
    fingerprint: str = ""


_HAND_OVER = (
    "Our messages to this customer hold no link. Ask whether they can keep it where nobody else finds it, "
    "and give them number and secret now."
)


@dataclass(frozen=True)
class Receipt:
    """What the customer gets: the number and secret that follow it, and what is promised by when."""

    complaint: Complaint
    secret: str

    def as_dict(self) -> dict[str, Any]:
        """For the customer."""
        return {
            **self._facts(),
            "secret": self.secret,
            "follow": {
                "page": follow_page(self.complaint.id, self.secret),
                "api": f"{settings().need('url')}/v1/complaints/{ids.spoken(self.complaint.id)}",
                "how": "Send the secret as: Authorization: Bearer <secret>",
            },
        }

    def for_staff(self, *, at_risk: bool) -> dict[str, Any]:
        """For whoever keyed it in: with the secret only when nobody else can bring it to the customer.

        That is so of whom no message may name us (`at_risk`): they are told it here, or not at all.
        """
        if not self.complaint.contactable:
            return {**self.as_dict(), "hand_over": None}
        if at_risk:
            return {**self.as_dict(), "hand_over": _HAND_OVER}
        follow = {"how": "The customer has it with the message that we sent."}
        return {**self._facts(), "follow": follow, "hand_over": None}

    def _facts(self) -> dict[str, Any]:
        complaint = self.complaint
        return {
            "number": ids.spoken(complaint.id),
            "state": str(complaint.state),
            "kind": complaint.kind or None,
            "grade": complaint.grade if complaint.kind else None,
            "answer_due": complaint.answer_due.isoformat(),
        }


def follow_page(number: str, secret: str) -> str:
    return f"{settings().need('url')}/complaint/{ids.spoken(number)}/{secret}"


def accept(
    request: ComplaintRequest | KeyedComplaintRequest,
    key: str | None,
    now: datetime,
    correlation: str,
    actor: str = "customer",
) -> Receipt:
    """Store a complaint and answer with how to follow it.

    With the same key and the same request again, the same answer and no second complaint; with the same key and
    another request, `Problem` 422. Raises `Problem` 422 with the faults of what can't be used.
    """
    keyed = isinstance(request, KeyedComplaintRequest)
    contact = _checked(request, keyed=keyed)
    secret = ids.secret()
    identity = ids.number_from(vault.mac("number", actor, key)) if key else ids.number()
    handles = tuple(one for one in (contact.phone, contact.email) if one) if contact else ()
    voiced = Voiced(
        identity=identity,
        accepted=now,
        language=request.language,
        contactable=bool(handles),
        about_case=(ids.heard(request.case) or "") if request.case else "",
        channel=request.channel,
        subjects=request.subjects if isinstance(request, KeyedComplaintRequest) else (),
        kind=request.kind or "",
        facts=request.facts,
        people=request.people,
        claim=request.claim,
        reference=request.reference,
        handles=handles,
        no_calls=not request.calls,
        confirmed=keyed,
        command=vault.mac_text("command", actor, key) if key else None,
        fingerprint=fingerprint(request) if key else "",
    )
    said = request.model_dump(
        mode="json", exclude_none=True, include={"text", "wishes", "about", "told", "on_behalf_of", "reference"}
    )
    private = {"said": said, **({"contact": contact.model_dump(exclude_none=True)} if contact else {})}
    at_risk = (contact is not None and contact.at_risk) or None
    ways = contact.ways() if contact else {}
    card = ContactCard(**ways, secret=secret, protected=at_risk, handed=at_risk and (keyed or None))
    complaint = open_complaint(
        voiced, secret, private, card.model_dump(exclude_none=True), Cause(now, actor, correlation)
    )
    if complaint is None:
        return _again(identity, voiced)
    return Receipt(complaint, secret)


def open_complaint(
    voiced: Voiced, secret: str, private: Mapping[str, Any], box: Mapping[str, Any], cause: Cause
) -> Complaint | None:
    """Store it with everything that is promised; None when it is there already."""

    def create() -> Complaint:
        draft = _opened(voiced, secret)
        answer = next((one for one in draft.complaint.promises if one.name == ANSWER), None)
        accepted = ComplaintAccepted(
            complaint=voiced.identity,
            case=draft.complaint.case,
            answer_due=draft.complaint.answer_due,
            promised=answer.made if answer else None,
            clock=answer.clock if answer else None,
            language=voiced.language,
            channel=voiced.channel,
            about=voiced.about_case or None,
        )
        draft.tell(accepted, Audience.CUSTOMER, {**private, "secret": secret}, box)
        draft.lines.insert(0, draft.lines.pop())  # whatever follows from it comes after it
        return store().create(draft.complaint, draft.lines, cause, draft.extra)

    try:
        return retrying(create)
    except AlreadyExists:
        return None


def _opened(voiced: Voiced, secret: str) -> Draft:
    book, now = shelf.book(), voiced.accepted
    # Whoever merely names a case has shown nothing: staff who took the complaint, or the case's secret, have.
    case = voiced.case or (voiced.about_case if voiced.confirmed else "")
    marks = {
        "case": tuple(shelf.mark("case", one) for one in (case,) if one),
        "customer": tuple(shelf.mark("customer", one) for one in voiced.handles),
        "reference": tuple(shelf.mark("reference", one) for one in (voiced.reference,) if one),
    }
    marks = {what: found for what, found in marks.items() if found}
    reference = next(iter(marks.get("reference", ())), None)
    facts = grading.holding((), voiced.facts, shelf.reference_facts(book, reference, now))
    complaint = Complaint(
        id=voiced.identity,
        state=State.ACCEPTED,
        case=voiced.case or voiced.identity,
        about=voiced.about_case,
        category=voiced.category or voiced.kind,
        channel=voiced.channel,
        language=voiced.language,
        contactable=voiced.contactable,
        subjects=voiced.subjects,
        pack=book.version,
        accepted=now,
        salt=vault.new_salt(),
        secret=vault.mac_text("follow", voiced.identity, secret),
        command=voiced.command,
        fingerprint=voiced.fingerprint,
        kind=voiced.kind,
        grade=book.rules.grade(voiced.kind, facts, voiced.people, voiced.claim),
        facts=facts,
        people=voiced.people,
        claim=voiced.claim,
        marks=marks,
        no_calls=voiced.no_calls,
        holder=book.rules.taken_by[0],
        records=int(voiced.confirmed),
        confirmed=(1,) if voiced.confirmed else (),
        corrective=begins(book.rules, voiced.kind) if voiced.kind else None,
    )
    complaint, place, writes = shelf.joined(complaint, book)
    if place.number > 1:
        complaint = steps.raise_answer(complaint, book.rules.second.rungs_up, book)
    draft = Draft(steps.first(complaint, book, now), book, now)
    draft.extra = writes
    draft.concern(voiced.subjects)
    draft.ask(Happening.ACCEPTED)
    if voiced.kind:
        draft.classified(first=True)
    if voiced.kind or complaint.grade == "major":
        draft.happen(Happening.GRADED)
    if "injury" in facts:
        draft.set(injury=Injury(reported=Record(by="customer", at=now)))
        draft.happen(Happening.INJURY_REPORTED)
    if "press" in facts:
        draft.set(press=draft.complaint.press.asked("customer", now))
        draft.happen(Happening.PRESS_ASKED)
    if voiced.no_calls and (voiced.contactable or voiced.case):
        draft.tell(CallsDeclined(complaint=draft.complaint.id, case=draft.complaint.case))
    draft.draw_up_ledger()
    return draft


def _checked(request: Said, *, keyed: bool) -> Contact | None:
    """The contact as providers take it, when everything that needs the pack to judge is right."""
    book = shelf.book()
    try:
        grading.check(book.rules, request.kind, request.facts, customer=not keyed)
    except grading.NoSuchKind:
        raise fault("/kind", "unknown_kind", "There is no such kind; GET /v1/complaints/kinds lists them.") from None
    except grading.NoSuchFact as error:
        raise fault(
            "/facts",
            "unknown_fact",
            f"Fact number {error.place} is none that is asked for; see GET /v1/complaints/kinds.",
        ) from None
    reference = book.rules.reference
    if reference and reference.required and not request.reference:
        how = "Ask for it" if keyed else "Say which it is about"
        language = "en" if keyed else request.language
        raise fault("/reference", "missing", f"{how}: {reference.name.into(language)}.")
    in_our_currency(request.claim, "/claim")
    if request.case is not None and ids.heard(request.case) is None:
        raise fault("/case", "not_a_number", "This can't be the number of a case.")
    if isinstance(request, KeyedComplaintRequest):
        check_subjects(request.subjects)
        if not request.read_back:
            raise fault(
                "/read_back", "not_confirmed", "Read the record back to the customer; send it once they confirm it."
            )
    return reachable(request.contact, pack().region)


def check_subjects(subjects: Collection[str]) -> None:
    """Raises `Problem` where the rules keep whole units away, and a person is named without theirs.

    What the desk knows of somebody's units stands in their own token: it can't look them up.
    """
    by_unit = shelf.book().rules.conflict == "unit"
    if subjects and by_unit and not any(one.startswith(UNIT) for one in subjects):
        raise fault(
            "/subjects",
            "unit_missing",
            f"Name the unit as well, as {UNIT}…: the organisation's rules keep all of it away.",
        )


def in_our_currency(money: Money | None, where: str) -> Money | None:
    """An amount that can be compared with the rules' own. Raises `Problem` for one in another currency."""
    currency = shelf.book().rules.currency
    if money and currency and money.currency != currency:
        raise fault(
            f"{where}/currency", "other_currency", f"Amounts are in {currency} here: send what it is in {currency}."
        )
    return money


def _again(identity: str, voiced: Voiced) -> Receipt:
    """The answer that was given when this command was first carried out."""
    stored, events = store().history(Complaint, identity)
    if voiced.command is None or stored.command != voiced.command:
        raise Conflict(identity)  # two random numbers met: the caller sends it again and gets another one
    if stored.fingerprint != voiced.fingerprint:
        raise key_used("complaint")
    return Receipt(_as_first(stored, events), str(events[0].private(stored.salt)["secret"]))


def _as_first(stored: Complaint, events: list[Recorded]) -> Complaint:
    """The complaint as it was answered when it was accepted."""
    due = datetime.fromisoformat(events[0].data["answer_due"])
    kinds = [one.data for one in events if one.type == "ComplaintClassified.v1" and one.at == events[0].at]
    answer: Promise = next(one for one in stored.promises if one.name == ANSWER and not one.rung)
    answer = answer.model_copy(update={"due": due, "state": PromiseState.OPEN})
    return stored.model_copy(
        update={
            "state": State.ACCEPTED,
            "kind": kinds[0]["kind"] if kinds else "",
            "grade": kinds[0]["grade"] if kinds else "general",
            "promises": (answer,),
        }
    )


def kinds(language: str) -> dict[str, Any]:
    """What complaints can be about and what is asked, in one language."""
    rules = shelf.book().rules
    return {
        "kinds": [
            {"code": kind.code, "parent": kind.parent, "name": kind.name.into(language)} for kind in rules.kinds
        ],
        "questions": [
            {"fact": fact.fact, "ask": fact.ask.into(language)}
            for fact in rules.facts
            if fact.answered_by == "customer"
        ],
        "reference": {"name": rules.reference.name.into(language), "required": rules.reference.required}
        if rules.reference
        else None,
        "desk": pack().title.into(language),
    }
