"""The rectification notice: its number, its content, and the counter that its number comes from.

Numbers of an organisation run from 1 in each year and neither skip nor double: the counter moves in the transaction
that issues the notice, or both don't happen. Pure; `series` says what is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from shared.packs.procedures import Rectification

_DIGITS: Final = 6


class AlreadyIssued(Exception):
    """The complaint has its notice. Says its number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"{number} was issued for this complaint")


class NoneAsked(Exception):
    """The organisation's rules know no rectification notice."""


class Notice(BaseModel):
    """A notice that was issued. What is to be put right is private: it stays in the complaint's chain."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    number: str
    at: datetime
    by: str
    to: str
    """The department it goes to."""
    responsible: str
    """The department that puts it right."""
    due: datetime | None = None
    """By when it is to be put right."""


@dataclass(frozen=True)
class Series:
    """One organisation's numbers of one year."""

    organisation: str
    year: int

    @classmethod
    def of(cls, organisation: str, at: datetime, zone: str) -> "Series":
        """The series of a moment: the year is that of the organisation's own calendar."""
        return cls(organisation, at.astimezone(ZoneInfo(zone)).year)

    @property
    def key(self) -> tuple[str, str]:
        """Partition and sort key of its counter item."""
        return f"SERIES#rectification#{self.organisation}", str(self.year)

    def number(self, last: int) -> str:
        """The number after `last`, e.g. RN-2026-000123."""
        return f"RN-{self.year}-{last + 1:0{_DIGITS}d}"

    def step(self, table: str, last: int) -> Mapping[str, Any]:
        """The write that uses the number after `last` up; refused when somebody else has used it already.

        Belongs into the transaction that stores the notice, so that no number is lost with it.
        """
        partition, sort = self.key
        return {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": partition}, "sk": {"S": sort}},
                "UpdateExpression": "SET #last = :next",
                "ConditionExpression": "attribute_not_exists(#last)" if last == 0 else "#last = :last",
                "ExpressionAttributeNames": {"#last": "last"},
                "ExpressionAttributeValues": {
                    ":next": {"N": str(last + 1)},
                    **({":last": {"N": str(last)}} if last else {}),
                },
            }
        }


def issue(
    rules: Rectification | None,
    before: Notice | None,
    number: str,
    *,
    responsible: str,
    due: datetime | None,
    by: str,
    at: datetime,
) -> Notice:
    """The notice of a complaint. Raises `NoneAsked`, `AlreadyIssued`."""
    if rules is None:
        raise NoneAsked
    if before is not None:
        raise AlreadyIssued(before.number)
    return Notice(number=number, at=at, by=by, to=rules.to, responsible=responsible, due=due)
