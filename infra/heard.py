"""What each service hears, asked of the service itself: the keys of its `REACTIONS`."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from shared.contracts import Event


@dataclass(frozen=True)
class Heard:
    """The event types one service reacts to. A rule matches exactly these."""

    events: tuple[type[Event], ...]

    @property
    def sources(self) -> list[str]:
        return sorted({event.source for event in self.events})

    @property
    def detail_types(self) -> list[str]:
        return sorted({event.detail_type() for event in self.events})


def heard_by(service: str) -> Heard:
    """What `services.<service>.reactions` reacts to, in the order it says so."""
    reactions: Mapping[type[Event], Any] = import_module(f"services.{service}.reactions").REACTIONS
    return Heard(tuple(reactions))
