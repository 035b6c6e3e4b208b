"""Who has a case: whoever was asked first, until somebody else has accepted it. Pure.

A handover that is only offered changes nothing. After a second refusal nobody is asked any more: an arbiter decides,
and that binds.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

REFUSALS = 2
"""After so many an arbiter decides."""


class NotYours(Exception):
    """Only whoever has the case, or whom it was offered to, may do this. Says who that is."""


class NothingOffered(Exception):
    """No handover waits for an answer."""


class Disputed(Exception):
    """It was refused often enough: an arbiter has to decide."""


class Offer(BaseModel):
    """A handover that waits for an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: str
    by: str
    at: datetime


class Ownership(BaseModel):
    """Who has it, what is offered, and how often it was refused since it last changed hands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str | None = None
    unit: str = ""
    """The unit of whoever has it, when they belong to just one."""
    offer: Offer | None = None
    refusals: int = 0

    @property
    def disputed(self) -> bool:
        return self.refusals >= REFUSALS

    def taken(self, staff: str, unit: str = "") -> "Ownership":
        """Whoever is asked first has it. Somebody else has it already: raises `NotYours`."""
        if self.owner not in {None, staff}:
            raise NotYours(self.owner)
        return Ownership(owner=staff, unit=unit)

    def offered(self, to: str, by: str, at: datetime) -> "Ownership":
        """Raises `NotYours`, `Disputed`."""
        if self.owner not in {None, by} or to == by:
            raise NotYours(self.owner or by)
        if self.disputed:
            raise Disputed
        return self.model_copy(update={"owner": by, "offer": Offer(to=to, by=by, at=at)})

    def accepted(self, by: str, unit: str = "") -> "Ownership":
        """From now on it is theirs. Raises `NothingOffered`, `NotYours`."""
        self._must_be_offered_to(by)
        return Ownership(owner=by, unit=unit)

    def refused(self, by: str) -> "Ownership":
        """It stays where it was. Raises `NothingOffered`, `NotYours`."""
        self._must_be_offered_to(by)
        return Ownership(owner=self.owner, unit=self.unit, refusals=self.refusals + 1)

    def _must_be_offered_to(self, staff: str) -> None:
        if self.offer is None:
            raise NothingOffered
        if self.offer.to != staff:
            raise NotYours(self.offer.to)
