"""What a person reports, as they send it, and whether it can be used."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from services.intake.customer import ON_BAD_DAYS, at_risk
from services.intake.unit import Position
from shared.http import Request, Text, fault
from shared.packs import URGENT_FACTS, Category, Pack
from shared.reach import Contact, reachable
from shared.rules import pack

CustomerClass = Literal["reporter", "witness", "victim", "resident", "organisation"]
Channel = Literal["web", "api", "open311", "phone", "counter", "community"]

# Clocks of honest callers are a little wrong.
_CLOCK_SKEW = timedelta(minutes=5)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Where(Request):
    """An address, coordinates (WGS 84 degrees), or both."""

    address: Annotated[Text, Field(min_length=1, max_length=300)] | None = None
    lat: Latitude | None = None
    long: Longitude | None = None

    def coordinates(self) -> tuple[float, float] | None:
        return (self.lat, self.long) if self.lat is not None and self.long is not None else None

    def position(self) -> Position | None:
        where = self.coordinates()
        return Position(*where) if where else None


class ReportRequest(Request):
    """What a person reports. `facts` answers the category's yes/no questions."""

    category: Annotated[str, Field(max_length=8)] = "X9"
    description: Annotated[Text, Field(min_length=1, max_length=4000)]
    facts: Annotated[dict[Annotated[str, Field(max_length=40)], bool], Field(max_length=30, default_factory=dict)]
    place: Where | None = None
    happened_at: AwareDatetime | None = None
    losses: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None
    """What was lost or damaged, in their words."""
    people: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None
    """Who else was involved."""
    classes: Annotated[tuple[CustomerClass, ...], Field(max_length=5)] = ()
    """What the customer is to it; left out: a reporter."""
    contact: Contact | None = None
    language: Literal["en", "ar", "zh"] = "en"
    channel: Channel = "api"


class KeyedReportRequest(ReportRequest):
    """A report that a member of staff keys in, read back to whoever gave it."""

    channel: Literal["phone", "counter", "community"]
    told: Annotated[Text, Field(min_length=1, max_length=4000)] | None = None
    """What the caller was told."""
    read_back: bool
    """It was read back, and they confirmed it."""


def check(request: ReportRequest, now: datetime) -> tuple[Category, Contact | None]:
    """Its category and its contact as `report` takes them, without storing anything. Raises the same `Problem`."""
    category = checked(request, pack(), now)
    return category, None if category.kind == "tip" else reachable(request.contact, pack().region)


def is_at_risk(request: ReportRequest, contact: Contact | None) -> bool:
    """Whether a message that somebody else sees can harm the customer: then none says who writes, or holds a link."""
    return not ON_BAD_DAYS.isdisjoint(classes_of(request, contact))


def classes_of(request: ReportRequest, contact: Contact | None) -> tuple[str, ...]:
    """What the customer is to it, as they say and as their contact shows."""
    return at_risk(request.classes, so=bool(contact and contact.at_risk))


def checked(request: ReportRequest, rules: Pack, now: datetime) -> Category:
    """The category, when everything that needs the pack or the time to judge is right."""
    category = rules.category(request.category)
    keyed = isinstance(request, KeyedReportRequest)
    if category is None or (category.staff_only and not keyed):
        raise fault("/category", "unknown_category", "There is no such category; GET /v1/categories lists them.")
    asked = {question.fact for question in category.questions} | URGENT_FACTS
    for number, fact in enumerate(request.facts):
        if fact not in asked:
            raise fault(
                "/facts",
                "unknown_fact",
                f"Fact number {number + 1} is none this category asks for; see GET /v1/categories.",
            )
    check_story(request.happened_at, request.place, now)
    if isinstance(request, KeyedReportRequest) and not request.read_back:
        raise fault(
            "/read_back", "not_confirmed", "Read the report back to the caller; send it once they confirm it."
        )
    return category


def check_story(happened_at: datetime | None, place: Where | None, now: datetime) -> None:
    """Raise `Problem` 422 for a time or a place that can't be."""
    if happened_at and happened_at > now + _CLOCK_SKEW:
        raise fault("/happened_at", "in_the_future", "This time is still to come.")
    if happened_at and happened_at < _LONG_AGO:
        raise fault("/happened_at", "too_long_ago", "This time is before 1900.")
    if place and not place.model_dump(exclude_none=True):
        raise fault(
            "/place", "empty_place", "Send an address, or lat and long; where none is known leave the place out."
        )
    if place and (place.lat is None) != (place.long is None):
        raise fault("/place", "half_a_position", "Send both lat and long, or neither.")


def said_in(request: ReportRequest) -> dict[str, Any]:
    """What was said, as it is kept."""
    said = {"description", "place", "happened_at", "facts", "losses", "people", "told", "read_back"}
    return request.model_dump(mode="json", include=said, exclude_none=True)
