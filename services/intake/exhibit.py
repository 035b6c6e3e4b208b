"""The register of evidence: each piece with a number and an unbroken chain of who had it. Pure."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class NoSuchExhibit(Exception):
    """There is no piece with this number."""


class NotInYourHands(Exception):
    """Only whoever has a piece can give it away. Says who has it."""


class Custody(BaseModel):
    """Somebody had it from then on. Where it is kept is private."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holder: str
    since: datetime


Exhibits = tuple[Custody, ...]
"""Who has each piece now; piece 1 is the first. The chain before that is in the events."""


def registered(exhibits: Exhibits, holder: str, now: datetime) -> Exhibits:
    return (*exhibits, Custody(holder=holder, since=now))


def handed_over(exhibits: Exhibits, number: int, by: str, to: str, now: datetime) -> Exhibits:
    """Raises `NoSuchExhibit`, `NotInYourHands`."""
    if not 1 <= number <= len(exhibits):
        raise NoSuchExhibit(number)
    holder = exhibits[number - 1].holder
    if holder != by:
        raise NotInYourHands(holder)
    return (*exhibits[: number - 1], Custody(holder=to, since=now), *exhibits[number:])
