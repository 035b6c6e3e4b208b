"""An invitation to say how it was: one for each closing, answered once or not at all. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from shared.aggregate import Aggregate


class State(StrEnum):
    INVITED = "invited"
    ANSWERED = "answered"


class AlreadyAnswered(Exception):
    """This invitation was answered before."""


class Invitation(Aggregate):
    """Its id comes from the event that closed the matter, so that one closing asks once."""

    KIND: ClassVar[str] = "INVITATION"

    state: State = State.INVITED
    case: str
    about: str
    """`case` or `complaint`."""
    complaint: str | None = None
    category: str
    language: str
    invited: datetime
    salt: str | None
    token: str
    """Keyed hash of the token that opens it."""
    answer: str | None = None
    """Keyed hash of what was answered."""


def answered(invitation: Invitation, answer: str) -> Invitation:
    """The invitation after this answer, given as its keyed hash. Raises `AlreadyAnswered`."""
    if invitation.state is State.ANSWERED:
        raise AlreadyAnswered(invitation.id)
    return invitation.model_copy(update={"state": State.ANSWERED, "answer": answer})
