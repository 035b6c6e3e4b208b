"""A matter: what several complaints are about, and which of them is the second. Pure.

Complaints are told apart by what the pack says they have in common (customer, case, site, kind). Here these are
keyed hashes only: whoever reads the table can't tell which customer or site it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from pydantic import BaseModel, ConfigDict

from shared.packs.complaints import SecondComplaint
from shared.worktime import Calendar, Span, due

KEPT = 20
"""So many of the latest complaints are kept with a matter."""


class Entry(BaseModel):
    """One complaint about the matter. `closed` is when it was closed, if it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    complaint: str
    number: int
    accepted: datetime
    closed: datetime | None = None


class Matter(BaseModel):
    """The complaints about one matter, in the order in which they came."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    version: int = 0
    entries: tuple[Entry, ...] = ()

    def joined(self, entry: Entry) -> "Matter":
        """With one more, or the same one again as it is now, each where it belongs by when it came."""
        earlier = self.before(entry.complaint, entry.accepted)
        later = tuple(one for one in self.entries if one not in earlier and one.complaint != entry.complaint)
        return Matter(version=self.version + 1, entries=(*earlier, entry, *later)[-KEPT:])

    def without(self, complaint: str) -> "Matter":
        """Without one that turned out to be about something else."""
        others = tuple(one for one in self.entries if one.complaint != complaint)
        return Matter(version=self.version + 1, entries=others)

    def before(self, complaint: str, accepted: datetime) -> tuple[Entry, ...]:
        """Those that came before this one."""
        place = next((place for place, one in enumerate(self.entries) if one.complaint == complaint), None)
        if place is not None:
            return self.entries[:place]
        return tuple(one for one in self.entries if one.accepted <= accepted)

    def number_since(self, start: datetime, complaint: str, accepted: datetime) -> int:
        """Which one it is of those that came since then."""
        return 1 + sum(one.accepted >= start for one in self.before(complaint, accepted))

    def closed(self, complaint: str, at: datetime) -> "Matter":
        ended = tuple(
            one.model_copy(update={"closed": at}) if one.complaint == complaint else one for one in self.entries
        )
        return Matter(version=self.version + 1, entries=ended)


@dataclass(frozen=True)
class Place:
    """Which complaint about its matter one is, and those before it."""

    number: int = 1
    earlier: tuple[str, ...] = ()


def common(rules: SecondComplaint, marks: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """What this complaint has in common with others about its matter, in every way in which it is known.

    A customer may be known by telephone and by mail. Nothing when something that counts is not known at all.
    """
    return tuple(product(*(marks.get(one, ()) for one in rules.same)))


def place(
    rules: SecondComplaint,
    matter: Matter,
    complaint: str,
    calendar: Calendar,
    now: datetime,
    milestone: Callable[[str], datetime | None],
) -> Place:
    """Which one about its matter a complaint is that comes `now`. One still open is always the same matter's."""
    span = Span.parse(rules.within)

    def since(entry: Entry) -> datetime | None:
        if rules.since == "accepted":
            return entry.accepted
        if rules.since == "closed":
            return entry.closed
        return milestone(rules.since)

    def counts(entry: Entry) -> bool:
        start = since(entry)
        return start is None or now <= due(calendar, start, span)

    earlier = [one for one in matter.before(complaint, now) if counts(one)]
    if not earlier:
        return Place()
    return Place(max(one.number for one in earlier) + 1, tuple(one.complaint for one in earlier))
