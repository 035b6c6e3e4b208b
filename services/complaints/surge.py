"""A surge: so many complaints within a span that the contingency playbook starts. Pure."""

from datetime import datetime
from typing import ClassVar

from shared.aggregate import Aggregate
from shared.packs.procedures import Surge
from shared.worktime import Calendar, Span, due


class Count(Aggregate):
    """The latest complaints of one kind, one department, or all together: no more of them than make a surge."""

    KIND: ClassVar[str] = "SURGE"

    latest: tuple[datetime, ...] = ()
    noticed: datetime | None = None


def counted(count: Count, rules: Surge, calendar: Calendar, at: datetime) -> tuple[Count, bool]:
    """With one complaint more, and whether that makes a surge nobody was told of in this span."""
    latest = tuple(sorted((*count.latest, at)))[-rules.complaints :]
    span = Span.parse(rules.within)
    surging = len(latest) == rules.complaints and latest[-1] <= due(calendar, latest[0], span)
    news = surging and (count.noticed is None or at > due(calendar, count.noticed, span))
    return count.model_copy(update={"latest": latest, "noticed": at if news else count.noticed}), news
