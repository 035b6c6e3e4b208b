"""What to ask somebody who reports: what it may be about, and what can still change the answer. Nothing is stored."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import suggesting, triage
from shared.http import Problem, Request, Text
from shared.packs import URGENT_FACTS, Category
from shared.rules import pack
from shared.wording import speaker


class ProposalRequest(Request):
    """What happened, in their words; which language, when it is known."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]
    language: Literal["en", "ar", "zh"] | None = None


class QuestionsRequest(Request):
    """What is known already."""

    facts: Annotated[dict[Annotated[str, Field(max_length=40)], bool], Field(max_length=30, default_factory=dict)]
    language: Literal["en", "ar", "zh"] = "en"


def propose(request: ProposalRequest) -> dict[str, Any]:
    """The likeliest categories, best first, and the urgent facts to ask about before anything else."""
    found = suggesting.propose(request.text, request.language)
    return {
        "proposals": [{"code": one.code, "name": one.name, "score": one.score} for one in found],
        "ask_first": list(suggesting.urgent_facts(request.text, request.language)),
    }


def next_questions(code: str, request: QuestionsRequest) -> dict[str, Any]:
    """What can still change the outcome, and the outcome as it is known by now, with its reasons in words."""
    rules, category = pack(), pack().category(code)
    if category is None:
        raise Problem(404, "unknown-category", "There is no such category.", "GET /v1/categories lists them.")
    known = {fact: so for fact, so in request.facts.items() if fact in asked_about(category)}
    decision = triage.decide(category, known)
    return {
        "questions": [
            {"fact": one.fact, "ask": one.ask.into(request.language)}
            for one in triage.next_questions(rules.urgent, category, known)
        ],
        "decision": explained(category, decision, request.language),
    }


def asked_about(category: Category) -> frozenset[str]:
    return frozenset({question.fact for question in category.questions} | URGENT_FACTS)


def explained(category: Category, decision: triage.Decision, language: str) -> dict[str, Any]:
    """A decision as people read it: what applies, the strongest first, and which rule said so."""
    asked = {one.fact: one.ask.into(language) for one in (*pack().urgent, *category.questions)}
    return {
        "leading": decision.leading,
        "dispositions": list(decision.dispositions),
        "rules": list(decision.rules),
        "facts": list(decision.facts),
        "fell_away": list(decision.fell_away),
        "because": list(triage.explain(decision, asked, speaker("intake", language))),
        "law": category.law,
    }
