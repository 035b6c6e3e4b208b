"""A way to somebody: a telephone number or an address, whatever cases name it. Pure.

Its owner can close it (a number that texted STOP), and it can need safe contact. It is known by a keyed hash, so it
holds for whatever case it belongs to, and however many.
"""

from typing import ClassVar

from shared.aggregate import Aggregate


class Way(Aggregate):
    """The id is the keyed hash."""

    KIND: ClassVar[str] = "WAY"

    stopped: bool = False
    salt: str | None = None
    sealed: str = ""
    """For whom it has to be safe, and which message told them last, encrypted (`services.notify.ways`)."""
