"""How people say it: the words of each category, in each language, from which categories are proposed for a text."""

from shared.packs.parts import Code, FactName, Part


class Said(Part):
    """One language: for each category its words, `word*times` where one came up more than once; for a fact the words
    that suggest it.
    """

    categories: dict[str, str]
    facts: dict[FactName, tuple[str, ...]]


class Phrases(Part):
    """Compiled from a pack's `phrases/<language>.yaml`."""

    name: Code
    version: str
    en: Said
    ar: Said
    zh: Said

    def of(self, language: str) -> Said:
        said: Said = getattr(self, language)
        return said
