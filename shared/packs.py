"""A pack: an organisation's rules as data. Written in YAML, checked and compiled to JSON when the desk is built."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.promises import Rung
from shared.worktime import Calendar, Span

LANGUAGES = ("en", "ar", "zh")
Disposition = Literal["dispatch", "duty", "complaint", "transfer", "station", "refer", "advise", "record"]
STRONGEST_FIRST: tuple[Disposition, ...] = (
    "dispatch", "duty", "complaint", "transfer", "station", "refer", "advise", "record",
)  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Wording(_Part):
    """A text in the desk's three languages; none may be missing."""

    en: Annotated[str, Field(min_length=1)]
    ar: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]

    def into(self, language: str) -> str:
        return str(getattr(self, language if language in LANGUAGES else "en"))


class Duty(_Part):
    """Who owes something, and within what span."""

    role: str
    within: dict[str, int]

    @model_validator(mode="after")
    def _span_is_one(self) -> Self:
        Span.parse(self.within)
        return self

    def rung(self) -> Rung:
        return Rung(self.role, self.within)


class Clocks(_Part):
    """What the desk promises of its own accord."""

    acknowledge: Duty
    review: Duty
    resolve: Duty
    answer_complaint: Duty
    settle_complaint: Duty
    callback: Duty


class Question(_Part):
    """A yes/no question whose answer is the fact `fact`."""

    fact: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    ask: Wording


class Rule(_Part):
    """When every fact in `when` is true, `then` applies as well. `id` is what the case keeps as the reason."""

    id: str
    when: Annotated[tuple[str, ...], Field(min_length=1)]
    then: Annotated[tuple[Disposition, ...], Field(min_length=1)]


class Category(_Part):
    """What can be brought to the desk, what is asked about it, and what follows.

    `plain` is what applies without any condition. `review` says that a person decides whether to open the case.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,7}$")]
    group: str
    name: Wording
    kind: Literal["report", "help", "tip"] = "report"
    plain: Annotated[tuple[Disposition, ...], Field(min_length=1)]
    advice: Wording | None = None
    contact: str | None = None
    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    review: bool = True
    resolve: Duty | None = None

    @model_validator(mode="after")
    def _rules_can_fire(self) -> Self:
        asked = {question.fact for question in self.questions} | URGENT_FACTS
        for rule in self.rules:
            if unasked := sorted(set(rule.when) - asked):
                raise ValueError(
                    f"{self.code}: rule {rule.id!r} waits for {unasked}, which no question asks;"
                    f" add a question or take the rule out"
                )
        return self


URGENT_FACTS = frozenset({"danger_to_life", "weapon", "fire", "hostage", "child_alone"})
"""Facts that always win: somebody is sent at once, whatever the category."""


class Place(_Part):
    """A body that people are referred to."""

    name: Wording
    phone: str


class Pack(_Part):
    """Everything an organisation decides for itself."""

    name: str
    version: str
    title: Wording
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="for telephone numbers without a country")]
    calendar: dict[str, Any]
    clocks: Clocks
    ladder: Annotated[tuple[Duty, ...], Field(min_length=1)]
    directory: dict[str, Place]
    """Bodies that people are referred to. `emergency`, when there is one, is shown to whoever is in danger."""
    urgent: tuple[Question, ...]
    groups: dict[str, Wording]
    """What categories are about, by the code that they name as their group."""
    categories: tuple[Category, ...]
    low_satisfaction: Annotated[int, Field(ge=1, le=5)] = 2

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        Calendar.from_data(self.calendar)
        codes = [category.code for category in self.categories]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"categories {twice} are defined twice; keep one of each")
        for category in self.categories:
            if category.group not in self.groups:
                raise ValueError(
                    f"{category.code} is in the group {category.group!r}, which has no name; add it to groups"
                )
            if category.contact is not None and category.contact not in self.directory:
                raise ValueError(
                    f"{category.code} refers to {category.contact!r}, which the directory does not know; add it there"
                )
        if {question.fact for question in self.urgent} != URGENT_FACTS:
            raise ValueError(f"urgent must ask exactly {sorted(URGENT_FACTS)}")
        return self

    def category(self, code: str) -> Category | None:
        return next((category for category in self.categories if category.code == code), None)

    def rungs(self) -> tuple[Rung, ...]:
        return tuple(duty.rung() for duty in self.ladder)
