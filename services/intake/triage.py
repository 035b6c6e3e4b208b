"""Triage: from a category and the facts to what applies, the strongest first, and the rules that said so. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.packs import STRONGEST_FIRST, URGENT_FACTS, Category, Disposition

# Once somebody is sent, advice to turn elsewhere falls away; a transfer or a record stays.
_FALLS_AWAY_ON_DISPATCH: frozenset[Disposition] = frozenset({"refer", "advise"})


@dataclass(frozen=True)
class Decision:
    """What applies, strongest first; the ids of the rules that gave it; whether somebody is sent at once."""

    dispositions: tuple[Disposition, ...]
    rules: tuple[str, ...]

    @property
    def urgent(self) -> bool:
        return "dispatch" in self.dispositions


def decide(category: Category, facts: Mapping[str, bool]) -> Decision:
    """Everything that applies. An urgent fact always wins: no plain rule hides it."""
    applies: set[Disposition] = set(category.plain)
    rules = [f"{category.code}-plain"]
    for rule in category.rules:
        if all(facts.get(fact) for fact in rule.when):
            applies.update(rule.then)
            rules.append(rule.id)
    if category.kind == "press":
        applies.add("duty")  # whatever the pack says
    urgent = sorted(fact for fact in URGENT_FACTS if facts.get(fact))
    if urgent:
        applies |= {"dispatch", "duty"}
        rules += [f"urgent-{fact}" for fact in urgent]
    if "dispatch" in applies:
        applies -= _FALLS_AWAY_ON_DISPATCH
    return Decision(tuple(one for one in STRONGEST_FIRST if one in applies), tuple(rules))
