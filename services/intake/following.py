"""Following a case with its number and secret: one read, and nothing told to whom it does not belong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.intake.case import Case
from services.intake.reporting import promise_view
from shared import ids, vault
from shared.contracts.intake import GrievanceVoiced
from shared.http import Request, Text
from shared.rules import pack
from shared.store import AlreadyDone, Audience, Cause, Guard, Line, NotFound, Recorded, retrying
from shared.tables import store

# What an unknown number is compared with, so that it takes the time that a wrong secret takes.
_NOBODY = "0" * 44


class GrievanceRequest(Request):
    """What the customer is not satisfied with."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]
    wishes: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None


@dataclass(frozen=True)
class CaseView:
    """A case as its customer sees it."""

    number: str
    state: str
    category: str
    category_name: str
    language: str
    reported: datetime
    dispositions: tuple[str, ...]
    contactable: bool
    timeline: tuple[dict[str, Any], ...]
    promises: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": ids.spoken(self.number),
            "state": self.state,
            "category": self.category,
            "category_name": self.category_name,
            "language": self.language,
            "reported": self.reported.isoformat(),
            "timeline": list(self.timeline),
            "promises": list(self.promises),
        }


def follow(number: str, secret: str, language: str | None = None) -> CaseView:
    """The case, for whoever holds its secret. Raises `NotFound` for a wrong number and a wrong secret alike."""
    case, events = _open(number, secret)
    category = pack().category(case.category)
    return CaseView(
        number=case.id,
        state=case.state,
        category=case.category,
        category_name=category.name.into(language or case.language) if category else case.category,
        language=case.language,
        reported=case.reported,
        dispositions=case.dispositions,
        contactable=case.contactable,
        timeline=tuple(_line(event, case.salt) for event in events if event.audience == Audience.CUSTOMER),
        promises=tuple(promise_view(promise) for promise in case.promises),
    )


def voice_grievance(
    number: str, secret: str, request: GrievanceRequest, key: str, now: datetime, correlation: str
) -> None:
    """Pass on that the customer is not satisfied; complaints takes it from there. The same `key` counts once."""
    case, _ = _open(number, secret)

    def voice() -> Case:
        current = store().load(Case, case.id)
        told = GrievanceVoiced(
            case=current.id,
            category=current.category,
            subjects=current.handlers,
            language=current.language,
            contactable=current.contactable,
            units=current.units,
        )
        said = request.model_dump(exclude_none=True)
        line = Line(told, Audience.CUSTOMER, private=said, boxes={"complaints": said})
        guard = Guard(f"CMD#{vault.mac_text('command', case.id, key)}")
        return store().change(current, [line], Cause(now, "customer", correlation), guard)

    try:
        retrying(voice)
    except AlreadyDone:
        return


def _open(number: str, secret: str) -> tuple[Case, list[Recorded]]:
    identity = ids.heard(number)
    try:
        case, events = store().history(Case, identity or number)
        stored = case.secret
    except NotFound:
        case, events, stored = None, [], _NOBODY
    if not vault.matches("follow", stored, identity or number, secret) or case is None:
        raise NotFound(number)
    return case, events


def _line(event: Recorded, salt: str | None) -> dict[str, Any]:
    """An event as a line of the timeline: when, what kind, its facts, and the words that were written to them."""
    private = event.private(salt)
    return {
        "at": event.at.isoformat(),
        "what": event.type.partition(".")[0],
        "facts": {key: value for key, value in event.data.items() if key in _SHOWN},
        "text": private.get("text") or private.get("said", {}).get("description"),
    }


_SHOWN = frozenset(
    {
        "outcome",
        "promise",
        "was_due",
        "now_due",
        "answer_due",
        "complaint",
        "finding",
        "channel",
        "satisfaction",
    }
)
