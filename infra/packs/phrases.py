"""Compiles what people say: `packs/<name>/phrases/<language>.yaml` → the words of each category.

A pack without such files still proposes, from the names of its categories.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.packs.fit_categories import FALLBACK
from infra.packs.source import NotYaml, Source
from services.intake.proposing import counted, words
from shared.packs import LANGUAGES, Pack
from shared.packs.phrases import Phrases, Said

FOLDER = "phrases"
FEW, MOST = 10, 0.6
Unfit = tuple[Path, int, str]
"""A file, a line in it, and what to do."""


def phrases_of(folder: Path, pack: Pack) -> tuple[Phrases, list[Unfit]]:
    """What is said about a pack's categories, and everything that is wrong with how it is written down."""
    home, unfit, said = folder / FOLDER, list[Unfit](), dict[str, Said]()
    there = {path.stem for path in home.glob("*.yaml")}
    for stray in sorted(there - set(LANGUAGES)):
        unfit.append((home / f"{stray}.yaml", 1, f"nothing reads this file; there are {', '.join(LANGUAGES)}"))
    for language in LANGUAGES:
        file = home / f"{language}.yaml"
        texts: dict[str, str] = {}
        if there and language not in there:
            unfit.append((file, 1, "is missing; where one language has phrases, all have"))
        elif there:
            try:
                source = Source.of(file)
            except NotYaml as error:
                unfit.append((file, error.line, f"is not YAML: {error}"))
            else:
                unfit += _misfits(source, pack)
                texts = {key: text for key, text in _mapping(source.data).items() if isinstance(text, str)}
        said[language] = _said(pack, language, texts)
    return Phrases(name=pack.name, version=pack.version, **said), unfit


def _mapping(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _misfits(source: Source, pack: Pack) -> Iterator[Unfit]:
    texts = _mapping(source.data)
    codes = {category.code for category in pack.categories}
    facts = {question.fact for question in pack.urgent}
    if not texts:
        yield source.file, 1, "holds a text for each category: `CODE: |` and one utterance a line"
    for path in source.doubles:
        yield source.file, source.line(path), f"`{path[-1]}` is given twice, and the later one would win; keep one"
    for key, text in texts.items():
        if key not in codes | facts:
            yield (
                source.file,
                source.line((key,)),
                f"{key} is no category here, nor a fact that urgent.yaml asks about",
            )
        elif not isinstance(text, str) or not text.strip():
            yield source.file, source.line((key,)), f"{key} is one text: `{key}: |` and one utterance a line"


def _said(pack: Pack, language: str, texts: dict[str, str]) -> Said:
    """The words of each category, those of its name among them, less what nearly all of them say."""
    documents = {
        category.code: words(f"{category.name.into(language)} {texts.get(category.code, '')}", language)
        for category in pack.categories
        # What fits no other category has no words of its own; what people ask about is found in the knowledge base.
        if category.code != FALLBACK and not category.is_question
    }
    having = Counter(word for document in documents.values() for word in set(document))
    # A word that most categories have tells nothing, where there are enough of them to say so.
    everywhere = {word for word, times in having.items() if len(documents) > FEW and times > len(documents) * MOST}
    return Said(
        categories={
            code: counted(word for word in document if word not in everywhere) for code, document in documents.items()
        },
        facts={
            question.fact: tuple(
                line.strip() for line in texts[question.fact].replace("\n", ",").split(",") if line.strip()
            )
            for question in pack.urgent
            if question.fact in texts
        },
    )
