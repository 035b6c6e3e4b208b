"""Triage: every category with every condition, urgent facts above all, and the rule that said so."""

import json
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.packs import read
from services.intake.triage import decide, explain, next_questions
from shared.packs import (
    FALLS_AWAY_ON_DISPATCH,
    FALLS_AWAY_WHEN_URGENT,
    LANGUAGES,
    STRONGEST_FIRST,
    URGENT_FACTS,
    Category,
    Disposition,
    Question,
    Rule,
)

PACK = read(Path("packs/police"))
ROWS: list[tuple[str, list[str], list[str], list[str]]] = yaml.safe_load(
    Path(__file__).with_name("triage_examples.yaml").read_text(encoding="utf-8")
)
EXAMPLES = [
    pytest.param(code, facts, applies, contacts, id=f"{code}-{'-'.join(facts) or 'plain'}")
    for code, facts, applies, contacts in ROWS
]
EACH = pytest.mark.parametrize("category", PACK.categories, ids=lambda category: category.code)
NAMED_43 = {
    *(f"D{number}" for number in range(1, 7)),
    *(f"H{number}" for number in range(1, 4)),
    *(f"N{number}" for number in range(1, 5)),
    *(f"P{number}" for number in range(1, 11)),
    *(f"Z{number}" for number in range(1, 5)),
    *(f"T{number}" for number in range(1, 10)),
    *(f"S{number}" for number in range(1, 4)),
    *(f"O{number}" for number in range(1, 5)),
}


def category(code: str) -> Category:
    found = PACK.category(code)
    assert found
    return found


def so(*facts: str) -> dict[str, bool]:
    return dict.fromkeys(facts, True)


# Every row ---------------------------------------------------------------------------------------------------------


def test_all_forty_three_categories_are_there():
    assert len(NAMED_43) == 43
    assert {one.code for one in PACK.categories} >= NAMED_43


@pytest.mark.parametrize(("code", "facts", "applies", "contacts"), EXAMPLES)
def test_what_applies_and_who_is_named(code, facts, applies, contacts):
    decision = decide(category(code), so(*facts))
    assert list(decision.dispositions) == applies
    assert decision.leading == applies[0]
    assert list(decision.contacts) == contacts


def test_the_examples_hold_every_rule_of_every_category_and_every_urgent_fact():
    shown = {rule for code, facts, *_ in ROWS for rule in decide(category(code), so(*facts)).rules}
    rules = {rule.id for one in PACK.categories for rule in one.rules}
    assert (
        rules | {f"{one.code}-plain" for one in PACK.categories} | {f"urgent-{fact}" for fact in URGENT_FACTS}
        == shown
    )


def test_every_category_has_an_example_in_which_nothing_is_known():
    assert {code for code, facts, *_ in ROWS if not facts} == {one.code for one in PACK.categories}


def test_whoever_is_referred_is_given_a_telephone_number():
    for one in PACK.categories:
        for facts in all_answers(one, sorted({fact for rule in one.rules for fact in (*rule.when, *rule.unless)})):
            decision = decide(one, facts)
            if "refer" in decision.dispositions:
                assert decision.contacts, (one.code, facts)
                assert all(PACK.directory[contact].phone for contact in decision.contacts)


def test_a_tip_never_asks_for_a_name():
    tips = {one.code: one for one in PACK.categories if one.kind == "tip"}
    assert set(tips) == {"T1", "T2", "T3", "T4", "T5"}
    assert all(one.advice and "need not give your name" in one.advice.en for one in tips.values())


def test_what_becomes_a_complaint_says_of_which_kind():
    assert {one.code: one.becomes for one in PACK.categories if one.becomes} == {
        "O2": "attitude",
        "O3": "case-handling",
    }


def test_the_four_emergency_scopes_and_other_urgent_help_are_accepted_without_review():
    for code in ("E1", "E2", "E3", "E4", "E5"):
        assert decide(category(code), {}).leading == "dispatch"
        assert not category(code).review


# Urgent facts ------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("fact", sorted(URGENT_FACTS))
def test_an_urgent_fact_sends_somebody_whatever_the_category(category, fact):
    decision = decide(category, so(fact))
    assert decision.leading == "dispatch"
    assert "duty" in decision.dispositions
    assert decision.urgent
    assert f"urgent-{fact}" in decision.rules


def test_nobody_in_danger_is_hung_up_on():
    for one in PACK.categories:
        assert "end_call" not in decide(one, so("danger_to_life")).dispositions


def test_once_somebody_is_sent_advice_to_turn_elsewhere_falls_away_but_a_transfer_stays():
    assert decide(category("D5"), so("dispute")).dispositions == ("dispatch", "transfer")
    noise = decide(category("Z2"), so("insists"))
    assert noise.dispositions == ("dispatch",)
    assert noise.fell_away == ("refer", "advise")
    assert (noise.contacts, noise.advice) == ((), ())


def test_what_to_do_until_help_comes_does_not_fall_away():
    gas = decide(category("P7"), so("danger_to_life"))
    assert gas.advice[0].en.startswith("Go out into fresh air")


def test_a_condition_of_two_facts_needs_both():
    leak = category("P8")
    assert not decide(leak, so("grave")).urgent
    assert decide(leak, so("grave", "nobody_in_charge")).urgent


def test_a_fact_that_is_denied_counts_as_not_given():
    assert decide(category("Z1"), {"insists": False}) == decide(category("Z1"), {})


def test_the_contact_of_a_condition_comes_before_the_plain_one():
    assert decide(category("D1"), so("company")).contacts == ("commerce", "court")


# Any pack ----------------------------------------------------------------------------------------------------------

OWN = ("a", "b", "c")
WORDING = {"en": "?", "ar": "؟", "zh": "？"}
dispositions = st.lists(st.sampled_from(STRONGEST_FIRST), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def rules(draw):
    when = draw(st.sets(st.sampled_from((*OWN, "fire")), max_size=3))
    unless = draw(st.sets(st.sampled_from(OWN), max_size=2)) - when
    if not when | unless:
        when = {"a"}
    then = draw(dispositions)
    # A pack with a rule that sends somebody only unless something is so can't be compiled.
    return Rule(id="r", when=tuple(when), unless=() if "dispatch" in then else tuple(unless), then=then)


@st.composite
def categories(draw):
    return Category(
        code="A1",
        group="a",
        name=WORDING,
        plain=draw(dispositions),
        questions=tuple(Question(fact=fact, ask=WORDING) for fact in OWN),
        rules=tuple(
            rule.model_copy(update={"id": f"r{at}"}) for at, rule in enumerate(draw(st.lists(rules(), max_size=4)))
        ),
    )


FACTS = st.dictionaries(st.sampled_from((*OWN, *sorted(URGENT_FACTS))), st.booleans())


def all_answers(category: Category, unknown):
    return [dict(zip(unknown, answers, strict=True)) for answers in product((False, True), repeat=len(unknown))]


@given(categories(), FACTS)
def test_no_plain_rule_hides_an_emergency(category, facts):
    decision = decide(category, facts)
    sends = [one for one in decision.reasons if "dispatch" in one.gives]
    assert decision.urgent == bool(sends)
    if sends:
        assert decision.leading == "dispatch"
        assert not FALLS_AWAY_ON_DISPATCH & set(decision.dispositions)


@given(categories(), FACTS, st.sampled_from(sorted(URGENT_FACTS)))
def test_one_more_urgent_fact_always_sends_somebody_and_takes_nothing_back_but_advice(category, facts, urgent):
    before, after = decide(category, {**facts, urgent: False}), decide(category, {**facts, urgent: True})
    assert after.leading == "dispatch"
    assert "duty" in after.dispositions
    taken_back = set(before.dispositions) - set(after.dispositions)
    assert taken_back <= FALLS_AWAY_ON_DISPATCH | FALLS_AWAY_WHEN_URGENT


@given(categories(), FACTS)
def test_everything_that_applies_was_given_by_a_rule_that_is_named(category, facts):
    decision = decide(category, facts)
    given_: set[Disposition] = {disposition for reason in decision.reasons for disposition in reason.gives}
    assert {*decision.dispositions, *decision.fell_away} == given_
    assert not set(decision.dispositions) & set(decision.fell_away)
    assert all(facts.get(fact) for fact in decision.facts)


@settings(max_examples=40, deadline=None)
@given(categories(), FACTS)
def test_a_question_is_left_out_exactly_when_its_answer_can_change_nothing(category, facts):
    asked = next_questions(PACK.urgent, category, facts)
    every = (*PACK.urgent, *category.questions)
    unknown = [one.fact for one in every if one.fact not in facts]
    expected = [
        fact
        for fact in unknown
        if any(
            decide(category, {**facts, **others, fact: True}).outcome
            != decide(category, {**facts, **others, fact: False}).outcome
            for others in all_answers(category, [one for one in unknown if one != fact])
        )
    ]
    assert [one.fact for one in asked] == expected


# Questions ---------------------------------------------------------------------------------------------------------


def left(code: str, **facts: bool) -> list[str]:
    return [one.fact for one in next_questions(PACK.urgent, category(code), facts)]


def test_danger_is_asked_about_first():
    assert left("Z2")[:5] == [one.fact for one in PACK.urgent]


def test_once_somebody_is_in_danger_nothing_is_asked_that_changes_nothing():
    assert left("Z2", weapon=True) == []
    assert left("D2", weapon=True) == ["fight"]


def test_a_condition_that_can_no_longer_hold_is_not_asked_about():
    assert "public_phone" in left("N2", repeated=True)
    assert left("N2", repeated=False) == [one.fact for one in PACK.urgent]


def test_a_question_that_only_changes_whom_to_turn_to_is_asked():
    assert "company" in left("D1", fight=False)
    assert "company" not in left("D1", fight=True)


@EACH
def test_with_everything_answered_nothing_is_left_to_ask(category):
    known = {one.fact: False for one in (*PACK.urgent, *category.questions)}
    assert next_questions(PACK.urgent, category, known) == ()


# In words ----------------------------------------------------------------------------------------------------------


def in_words(code: str, language: str, **facts: bool) -> tuple[str, ...]:
    one = category(code)
    texts = json.loads(Path(f"services/intake/texts/{language}.json").read_text(encoding="utf-8"))
    asked = {question.fact: question.ask.into(language) for question in (*PACK.urgent, *one.questions)}
    return explain(decide(one, facts), asked, lambda key, **values: texts[key].format(**values))


def test_a_decision_explains_itself():
    assert in_words("P8", "en", grave=True, nobody_in_charge=True) == (
        "Always in this category: turn to the body named, and give advice (rule P8-plain).",
        (
            "“Is it serious?” Yes. “Is nobody in charge solving it?” Yes. "
            "Therefore: somebody is sent at once (rule P8-grave)."
        ),
        "Somebody is sent, so this falls away: turn to the body named, and give advice.",
    )


def test_what_had_to_be_absent_is_said_too():
    assert "“Is it a foreign medium?” Nobody said yes." in in_words("O4", "en")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_decision_can_be_explained_in_every_language(language):
    for code, facts, *_ in ROWS:
        sentences = in_words(code, language, **so(*facts))
        assert len(sentences) >= 1 + bool(facts and decide(category(code), so(*facts)).facts)
