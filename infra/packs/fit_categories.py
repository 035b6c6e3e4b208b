"""Whether a pack's categories fit their questions, their rules and what the public may see."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from infra.packs.misfit import Misfit, twice
from infra.packs.source import Path_
from shared.packs import URGENT_FACTS, Category, Disposition, Pack, Rule

FALLBACK = "X9"
"""The category of whatever fits no other: a report that names none is one of these."""


def categories(pack: Pack) -> Iterator[Misfit]:
    for name in twice(category.code for category in pack.categories):
        yield Misfit(("pack", "categories"), f"{name} is defined twice; keep one")
    if FALLBACK not in {category.code for category in pack.categories}:
        yield Misfit(("pack", "categories"), f"there is no {FALLBACK} for whatever fits no other; add it")
    for number, category in enumerate(pack.categories):
        here = ("pack", "categories", number)
        if category.group not in pack.groups:
            yield Misfit((*here, "group"), f"the group {category.group!r} has no name; add it to groups.yaml")
        yield from _rules(here, category)
        yield from _public(category, here)
    if {question.fact for question in pack.urgent} != URGENT_FACTS:
        yield Misfit(("pack", "urgent"), f"urgent.yaml asks exactly about {', '.join(sorted(URGENT_FACTS))}")


def _rules(here: Path_, category: Category) -> Iterator[Misfit]:
    """Questions and rules of one category: what is asked is looked at, what is looked at is asked."""
    asked = [question.fact for question in category.questions]
    for name in twice(asked):
        yield Misfit((*here, "questions"), f"{name} is asked twice; ask once")
    for fact in sorted(URGENT_FACTS.intersection(asked)):
        yield Misfit((*here, "questions"), f"{fact} is asked everywhere already, in urgent.yaml; take it out here")
    for name in twice(rule.id for rule in category.rules):
        yield Misfit((*here, "rules"), f"two rules are called {name}; a case keeps the name, so give each its own")
    if category.becomes and not any("complaint" in then for then in _all_that_follows(category)):
        yield Misfit((*here, "becomes"), f"{category.code} never becomes a complaint: no rule gives `complaint`")
    for fact in sorted(set(asked) - {fact for rule in category.rules for fact in (*rule.when, *rule.unless)}):
        yield Misfit((*here, "questions"), f"{fact} is asked and no rule looks at it; take it out", may_stand=True)
    yield from _contacts(here, category, category)
    for at, rule in enumerate(category.rules):
        yield from _rule((*here, "rules", at), rule, {*asked, *URGENT_FACTS})
        yield from _contacts((*here, "rules", at), rule, category)


def _all_that_follows(category: Category) -> Iterator[tuple[Disposition, ...]]:
    yield category.plain
    yield from (rule.then for rule in category.rules)


def _rule(here: Path_, rule: Rule, asked: AbstractSet[str]) -> Iterator[Misfit]:
    for key, facts in (("when", rule.when), ("unless", rule.unless)):
        for fact in sorted(set(facts) - asked):
            yield Misfit(
                (*here, key),
                f"rule {rule.id} waits for {fact}, which no question asks; add a question or take the rule out",
            )
    if not rule.when and not rule.unless:
        yield Misfit(here, f"rule {rule.id} has no condition; what always applies belongs in `plain`")
    if both := sorted(set(rule.when) & set(rule.unless)):
        yield Misfit(here, f"rule {rule.id} can never apply: {both[0]} would have to be true and not true")
    if rule.unless and "dispatch" in rule.then:
        yield Misfit(
            (*here, "unless"),
            f"rule {rule.id} sends somebody only `unless` something is so; no answer may call them back",
        )


def _contacts(here: Path_, source: Category | Rule, category: Category) -> Iterator[Misfit]:
    """Whoever is referred is told to whom."""
    given = source.plain if isinstance(source, Category) else source.then
    if source.also and not source.contact:
        yield Misfit((*here, "also"), "`also` names further bodies; name the first as `contact`")
    if "refer" in given and not (source.contact or category.contact):
        yield Misfit(here, "this refers to nobody; name a `contact` of directory.yaml")


def _public(category: Category, here: Path_) -> Iterator[Misfit]:
    if category.open311 and category.kind == "tip":
        yield Misfit((*here, "open311"), f"{category.code} is a tip, which the public never sees; take open311 out")
    if not category.open311 and (category.public_words or category.public_place == "exact"):
        yield Misfit(here, f"the public sees nothing of {category.code} without open311; say that, or take it out")
