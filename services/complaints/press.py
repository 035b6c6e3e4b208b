"""The press: one person speaks, everybody else says who that is. Pure."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.packs.procedures import Press


class NotTheSpeaker(PermissionError):
    """Nobody but the speaker talks to the press. Says who that is."""

    def __init__(self, speaker: str) -> None:
        self.speaker = speaker
        super().__init__(f"only {speaker} talks to the press")


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Spoken(_Kept):
    """The press asked, or was answered. Who asked what, and what was said, is private."""

    what: Literal["asked", "answered", "no-comment"]
    by: str
    at: datetime


class Coverage(_Kept):
    """What there has been with the press about one complaint."""

    spoken: tuple[Spoken, ...] = ()

    @property
    def open(self) -> bool:
        """Whether a question waits for the speaker."""
        return bool(self.spoken) and self.spoken[-1].what == "asked"

    def asked(self, by: str, at: datetime) -> "Coverage":
        return self._with(Spoken(what="asked", by=by, at=at))

    def answered(
        self, rules: Press, holds: frozenset[str], by: str, at: datetime, *, comment: bool = True
    ) -> "Coverage":
        """The speaker said something, or that there is no comment. `holds` are the pack's roles of whoever speaks.

        Raises `NotTheSpeaker`.
        """
        if rules.speaker not in holds:
            raise NotTheSpeaker(rules.speaker)
        return self._with(Spoken(what="answered" if comment else "no-comment", by=by, at=at))

    def _with(self, spoken: Spoken) -> "Coverage":
        return self.model_copy(update={"spoken": (*self.spoken, spoken)})


def to_tell(rules: Press) -> tuple[str, ...]:
    """The pack's roles that are told at once when the press asks: the speaker first."""
    return (rules.speaker, *(role for role in rules.tells if role != rules.speaker))
