"""Triage: every category with every condition, urgent facts above all, and the rule that said so."""

from pathlib import Path

import pytest

from infra.packs import read
from services.intake.triage import decide
from shared.packs import URGENT_FACTS, Category

PACK = read(Path("packs/police"))


def category(code: str) -> Category:
    found = PACK.category(code)
    assert found
    return found


RULES = [(category, rule) for category in PACK.categories for rule in category.rules]


@pytest.mark.parametrize("category", PACK.categories, ids=lambda category: category.code)
def test_without_any_fact_the_plain_disposition_applies(category):
    decision = decide(category, {})
    assert set(decision.dispositions) == set(category.plain)
    assert decision.rules == (f"{category.code}-plain",)


@pytest.mark.parametrize(("category", "rule"), RULES, ids=lambda value: getattr(value, "id", ""))
def test_each_condition_adds_what_it_says_and_names_itself(category, rule):
    decision = decide(category, dict.fromkeys(rule.when, True))
    assert set(rule.then) <= set(decision.dispositions)
    assert rule.id in decision.rules


@pytest.mark.parametrize("category", PACK.categories, ids=lambda category: category.code)
@pytest.mark.parametrize("fact", sorted(URGENT_FACTS))
def test_an_urgent_fact_sends_somebody_whatever_the_category(category, fact):
    decision = decide(category, {fact: True})
    assert decision.dispositions[:2] == ("dispatch", "duty")
    assert decision.urgent
    assert f"urgent-{fact}" in decision.rules


def test_once_somebody_is_sent_advice_to_turn_elsewhere_falls_away_but_a_transfer_stays():
    accident = category("D5")
    assert decide(accident, {"dispute": True}).dispositions == ("dispatch", "transfer")
    noise = category("Z2")
    assert decide(noise, {"insists": True}).dispositions == ("dispatch",)


def test_a_condition_of_two_facts_needs_both():
    leak = category("P8")
    assert not decide(leak, {"grave": True}).urgent
    assert decide(leak, {"grave": True, "nobody_in_charge": True}).urgent


def test_a_fact_that_is_denied_counts_as_not_given():
    assert decide(category("Z1"), {"insists": False}).dispositions == ("refer",)
