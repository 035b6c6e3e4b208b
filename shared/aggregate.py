"""What every thing with a state at the desk has: an identity, a chain of events, promises. Pure."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared import chain
from shared.promises import Promises


class Aggregate(BaseModel):
    """A thing with a state, a chain of events and promises. Subclasses name their kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    KIND: ClassVar[str]

    id: str
    seq: int = 0
    head: str = chain.GENESIS
    promises: Promises = ()
    erase_at: datetime | None = None
    """When what people said about it ends, once nothing is owed (`shared.erasure`); None: never by itself."""

    @property
    def queue(self) -> str:
        """Where the clock finds it when something is due: with those of its kind, unless it may wait for others."""
        return self.KIND

    @classmethod
    def key(cls, identity: str) -> str:
        return f"{cls.KIND}#{identity}"
