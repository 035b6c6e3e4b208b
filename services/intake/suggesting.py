"""What a text may be about, by the words of this desk's pack: read and counted when somebody first asks."""

from functools import cache

from services.intake.proposing import Proposal, Proposer, language_of
from shared.rules import pack
from shared.rules.phrases import phrases


@cache
def _proposer(language: str) -> Proposer:
    return Proposer(phrases().of(language), language)


def propose(text: str, language: str | None = None, limit: int = 3) -> tuple[Proposal, ...]:
    """The likeliest categories, best first, named in `language`; without one, in that of the text's letters."""
    read_in = language_of(text, language)
    if read_in is None:
        return ()
    rules = pack()
    found = _proposer(read_in).propose(text, limit)
    named = ((rules.category(code), score) for code, score in found)
    return tuple(
        Proposal(category.code, category.name.into(language or read_in), round(score, 3))
        for category, score in named
        if category
    )


def urgent_facts(text: str, language: str | None = None) -> tuple[str, ...]:
    """Urgent facts that words of the text speak for: to be asked about first, and so only when somebody says yes."""
    read_in = language_of(text, language)
    return _proposer(read_in).suggest(text) if read_in else ()
