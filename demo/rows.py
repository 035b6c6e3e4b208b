"""A city's row as the report that its person would have made: same words, same place, same time.

Pure: the same row gives the same report with the same key, so bringing it again makes no second case.
"""

import csv
import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

DATA = Path(__file__).parent / "data"
ELSEWHERE = "X9"
"""The category of a kind that `categories.csv` does not know."""

LANGUAGES = ("en", "en", "ar", "zh")
"""Drawn from; every second person writes English."""

_BOSTON, _SAN_DIEGO = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")

Row = dict[str, str]


@dataclass(frozen=True)
class Report:
    """What goes to `POST /v1/cases`: the body, and the key that makes it count once."""

    key: str
    kind: str
    body: dict[str, Any]

    @property
    def reached_at(self) -> str:
        """Where this person, and nobody else in the demonstration, gets messages."""
        contact = self.body["contact"]
        return str(contact["email"] if contact["preferred"] == "email" else contact["phone"])


@dataclass(frozen=True)
class Said:
    """What a row says, whichever city it is from."""

    identity: str
    kind: str
    happened: datetime
    place: dict[str, Any]
    channel: str
    words: dict[str, str]


CHANNELS = {
    "Constituent Call": "phone",
    "Citizens Connect App": "open311",
    "City Worker App": "open311",
    "Self Service": "web",
    "Employee Generated": "counter",
    "Twitter": "community",
}
"""Where Boston's requests came in, in the desk's words."""


def boston(row: Row) -> Said:
    """A request to Boston's 311 service."""
    return Said(
        row["case_enquiry_id"],
        row["type"],
        boston_time(row["open_dt"]),
        {"address": row["location"], "lat": float(row["latitude"]), "long": float(row["longitude"])},
        CHANNELS[row["source"]],
        {"kind": " ".join(row["type"].split()), "reason": row["reason"]},
    )


def boston_time(text: str) -> datetime:
    """The instant of a time in Boston's file, whose local times are shifted by the UTC offset once too often."""
    too_early = datetime.fromisoformat(text).replace(tzinfo=_BOSTON)
    return too_early.astimezone(UTC).replace(tzinfo=_BOSTON)


def san_diego(row: Row) -> Said:
    """A call to San Diego's police."""
    kind = _meanings("san-diego-call-types", "call_type").get(row["call_type"], row["call_type"])
    outcome = _meanings("san-diego-dispositions", "dispo_code").get(row["disposition"], "not recorded")
    return Said(
        row["incident_num"],
        row["call_type"],
        datetime.fromisoformat(row["date_time"]).replace(tzinfo=_SAN_DIEGO),
        {"address": san_diego_place(row)},
        "phone",
        {
            "kind": kind.strip().capitalize(),
            "beat": row["beat"],
            "priority": row["priority"],
            "outcome": outcome.lower(),
        },
    )


def san_diego_place(row: Row) -> str:
    """A block, or a street and the one that crosses it."""
    street = _street(row, "primary")
    crossing = _street(row, "intersecting")
    if crossing:
        return f"{street} & {crossing}, San Diego CA"
    return f"{row['address_number_primary']} block of {street}, San Diego CA"


def _street(row: Row, which: str) -> str:
    parts = (row[f"address_{part}_{which}"].strip() for part in ("dir", "road", "sfx"))
    return " ".join(part.lstrip("0").lower() if part[0].isdigit() else part.title() for part in parts if part)


SOURCES: dict[str, tuple[str, Callable[[Row], Said]]] = {
    "boston-311": ("boston-311.csv", boston),
    "san-diego-police": ("san-diego-police-calls.csv", san_diego),
}
"""The two cities: their file, and what a row of it says."""


def reports(at_most: int | None = None) -> list[Report]:
    """The shipped rows as reports, the cities by turns."""
    said = ([(source, read(row)) for row in table(file)] for source, (file, read) in SOURCES.items())
    by_turns = [pair for pair in chain.from_iterable(zip_longest(*said)) if pair]
    return [report(source, told, place) for place, (source, told) in enumerate(by_turns)][:at_most]


def report(source: str, said: Said, place: int) -> Report:
    """The report of whoever is number `place`; fiction ends at 1,000 telephone numbers."""
    drawn = int.from_bytes(hashlib.sha256(f"{source} {said.identity}".encode()).digest()[:4])
    language = LANGUAGES[drawn % len(LANGUAGES)]
    names = wording()["names"][language]
    category, facts = triaged(source, said.kind)
    return Report(
        f"{source}-{said.identity}",
        said.words["kind"],
        {
            "category": category,
            "description": wording()[source][language].format(place=said.place["address"], **said.words),
            "facts": dict.fromkeys(facts, True),
            "place": said.place,
            "happened_at": said.happened.isoformat(),
            "contact": {
                "name": names[drawn // 4 % len(names)],
                "email": f"{source}-{said.identity}@example.org".lower(),
                # Ofcom keeps 07700 900000 to 900999 for drama; nobody has these numbers.
                "phone": f"+447700900{place:03}",
                "preferred": "email" if drawn // 16 % 2 else "sms",
            },
            "language": language,
            "channel": said.channel,
        },
    )


def triaged(source: str, kind: str) -> tuple[str, tuple[str, ...]]:
    """The desk's category for a city's kind, and the facts that the kind itself states. Every kind has one."""
    return _categories().get((source, kind), (ELSEWHERE, ()))


def kinds(source: str) -> list[str]:
    """The kinds of one city that citizens bring and that `categories.csv` gives a category."""
    return [kind for where, kind in _categories() if where == source]


@cache
def _categories() -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    return {
        (row["source"], row["kind"]): (row["category"], tuple(row["facts"].split()))
        for row in table("categories.csv")
    }


@cache
def _meanings(name: str, code: str) -> dict[str, str]:
    return {row[code]: row["description"] for row in table(f"{name}.csv")}


@cache
def wording() -> dict[str, dict[str, Any]]:
    return tomllib.loads((DATA / "wording.toml").read_text(encoding="utf-8"))


def table(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
