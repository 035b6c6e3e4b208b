"""Bring reports to the desk, wait until each is acknowledged, then look whether every one has exactly one case, one
acknowledgement and one whole chain of events.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from demo.desk import Answer, Desk, DeskError
from demo.rows import Report, wording
from transfer.desk import several

STALLED_SECONDS = 300.0
"""So long without anything moving, and what is still awaited counts as lost. A message whose sending broke off (the
desk was killed, say) is tried again after three minutes.
"""

Advance = Callable[[int], None]
"""Told how many are done."""

Given = TypeVar("Given")
Got = TypeVar("Got")


class Patience:
    """Runs out when nothing has moved for `STALLED_SECONDS`."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self._until = time.monotonic() + STALLED_SECONDS

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._until


@dataclass(frozen=True)
class Case:
    """A report and the case the desk made of it."""

    report: Report
    number: str
    secret: str
    follow: str

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.number}"


@dataclass(frozen=True)
class Seen:
    """What can be seen of one case from outside."""

    case: Case
    reported: datetime
    is_the_report: bool
    """Whether the case says what was reported."""
    acknowledgements_noted: int
    chain_whole: bool
    acknowledgements_sent: tuple[str, ...] = ()
    """The numbers that the acknowledgements to this customer name."""

    @property
    def lost(self) -> bool:
        return not (self.is_the_report and self.acknowledgements_noted and self.acknowledgements_sent)

    @property
    def doubled(self) -> bool:
        return self.acknowledgements_noted > 1 or len(self.acknowledgements_sent) > 1


@dataclass(frozen=True)
class Outcome:
    """What became of all reports."""

    reports: int
    seen: tuple[Seen, ...]
    refused: tuple[tuple[Report, Answer], ...] = ()
    started: datetime | None = None
    _numbers: Counter[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_numbers", Counter(seen.case.number for seen in self.seen))

    @property
    def cases(self) -> int:
        return len(self._numbers)

    @property
    def acknowledgements(self) -> int:
        return sum(seen.acknowledgements_sent.count(seen.case.number) for seen in self.seen)

    @property
    def chains_whole(self) -> int:
        return sum(seen.chain_whole for seen in self.seen)

    @property
    def lost(self) -> int:
        return self.reports - sum(not seen.lost for seen in self.seen)

    @property
    def doubled(self) -> int:
        return sum(seen.doubled or self._numbers[seen.case.number] > 1 for seen in self.seen)

    @property
    def already_there(self) -> int:
        return sum(self.started is not None and seen.reported < self.started for seen in self.seen)

    @property
    def right(self) -> bool:
        """One case, one acknowledgement, one whole chain for each; nothing lost, nothing doubled."""
        everything = {self.cases, self.acknowledgements, self.chains_whole}
        return everything == {self.reports} and not (self.lost or self.doubled)

    def __str__(self) -> str:
        return (
            f"{self.reports} reports: {self.cases} cases, {self.acknowledgements} acknowledgements, "
            f"{self.chains_whole} chains whole, {self.lost} lost, {self.doubled} doubled"
        )


def bring(desk: Desk, reports: Iterable[Report], advance: Advance) -> tuple[list[Case], list[tuple[Report, Answer]]]:
    """Report everything; gives the cases, and what was refused with the answer."""
    cases, refused = [], []
    answers = _several(lambda report: desk.ask("POST", "/v1/cases", report.body, key=report.key), reports, advance)
    for report, answer in answers:
        if answer.status == HTTPStatus.CREATED:
            cases.append(Case(report, *(answer.body[part] for part in ("number", "secret", "follow"))))
        else:
            refused.append((report, answer))
    return cases, refused


def acknowledgements(outbox: Iterable[dict[str, Any]], cases: Iterable[Case]) -> dict[str, tuple[str, ...]]:
    """For each report's key, the numbers that acknowledgements to its customer name. A customer has one report."""
    waiting = {case.report.reached_at: case.report for case in cases}
    phrases = [phrase.partition("{number}")[::2] for phrase in wording()["acknowledged"].values()]
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for message in outbox:
        said = f"{message['subject']}\n{message['text']}"
        for report in (waiting[address] for address in message["to"] if address in waiting):
            number = next((named for phrase in phrases if (named := _between(said, *phrase))), None)
            if number:
                found[report.key] += (number,)
    return found


def _between(said: str, before: str, after: str) -> str | None:
    """The case number that stands between two texts."""
    start = said.lower().find(before)
    if start < 0:
        return None
    number = said[start + len(before) :].split(maxsplit=1)[0].strip(".")
    return number if after in said[start:] else None


def until_acknowledged(desk: Desk, cases: list[Case], advance: Advance) -> None:
    """Wait until the outbox holds an acknowledgement for every case, or nothing new comes any more."""
    done, patience = 0, Patience()
    while (now_done := len(acknowledgements(desk.outbox(), cases))) < len(cases) and not patience.is_over:
        if now_done > done:
            patience.renew()
        done = now_done
        advance(done)
        desk.pause()
    advance(now_done)


def look(desk: Desk, cases: list[Case], advance: Advance) -> list[Seen]:
    """Look at every case as its customer and as an auditor do, and at what was sent about it."""
    auditor, patience = desk.token("auditor"), Patience()
    seen = [found for _, found in _several(lambda case: _look(desk, case, auditor, patience), cases, advance)]
    sent = acknowledgements(desk.outbox(), cases)
    return [
        Seen(
            found.case,
            found.reported,
            found.is_the_report,
            found.acknowledgements_noted,
            found.chain_whole,
            sent.get(found.case.report.key, ()),
        )
        for found in seen
    ]


def _look(desk: Desk, case: Case, auditor: str, patience: Patience) -> Seen:
    view = timeline_with(desk, case, "AcknowledgementSent", patience)
    chain = desk.ask("GET", f"/staff/v1/cases/{case.number}/chain", bearer=auditor).need(200)
    whats = [line["what"] for line in view["timeline"]]
    return Seen(
        case,
        datetime.fromisoformat(view["reported"]),
        view["timeline"][0]["text"] == case.report.body["description"],
        whats.count("AcknowledgementSent"),
        chain["whole"] is True,
    )


def timeline_with(desk: Desk, case: Case, what: str, patience: Patience) -> dict[str, Any]:
    """The customer's view of a case once this has happened in it, or as it is when patience is over."""
    while True:
        view: dict[str, Any] = desk.ask("GET", case.path, bearer=case.secret).need(200)
        if any(line["what"] == what for line in view["timeline"]):
            patience.renew()
            return view
        if patience.is_over:
            return view
        desk.pause()


def speaks_our_categories(desk: Desk, reports: Iterable[Report]) -> None:
    """Raises `DeskError` when the desk runs a pack without the categories that the rows are mapped to."""
    known = {category["code"] for category in desk.ask("GET", "/v1/categories").need(200)["categories"]}
    missing = sorted({report.body["category"] for report in reports} - known)
    if missing:
        raise DeskError(
            f"This desk has no categories {', '.join(missing)}: the demonstration goes with the police pack."
            " Bring it up with that, or map the kinds anew in demo/data/categories.csv."
        )


def _several(ask: Callable[[Given], Got], given: Iterable[Given], advance: Advance) -> Iterator[tuple[Given, Got]]:
    """Ask for each, a few at a time, in order."""
    for done, pair in enumerate(several(ask, given), start=1):
        advance(done)
        yield pair
