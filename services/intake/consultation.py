"""A question to the desk: what was answered, whether it was understood, and who owes what comes next. Pure."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

TO_THE_LADDER = 2
"""So often not understood, and it is whoever stands above who explains it."""


class NoAnswerWaits(Exception):
    """Nothing was answered since the customer last said whether they understood."""


class Consultation(BaseModel):
    """Where a question stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offered: tuple[str, ...] = ()
    """Articles of the knowledge base that were given at once."""
    answers: int = 0
    """How often a person answered."""
    unclear: int = 0
    """How often an answer of a person was not understood."""
    waits: bool = False
    """An answer is there, and the customer has not said yet whether they understood it."""

    @classmethod
    def of(cls, offered: tuple[str, ...]) -> "Consultation":
        return cls(offered=offered, waits=bool(offered))

    @property
    def owed_by(self) -> Literal["owner", "ladder"]:
        """Who answers next."""
        return "ladder" if self.unclear >= TO_THE_LADDER else "owner"

    def answered(self) -> "Consultation":
        return self.model_copy(update={"answers": self.answers + 1, "waits": True})

    def heard(self, *, understood: bool) -> "Consultation":
        """The customer said whether they understood it. Raises `NoAnswerWaits`.

        What the knowledge base gave and did not help counts as no answer of a person.
        """
        if not self.waits:
            raise NoAnswerWaits
        unclear = self.unclear + (not understood and self.answers > 0)
        return self.model_copy(update={"waits": False, "unclear": unclear})
