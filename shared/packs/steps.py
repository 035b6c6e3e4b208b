"""What happens to a complaint, the clocks that run between, and who is told at once, as data."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.packs.parts import Code, Condition, Money, Refers, RoleCode, RungRole, Within, Wording


class Happening(StrEnum):
    """What happens to a complaint. A clock starts at one of these, or when another clock stopped in time or late."""

    ACCEPTED = "accepted"
    GRADED = "graded"
    REACHED = "reached"
    """The customer was spoken to."""
    NOT_REACHED = "not_reached"
    TAKEN = "taken"
    """Somebody who may has taken it on."""
    VISIT_AGREED = "visit_agreed"
    VISITED = "visited"
    FORM_ISSUED = "form_issued"
    FORM_SIGNED = "form_signed"
    """Whoever has to sign for the complaint form has."""
    NOTICE_ISSUED = "notice_issued"
    CONTAINED = "contained"
    """Corrective action: the interim containment is in place."""
    CAUSE_FOUND = "cause_found"
    """Corrective action: the root cause is found and measures are planned."""
    REVIEWED = "reviewed"
    """Corrective action: the review passed it on."""
    APPROVED = "approved"
    MEASURED = "measured"
    """Corrective action: the permanent measure is carried out."""
    VERIFIED = "verified"
    INJURY_REPORTED = "injury_reported"
    STATEMENT_TAKEN = "statement_taken"
    """A witness's, in writing."""
    AID_DECIDED = "aid_decided"
    """Whether somebody goes to hospital with them, and what is paid in advance."""
    SCENE_KEPT = "scene_kept"
    """The scene is secured, or a piece of evidence kept."""
    INSURER_TOLD = "insurer_told"
    OPINION_RECEIVED = "opinion_received"
    """The insurer's, in writing."""
    PRESS_ASKED = "press_asked"
    FOUND = "found"
    """Findings are decided."""
    ANSWERED = "answered"
    REWORKED = "reworked"
    """The customer was not satisfied and it is handled again."""
    CLOSED = "closed"
    RETURN_VISITED = "return_visited"


class Step(Condition):
    """A clock of its own: who must do what, within what time.

    `starts` is a `Happening`, or the id of another step: then it starts when that one is done, in time or late.
    Whether it applies is looked at then; and once more at `graded` for a step that starts at `accepted`, because its
    grade may only be known there: it still counts from acceptance. `counted_from` is for a clock that only starts to
    matter later: it counts from that earlier happening. With `replaces` it takes the place of another step, which is
    owed no more. `ends` is the happening that keeps it; without one a member of staff says that it is done. With `by`
    only what one of these roles does counts. `warn` is
    how long before it is due its owner is reminded. Not done in time, it goes to `late_to`, or else to the rung above
    its role. `customer` says that the customer sees it among the promises made to them; `call`, that it is a
    telephone call to them, which nobody owes a customer who wants no calls. It starts once in
    each round: `repeats` is for a step that starts whenever that happens.
    """

    id: Code
    name: Wording
    role: RoleCode
    within: Within
    starts: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    counted_from: Happening | None = None
    replaces: Annotated[Code, Refers("steps")] | None = None
    ends: Happening | None = None
    by: tuple[RoleCode, ...] = ()
    warn: Within | None = None
    late_to: RungRole | None = None
    customer: bool = False
    repeats: bool = False
    call: bool = False


class Tell(Condition):
    """Who is told at once when something happens. With `takes_over` the first of them has the complaint from then."""

    id: Code
    at: Happening
    roles: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    amount_above: Money | None = None
    takes_over: bool = False
