"""A customer's file: who they are, how they are reached, which cases they have. Merged and split. Pure.

A contact is known by a keyed hash of it; a person reads it only among the particulars, which are encrypted where
they are stored. However files are merged and split, no contact is in two of them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal

from shared.aggregate import Aggregate

Way = Literal["phone", "email"]

CONTACTS = 20
"""More than one person has."""

NAMES = 5
"""As many are remembered as somebody was known by."""

RECENT = 100
"""Cases that a file remembers as open; those of more are still in its list."""

AT_RISK = "at-risk"
"""Whom a message can harm that somebody else sees. The desk says so of whoever asks for safe contact; nobody reports
as one.
"""

ON_BAD_DAYS = frozenset({"victim", "witness", AT_RISK})
"""Classes whose particulars need a permit of their own."""


class SameFile(Exception):
    """It is one and the same file."""


class MergedAway(Exception):
    """This file was merged into another one."""


class NotInThisFile(Exception):
    """A case or a contact is not in this file. Says of what kind it is."""


class NothingLeft(Exception):
    """A file keeps something: else it is not split but moved."""


class TooManyContacts(Exception):
    """A file holds no more than `CONTACTS`."""


class Customer(Aggregate):
    """The file as it is now. Particulars are `sealed` under `salt`; its cases are links beside it."""

    KIND: ClassVar[str] = "CUSTOMER"

    salt: str | None
    made: datetime
    sealed: str = ""
    contacts: tuple[str, ...] = ()
    """Keyed hashes."""
    languages: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """Everything that they were to a case."""
    cases: int = 0
    recent: tuple[str, ...] = ()
    """Cases that were open when somebody last looked, the newest last."""
    perhaps_same: tuple[str, ...] = ()
    """Files that may be the same person's; only people decide that."""
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    """Files that were merged into this one: their numbers still lead here."""


@dataclass(frozen=True)
class Contact:
    """One way to reach somebody, as people write it."""

    way: Way
    value: str


@dataclass(frozen=True)
class Particulars:
    """Who it is. `names`: the one they go by first. `contacts` by their keyed hash."""

    names: tuple[str, ...] = ()
    contacts: Mapping[str, Contact] = field(default_factory=dict)

    def called(self, *names: str | None) -> "Particulars":
        """By these names as well, behind those that are known."""
        every = dict.fromkeys([*self.names, *(name for name in names if name)])
        return replace(self, names=tuple(every)[:NAMES])

    def not_called(self, names: Collection[str]) -> "Particulars":
        """Without these names; they stay when there is no other."""
        return replace(self, names=tuple(name for name in self.names if name not in names) or self.names)

    def renamed(self, name: str) -> "Particulars":
        """By this name instead of the one they went by."""
        return replace(self, names=tuple(dict.fromkeys([name, *self.names[1:]])))

    def without(self, names: Collection[str]) -> "Particulars":
        """By none of these names, unless it has no other."""
        left = tuple(name for name in self.names if name not in names)
        return replace(self, names=left or self.names[:1])


@dataclass(frozen=True)
class Link:
    """What a case has to do with a customer, since when."""

    case: str
    at: datetime
    classes: tuple[str, ...]
    reported: bool = True
    """Whether they brought it; else staff named them on it."""


def together(link: Link, other: Link | None) -> Link:
    """What both say."""
    if other is None:
        return link
    classes = tuple(sorted({*link.classes, *other.classes}))
    return replace(link, classes=classes, reported=link.reported or other.reported)


def at_risk(classes: Iterable[str], *, so: bool) -> tuple[str, ...]:
    """These classes with what is so now of whether a message can harm them; nobody is at risk and nothing else."""
    others = {*classes} - {AT_RISK}
    return tuple(sorted({*(others or {"reporter"}), AT_RISK} if so else others))


def as_safe_as(link: Link, case_classes: Collection[str]) -> Link:
    """The link of whoever brought the case, with what the case says of their risk."""
    return replace(link, classes=at_risk(link.classes, so=AT_RISK in case_classes))


@dataclass(frozen=True)
class File:
    """A customer with everything that is stored beside them."""

    customer: Customer
    particulars: Particulars = Particulars()
    links: Mapping[str, Link] = field(default_factory=dict)


def reached_by(file: File, contacts: Mapping[str, Contact]) -> File:
    """The file with these contacts as well. Raises `TooManyContacts`."""
    known = {**file.particulars.contacts, **contacts}
    if len(known) > CONTACTS:
        raise TooManyContacts
    return _with_contacts(file, known)


def reached_no_more_by(file: File, contact: str) -> File:
    """Raises `NotInThisFile`."""
    if contact not in file.customer.contacts:
        raise NotInThisFile("contact")
    left = {one: known for one, known in file.particulars.contacts.items() if one != contact}
    return _with_contacts(file, left)


def filed(
    customer: Customer, link: Link, language: str, still_open: Collection[str], *, again: bool = False
) -> Customer:
    """The case is one of this customer's, or was before (`again`). Of those remembered as open, `still_open` are."""
    recent = (*(case for case in customer.recent if case in still_open and case != link.case), link.case)
    return customer.model_copy(
        update={
            "cases": customer.cases + (not again),
            "classes": tuple(sorted({*customer.classes, *link.classes})),
            "languages": tuple(dict.fromkeys([*customer.languages, language])),
            "recent": recent[-RECENT:],
        }
    )


def perhaps(customer: Customer, other: str) -> Customer:
    """The other file may be the same person's."""
    return customer.model_copy(
        update={"perhaps_same": tuple(sorted({*customer.perhaps_same, other} - {customer.id}))}
    )


def merged(kept: File, gone: File) -> tuple[File, File]:
    """Everything of `gone` is in `kept`, whose number leads there from now on.

    Raises `SameFile`, `MergedAway`, `TooManyContacts`.
    """
    _both_stand(kept, gone)
    left, joined = _moved(gone, kept, gone.links, gone.particulars.contacts)
    names = joined.particulars.called(*gone.particulars.names)
    same = {*kept.customer.perhaps_same, *gone.customer.perhaps_same} - {kept.customer.id, gone.customer.id}
    one = joined.customer.model_copy(
        update={
            "languages": tuple(dict.fromkeys([*kept.customer.languages, *gone.customer.languages])),
            "perhaps_same": tuple(sorted(same)),
            "absorbed": (*kept.customer.absorbed, gone.customer.id),
        }
    )
    # It keeps the names that it had, in case it stands again.
    alias = left.customer.model_copy(update={"merged_into": kept.customer.id, "perhaps_same": ()})
    return replace(joined, customer=one, particulars=names), replace(left, customer=alias)


def split(source: File, target: File, cases: Collection[str], contacts: Collection[str]) -> tuple[File, File]:
    """These cases and contacts are another person's: in `target` from now on, a new file or one that stands.

    One that was merged into `source` stands again. Raises `SameFile`, `MergedAway`, `NotInThisFile`, `NothingLeft`,
    `TooManyContacts`.
    """
    again = target
    if target.customer.merged_into == source.customer.id:
        again = replace(target, customer=target.customer.model_copy(update={"merged_into": None}))
    _both_stand(source, again)
    if missing := {*cases} - {*source.links}:
        raise NotInThisFile("case", len(missing))
    if {*contacts} - {*source.customer.contacts}:
        raise NotInThisFile("contact")
    if not cases and not contacts:
        raise NotInThisFile("nothing")
    if {*cases} == {*source.links} and {*contacts} == {*source.customer.contacts}:
        raise NothingLeft
    left, other = _moved(source, again, cases, contacts)
    if again is not target:
        left = replace(left, particulars=left.particulars.without(again.particulars.names))
    absorbed = tuple(one for one in left.customer.absorbed if one != target.customer.id)
    languages = tuple(dict.fromkeys([*other.customer.languages, *source.customer.languages]))
    return (
        replace(left, customer=left.customer.model_copy(update={"absorbed": absorbed})),
        replace(other, customer=other.customer.model_copy(update={"languages": languages})),
    )


def without(file: File, cases: Collection[str]) -> File:
    """The file without its part in these cases."""
    recent = tuple(case for case in file.customer.recent if case not in cases)
    left = {case: link for case, link in file.links.items() if case not in cases}
    return _with_links(replace(file, customer=file.customer.model_copy(update={"recent": recent})), left)


def _both_stand(one: File, other: File) -> None:
    if one.customer.id == other.customer.id:
        raise SameFile
    if one.customer.merged_into or other.customer.merged_into:
        raise MergedAway


def _moved(source: File, target: File, cases: Collection[str], contacts: Collection[str]) -> tuple[File, File]:
    """What is named moves from one file to the other."""
    known = source.particulars.contacts
    left = without(source, cases)
    links = dict(target.links)
    for case in cases:
        came, there = source.links[case], links.get(case)
        links[case] = together(came, there)
    still_open = {*target.customer.recent, *(one for one in source.customer.recent if one in cases)} & links.keys()
    recent = tuple(sorted(still_open, key=lambda case: (links[case].at, case)))[-RECENT:]
    joined = _with_links(
        replace(target, customer=target.customer.model_copy(update={"recent": recent})),
        links,
    )
    return (
        _with_contacts(left, {one: known[one] for one in known if one not in contacts}),
        reached_by(joined, {one: known[one] for one in known if one in contacts}),
    )


def linked(file: File, link: Link) -> File:
    """The file with what this says of a case."""
    return _with_links(file, {**file.links, link.case: link})


def _with_contacts(file: File, contacts: Mapping[str, Contact]) -> File:
    customer = file.customer.model_copy(update={"contacts": tuple(sorted(contacts))})
    return replace(file, customer=customer, particulars=replace(file.particulars, contacts=contacts))


def _with_links(file: File, links: Mapping[str, Link]) -> File:
    classes = tuple(sorted({one for link in links.values() for one in link.classes}))
    return replace(
        file, customer=file.customer.model_copy(update={"cases": len(links), "classes": classes}), links=links
    )
