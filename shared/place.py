"""Where something stands in the index of what is due, and the word by which whoever reads page by page goes on.

The index is cut into shards: a list goes through all of them at once, a walk through one after the other.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SHARDS = 4

_LONGEST_WORD = 600
"""Of marks that callers hand back."""


def stamp(at: datetime) -> str:
    """A time as it is stored and sorted: UTC, microseconds, always of one length."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, order=True)
class Place:
    """Where an aggregate stands in the index: when to look at it, and its id."""

    at: datetime
    id: str

    @property
    def mark(self) -> str:
        """This place as text, for whoever asks for what stands behind it."""
        return f"{stamp(self.at).replace('+00:00', 'Z')}~{self.id}"  # a plus would be read as a space

    @classmethod
    def at_mark(cls, mark: str) -> "Place":
        """The place that gave this mark. Raises `ValueError`."""
        at, _, identity = mark.partition("~")
        try:
            return cls(datetime.fromisoformat(at).astimezone(UTC), identity)
        except OverflowError:
            raise ValueError(mark) from None


Marks = tuple[Place | None, ...]
"""For each shard of a kind, the place up to which somebody has read; None: not begun."""

START: Marks = (None,) * SHARDS


def marks_text(marks: Marks) -> str:
    """Marks as a word for whoever reads page by page."""
    return _word([place and place.mark for place in marks])


def marks_of(word: str) -> Marks:
    """The marks that gave this word. Raises `ValueError`."""
    given = _of_word(word)
    if not isinstance(given, list) or len(given) != SHARDS:
        raise ValueError(word)
    return tuple(_given_place(one) for one in given)


@dataclass(frozen=True)
class Milestone:
    """How far a walk through all shards of some kinds has come: the part of the index it is in, and where there."""

    part: int
    after: Place | None = None

    @property
    def word(self) -> str:
        """For whoever goes on from here."""
        return _word([self.part, self.after and self.after.mark])

    @classmethod
    def of(cls, word: str) -> "Milestone":
        """The milestone that gave this word. Raises `ValueError`."""
        match _of_word(word):
            case [part, mark] if type(part) is int:
                return cls(part, _given_place(mark))
        raise ValueError(word)


def _word(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def _of_word(word: str) -> Any:
    if len(word) > _LONGEST_WORD:
        raise ValueError(word)
    return json.loads(base64.urlsafe_b64decode(word.encode() + b"=" * (-len(word) % 4)))


def _given_place(mark: Any) -> Place | None:
    match mark:
        case None:
            return None
        case str():
            return Place.at_mark(mark)
    raise ValueError(mark)
