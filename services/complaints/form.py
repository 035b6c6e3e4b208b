"""The complaint form: its questions one by one, which of them apply, and what is wrong with an answer.

Pure: answers are what a browser sent, by field name; the pack's rules are an argument. Nothing is kept between two
questions but what the browser carries.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from shared.packs.complaints import Complaints, Fact, Kind
from shared.pages.questions import FACT, REACHES, Questions, Wrong

UNKNOWN: Final = "unknown"
"""Chosen instead of a kind: whoever does not know is not made to guess; staff classify it."""

INJURY: Final = "injury"
"""Every complaint may be about somebody who was hurt, whatever a pack asks for."""


@dataclass(frozen=True)
class ComplaintForm(Questions):
    STEPS: ClassVar = (
        "area", "kind", "story", "wishes", "about", "reference", "facts", "behalf", "reach", "contact", "check",
    )  # fmt: skip
    FIELDS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "area": ("area",),
        "kind": ("kind",),
        "story": ("story",),
        "wishes": ("wishes",),
        "about": ("about",),
        "reference": ("reference",),
        "behalf": ("behalf", "relation", "other"),
        "reach": ("reach",),
        "contact": ("name", "phone", "email", "unsafe", "calls"),
    }
    LIMITS: ClassVar[Mapping[str, int]] = {
        "story": 4000, "wishes": 300, "about": 300, "reference": 300, "relation": 120, "other": 120, "name": 120,
    }  # fmt: skip
    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "kind": ("area",),
        "contact": ("reach",),
        "check": STEPS[:-1],
    }

    rules: Complaints
    answers: Mapping[str, str]

    def areas(self) -> tuple[Kind, ...]:
        """The roots of the pack's tree."""
        return tuple(kind for kind in self.rules.kinds if kind.parent is None)

    def kinds(self) -> tuple[Kind, ...]:
        """What stands in the tree beneath the area chosen."""
        area = self.answer("area")
        lines = {kind.code: [one.code for one in self.rules.line(kind.code)] for kind in self.rules.kinds}
        return tuple(kind for kind in self.rules.kinds if kind.code != area and area in lines[kind.code])

    @property
    def kind(self) -> Kind | None:
        """What was chosen, as far down the tree as the person knew."""
        beneath = {kind.code: kind for kind in self.kinds()}
        area = {kind.code: kind for kind in self.areas()}.get(self.answer("area"))
        return beneath.get(self.answer("kind"), area)

    def asked(self) -> tuple[Fact, ...]:
        """The questions that the pack's rules have for customers."""
        return tuple(one for one in self.rules.facts if one.answered_by == "customer" and one.fact != INJURY)

    def fields(self, step: str) -> tuple[str, ...]:
        if step == "facts":
            return (FACT + INJURY, *(FACT + one.fact for one in self.asked()))
        return super().fields(step)

    def applies(self, step: str) -> bool:
        match step:
            case "kind":
                return bool(self.kinds())
            case "reference":
                return self.rules.reference is not None
            case "contact":
                return self.answer("reach") != "anonymous"
            case _:
                return True

    def checks(self, step: str) -> Iterable[Wrong]:
        reference = self.rules.reference
        checks: dict[str, Callable[[], Iterator[Wrong]]] = {
            "area": lambda: self.chosen("area", {UNKNOWN, *(one.code for one in self.areas())}),
            "kind": lambda: self.chosen("kind", {UNKNOWN, *(one.code for one in self.kinds())}),
            "story": lambda: self.text("story", needed=True),
            "wishes": lambda: self.text("wishes", needed=False),
            "about": lambda: self.text("about", needed=False),
            "reference": lambda: self.text("reference", needed=bool(reference and reference.required)),
            "facts": self.facts_wrong,
            "behalf": self._behalf_wrong,
            "reach": lambda: self.chosen("reach", REACHES),
            "contact": self.contact_wrong,
        }
        return checks[step]() if step in checks else ()

    def request(self, language: str) -> dict[str, Any]:
        """The complaint as the API takes it."""
        given: dict[str, Any] = {
            "text": self.answer("story"),
            "wishes": self.answer("wishes"),
            "about": self.answer("about"),
            "kind": self.kind.code if self.kind else None,
            "facts": self.said("facts"),
            "reference": self.answer("reference") if self.applies("reference") else None,
            "contact": self.contact(),
            "on_behalf_of": self._behalf(),
            "calls": not self.answer("calls"),
            "language": language,
            "channel": "web",
        }
        return {name: value for name, value in given.items() if value not in (None, "")}

    def _behalf(self) -> dict[str, str] | None:
        if self.answer("behalf") != "other":
            return None
        given = {"relation": self.answer("relation"), "name": self.answer("other")}
        return {name: value for name, value in given.items() if value}

    def _behalf_wrong(self) -> Iterator[Wrong]:
        yield from self.chosen("behalf", ("self", "other"))
        if self.answer("behalf") == "other":
            yield from self.text("relation", needed=True)
            yield from self.text("other", needed=False)
