"""The report form: its questions one by one, which of them apply, and what is wrong with an answer.

Pure: answers are what a browser sent, by field name; the pack, the time and the zone are arguments. Nothing is
kept between two questions but what the browser carries.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from shared.packs import Category, Pack, Question
from shared.pages.questions import FACT, REACHES, Questions, Wrong

STEPS: Final = (
    "urgent", "story", "area", "category", "facts", "place", "when", "reach", "contact", "check",
)  # fmt: skip
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "area": ("area",),
    "category": ("category",),
    "story": ("story",),
    "place": ("place",),
    "when": ("when", "day", "month", "year", "time", "at"),
    "reach": ("reach",),
    "contact": ("name", "phone", "email", "unsafe"),
}
LIMITS: Final[Mapping[str, int]] = {"story": 4000, "place": 300, "name": 120}
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "area": ("story",),
    "category": ("area",),
    "facts": ("area", "category"),
    "contact": ("reach",),
    "check": STEPS[:-1],
}
"""The steps whose answers a step's page is made of."""

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_FIRST_YEAR = 1900


@dataclass(frozen=True)
class ReportForm(Questions):
    STEPS: ClassVar = STEPS
    FIELDS: ClassVar = FIELDS
    LIMITS: ClassVar = LIMITS
    NEEDS: ClassVar = NEEDS

    pack: Pack
    answers: Mapping[str, str]
    now: datetime
    zone: ZoneInfo
    suggested: tuple[str, ...] = ()
    """Urgent facts that the words of the story speak for: asked about by name, unless they were said to be so."""

    @property
    def picked(self) -> Category | None:
        """The category, when one that was proposed was chosen in place of an area."""
        picked = self.pack.category(self.answer("area"))
        return picked if picked and not picked.staff_only else None

    @property
    def category(self) -> Category | None:
        """The category chosen, when it is one of the area chosen; an area of one leaves no choice."""
        if self.picked:
            return self.picked
        if len(self.categories()) == 1:
            return self.categories()[0]
        chosen = self.pack.category(self.answer("category"))
        return chosen if chosen and chosen.group == self.answer("area") else None

    def areas(self) -> tuple[str, ...]:
        """The groups that have categories, in the pack's order."""
        used = {category.group for category in self.pack.categories if not category.staff_only}
        return tuple(group for group in self.pack.groups if group in used)

    def categories(self) -> tuple[Category, ...]:
        """The categories of the area chosen."""
        area = self.answer("area")
        return tuple(one for one in self.pack.categories if one.group == area and not one.staff_only)

    @property
    def nameless(self) -> bool:
        """Whether it is a tip: who gives it is not asked, and not kept."""
        return self.category is not None and self.category.kind == "tip"

    @property
    def asking(self) -> bool:
        """Whether it is a question to the desk: that happened nowhere and at no time."""
        return self.category is not None and self.category.is_question

    def contact(self) -> dict[str, Any] | None:
        return None if self.nameless else super().contact()

    def questions(self) -> tuple[Question, ...]:
        """First what the story's words make likely and nobody said yes to, then those of the category."""
        own = self.category.questions if self.category else ()
        likely = set(self.suggested) - {one.fact for one in own}
        urgent = (one for one in self.pack.urgent if one.fact in likely)
        return (*(one for one in urgent if self.answer(FACT + one.fact) != "yes"), *own)

    def fields(self, step: str) -> tuple[str, ...]:
        """The names of the fields that a step asks for."""
        if step == "urgent":
            return tuple(FACT + question.fact for question in self.pack.urgent)
        if step == "facts":
            return tuple(FACT + question.fact for question in self.questions())
        return super().fields(step)

    def applies(self, step: str) -> bool:
        """Whether a step has anything to ask, as far as the answers go."""
        match step:
            case "category":
                return self.picked is None and len(self.categories()) != 1
            case "facts":
                return bool(self.questions())
            case "place" | "when":
                return not self.asking
            case "reach":
                return not self.nameless
            case "contact":
                return not self.nameless and self.answer("reach") != "anonymous"
            case _:
                return True

    def checks(self, step: str) -> Iterable[Wrong]:
        checks: dict[str, Callable[[], Iterator[Wrong]]] = {
            "area": self._area_wrong,
            "category": self._category_wrong,
            "story": lambda: self.text("story", needed=True),
            "facts": self.facts_wrong,
            "place": lambda: self.text("place", needed=False),
            "when": self._when_wrong,
            "reach": lambda: self.chosen("reach", REACHES),
            "contact": self.contact_wrong,
        }
        return checks[step]() if step in checks else ()

    def facts(self) -> dict[str, bool]:
        """What the answers say is so or not; what the person doesn't know is left out."""
        return self.said("urgent", "facts")

    def happened(self) -> datetime | None:
        """When it happened, as far as the person knows; a date without a time is its midnight.

        Raises `ValueError` for a date there never was.
        """
        match self.answer("when"):
            case "now":
                return self._noted()
            case "earlier":
                day = self._date()
                return datetime.combine(day, self._time() or time(), self.zone)
            case _:
                return None

    def _noted(self) -> datetime:
        """The moment at which "now" was answered: sending the same form again tells the same story."""
        try:
            noted = datetime.fromisoformat(self.answer("at"))
        except ValueError:
            return self.now
        return min(noted, self.now) if noted.tzinfo and noted.year >= _FIRST_YEAR else self.now

    def _area_wrong(self) -> Iterator[Wrong]:
        if self.picked is None:
            yield from self.chosen("area", self.areas())

    def _category_wrong(self) -> Iterator[Wrong]:
        if not self.category:
            yield Wrong("category", "missing")

    def _date(self) -> date:
        year, month, day = (int(self.answer(part)) for part in ("year", "month", "day"))
        if year < _FIRST_YEAR:
            raise ValueError(year)
        return date(year, month, day)

    def _time(self) -> time | None:
        text = self.answer("time")
        if not text:
            return None
        parts = _TIME.fullmatch(text)
        if not parts:
            raise ValueError
        return time(int(parts[1]), int(parts[2] or 0))

    def _when_wrong(self) -> Iterator[Wrong]:
        yield from self.chosen("when", ("now", "earlier", "unknown"))
        if self.answer("when") != "earlier":
            return
        try:
            on = self._date()
        except (ValueError, OverflowError):
            yield Wrong("date-day", "impossible")
            return
        today = self.now.astimezone(self.zone).date()
        if on > today:
            yield Wrong("date-day", "future")
            return
        try:
            at = self._time()
        except ValueError:
            yield Wrong("time", "impossible")
            return
        if at and datetime.combine(on, at, self.zone) > self.now:
            yield Wrong("time", "future")
