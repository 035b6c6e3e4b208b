"""Which try of which message: sent along with it, so that a receipt can say what it is a receipt of. Pure.

It names the event that brought the message about, its template and a number; nothing of a person.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

MARK = "desk-message"
"""The name of SES' tag and of End User Messaging's context."""

_LONGEST = 256
_ID = re.compile(r"[A-Za-z0-9._-]+")


class NoMark(ValueError):
    """A text that no message of the desk was marked with."""


@dataclass(frozen=True)
class Which:
    """The try `number` of a message, counted from one over all its ways; `turn` says which stand-by goes first."""

    message: str
    number: int
    turn: int = 0

    @property
    def mark(self) -> str:
        """In letters, digits, `-` and `_`: a tag of SES allows no others."""
        return urlsafe_b64encode(f"{self.message} {self.number}".encode()).decode().rstrip("=")

    @classmethod
    def marked(cls, mark: str) -> "Which":
        """Raises `NoMark`."""
        try:
            if len(mark) > _LONGEST:
                raise NoMark
            message, _, number = urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode("ascii").rpartition(" ")
            found = cls(message, int(number))
        except ValueError:
            raise NoMark from None
        if not _ID.fullmatch(message) or found.number < 1 or found.mark != mark:
            raise NoMark
        return found
