"""Whether every penalty of a pack can apply, and every exemption frees somebody."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.packs.fit_complaints import contradiction
from infra.packs.misfit import Misfit, twice
from infra.packs.source import Path_
from shared.packs.complaints import Complaints
from shared.packs.ledger import Exemption, Ledger, Nth, Penalty


@dataclass(frozen=True)
class Book:
    """The ledger, looked at for penalties and exemptions that can never apply."""

    complaints: Complaints
    ledger: Ledger
    here: Path_ = field(default=("complaints", "ledger"))

    def misfits(self) -> Iterator[Misfit]:
        penalties, exemptions = self.ledger.penalties, self.ledger.exemptions
        for name in twice([*(one.id for one in penalties), *(one.id for one in exemptions)]):
            yield Misfit(self.here, f"{name} names two things; the ledger keeps the name, so give each its own")
        if len(currencies := {one.amount.currency for one in penalties}) > 1:
            yield Misfit(self.here, f"a ledger is in one currency; here are {', '.join(sorted(currencies))}")
        for number, penalty in enumerate(penalties):
            if why := self._never(penalty) or self._always_exempt(penalty):
                yield Misfit((*self.here, "penalties", number), f"{penalty.id} can never apply: {why}")
        for number, exemption in enumerate(exemptions):
            if why := self._never(exemption) or self._never_frees(exemption):
                yield Misfit((*self.here, "exemptions", number), f"{exemption.id} can never apply: {why}")

    def _never(self, entry: Penalty | Exemption) -> str | None:
        if entry.nth and entry.nth.max is not None and entry.nth.max < entry.nth.min:
            return f"no complaint is at least number {entry.nth.min} and at most number {entry.nth.max}"
        return contradiction(self.complaints, entry)

    def _always_exempt(self, penalty: Penalty) -> str | None:
        for exemption in self.ledger.exemptions:
            if (
                penalty.id in exemption.penalties
                and exemption.frees == penalty.department
                and exemption.instead is None
                and set(exemption.when) <= set(penalty.when)
                and set(exemption.unless) <= set(penalty.unless)
                and set(exemption.kinds) <= set(penalty.kinds)
                and set(exemption.except_kinds) <= set(penalty.except_kinds)
                and exemption.grade in (None, penalty.grade)
                and _covers(exemption.nth, penalty.nth)
            ):
                return f"the exemption {exemption.id} frees {penalty.department} every time"
        return None

    def _never_frees(self, exemption: Exemption) -> str | None:
        named = [one for one in self.ledger.penalties if one.id in exemption.penalties]
        if named and all(one.department != exemption.frees for one in named):
            return f"none of its penalties is {exemption.frees}'s"
        if named and all(
            not _meet(exemption.nth, one.nth)
            or set(exemption.when) & set(one.unless)
            or set(exemption.unless) & set(one.when)
            for one in named
        ):
            return "when it holds, none of its penalties does"
        return None


def _covers(wide: Nth | None, narrow: Nth | None) -> bool:
    wide, narrow = wide or Nth(), narrow or Nth()
    if wide.since != narrow.since and wide != Nth():
        return False
    return wide.min <= narrow.min and (wide.max is None or (narrow.max is not None and narrow.max <= wide.max))


def _meet(one: Nth | None, other: Nth | None) -> bool:
    one, other = one or Nth(), other or Nth()
    if one.since != other.since:
        return True  # they count different things
    return (one.max is None or other.min <= one.max) and (other.max is None or one.min <= other.max)
