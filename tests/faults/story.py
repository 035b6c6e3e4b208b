"""What happened in a world, in order and in words."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from shared.logs import describe


class Story:
    """Lines that a person can follow. Two runs of one seed tell the same."""

    def __init__(self) -> None:
        self._lines: list[tuple[datetime, str]] = []

    def add(self, at: datetime, line: str) -> None:
        self._lines.append((at, line))

    def told(self) -> Iterator[str]:
        """Line by line, with the day and time of each."""
        for at, line in self._lines:
            yield f"{at:%a %H:%M:%S}.{at.microsecond // 1000:03d}  {line}"

    @property
    def digest(self) -> str:
        """Equal when two runs told the same."""
        return hashlib.sha256("\n".join(self.told()).encode()).hexdigest()


def told_error(error: BaseException) -> str:
    """An error in words, with the places it passed; of a group each of its own."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(told_error(one) for one in error.exceptions)
    return f"{describe(error)} ({error})"
