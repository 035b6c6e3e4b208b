"""A pack: an organisation's rules as data. Written in YAML, checked and compiled to JSON when the desk is built.

Here is what every service knows of it. `complaints`, `questionnaire`, `phrases`, `knowledge` and `care` hold the
rest, in files of their own, so that a process loads what it needs.
"""

from shared.packs.pack import (
    CONSULTATION,
    FALLS_AWAY_ON_DISPATCH,
    FALLS_AWAY_WHEN_URGENT,
    STRONGEST_FIRST,
    URGENT_FACTS,
    URGENT_GIVES,
    Calls,
    Category,
    Clocks,
    Department,
    Disposition,
    Maintenance,
    Nuisance,
    Pack,
    Place,
    Role,
    Rule,
    Rung,
    Targets,
)
from shared.packs.parts import LANGUAGES, RIGHT_TO_LEFT, Condition, Duty, Grade, Money, Question, Within, Wording

__all__ = [
    "CONSULTATION",
    "FALLS_AWAY_ON_DISPATCH",
    "FALLS_AWAY_WHEN_URGENT",
    "LANGUAGES",
    "RIGHT_TO_LEFT",
    "STRONGEST_FIRST",
    "URGENT_FACTS",
    "URGENT_GIVES",
    "Calls",
    "Category",
    "Clocks",
    "Condition",
    "Department",
    "Disposition",
    "Duty",
    "Grade",
    "Maintenance",
    "Money",
    "Nuisance",
    "Pack",
    "Place",
    "Question",
    "Role",
    "Rule",
    "Rung",
    "Targets",
    "Within",
    "Wording",
]
