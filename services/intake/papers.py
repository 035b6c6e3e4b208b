"""The documents of an application: everything that is missing is told in one answer. Pure."""

from pydantic import BaseModel, ConfigDict


class AskedForMore(Exception):
    """What is missing was told already; nothing new can be asked for. Says what was."""

    def __init__(self, told: tuple[str, ...]) -> None:
        self.told = told
        super().__init__(", ".join(told))


class NothingMissing(Exception):
    """No document is waited for."""


class Papers(BaseModel):
    """What was told to be missing, by the codes of the category's documents, and whether it is waited for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checked: bool = False
    told: tuple[str, ...] = ()
    """Everything that was ever told to be missing."""
    missing: tuple[str, ...] = ()
    """What of it still is."""
    waiting: bool = False
    """The customer completes; the clock stands."""

    def found(self, missing: tuple[str, ...]) -> "Papers":
        """After a check. The first says all that is missing; a later one can only find the same things still so.

        Raises `AskedForMore`.
        """
        if self.checked and not set(missing) <= set(self.told):
            raise AskedForMore(self.told)
        told = self.told if self.checked else missing
        return Papers(checked=True, told=told, missing=missing, waiting=bool(missing))

    def completed(self) -> "Papers":
        """The customer has sent what they have. Raises `NothingMissing`."""
        if not self.waiting:
            raise NothingMissing
        return self.model_copy(update={"waiting": False})
