"""The rules this desk runs under: its pack, compiled when the desk was built, read once per process.

What only one service reads is in a file and a module of its own, so that the others load nothing of it.
"""

from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from shared.packs import Pack
from shared.packs.parts import Part
from shared.settings import settings
from shared.worktime import Calendar

P = TypeVar("P", bound=Part)


class _Rules:
    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._parts: dict[str, Part] = {}

    @cached_property
    def pack(self) -> Pack:
        return self._read(Pack, self._name)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.from_data(self.pack.calendar)

    def part(self, model: type[P], concern: str) -> P:
        known = self._parts.get(concern)
        if not isinstance(known, model):
            known = self._parts[concern] = self._read(model, f"{self._name}.{concern}")
        return known

    def _read(self, model: type[P], file: str) -> P:
        return model.model_validate_json((self._folder / f"{file}.json").read_bytes())


@cache
def _compiled() -> _Rules:
    return _Rules(Path(settings().packs), settings().need("pack"))


def pack() -> Pack:
    """The pack this desk runs under."""
    return _compiled().pack


def calendar() -> Calendar:
    """Its working time."""
    return _compiled().calendar


def part(model: type[P], concern: str) -> P:
    """The part of the pack that lies in the file of this concern."""
    return _compiled().part(model, concern)
