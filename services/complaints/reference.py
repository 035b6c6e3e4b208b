"""What complaints are about: a site, an order, a vehicle, with the dates that staff record for it. Pure."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from shared.aggregate import Aggregate


class Reference(Aggregate):
    """The id is a keyed hash of what people call it. `milestones` are the dates that the pack names."""

    KIND: ClassVar[str] = "REFERENCE"

    milestones: dict[str, datetime] = Field(default_factory=dict)

    def reached(self, milestone: str, at: datetime) -> "Reference":
        return self.model_copy(update={"milestones": {**self.milestones, milestone: at}})
