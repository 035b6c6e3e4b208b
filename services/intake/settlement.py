"""A minor matter settled between the parties: what was agreed, and whether it is kept. Pure."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.packs import Money


class NotSettled(Exception):
    """Nothing was agreed here, or it was followed up already."""


class State(StrEnum):
    AGREED = "agreed"
    KEPT = "kept"
    BROKEN = "broken"


class Settlement(BaseModel):
    """What the parties agreed; the words are private."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: State = State.AGREED
    restitution: Money | None = None
    forgiven: bool = False

    def followed_up(self, *, kept: bool) -> "Settlement":
        """Raises `NotSettled`."""
        if self.state is not State.AGREED:
            raise NotSettled(self.state)
        return self.model_copy(update={"state": State.KEPT if kept else State.BROKEN})
