"""What the knowledge base has for a question: its articles, ranked as categories are, and none where none fits."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from services.intake.proposing import Ranking, language_of, words
from shared.http import Request, Text
from shared.packs.knowledge import Article
from shared.rules import calendar, pack
from shared.rules.knowledge import knowledge

FITS: Final = 0.35
"""An article that has less than this of a question does not answer it; nonsense and other subjects stay below."""
_FEW: Final = 2
_EVERYWHERE: Final = 0.2
"""What more articles have, and a larger part of them, is how people ask ("what do I do"), not what they ask."""
_NEARLY: Final = 0.5
"""Beside the best article others are named that have at least so much in common with the text."""
_SENTENCE: Final = re.compile("[.!?;\n\u061f\u3002\uff01\uff1f\uff1b]+")
_MOST: Final = 60
"""So many sentences are looked at: a question is asked by then."""


class KnowledgeQuery(Request):
    """A question in a person's own words."""

    q: Annotated[Text, Field(min_length=1, max_length=300)]
    language: Literal["en", "ar", "zh"] | None = None


@dataclass(frozen=True)
class Found:
    """An article and how much of the question it has, from 0 to 1."""

    article: Article
    score: float


@cache
def _ranking(language: str) -> Ranking:
    asked = [f"{one.title.into(language)} {one.asked.into(language)}" for one in knowledge().articles]
    return Ranking([words(one, language) for one in asked], max(_FEW, int(len(asked) * _EVERYWHERE)))


def find(text: str, language: str | None, today: date, limit: int = 3) -> tuple[Found, ...]:
    """Valid articles that answer a text, the best first; a long one by the sentence of it that asks best."""
    read_in = language_of(text, language)
    articles = knowledge().articles
    if read_in is None or not articles:
        return ()
    best: dict[int, tuple[float, float]] = {}
    for sentence in _SENTENCE.split(text)[:_MOST]:
        for number, common, fit in _fits(words(sentence, read_in), _ranking(read_in)):
            if fit >= FITS:
                best[number] = max(best.get(number, (0, 0)), (common, fit))
    ranked = sorted(best, key=lambda number: (-best[number][0], number))
    # Before what has expired is left out: the next best is no better for it.
    near = [number for number in ranked if best[number][0] >= best[ranked[0]][0] * _NEARLY]
    valid = [number for number in near if articles[number].valid(today)]
    return tuple(Found(articles[number], round(min(best[number][1], 1), 3)) for number in valid[:limit])


def _fits(found: list[str], ranking: Ranking) -> Iterable[tuple[int, float, float]]:
    """For each article that has any of these words: how much of them, absolutely and as a part of the whole."""
    whole = ranking.whole(found)
    if whole and any(ranking.knows(word) for word in found):
        for number, common in ranking.scores(found).items():
            yield number, common, common / whole


def search(request: KnowledgeQuery, now: datetime) -> dict[str, Any]:
    """The answer to a search: the best articles, in the language that was asked for or is written in."""
    language = request.language or language_of(request.q) or "en"
    found = find(request.q, request.language, today(now))
    return {"answers": [{**shown(one.article, language), "score": one.score} for one in found]}


def today(now: datetime) -> date:
    """The day that it is at this desk."""
    return now.astimezone(calendar().zone).date()


def shown(article: Article, language: str) -> dict[str, Any]:
    """An article as people read it."""
    places = (pack().directory[code] for code in article.contacts)
    return {
        "id": article.id,
        "title": article.title.into(language),
        "answer": article.answer.into(language),
        "contacts": [{"name": one.name.into(language), "phone": one.phone} for one in places],
        "categories": list(article.categories),
        "law": article.law,
    }


def in_words(article: Article, language: str) -> str:
    """An article as it is told in a letter: with whom to turn to."""
    one = shown(article, language)
    return "\n\n".join((one["answer"], *(f"{place['name']}: {place['phone']}" for place in one["contacts"])))


def given(identities: Iterable[str], language: str) -> list[dict[str, Any]]:
    """Articles that were given before, as they are now; what was taken out since is left out."""
    articles = (knowledge().article(one) for one in identities)
    return [shown(one, language) for one in articles if one]
