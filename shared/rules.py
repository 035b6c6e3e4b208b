"""The rules this desk runs under: its pack, compiled when the desk was built, read once per process.

A service reads what it needs: complaints' rules and questionnaires are files of their own.
"""

from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from shared.packs import Pack
from shared.settings import settings
from shared.worktime import Calendar

if TYPE_CHECKING:
    from shared.packs.care import Care
    from shared.packs.complaints import Complaints
    from shared.packs.knowledge import Knowledge
    from shared.packs.phrases import Phrases
    from shared.packs.questionnaire import Questionnaires


class _Rules:
    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name

    def _bytes(self, concern: str = "") -> bytes:
        return (self._folder / f"{self._name}{concern}.json").read_bytes()

    @cached_property
    def pack(self) -> Pack:
        return Pack.model_validate_json(self._bytes())

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.from_data(self.pack.calendar)

    @cached_property
    def complaints(self) -> "Complaints":
        from shared.packs.complaints import Complaints  # noqa: PLC0415  one service in four needs it

        return Complaints.model_validate_json(self._bytes(".complaints"))

    @cached_property
    def questionnaires(self) -> "Questionnaires":
        from shared.packs.questionnaire import Questionnaires  # noqa: PLC0415  one service in four needs it

        return Questionnaires.model_validate_json(self._bytes(".questionnaire"))

    @cached_property
    def phrases(self) -> "Phrases":
        from shared.packs.phrases import Phrases  # noqa: PLC0415  one service in four needs it

        return Phrases.model_validate_json(self._bytes(".phrases"))

    @cached_property
    def knowledge(self) -> "Knowledge":
        from shared.packs.knowledge import Knowledge  # noqa: PLC0415  one service in four needs it

        return Knowledge.model_validate_json(self._bytes(".knowledge"))

    @cached_property
    def care(self) -> "Care":
        from shared.packs.care import Care  # noqa: PLC0415  one service in four needs it

        return Care.model_validate_json(self._bytes(".care"))


@cache
def _compiled() -> _Rules:
    return _Rules(Path(settings().packs), settings().need("pack"))


def pack() -> Pack:
    """The pack this desk runs under."""
    return _compiled().pack


def calendar() -> Calendar:
    """Its working time."""
    return _compiled().calendar


def complaint_rules() -> "Complaints":
    """Its rules for complaints."""
    return _compiled().complaints


def questionnaires() -> "Questionnaires":
    """What its customers are asked afterwards."""
    return _compiled().questionnaires


def phrases() -> "Phrases":
    """What people say about its categories."""
    return _compiled().phrases


def knowledge() -> "Knowledge":
    """What it answers when it is asked."""
    return _compiled().knowledge


def care() -> "Care":
    """What it writes to whoever asked for it."""
    return _compiled().care
