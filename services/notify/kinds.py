"""What a message to a customer is for, and what follows from that. Pure; the table is the rule.

`declinable`: they may say that they want none of it. `rests`: it waits for the end of quiet hours. Safe hours hold
for every kind but `URGENT`, which is for danger to life and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    URGENT = "urgent"
    """Somebody may come to harm who does not read it now."""
    STATUTORY = "statutory"
    """A decision, its reasons, a date that binds them: they have a right to it, and times run from it."""
    RECEIPT = "receipt"
    """The answer at once to something that they did or asked themselves."""
    REMINDER = "reminder"
    PROGRESS = "progress"
    SURVEY = "survey"
    CARE = "care"


@dataclass(frozen=True)
class Rule:
    """What holds for a kind."""

    declinable: bool
    rests: bool


RULES: Mapping[Kind, Rule] = {
    Kind.URGENT: Rule(declinable=False, rests=False),
    Kind.STATUTORY: Rule(declinable=False, rests=True),
    Kind.RECEIPT: Rule(declinable=False, rests=False),
    Kind.REMINDER: Rule(declinable=True, rests=True),
    Kind.PROGRESS: Rule(declinable=True, rests=True),
    Kind.SURVEY: Rule(declinable=True, rests=True),
    Kind.CARE: Rule(declinable=True, rests=True),
}

DECLINABLE = tuple(kind for kind, rule in RULES.items() if rule.declinable)

KINDS: Mapping[str, Kind] = {
    "acknowledgement": Kind.RECEIPT,
    "link_renewed": Kind.RECEIPT,
    "complaint_accepted": Kind.RECEIPT,
    "complaint_taken": Kind.RECEIPT,
    "callback_promised": Kind.RECEIPT,
    "answered": Kind.STATUTORY,
    "declined": Kind.STATUTORY,
    "closed": Kind.STATUTORY,
    "extended": Kind.STATUTORY,
    "documents_wanted": Kind.STATUTORY,
    "appointment_made": Kind.STATUTORY,
    "appointment_moved": Kind.STATUTORY,
    "appointment_cancelled": Kind.STATUTORY,
    "complaint_visit": Kind.STATUTORY,
    "complaint_moved": Kind.STATUTORY,
    "complaint_answered": Kind.STATUTORY,
    "complaint_answered_last": Kind.STATUTORY,
    "complaint_closed": Kind.STATUTORY,
    "complaint_closed_last": Kind.STATUTORY,
    "appointment_near": Kind.REMINDER,
    "opened": Kind.PROGRESS,
    "progressed": Kind.PROGRESS,
    "late": Kind.PROGRESS,
    "late_at_top": Kind.PROGRESS,
    "complaint_late": Kind.PROGRESS,
    "complaint_step_late": Kind.PROGRESS,
    "complaint_reworked": Kind.PROGRESS,
    "complaint_reworked_at_top": Kind.PROGRESS,
    "survey": Kind.SURVEY,
    "survey_complaint": Kind.SURVEY,
    "sorry_to_hear": Kind.CARE,
    "thanks_tip": Kind.CARE,
    "thanks_deed": Kind.CARE,
    "subscription_confirm": Kind.RECEIPT,
    "bulletin": Kind.CARE,
    "greeting_of_season": Kind.CARE,
    "recognition": Kind.CARE,
}
"""Of every template that customers are written to with."""

LIVES_BY_ITS_LINK = frozenset({"link_renewed", "survey", "survey_complaint"})
"""Templates that are nothing without their link: neutral words can't stand for them."""
