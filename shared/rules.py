"""The rules this desk runs under: its pack, compiled when the desk was built, read once per process."""

from functools import cache
from pathlib import Path

from shared.packs import Pack
from shared.settings import settings
from shared.worktime import Calendar


@cache
def _compiled() -> tuple[Pack, Calendar]:
    path = Path(settings().packs) / f"{settings().need('pack')}.json"
    pack = Pack.model_validate_json(path.read_bytes())
    return pack, Calendar.from_data(pack.calendar)


def pack() -> Pack:
    """The pack this desk runs under."""
    return _compiled()[0]


def calendar() -> Calendar:
    """Its working time."""
    return _compiled()[1]
