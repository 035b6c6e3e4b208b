"""Where a part of a pack does not fit the others, and what several checks ask."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from infra.packs.source import Path_
from infra.packs.walk import wordings

_ARABIC = re.compile(r"[\u0621-\u064a]")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Misfit:
    """Where in the models something does not fit, and what to do. `may_stand`: something to look at."""

    path: Path_
    what: str
    may_stand: bool = False


def in_their_script(model: str, part: BaseModel) -> Iterator[Misfit]:
    """A text is in the language that it stands under."""
    for path, text in wordings(part):
        if not _ARABIC.search(text.ar):
            yield Misfit((model, *path, "ar"), "there is no Arabic letter in the Arabic text; write it in Arabic")
        if not _HAN.search(text.zh):
            yield Misfit(
                (model, *path, "zh"), "there is no Chinese character in the Chinese text; write it in Chinese"
            )


def twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)
