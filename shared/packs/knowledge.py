"""What an organisation answers when it is asked: articles in the desk's languages, and how people ask for them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.packs.parts import Code, Part, Refers, Wording


class Article(Part):
    """One answer. `title` is the question in a few words, `answer` what is said to whoever asks."""

    id: Code
    categories: Annotated[tuple[Annotated[str, Refers("categories")], ...], Field(min_length=1)]
    """What it is about: categories of the pack."""
    title: Wording
    asked: Wording
    """How people ask for it: a question or a list of words a line, as different from one another as can be."""
    answer: Wording
    contacts: tuple[Annotated[str, Refers("directory")], ...] = ()
    """Bodies of the directory that know more."""
    law: str | None = None
    """The law that it rests on, where that is known."""
    valid_until: date | None = None
    """The last day on which it may be given as an answer; none: until somebody changes it."""

    def valid(self, today: date) -> bool:
        return self.valid_until is None or today <= self.valid_until


class Knowledge(Part):
    """Compiled from a pack's `knowledge.yaml`."""

    name: Code
    version: str
    articles: tuple[Article, ...] = ()

    def article(self, identity: str) -> Article | None:
        return next((one for one in self.articles if one.id == identity), None)
