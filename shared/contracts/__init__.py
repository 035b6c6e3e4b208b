"""The desk's published language: what services tell one another.

An event is a fact that happened, named `<What>.v<n>`. Optional fields may be added; anything else is a new
version. Facts carry ids and codes, never readable personal data: what another service must know of a
person travels beside the event in a box sealed to that service (see `shared.seals`), whose content is a
`Boxed` model declared here too.
"""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """A fact one service tells the others."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    source: ClassVar[str]
    """Who tells it, as EventBridge's `source`: `ahd.<service>`."""

    told: ClassVar[bool] = True
    """Whether it leaves the service. Notes stay in the aggregate's own chain."""

    VERSION: ClassVar[int] = 1

    @classmethod
    def detail_type(cls) -> str:
        """Its name on the bus and in chains, e.g. `CaseReported.v1`."""
        return f"{cls.__name__}.v{cls.VERSION}"

    @classmethod
    def heard(cls, data: object) -> Self:
        """Read an event as a consumer does: fields added since are ignored.

        Raises pydantic's `ValidationError` when a field this consumer needs is missing or wrong.
        """
        return cls.model_validate(data, extra="ignore")


class Note(Event):
    """A line of an aggregate's own chain that nobody else hears."""

    source: ClassVar[str] = ""
    told: ClassVar[bool] = False


class Boxed(BaseModel):
    """What is inside a box sealed to one service."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
