"""From what a person says to the categories it may belong to. Proposes, never decides. Pure.

Each category is one document, made of everything that people are known to say about it, and the documents are ranked
by BM25 (Robertson and Zaragoza 2009), over words and, at half the weight, over the pieces of three and four letters
that words are made of: a piece survives an ending, a prefix and a slip of the finger. Chinese, which does not part
its words, is taken by characters and pairs of characters. ADR 0050 has the figures, and what else was tried.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shared.packs.phrases import Said

_K1: Final = 2.0
"""How much it counts that a category has a word again and again."""
_B: Final = 0.75
"""How far long documents are evened out."""
_PIECES_WEIGH: Final = 0.5
_LIKE: Final = 0.7
"""An unknown word is taken for a known one misspelt when one category has so much of its pieces."""
_LONGEST: Final = 4000
"""No more of a text is looked at: what is not clear by then will not become so."""

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_WORD: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_SCRIPTS: Final = {
    "ar": re.compile(r"[\u0620-\u064a\u066e-\u06d3]"),
    "zh": re.compile(rf"[{_HAN}]"),
    "en": re.compile(r"[A-Za-z]"),
}
_MARKS: Final = re.compile(r"[\u064b-\u065f\u0670\u0640]")
_LETTERS: Final = str.maketrans(
    "أإآٱىةؤئگچ",
    "اااايهويكج",
)
_ROOT: Final = 3
"""Letters of an Arabic root: a و before them may be one of them."""
_BEFORE: Final = ("بال", "كال", "فال", "هال", "عال", "لل", "ال")
_AFTER: Final = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")


@dataclass(frozen=True)
class Proposal:
    """A category that a text may belong to. `score` is 1 for the likeliest one, less for the others."""

    code: str
    name: str
    score: float


def language_of(text: str, language: str | None = None) -> str | None:
    """The language to read a text in: the one that is named, unless nothing is written in its letters; else the one
    that most of its letters belong to. None when there are no letters of any.
    """
    letters = {one: len(script.findall(text)) for one, script in _SCRIPTS.items()}
    if language is not None and letters.get(language):
        return language
    # A Chinese character says as much as several letters.
    weighed = {**letters, "zh": letters["zh"] * 3}
    likeliest = max(weighed, key=lambda one: weighed[one])
    return likeliest if weighed[likeliest] else None


def words(text: str, language: str) -> list[str]:
    """The words of a text as they are compared: small letters, one way of writing, Arabic without what is attached.

    A run of Chinese characters is one word.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("\u2019", "")
    if language == "ar":
        plain = _MARKS.sub("", plain).translate(_LETTERS)
        return [_bare(word) for word in _WORD.findall(plain)]
    return _WORD.findall(plain)


def _bare(word: str) -> str:
    """An Arabic word without article and endings, after Larkey's "light10"; never fewer than two letters."""
    if len(word) > _ROOT and word.startswith("و"):
        word = word[1:]
    for before in _BEFORE:
        if word.startswith(before) and len(word) - len(before) > 1:
            word = word[len(before) :]
            break
    for after in _AFTER:
        if word.endswith(after) and len(word) - len(after) > 1:
            word = word[: -len(after)]
    return word


def _wholes(word: str) -> tuple[str, ...]:
    """What a word is found by: itself, or its characters and pairs of them when it is Chinese."""
    if _SCRIPTS["zh"].match(word):
        return (*word, *(word[at : at + 2] for at in range(len(word) - 1)))
    return (word,)


@lru_cache(4096)
def _pieces(word: str) -> tuple[str, ...]:
    if _SCRIPTS["zh"].match(word):
        return ()
    edged = f"<{word}>"
    return tuple(edged[at : at + size] for size in (3, 4) for at in range(len(edged) - size + 1))


class _Field:
    """One way of taking documents apart, with the counts that BM25 needs, less what more than `most` have."""

    def __init__(self, documents: Iterable[list[str]], most: int | None) -> None:
        self._found: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._lengths: list[int] = []
        for number, document in enumerate(documents):
            for term, times in Counter(document).items():
                self._found[term][number] = times
            self._lengths.append(len(document))
        self._most = len(self._lengths) if most is None else most
        usual = sum(self._lengths) / max(len(self._lengths), 1) or 1
        self._evened = [_K1 * (1 - _B + _B * length / usual) for length in self._lengths]

    def tells(self, term: str) -> bool:
        """Whether a term says more about some categories than about others."""
        return 0 < len(self._found.get(term, ())) <= min(self._most, len(self._lengths) / 2)

    def having(self, terms: Iterable[str]) -> int:
        """How many of the terms the document has that has most of them."""
        return max(Counter(number for term in terms for number in self._found.get(term, ())).values(), default=0)

    def score(self, terms: Iterable[str]) -> Iterator[tuple[int, float]]:
        for term in sorted(set(terms)):
            rare = self._rare(term)
            for number, times in self._found.get(term, {}).items():
                yield number, rare * times * (_K1 + 1) / (times + self._evened[number])

    def weight(self, terms: Iterable[str]) -> float:
        """What the terms would score in a document of usual length that has each of them once."""
        return sum(self._rare(term) for term in sorted(set(terms)))

    def _rare(self, term: str) -> float:
        having = len(self._found.get(term, ()))
        if having > self._most:
            return 0
        return math.log(1 + (len(self._lengths) - having + 0.5) / (having + 0.5))


class Ranking:
    """Documents in one language, ranked by what they have in common with a text.

    What more than `most` of them have says nothing, and is not looked at.
    """

    def __init__(self, documents: Sequence[list[str]], most: int | None = None) -> None:
        self._wholes = _Field(([part for word in one for part in _wholes(word)] for one in documents), most)
        self._pieces = _Field(([part for word in one for part in _pieces(word)] for one in documents), most)

    def scores(self, found: Sequence[str]) -> dict[int, float]:
        """How well the documents fit these words, by their place; those that have nothing of them are left out."""
        scores: defaultdict[int, float] = defaultdict(float)
        for number, score in self._wholes.score(part for word in found for part in _wholes(word)):
            scores[number] += score
        for number, score in self._pieces.score(part for word in found for part in _pieces(word)):
            scores[number] += score * _PIECES_WEIGH
        return scores

    def whole(self, found: Sequence[str]) -> float:
        """About what a document of usual length would score that has each of the words once."""
        wholes = self._wholes.weight(part for word in found for part in _wholes(word))
        return wholes + self._pieces.weight(part for word in found for part in _pieces(word)) * _PIECES_WEIGH

    def knows(self, word: str) -> bool:
        """Whether a word says more about some documents than about others."""
        wholes = _wholes(word)
        if len(wholes) > 1:
            return any(self._wholes.tells(pair) for pair in wholes if len(pair) > 1)
        pieces = _pieces(word)
        return self._wholes.tells(word) or self._pieces.having(pieces) > _LIKE * max(len(pieces), 4)


class Proposer:
    """Proposes the categories of one pack for texts in one language. Making one takes some hundredths of a second."""

    def __init__(self, said: Said, language: str) -> None:
        self._language = language
        self._codes = tuple(said.categories)
        self._ranking = Ranking([_uncounted(text) for text in said.categories.values()])
        self._facts = {
            fact: tuple(_joined(one, language) for one in suggesting) for fact, suggesting in said.facts.items()
        }

    def propose(self, text: str, limit: int = 3) -> tuple[tuple[str, float], ...]:
        """Codes of categories with their scores, the likeliest first; nothing when no word of the text is known."""
        found = words(text[:_LONGEST], self._language)
        if not any(self._ranking.knows(word) for word in found):
            return ()
        scores = self._ranking.scores(found)
        ranked = sorted(scores, key=lambda number: (-scores[number], number))[:limit]
        return tuple((self._codes[number], scores[number] / scores[ranked[0]]) for number in ranked)

    def suggest(self, text: str) -> tuple[str, ...]:
        """Facts that words of the text speak for, to be asked about first. They are not so until somebody says so."""
        joined = _joined(text[:_LONGEST], self._language)
        return tuple(fact for fact, suggesting in self._facts.items() if any(one in joined for one in suggesting))


def _uncounted(text: str) -> list[str]:
    entries = (entry.partition("*") for entry in text.split())
    return [word for word, _, times in entries for _ in range(int(times or 1))]


def counted(all_words: Iterable[str]) -> str:
    """Words as `Said` keeps them."""
    return " ".join(word if times == 1 else f"{word}*{times}" for word, times in sorted(Counter(all_words).items()))


def _joined(text: str, language: str) -> str:
    """The words of a text in a row, so that whole words of another are found in it; Chinese has no whole words."""
    found = words(text, language)
    return "".join(found) if language == "zh" else f" {' '.join(found)} "
