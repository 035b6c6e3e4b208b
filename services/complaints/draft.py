"""A change of a complaint while it is being decided: the new state, and every line that tells of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.complaints import grading, ledger, press, steps, telling
from services.complaints.book import Book
from services.complaints.complaint import ANSWER, Complaint
from shared.contracts import Event
from shared.contracts.complaints import (
    AttentionAsked,
    ComplaintClassified,
    ComplaintConcerns,
    ComplaintDateMoved,
    PenaltyRecorded,
    PenaltyWithdrawn,
)
from shared.packs.steps import Happening
from shared.store import Audience, Item, Line


class Draft:
    """Collects what one command, event or tick does to a complaint, so that it is stored at once or not at all."""

    def __init__(self, complaint: Complaint, book: Book, now: datetime) -> None:
        self.complaint, self.book, self.now = complaint, book, now
        self.lines: list[Line] = []
        self.extra: list[Item] = []
        self.acting: frozenset[str] = frozenset()
        """The pack's roles of the member of staff who does this; none, when the customer or the desk does."""

    def tell(
        self,
        event: Event,
        audience: Audience = Audience.STAFF,
        private: Mapping[str, Any] | None = None,
        to_notify: Mapping[str, Any] | None = None,
        to_intake: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a line. What goes `to_notify` and `to_intake` travels sealed, when there is somebody to tell."""
        boxes = {"notify": to_notify, "intake": to_intake}
        sealed = {recipient: content for recipient, content in boxes.items() if content is not None}
        self.lines.append(Line(event, audience, private, sealed))

    def concern(self, subjects: Iterable[str]) -> None:
        """It is about these, too: from now on they can't see it, nor call its customer."""
        named = tuple(dict.fromkeys(subjects))
        if named:
            self.complaint = self.complaint.concerning(named)
            self.tell(ComplaintConcerns(complaint=self.complaint.id, case=self.complaint.case, subjects=named))

    def set(self, **changes: Any) -> None:
        self.complaint = self.complaint.model_copy(update=changes)

    def happen(self, what: Happening) -> None:
        """Something happened: clocks start and end, and whoever the pack says is told."""
        self.complaint = steps.happen(self.complaint, what, self.book, self.now, self.acting)
        self.ask(what)

    def ask(self, what: Happening) -> None:
        """Tell whoever the pack says is told at once when this happens."""
        self.complaint, rules = telling.due(self.complaint, what, self.book)
        for rule in rules:
            self._attention(
                rule.id, rule.roles, takes_over=rule.takes_over and rule.roles[0] == self.complaint.holder
            )
        if what is Happening.INJURY_REPORTED:
            injury = self.book.rules.injury
            self._attention("injury", (injury.decides, *(one for one in injury.tells if one != injury.decides)))
        if what is Happening.PRESS_ASKED:
            self._attention("press", press.to_tell(self.book.rules.press))

    def ask_leader(self, rule: str) -> None:
        """Tell whoever stands above the one that has it."""
        self._attention(rule, (self.book.above(self.complaint.holder).role,))

    def hold(self, facts: tuple[str, ...]) -> None:
        """Other facts hold now: clocks follow, and what passes a threshold becomes major."""
        before = self.complaint
        changed = before.model_copy(update={"facts": facts})
        changed = grading.by_thresholds(before, changed, self.book.rules)
        if changed.grade != before.grade == "general":
            self.regrade(grading.regraded(before, changed, self.book, self.now))
            self.ask(Happening.GRADED)
        else:
            changed = changed.model_copy(update={"grade": before.grade})
            self.complaint = steps.reconsider(before, changed, self.book, self.now)

    def regrade(self, after: Complaint) -> None:
        """It stands elsewhere in the tree, or is graded otherwise; if that moves the answer, the customer is told."""
        before, self.complaint = self.complaint, after
        was = next((one for one in before.promises if one.name == ANSWER and one.open), None)
        now = next((one for one in after.promises if one.name == ANSWER and one.open), None)
        if was and now and was.due != now.due:
            self.moved(ANSWER, was.due, now.due, steps.ANOTHER_KIND[after.language])

    def moved(self, promise: str, was: datetime, due: datetime, why: str) -> None:
        """What was promised to the customer has another date."""
        complaint = self.complaint
        self.tell(
            ComplaintDateMoved(
                complaint=complaint.id,
                case=complaint.case,
                promise=promise,
                was_due=was,
                due=due,
                called=self.book.called(promise, complaint.language),
            ),
            Audience.CUSTOMER,
            {"text": why},
            {"text": why},
            {"text": why} if promise == ANSWER and complaint.case != complaint.id else None,
        )

    def classified(self, *, first: bool) -> None:
        """Tell where it stands in the tree now."""
        complaint = self.complaint
        line = list(self.book.rules.line(complaint.kind))
        self.tell(
            ComplaintClassified(
                complaint=complaint.id,
                case=complaint.case,
                kind=complaint.kind,
                root=line[-1].code,
                department=self.book.rules.department(complaint.kind),
                grade=complaint.grade,
                first=first,
            )
        )

    def draw_up_ledger(self) -> None:
        """What the complaint costs whom, as its facts now are; each cause is told once."""
        complaint = self.complaint
        facts = frozenset(complaint.facts)
        matter = ledger.Matter(complaint.kind, complaint.grade, complaint.number, facts, complaint.since)
        changes = ledger.reconcile(complaint.ledger, ledger.draw_up(self.book.rules, matter))
        self.set(ledger=changes.entries)
        for entry in changes.withdrawn:
            self.tell(
                PenaltyWithdrawn(
                    complaint=complaint.id, case=complaint.case, penalty=entry.penalty, department=entry.department
                )
            )
        for entry in changes.recorded:
            self.tell(
                PenaltyRecorded(
                    complaint=complaint.id,
                    case=complaint.case,
                    penalty=entry.penalty,
                    department=entry.department,
                    minor=entry.amount.minor,
                    currency=entry.amount.currency,
                    exemptions=tuple(freed.exemption for freed in entry.freed),
                )
            )

    def _attention(self, rule: str, roles: tuple[str, ...], *, takes_over: bool = False) -> None:
        complaint = self.complaint
        self.tell(
            AttentionAsked(
                complaint=complaint.id,
                case=complaint.case,
                rule=rule,
                roles=roles,
                takes_over=takes_over,
                unit=self.book.unit_of(complaint.kind),
            )
        )
