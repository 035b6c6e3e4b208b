"""A form that asks one question a page: which questions apply, in which order, and what is wrong with an answer.

Pure. Answers are what a browser sent, by field name. Nothing is kept between two questions but what it carries.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

FACT: Final = "fact-"
"""What the field of a yes/no question is called, before the fact's name."""

REACHES: Final = ("sms", "email", "anonymous")
SAID: Final = ("yes", "no", "unknown")


@dataclass(frozen=True)
class Wrong:
    """An answer that cannot stay as it is: its field, and why, as a code that the page words."""

    field: str
    code: str


class Questions(ABC):
    """The answers given so far to the questions of `STEPS`, asked in that order.

    `FIELDS` are the fields of a step that are always the same, `LIMITS` how many letters a text may have, `NEEDS` the
    steps whose answers a step's page is made of.
    """

    STEPS: ClassVar[tuple[str, ...]]
    FIELDS: ClassVar[Mapping[str, tuple[str, ...]]]
    LIMITS: ClassVar[Mapping[str, int]]
    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]]

    answers: Mapping[str, str]

    def answer(self, field: str) -> str:
        return self.answers.get(field, "")

    def fields(self, step: str) -> tuple[str, ...]:
        """The names of the fields that a step asks for."""
        return self.FIELDS.get(step, ())

    @abstractmethod
    def applies(self, step: str) -> bool:
        """Whether a step has anything to ask, as far as the answers go."""

    @abstractmethod
    def checks(self, step: str) -> Iterable[Wrong]:
        """What cannot stay of a step's answers."""

    def wrong(self, step: str) -> list[Wrong]:
        """What cannot stay of a step's answers, in the order of its fields."""
        return list(self.checks(step))

    def after(self, step: str) -> str:
        """The next step that applies; the last is its own successor."""
        later = self.STEPS[self.STEPS.index(step) + 1 :]
        return next((one for one in later if self.applies(one)), step)

    def before(self, step: str) -> str:
        """The step before that applies; the first is its own predecessor."""
        earlier = self.STEPS[: self.STEPS.index(step)]
        return next((one for one in reversed(earlier) if self.applies(one)), step)

    def unfinished(self) -> str | None:
        """The first step with an answer that cannot stay; None when the form can be sent."""
        return next((step for step in self.STEPS if self.applies(step) and self.wrong(step)), None)

    def askable(self, step: str) -> str:
        """The step to ask when `step` is wanted: the first unfinished one when it needs an answer that is not
        there, the next one that applies when it has nothing to ask.
        """
        if any(self.applies(one) and self.wrong(one) for one in self.NEEDS.get(step, ())):
            return self.unfinished() or step
        return step if self.applies(step) else self.askable(self.after(step))

    def said(self, *steps: str) -> dict[str, bool]:
        """What the yes/no answers of these steps say; what the person doesn't know is left out."""
        words = {
            field.removeprefix(FACT): self.answer(field)
            for step in steps
            for field in self.fields(step)
            if field.startswith(FACT)
        }
        return {fact: word == "yes" for fact, word in words.items() if word in {"yes", "no"}}

    def contact(self) -> dict[str, Any] | None:
        """How they want to be reached; None when they would rather not say who they are."""
        if self.answer("reach") == "anonymous":
            return None
        given = {field: self.answer(field) for field in ("name", "email", "phone") if self.answer(field)}
        unsafe = {"safe_to_write": False} if self.answer("unsafe") == "yes" else {}
        return {**given, **unsafe, "preferred": self.answer("reach")}

    def chosen(self, field: str, choices: Collection[str]) -> Iterator[Wrong]:
        if self.answer(field) not in choices:
            yield Wrong(field, "missing")

    def text(self, field: str, *, needed: bool) -> Iterator[Wrong]:
        text = self.answer(field)
        if needed and not text:
            yield Wrong(field, "missing")
        if len(text) > self.LIMITS[field]:
            yield Wrong(field, "long")

    def facts_wrong(self) -> Iterator[Wrong]:
        for field in self.fields("facts"):
            yield from self.chosen(field, SAID)

    def contact_wrong(self) -> Iterator[Wrong]:
        yield from self.text("name", needed=False)
        needed = "email" if self.answer("reach") == "email" else "phone"
        if not self.answer(needed):
            yield Wrong(needed, "missing")
