"""What a customer says on the page of their case, form by form: its fields, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.intake.following import ACTS, CaseView
from shared.http import Problem, Request
from shared.pages.asking import as_request
from shared.pages.questions import Wrong

LONGEST: Final = 4000
STOP: Final = "stop"
_FIELDS: Final[Mapping[str, str]] = {"/since": "call", "/callback": "call"}
_UNDERSTOOD: Final[Mapping[str, bool]] = {"yes": True, "no": False}


@dataclass(frozen=True)
class Saying:
    """One form. `act` is what it does, its texts begin with `say.<act>`."""

    act: str
    choices: tuple[str, ...] = ()
    """Fields that are answered by choosing; all have a text to write besides."""

    def offered(self, case: CaseView) -> bool:
        """Whether there is something to say with it now."""
        match self.act:
            case "documents":
                return bool(case.documents)
            case "understood":
                return case.asks_understood
            case "calls":
                return bool(case.calls)
            case "questions":
                return case.takes_questions
            case _:
                return True

    def read(self, sent: Mapping[str, str]) -> Request:
        """What was sent, as the API would read it. Raises `Problem` with the faults."""
        if "call" in self.choices:
            return as_request(ACTS[self.act][0], _call(sent.get("call", "")))
        said: dict[str, Any] = {"text": sent["text"]} if sent.get("text") else {}
        if "understood" in self.choices and sent.get("understood") in _UNDERSTOOD:
            said["understood"] = _UNDERSTOOD[sent["understood"]]
        if "rating" in self.choices and sent.get("rating", "") in tuple("12345"):
            said["rating"] = int(sent["rating"])
        return as_request(ACTS[self.act][0], said)


FORMS: Final[Mapping[str, Saying]] = {
    one.act: one
    for one in (
        Saying("understood", ("understood", "rating")),
        Saying("calls", ("call",)),
        Saying("documents"),
        Saying("additions"),
        Saying("questions"),
    )
}
"""In the order in which the page offers them."""


def _call(sent: str) -> dict[str, Any]:
    """What was chosen: which call, and when or that not at all."""
    callback, _, chosen = sent.partition(" ")
    if chosen == STOP:
        return {"callback": callback, "stop": True}
    try:
        return {"callback": callback, "since": datetime.fromisoformat(chosen)}
    except ValueError:
        return {}


def wrong(refusal: Problem) -> list[Wrong]:
    """Beside which fields to say what. Raises the refusal when it is about none."""
    if "faults" not in refusal.body:
        raise refusal
    return [
        Wrong(
            _FIELDS.get(fault["pointer"], fault["pointer"].removeprefix("/")),
            "long" if fault["code"].endswith("too_long") else "missing",
        )
        for fault in refusal.body["faults"]
    ]
