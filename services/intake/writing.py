"""What a customer writes to their case, in whichever way: so often a day."""

from services.intake import case as cases
from services.intake.handling import Draft
from shared.http import Problem


def write(draft: Draft) -> None:
    """The customer writes to their case. Raises `Problem` 429 when that was often enough for a day."""
    try:
        draft.case = cases.added(draft.case, draft.now)
    except cases.TooManyAdditions:
        raise Problem(
            429,
            "too-many-additions",
            "You have written to us very often today; all of it is on your case.",
            "If there is more to say, write tomorrow or call us.",
        ) from None
