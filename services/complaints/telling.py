"""Who is told at once when something happens to a complaint, as the pack says. Pure."""

from collections.abc import Iterator

from services.complaints.book import Book
from services.complaints.complaint import Complaint
from shared.packs.complaints import exceeds
from shared.packs.steps import Happening, Tell


def due(complaint: Complaint, happening: Happening, book: Book) -> tuple[Complaint, tuple[Tell, ...]]:
    """The rules that tell somebody now, each once for a complaint; one that takes over gives it to the first told.

    Never down the ladder: whoever stands higher keeps it.
    """
    found = tuple(_applying(complaint, happening, book))
    after = complaint.model_copy(update={"told": (*complaint.told, *(rule.id for rule in found))})
    for rule in found:
        if rule.takes_over and not book.is_below(rule.roles[0], after.holder):
            after = after.model_copy(update={"holder": rule.roles[0]})
    return after, found


def _applying(complaint: Complaint, happening: Happening, book: Book) -> Iterator[Tell]:
    for rule in book.rules.tell:
        if (
            rule.at == happening
            and rule.id not in complaint.told
            and book.rules.applies(rule, complaint.kind, complaint.grade, complaint.facts)
            and (rule.amount_above is None or exceeds(complaint.claim, rule.amount_above))
        ):
            yield rule
