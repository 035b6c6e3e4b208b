"""What stands beside complaints in the table: matters they are about, and references with their milestones."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.complaints import matter as matters
from services.complaints.book import Book
from services.complaints.complaint import Complaint
from services.complaints.ledger import facts_at
from services.complaints.matter import Entry, Matter, Place
from services.complaints.reference import Reference
from shared import vault
from shared.rules import calendar, pack
from shared.rules.complaints import complaint_rules
from shared.store import Item, NotFound
from shared.tables import store


def book() -> Book:
    """The rules this desk runs under."""
    return Book(pack(), complaint_rules(), calendar())


def mark(what: str, *said: str) -> str:
    """A keyed hash of something people say in many ways."""
    return vault.mac_text(f"mark-{what}", " ".join(" ".join(said).casefold().split()))


def reference(identity: str) -> Reference | None:
    """What is known of a reference; None: no date of it is."""
    try:
        return store().load(Reference, identity)
    except NotFound:
        return None


def milestones(identity: str | None) -> dict[str, datetime]:
    """The dates that are known of a reference."""
    known = reference(identity) if identity else None
    return known.milestones if known else {}


def reference_facts(rules: Book, identity: str | None, at: datetime) -> frozenset[str]:
    """What holds of a reference at a time; nothing is read where the pack asks nothing of it."""
    if rules.rules.reference is None or not rules.rules.reference.milestones:
        return frozenset()
    return follows(rules, milestones(identity), at)


def follows(rules: Book, known: Mapping[str, datetime], at: datetime) -> frozenset[str]:
    """What holds at a time of a reference with these dates."""
    return facts_at(rules.rules.reference, known, rules.calendar, at)


def joined(complaint: Complaint, rules: Book) -> tuple[Complaint, Place, list[Item]]:
    """The complaint joined to its matters, which one it is there, and the writes that keep that.

    The writes are refused when another complaint about the same matter comes at the same moment.
    """
    marks = {**complaint.marks, **({"kind": (complaint.kind,)} if complaint.kind else {})}
    keys = tuple(vault.mac_text("matter", *one) for one in matters.common(rules.rules.second, marks))
    about = (*keys, *_of_reference(complaint, rules))
    known = {key: _matter(key) for key in {*about, *complaint.matters}}
    dates = milestones(complaint.reference)
    places = (
        matters.place(rules.rules.second, known[key], complaint.id, rules.calendar, complaint.accepted, dates.get)
        for key in keys
    )
    best = max(places, key=lambda one: one.number, default=Place())
    after = complaint.model_copy(update={"matters": about, "number": best.number, "earlier": best.earlier})
    after = _numbered(after, dates, [known[key] for key in about if key not in keys])
    entry = Entry(complaint=complaint.id, number=best.number, accepted=complaint.accepted)
    stays = [_keep(key, known[key], known[key].joined(entry)) for key in about]
    leaves = [
        _keep(key, known[key], known[key].without(complaint.id)) for key in complaint.matters if key not in about
    ]
    return after, best, stays + leaves


def numbered(complaint: Complaint, rules: Book, dates: Mapping[str, datetime]) -> Complaint:
    """The complaint with which one about its reference it is since each of these dates."""
    return _numbered(complaint, dates, [_matter(key) for key in _of_reference(complaint, rules)])


def _numbered(complaint: Complaint, dates: Mapping[str, datetime], known: Sequence[Matter]) -> Complaint:
    since = {
        name: matter.number_since(start, complaint.id, complaint.accepted)
        for matter in known
        for name, start in dates.items()
    }
    return complaint.model_copy(update={"since": since})


def _of_reference(complaint: Complaint, rules: Book) -> tuple[str, ...]:
    """The matter of all complaints about its reference, of any kind, where the ledger counts these."""
    counts = rules.rules.ledger is not None and rules.rules.ledger.counts_since
    return (vault.mac_text("matter-of-reference", complaint.reference),) if counts and complaint.reference else ()


def ended(complaint: Complaint, at: datetime) -> list[Item]:
    """The writes that let a complaint's matters know that it is closed."""
    known = {key: _matter(key) for key in complaint.matters}
    return [_keep(key, matter, matter.closed(complaint.id, at)) for key, matter in known.items()]


def left(complaint: Complaint) -> list[Item]:
    """The writes by which its matters forget a complaint."""
    known = {key: _matter(key) for key in complaint.matters}
    return [_keep(key, matter, matter.without(complaint.id)) for key, matter in known.items()]


def _matter(key: str) -> Matter:
    here = store()
    answer = here.client.get_item(
        TableName=here.table, Key={"pk": {"S": f"MATTER#{key}"}, "sk": {"S": "MATTER"}}, ConsistentRead=True
    )
    return Matter.model_validate_json(answer["Item"]["doc"]["S"]) if "Item" in answer else Matter()


def _keep(key: str, before: Matter, after: Matter) -> Item:
    item = {
        "pk": {"S": f"MATTER#{key}"},
        "sk": {"S": "MATTER"},
        "version": {"N": str(after.version)},
        "doc": {"S": after.model_dump_json(exclude_defaults=True)},
    }
    condition = "version = :version" if before.version else "attribute_not_exists(pk)"
    values = {"ExpressionAttributeValues": {":version": {"N": str(before.version)}}} if before.version else {}
    return {"Put": {"TableName": store().table, "Item": item, "ConditionExpression": condition, **values}}


def last_in_series(key: tuple[str, str]) -> int:
    """The last number that a series has given out."""
    here = store()
    answer = here.client.get_item(
        TableName=here.table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}}, ConsistentRead=True
    )
    return int(answer["Item"]["last"]["N"]) if "Item" in answer else 0
