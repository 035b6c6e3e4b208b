"""A way to somebody that its owner can close: a telephone number that texted STOP. Pure.

Known by a keyed hash of the number, so whatever case it belongs to, and however many, it holds.
"""

from typing import ClassVar

from shared.aggregate import Aggregate


class Way(Aggregate):
    """The id is the keyed hash."""

    KIND: ClassVar[str] = "WAY"

    stopped: bool
