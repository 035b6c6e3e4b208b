"""Customers' files, as the table keeps them (ADR 0060).

`CUSTOMER#<id>` holds the file and a link for each of its cases, `CASE#<id>` a link for each of its customers, and
`CONTACT#<keyed hash>` leads from a telephone number or an address to the one file. What is taken away is emptied and
expires: no function may delete.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.intake import customer as customers
from services.intake.case import Case, State
from services.intake.customer import ON_BAD_DAYS, Contact, Customer, File, Link, Particulars, TooManyContacts
from services.intake.filenotes import CaseFiled, CustomerCorrected, FileSplit, PerhapsSame
from services.intake.notes import PerhapsRepeated
from services.intake.statement import cards, statement
from shared import ids, vault
from shared.contracts.intake import CaseConcerns, PersonCard
from shared.place import stamp
from shared.store import AlreadyDone, Cause, Conflict, Guard, Item, Line, NotFound, put, put_item, retrying
from shared.tables import store

_FILED = "FILED"
_NOBODY = ""
_OPEN = frozenset({State.RECEIVED, State.OPEN})


@dataclass(frozen=True)
class Person:
    """Somebody who has to do with a case. `contacts` by their keyed hash, the telephone first."""

    name: str | None
    contacts: Mapping[str, Contact]
    language: str


@dataclass(frozen=True)
class Involved:
    """A person in their file: which it is, every way to reach them, open cases of theirs like this one, and the
    writes that store it.
    """

    customer: Customer
    contacts: Mapping[str, Contact]
    repeats: tuple[Case, ...]
    items: Sequence[Item]


def blind(value: str) -> str:
    """What a number (E.164) or an address (normalised) is known as here."""
    return vault.mac_text("contact", value)


def contacts_of(card: Mapping[str, Any]) -> dict[str, Contact]:
    """The ways to reach somebody, as they were checked, the telephone first."""
    found: dict[str, Contact] = {}
    if phone := card.get("phone"):
        found[blind(phone)] = Contact("phone", phone)
    if email := card.get("email"):
        found[blind(email)] = Contact("email", email)
    return found


def particulars(customer: Customer) -> Particulars:
    """Who it is. Raises `vault.Erased`."""
    if customer.salt is None:
        raise vault.Erased
    if not customer.sealed:
        return Particulars()
    known = vault.decrypt(customer.salt, _bound(customer.id), b64decode(customer.sealed))
    contacts = {one: Contact(way, value) for one, (way, value) in known["contacts"].items()}
    return Particulars(tuple(known["names"]), contacts)


def sealed(customer: Customer, known: Particulars) -> Customer:
    """The customer with these particulars, encrypted."""
    if not known.names and not known.contacts:
        return customer.model_copy(update={"sealed": ""})
    content = {
        "names": known.names,
        "contacts": {one: (contact.way, contact.value) for one, contact in known.contacts.items()},
    }
    ciphertext = vault.encrypt(customer.salt, _bound(customer.id), content)
    return customer.model_copy(update={"sealed": b64encode(ciphertext).decode()})


def fresh(now: datetime) -> Customer:
    """A file with nothing in it."""
    return Customer(id=ids.number(), salt=vault.new_salt(), made=now)


def standing(identity: str) -> Customer:
    """The file that a number leads to, through all mergers. Raises `NotFound`."""
    customer = store().load(Customer, identity)
    while customer.merged_into:
        customer = store().load(Customer, customer.merged_into)
    return customer


def whole(customer: Customer) -> File:
    """The file with its particulars and links. Raises `vault.Erased`."""
    return File(customer, particulars(customer), links(customer.id))


def links(identity: str) -> dict[str, Link]:
    """The cases of a file, in one query."""
    found = map(_link, store().beneath(Customer.key(identity), "CASE#"))
    return {link.case: link for link in found if link}


def customers_of(case: str) -> dict[str, Link]:
    """The customers of a case by the number of their file, in one query."""
    items = store().beneath(Case.key(case), "CUSTOMER#")
    return {item["sk"]["S"].partition("#")[2]: link for item in items if (link := _link(item))}


def brought_by(case: str) -> AbstractSet[str]:
    """The files of whoever brought the case, and not of whoever staff named on it."""
    return {identity for identity, link in customers_of(case).items() if link.reported}


def holder(contact: str) -> Customer | None:
    """Whose file a contact leads to; None when to none that can be read."""
    return _led_to(contact)[1]


def open_like(category: str, contacts: Mapping[str, Contact]) -> list[Case]:
    """Open cases of this category that whoever is reached like this brought, the newest last."""
    owners = {one.id: one for contact in contacts if (one := holder(contact))}
    like = [(one, case) for one in owners.values() for case in still_open(one) if case.category == category]
    return [case for one, case in like if (link := _link_between(one.id, case.id)) and link.reported]


def still_open(customer: Customer) -> list[Case]:
    """Those of the cases remembered as open that are."""
    return [case for case in store().load_many(Case, customer.recent) if case.state in _OPEN]


def file_report(number: str, cause: Cause) -> None:
    """Put a case that was reported into its customer's file, once. Who gave no contact, or a tip, has none."""
    case, events = store().history(Case, number)
    with suppress(vault.Erased, AlreadyDone):
        card: Mapping[str, str] = {} if case.kind == "tip" else statement(events, case.salt).contact
        contacts = contacts_of(card)
        if contacts:
            person = Person(card.get("name"), contacts, case.language)
            retrying(lambda: _file(number, person, cause))


def file_contact(number: str, cause: Cause) -> None:
    """How the customer of a case is reached was put right: from now on that leads to their file.

    What was wrong leads there no more. When the file has other cases it may be somebody else's, whom that reaches
    rightly: then the case goes to the file that the right contact leads to, or to a new one.
    """
    with suppress(vault.Erased, TooManyContacts):
        retrying(lambda: _file_contact(number, cause))


def file_risk(number: str, cause: Cause) -> None:
    """The file of whoever brought a case says as the case does whether a message can harm them."""
    with suppress(vault.Erased):
        retrying(lambda: _file_risk(number, cause))


def _file_risk(number: str, cause: Cause) -> Case:
    case = store().load(Case, number)
    for identity in brought_by(number):
        before = whole(standing(identity))
        if number not in before.links:
            raise Conflict  # moved a moment ago
        link = customers.as_safe_as(before.links[number], case.classes)
        if link == before.links[number]:
            continue
        after = customers.linked(before, link)
        told = Line(CaseFiled(case=number, classes=link.classes))
        beside = [*rewritten([before], [after], cause.at), _as_read(case)]
        once = Guard(f"SEEN#{cause.causation}#{number}")
        with suppress(AlreadyDone):
            store().change(sealed(after.customer, after.particulars), [told], cause, once, beside)
    return case


def _as_read(case: Case) -> Item:
    """The check, for a write of what a case says, that it says nothing else since."""
    return {
        "ConditionCheck": {
            "TableName": store().table,
            "Key": {"pk": {"S": Case.key(case.id)}, "sk": {"S": "STATE"}},
            "ConditionExpression": "seq = :seq",
            "ExpressionAttributeValues": {":seq": {"N": str(case.seq)}},
        }
    }


def _file_contact(number: str, cause: Cause) -> Case:
    case, events = store().history(Case, number)
    owner = next(iter(brought_by(number)), None)
    if owner is None:
        file_report(number, cause)
        return case
    said = cards(events, case.salt)
    card = statement(events, case.salt).contact
    right = contacts_of(card)
    wrong = {contact for one in said for contact in contacts_of(one)} - {*right}
    before = whole(standing(owner))
    if number not in before.links:
        raise Conflict  # moved a moment ago
    reaching = {*before.customer.contacts}
    if before.customer.cases > 1 and wrong & reaching and not right.keys() & reaching:
        names = {name for one in said if (name := one.get("name"))}
        _move_out(before, case, Person(card.get("name"), right, case.language), names, cause)
    else:
        _led_by(before, right, wrong, right.keys() - contacts_of(said[0]), cause)
    return case


def _move_out(before: File, case: Case, person: Person, names: AbstractSet[str], cause: Cause) -> None:
    """The case was never this file's: it is in the person's own, and what they are called is not remembered here."""
    link = before.links[case.id]
    involved = involve(case, person, link.classes, cause, reported=True)
    after = customers.without(replace(before, particulars=before.particulars.not_called(names)), {case.id})
    told = Line(FileSplit(into=involved.customer.id, cases=(case.id,), contacts=0))
    beside = [*rewritten([before], [after], cause.at), *involved.items]
    store().change(sealed(after.customer, after.particulars), [told], cause, extra=beside)


def _led_by(
    before: File, right: Mapping[str, Contact], wrong: AbstractSet[str], new: AbstractSet[str], cause: Cause
) -> None:
    """The file is reached like this. Where what is `new` leads to another file, each says it of the other."""
    after, lines, items = before, list[Line](), list[Item]()
    for contact in wrong & {*before.customer.contacts} if before.customer.cases == 1 else ():
        after = customers.reached_no_more_by(after, contact)
    led = {contact: holder(contact) for contact in right}
    after = customers.reached_by(after, {contact: right[contact] for contact, one in led.items() if one is None})
    if after != before:
        lines.append(Line(CustomerCorrected(what=("contact",))))
    for other in {one.id: one for contact, one in led.items() if one and contact in new}.values():
        noted, told, beside = _perhaps(after.customer, other, cause)
        after, lines, items = replace(after, customer=noted), [*lines, *told], [*items, *beside]
    if lines or items:
        now = sealed(after.customer, after.particulars)
        store().change(now, lines, cause, extra=[*rewritten([before], [after], cause.at), *items])


def _perhaps(customer: Customer, other: Customer, cause: Cause) -> tuple[Customer, list[Line], list[Item]]:
    """Each file says that the other may be the same person's: the one, what is told of it, and the other's writes."""
    lines, items = list[Line](), list[Item]()
    if customer.id == other.id:
        return customer, lines, items
    if other.id not in customer.perhaps_same:
        customer = customers.perhaps(customer, other.id)
        lines.append(Line(PerhapsSame(other=other.id)))
    if customer.id not in other.perhaps_same:
        noted = customers.perhaps(other, customer.id)
        items += store().beside(noted, [Line(PerhapsSame(other=customer.id))], cause, new=False)
    return customer, lines, items


def _file(number: str, person: Person, cause: Cause) -> Customer:
    """Raises `AlreadyDone`, and `Refused` when somebody got in between."""
    if store().item(Case.key(number), _FILED):
        raise AlreadyDone
    case = store().load(Case, number)
    involved = involve(case, person, case.classes or ("reporter",), cause, reported=True)
    items = [*involved.items, put(store().table, (Case.key(number), _FILED), {}, "attribute_not_exists(pk)")]
    if involved.repeats:
        note = PerhapsRepeated(cases=tuple(one.id for one in involved.repeats))
        items += store().beside(case, [Line(note)], cause, new=False)
    else:
        items.append(_as_read(case))
    store().write(items)
    return involved.customer


def involve(
    case: Case, person: Person, classes: Sequence[str], cause: Cause, *, reported: bool = False, named: bool = False
) -> Involved:
    """The person's file with this case: the one that their telephone leads to, or their address, or a new one.

    Where both lead to different files each says of the other that it may be the same person's; nothing is merged.
    Whoever staff `named` is told of to notify, which writes to them as is safe.
    """
    led = {contact: _led_to(contact) for contact in person.contacts}
    owners = list({one.id: one for _, one in led.values() if one}.values())
    before = owners[0] if owners else fresh(cause.at)
    known = particulars(before).called(person.name)
    free = {contact: person.contacts[contact] for contact, (_, one) in led.items() if one is None}
    file = File(before, known)
    try:
        file = customers.reached_by(file, free)
    except TooManyContacts:
        free = {}
    there = _link_between(before.id, case.id) if owners else None
    link = customers.together(Link(case.id, case.reported, tuple(sorted({*classes})), reported), there)
    open_cases = still_open(before)
    after = customers.filed(
        file.customer, link, person.language, [one.id for one in open_cases], again=there is not None
    )
    lines = [Line(CaseFiled(case=case.id, classes=link.classes))]
    items: list[Item] = []
    for other in owners[1:]:
        after, told, beside = _perhaps(after, other, cause)
        lines += told
        items += beside
    contacts = {**file.particulars.contacts, **person.contacts}
    if named:
        lines.append(_concerned(case, classes, contacts))
    items += store().beside(sealed(after, file.particulars), lines, cause, new=not owners)
    items += [_lead(contact, after.id, led[contact][0]) for contact in free]
    items += _linked(after.id, link)
    like = tuple(one for one in open_cases if one.category == case.category and one.id != case.id)
    return Involved(after, contacts, like, items)


def _concerned(case: Case, classes: Sequence[str], contacts: Mapping[str, Contact]) -> Line:
    """Told in their own file's chain, which ends with them, and of everybody: so it says of nobody what they are."""
    card = PersonCard(
        ways=tuple(one.value for one in contacts.values()), protected=not ON_BAD_DAYS.isdisjoint(classes)
    )
    return Line(CaseConcerns(case=case.id), boxes={"notify": card.model_dump(mode="json")})


def rewritten(before: Sequence[File], after: Sequence[File], now: datetime) -> list[Item]:
    """The writes that bring what stands beside files from one state to the other."""
    had = {contact: file.customer.id for file in before for contact in file.customer.contacts}
    has = {contact: file.customer.id for file in after for contact in file.customer.contacts}
    items: list[Item] = []
    for contact in {**had, **has}:
        was, to = had.get(contact), has.get(contact)
        if to and was != to:
            items.append(_lead(contact, to, was))
        elif was and not to:
            items.append(_lead_nowhere(contact, was, now))
    linked = {file.customer.id: file.links for file in before}
    for file in after:
        identity, were = file.customer.id, linked.get(file.customer.id, {})
        new = [link for link in file.links.values() if were.get(link.case) != link]
        items += [item for link in new for item in _linked(identity, link)]
        items += [item for case in were if case not in file.links for item in _unlinked(identity, case, now)]
    return items


def _link_between(identity: str, case: str) -> Link | None:
    item = store().item(Customer.key(identity), Case.key(case))
    return _link(item) if item else None


def _led_to(contact: str) -> tuple[str | None, Customer | None]:
    """The number that stands there, and the file it leads to if that can be read."""
    item = store().item(f"CONTACT#{contact}", Customer.KIND)
    there = item["customer"]["S"] if item else None
    if not there:
        return there, None
    try:
        customer = standing(there)
    except NotFound:
        return there, None
    return there, customer if customer.salt else None


def _lead(contact: str, to: str, was: str | None) -> Item:
    return put(
        store().table,
        (f"CONTACT#{contact}", Customer.KIND),
        {"customer": {"S": to}},
        "attribute_not_exists(pk) OR customer = :was",
        {":was": {"S": was or _NOBODY}},
    )


def _lead_nowhere(contact: str, was: str, now: datetime) -> Item:
    gone = {"customer": {"S": _NOBODY}, **_expiring(now)}
    return put(store().table, (f"CONTACT#{contact}", Customer.KIND), gone, "customer = :was", {":was": {"S": was}})


def _linked(identity: str, link: Link) -> list[Item]:
    attributes = {"at": stamp(link.at), "classes": ",".join(link.classes)}
    if not link.reported:
        attributes["named"] = "by staff"
    ends = (Customer.key(identity), Case.key(link.case))
    return [put_item(store().table, key, attributes) for key in (ends, ends[::-1])]


def _unlinked(identity: str, case: str, now: datetime) -> list[Item]:
    ends = (Customer.key(identity), Case.key(case))
    return [put(store().table, key, _expiring(now), "attribute_exists(pk)") for key in (ends, ends[::-1])]


def _link(item: Item) -> Link | None:
    """None of one that was taken away."""
    if "classes" not in item:
        return None
    at, classes = datetime.fromisoformat(item["at"]["S"]), tuple(item["classes"]["S"].split(","))
    return Link(item["sk"]["S"].partition("#")[2], at, classes, reported="named" not in item)


def _expiring(now: datetime) -> Item:
    return {"expires": {"N": str(int(now.timestamp()))}}


def _bound(identity: str) -> str:
    return f"{Customer.key(identity)}/particulars"
