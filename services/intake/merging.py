"""What staff do with a customer's file: correct it, make two one, make one two. Each is in the file's own chain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import customer as customers
from services.intake import filing, finding, views
from services.intake.customer import Customer, File
from services.intake.filenotes import CustomerCorrected, FilesMerged, FileSplit, MergedAway, SplitOff
from services.intake.finding import Reached
from services.intake.handling import identity_of
from services.intake.working import Short
from shared import acting, ids
from shared.acting import Change
from shared.commands import Command
from shared.http import Problem, Request, fault
from shared.policy import NotPermitted, Principal, require
from shared.reach import Name
from shared.store import Cause, Conflict, Item, Line
from shared.tables import store

AT_ONCE = 100
"""Writes that DynamoDB takes in one transaction."""

_Number = Annotated[str, Field(max_length=40)]


class ParticularsRequest(Request):
    """What of a file is not right: another name, language, a contact more or one less."""

    name: Name | None = None
    language: Literal["en", "ar", "zh"] | None = None
    add_contact: Reached | None = None
    remove_contact: Reached | None = None


class MergeRequest(Request):
    """The file that is the same person's, and why. It goes into the one in the address."""

    other: Annotated[_Number, Field(alias="with")]
    reason: Short


class SplitRequest(Request):
    """Cases and contacts that are another person's, and why. `into`: their file, if they have one; it may be one that
    was merged into this, which then stands again.
    """

    cases: Annotated[tuple[_Number, ...], Field(max_length=AT_ONCE)] = ()
    contacts: Annotated[tuple[Reached, ...], Field(max_length=customers.CONTACTS)] = ()
    into: _Number | None = None
    name: Name | None = None
    reason: Short


@dataclass
class Draft:
    """What comes of one act: the file afterwards, what is told in its chain, what else is written and answered."""

    file: File
    cause: Cause
    lines: list[Line] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    answered: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """One thing that staff do with a file: who may, what they say, and what it changes."""

    permit: str
    request: type[Request]
    do: Callable[[Draft, Any], None]


def carry_out(
    act: Act, principal: Principal, number: str, command: Command, request: Request, cause: Cause
) -> dict[str, Any]:
    """Do it, once. Raises `NotFound`, `NotPermitted`, `Problem`."""
    require(principal, act.permit)
    identity = filing.standing(identity_of(number)).id
    drafts: list[Draft] = []

    def decide(customer: Customer) -> Change[Customer]:
        if customer.merged_into:
            raise Conflict  # a moment ago
        if customer.salt is None:
            raise _ERASED
        if views.hides(principal, customer.classes):
            raise NotPermitted("customer.protected")
        drafts.append(Draft(filing.whole(customer), cause))
        draft = drafts[-1]
        try:
            act.do(draft, request)
        except tuple(_ANSWERS) as error:
            raise _ANSWERS[type(error)](error) from None
        # The file itself, its lines, what is beside it and the key of the command.
        if 1 + len(draft.lines) + len(draft.items) + 1 > AT_ONCE:
            raise _TOO_MUCH
        return Change(filing.sealed(draft.file.customer, draft.file.particulars), draft.lines, draft.items)

    return acting.carry_out(
        Customer, identity, command, cause, decide, lambda after: {**finding.facts(after), **drafts[-1].answered}
    )


def correct(draft: Draft, request: ParticularsRequest) -> None:
    """Particulars are set right; the case's own words stay as they were said."""
    before, what = draft.file, list[str]()
    after = before
    if request.name:
        after, what = replace(after, particulars=after.particulars.renamed(request.name)), [*what, "name"]
    if request.language:
        languages = tuple(dict.fromkeys([request.language, *after.customer.languages]))
        after = replace(after, customer=after.customer.model_copy(update={"languages": languages}))
        what.append("language")
    if request.add_contact:
        contacts = filing.contacts_of(request.add_contact.card("/add_contact"))
        for contact in contacts:
            _free(contact, before.customer)
        after, what = customers.reached_by(after, contacts), [*what, "contact-added"]
    if request.remove_contact:
        for contact in filing.contacts_of(request.remove_contact.card("/remove_contact")):
            after = customers.reached_no_more_by(after, contact)
        what.append("contact-removed")
    if not what:
        raise fault("", "nothing", "Send what is not right: name, language, add_contact, remove_contact.")
    draft.items += filing.rewritten([before], [after], draft.cause.at)
    draft.file = after
    if after != before:
        draft.lines.append(Line(CustomerCorrected(what=tuple(what))))


def merge(draft: Draft, request: MergeRequest) -> None:
    """Both are one person's: everything is in this file from now on, and the other number leads to it."""
    other = _other(request.other, "/with", draft.file.customer)
    kept, gone = customers.merged(draft.file, other)
    reason = {"reason": request.reason}
    draft.lines.append(
        Line(
            FilesMerged(
                other=gone.customer.id, cases=tuple(sorted(other.links)), contacts=len(other.customer.contacts)
            ),
            private=reason,
        )
    )
    draft.items += _stored(gone, [Line(MergedAway(into=kept.customer.id), private=reason)], draft.cause)
    draft.items += filing.rewritten([draft.file, other], [kept, gone], draft.cause.at)
    draft.file = kept


def split(draft: Draft, request: SplitRequest) -> None:
    """What is another person's is in a file of theirs from now on."""
    source = draft.file
    cases = sorted({identity_of(number) for number in request.cases})
    contacts = sorted(
        {
            contact
            for place, one in enumerate(request.contacts)
            for contact in filing.contacts_of(one.card(f"/contacts/{place}"))
        }
    )
    target = _target(source, request.into, draft.cause)
    is_new = target.customer.seq == 0
    left, other = customers.split(source, target, cases, contacts)
    if request.name:
        other = replace(other, particulars=other.particulars.renamed(request.name))
    reason, moved = {"reason": request.reason}, {"cases": tuple(cases), "contacts": len(contacts)}
    draft.lines.append(Line(FileSplit(into=other.customer.id, **moved), private=reason))
    told = [Line(SplitOff(source_file=source.customer.id, **moved), private=reason)]
    draft.items += _stored(other, told, draft.cause, new=is_new)
    draft.items += filing.rewritten([source, target], [left, other], draft.cause.at)
    draft.file = left
    draft.answered["other"] = ids.spoken(other.customer.id)


def _target(source: File, into: str | None, cause: Cause) -> File:
    if into is None:
        return File(filing.fresh(cause.at))
    named = store().load(Customer, identity_of(into))
    if named.merged_into == source.customer.id:
        if named.salt is None:
            raise _ERASED
        return File(named, filing.particulars(named))
    return _other(into, "/into", source.customer)


def _other(number: str, where: str, this: Customer) -> File:
    identity = ids.heard(number)
    if identity is None:
        raise fault(where, "not_a_number", "This can't be the number of a file.")
    other = filing.standing(identity)
    if other.id == this.id:
        raise customers.SameFile
    if other.salt is None:
        raise _ERASED
    return filing.whole(other)


def _stored(file: File, lines: Sequence[Line], cause: Cause, *, new: bool = False) -> list[Item]:
    return store().beside(filing.sealed(file.customer, file.particulars), lines, cause, new=new)


def _free(contact: str, customer: Customer) -> None:
    """Raises `Problem` when it leads to somebody else's file."""
    there = filing.holder(contact)
    if there and there.id != customer.id:
        raise Problem(
            409,
            "contact-elsewhere",
            "This contact is in another file.",
            "If both are the same person's, merge them; else take it from there first.",
            customer=ids.spoken(there.id),
        )


def _refusal(kind: str, title: str, advice: str) -> Callable[[Exception], Problem]:
    return lambda _error: Problem(409, kind, title, advice)


_ERASED = Problem(409, "erased", "What this file said was erased.", "A new report of theirs begins a new file.")
_TOO_MUCH = Problem(
    409,
    "too-much-at-once",
    f"This is more than fits into one change: at most {AT_ONCE} writes, of which each case takes four.",
    "Move some twenty cases at a time with split and `into`, then the rest.",
)
_ANSWERS: dict[type[Exception], Callable[[Any], Problem]] = {
    customers.SameFile: _refusal("same-file", "Both numbers lead to the same file.", "There is nothing to merge."),
    customers.MergedAway: _refusal(
        "merged-away", "This file was merged into another one.", "Read it again: its number leads there."
    ),
    customers.NotInThisFile: _refusal(
        "not-in-this-file",
        "Something that you named is not in this file.",
        "Read the file; name at least one of its cases or contacts, and nothing else.",
    ),
    customers.NothingLeft: _refusal(
        "nothing-left",
        "Nothing would be left in this file.",
        "Keep a case or a contact; to make two files one, merge.",
    ),
    customers.TooManyContacts: _refusal(
        "too-many-contacts",
        f"A file holds at most {customers.CONTACTS} contacts.",
        "Remove those that are no longer right.",
    ),
}

CHANGES: dict[str, Act] = {
    "correct": Act("customer.correct", ParticularsRequest, correct),
    "merge": Act("customer.merge", MergeRequest, merge),
    "split": Act("customer.merge", SplitRequest, split),
}
