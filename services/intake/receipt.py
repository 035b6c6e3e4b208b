"""What a customer gets for a report: the number and secret that follow it, what applies, what is promised."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake import knowing
from services.intake.case import AMONG_STAFF, Case, State
from services.intake.promised import promise_view
from services.intake.triage import Decision, decide
from shared import ids
from shared.promises import Promise
from shared.rules import pack
from shared.settings import settings
from shared.store import Recorded

SENT = "The customer has it with the message that we sent."
HAND_OVER = (
    "Our messages to this customer hold no link. Ask whether they can keep it where nobody else finds it, "
    "and give them number and secret now."
)


@dataclass(frozen=True)
class Receipt:
    """What the customer gets: the number and secret that follow the case, what applies, what is promised."""

    number: str
    secret: str
    state: str
    urgent: bool
    dispositions: tuple[str, ...]
    advice: str | None
    refer_to: dict[str, str] | None
    """Whom to turn to first; all of them are `contacts`."""
    contacts: tuple[dict[str, str], ...]
    promises: tuple[Promise, ...]
    anonymous: bool = False
    """Whether nothing about who sent it was kept, even if it was sent."""
    answers: tuple[dict[str, Any], ...] = ()
    """What the knowledge base has for a question; none: the answer is promised."""

    @property
    def follow_url(self) -> str:
        return follow_url(self.number, self.secret)

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": ids.spoken(self.number),
            "secret": self.secret,
            "follow": self.follow_url,
            "state": self.state,
            "urgent": self.urgent,
            "dispositions": list(self.dispositions),
            "advice": self.advice,
            "refer_to": self.refer_to,
            "contacts": list(self.contacts),
            "promises": [promise_view(promise) for promise in self.promises],
            "anonymous": self.anonymous,
            "answers": list(self.answers),
        }

    def for_staff(self, *, contactable: bool, at_risk: bool) -> dict[str, Any]:
        """For whoever keyed it in: with the secret only when nobody else can bring it to the customer.

        That is so of whom no message may name us (`at_risk`): they are told it here, or not at all.
        """
        if not contactable:
            return {**self.as_dict(), "hand_over": None}
        if at_risk:
            return {**self.as_dict(), "hand_over": HAND_OVER}
        return {**self.as_dict(), "secret": None, "follow": SENT, "hand_over": None}


def follow_url(number: str, secret: str) -> str:
    """The page on which its customer follows a case."""
    return f"{settings().need('url')}/follow/{number}/{secret}"


def receipt(case: Case, secret: str, decision: Decision) -> Receipt:
    bodies = to_turn_to(decision.contacts, case.language)
    return Receipt(
        number=case.id,
        secret=secret,
        state=case.state,
        urgent=case.urgent,
        dispositions=case.dispositions,
        advice="\n".join(words.into(case.language) for words in decision.advice) or None,
        refer_to=bodies[0] if bodies else None,
        contacts=bodies,
        promises=tuple(promise for promise in case.promises if promise.name not in AMONG_STAFF),
        anonymous=case.kind == "tip",
        answers=tuple(knowing.given(case.consultation.offered if case.consultation else (), case.language)),
    )


def receipt_of(case: Case, first: Recorded, secret: str) -> Receipt:
    """How a case that is there already stands, for whoever holds its secret."""
    category = pack().category(case.category)
    facts = first.private(case.salt).get("said", {}).get("facts", {})
    return receipt(case, secret, decide(category, facts) if category else Decision((), ()))


def as_first(stored: Case, first: Recorded) -> Case:
    """The case as it was when its first event was stored: that is what was answered."""
    promised = {one["name"]: datetime.fromisoformat(one["due"]) for one in first.data["promises"]}
    made = tuple(
        promise.first(promised[promise.name])
        for promise in stored.promises
        if promise.made == first.at and promise.name in promised
    )
    return stored.model_copy(update={"state": State(first.data["state"]), "promises": made})


def to_turn_to(contacts: Iterable[str], language: str) -> tuple[dict[str, str], ...]:
    """Bodies of the pack's directory as they are told to people."""
    places = (pack().directory.get(code) for code in contacts)
    return tuple({"name": one.name.into(language), "phone": one.phone} for one in places if one)
