"""How people say it, as a pack writes it down: whole in three languages, and wrong places are named."""

import re

import pytest

from infra.packs import PACKS, check, compiled
from infra.packs.fit_categories import FALLBACK
from infra.packs.source import Source
from shared.packs import LANGUAGES

POLICE = PACKS / "police"
LEAST = 50
LIST = re.compile(r"[,،、\n]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_of_the_police_has_enough_ways_to_say_it(language):
    texts = Source.of(POLICE / "phrases" / f"{language}.yaml").data
    for category in compiled(POLICE).pack.categories:
        if category.code != FALLBACK and not category.is_question:
            assert len(set(LIST.split(texts[category.code]))) >= LEAST, category.code


def test_a_pack_without_phrases_proposes_from_the_names_of_its_categories(library):
    phrases = compiled(library).phrases
    assert "damaged" in phrases.en.categories["B1"]
    assert FALLBACK not in phrases.en.categories


@pytest.fixture
def with_phrases(library):
    folder = library / "phrases"
    folder.mkdir()
    for language in LANGUAGES:
        (folder / f"{language}.yaml").write_text(
            "B1: |\n  pages are missing\n  the cover is torn\n", encoding="utf-8"
        )
    return library


def said(folder):
    return [(problem.file.rsplit("/", 1)[-1], problem.line, problem.what) for problem in check(folder)[1]]


def test_what_is_written_is_known(with_phrases):
    assert said(with_phrases) == []
    assert "torn" in compiled(with_phrases).phrases.en.categories["B1"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("B1: |\n  torn\nB7: |\n  lost\n", 3, "B7 is no category here"),
        ("B1: [torn]\n", 1, "B1 is one text"),
        ("B1: |\n  torn\nB1: |\n  lost\n", 3, "given twice"),
        ("- torn\n", 1, "holds a text for each category"),
        ("B1: {{\n", 2, "is not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(with_phrases, text, line, what):
    (with_phrases / "phrases" / "en.yaml").write_text(text, encoding="utf-8")
    assert any(file == "en.yaml" and at == line and what in found for file, at, found in said(with_phrases))


def test_a_language_left_out_is_named(with_phrases):
    (with_phrases / "phrases" / "ar.yaml").unlink()
    assert [what for file, _, what in said(with_phrases) if file == "ar.yaml"] == [
        "is missing; where one language has phrases, all have"
    ]


def test_a_language_the_desk_does_not_speak_is_named(with_phrases):
    (with_phrases / "phrases" / "fr.yaml").write_text("B1: |\n  déchiré\n", encoding="utf-8")
    assert [what for file, _, what in said(with_phrases) if file == "fr.yaml"] == [
        "nothing reads this file; there are en, ar, zh"
    ]
