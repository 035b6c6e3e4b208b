"""Customers' files, as the table keeps them (ADR 0060).

`CUSTOMER#<id>` holds the file and a link for each of its cases, `CASE#<id>` a link for each of its customers, and
`CONTACT#<keyed hash>` leads from a telephone number or an address to the one file. What is taken away is emptied and
expires: no function may delete.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake import customer as customers
from services.intake.case import Case, State
from services.intake.customer import Contact, Customer, File, Link, Particulars, TooManyContacts
from services.intake.notes import CaseFiled, CustomerCorrected, PerhapsRepeated, PerhapsSame
from services.intake.statement import cards, statement
from shared import ids, vault
from shared.place import stamp
from shared.store import AlreadyDone, Cause, Item, Line, NotFound, put, put_item, retrying
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
    """A person in their file: which it is, open cases of theirs like this one, and the writes that store it."""

    customer: Customer
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

    What was wrong leads there no more, unless they have other cases, which it may be right for.
    """
    owner = next((identity for identity, link in customers_of(number).items() if link.reported), None)
    if owner is None:
        file_report(number, cause)
        return
    with suppress(vault.Erased, TooManyContacts):
        case, events = store().history(Case, number)
        right = contacts_of(statement(events, case.salt).contact)
        wrong = {contact for card in cards(events, case.salt) for contact in contacts_of(card)} - {*right}
        retrying(lambda: _led_by(standing(owner), right, wrong, cause))


def _led_by(customer: Customer, right: Mapping[str, Contact], wrong: AbstractSet[str], cause: Cause) -> Customer:
    before = whole(customer)
    after = customers.reached_by(before, {one: right[one] for one in right if holder(one) is None})
    for contact in wrong & {*customer.contacts} if customer.cases == 1 else ():
        after = customers.reached_no_more_by(after, contact)
    if after == before:
        return customer
    told = Line(CustomerCorrected(what=("contact",)))
    now = sealed(after.customer, after.particulars)
    return store().change(now, [told], cause, extra=rewritten([before], [after], cause.at))


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
    store().write(items)
    return involved.customer


def involve(case: Case, person: Person, classes: Sequence[str], cause: Cause, *, reported: bool = False) -> Involved:
    """The person's file with this case: the one that their telephone leads to, or their address, or a new one.

    Where both lead to different files each says of the other that it may be the same person's; nothing is merged.
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
        if other.id not in after.perhaps_same:
            after = customers.perhaps(after, other.id)
            lines.append(Line(PerhapsSame(other=other.id)))
        if after.id not in other.perhaps_same:
            noted = customers.perhaps(other, after.id)
            items += store().beside(noted, [Line(PerhapsSame(other=after.id))], cause, new=False)
    items += store().beside(sealed(after, file.particulars), lines, cause, new=not owners)
    items += [_lead(contact, after.id, led[contact][0]) for contact in free]
    items += _linked(after.id, link)
    like = tuple(one for one in open_cases if one.category == case.category and one.id != case.id)
    return Involved(after, like, items)


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
