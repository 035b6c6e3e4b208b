"""Whether what stands beside the rules fits: the knowledge base, bulletins and greetings."""

from collections.abc import Iterator
from datetime import date

from infra.packs.misfit import Misfit, in_their_script, twice
from infra.packs.walk import references
from shared.packs import Pack
from shared.packs.care import Care
from shared.packs.knowledge import Knowledge


def knowledge_misfits(pack: Pack, knowledge: Knowledge, today: date | None) -> Iterator[Misfit]:
    """Everything of the knowledge base that does not fit. What has expired by `today` is to be looked at."""
    defined = {
        "categories": ("categories.yaml", {category.code for category in pack.categories}),
        "directory": ("directory.yaml", set(pack.directory)),
    }
    for path, to, name in references(knowledge):
        where, names = defined[to]
        if name not in names:
            known = ", ".join(sorted(names)) or "none"
            what = f"{name!r} is not defined in {where}; define it there or use one of: {known}"
            yield Misfit(("knowledge", *path), what)
    yield from in_their_script("knowledge", knowledge)
    seen: set[str] = set()
    for number, article in enumerate(knowledge.articles):
        here = ("knowledge", "articles", number)
        if article.id in seen:
            yield Misfit((*here, "id"), f"there is an article {article.id} already; give this one another id")
        seen.add(article.id)
        if today and not article.valid(today):
            what = f"{article.id} is no answer since {article.valid_until}; renew it or take it out"
            yield Misfit((*here, "valid_until"), what, may_stand=True)


def care_misfits(care: Care, today: date | None) -> Iterator[Misfit]:
    """Everything of bulletins and greetings that does not fit. A greeting without a day left is to be looked at."""
    for path, _, name in references(care):
        if name not in care.themes:
            known = ", ".join(sorted(care.themes)) or "none"
            what = f"{name!r} is not defined in themes; define it there or use one of: {known}"
            yield Misfit(("care", *path), what)
    yield from in_their_script("care", care)
    if care.hours.after >= care.hours.until:
        yield Misfit(("care", "hours"), "`after` has to be before `until`; bulletins would never go out")
    for part in ("greetings", "recognition"):
        for name in twice(one.id for one in getattr(care, part)):
            yield Misfit(("care", part), f"{name} is there twice; give each its own id")
    for number, greeting in enumerate(care.greetings):
        here = ("care", "greetings", number)
        if not greeting.dates:
            yield Misfit(here, f"{greeting.id} has no day; give it `dates`, or the `feast` that it is")
        elif today and max(greeting.dates) < today:
            what = f"{greeting.id} has no day after {max(greeting.dates)}; add the years to come"
            yield Misfit(here, what, may_stand=True)
