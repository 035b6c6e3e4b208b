r"""Choose the rows that ship in `demo/data` from the cities' full files, the same ones every time.

    python -m demo.choose boston-311.csv san-diego-police-calls.csv \
        san-diego-call-types.csv san-diego-dispositions.csv

Every kind of request in `categories.csv` takes its turn until there are enough, so rare kinds are there too. What
could point at a household is made coarser, as San Diego itself does it: house numbers become blocks, positions
lose all but three decimals, and the free-text title goes.
"""

import csv
import hashlib
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from pathlib import Path

from demo.rows import DATA, kinds

ENOUGH = 200
BOSTON = (
    "case_enquiry_id", "open_dt", "subject", "reason", "type", "location", "neighborhood", "latitude", "longitude",
    "source",
)  # fmt: skip
_HOUSE = re.compile(r"(?P<number>\d+)\w?(-\d+\w?)?( 1/2)? (?P<street>.+)")

Row = dict[str, str]


def boston(rows: Iterable[Row]) -> Iterator[Row]:
    """Requests that say where, their place no finer than a block."""
    for row in rows:
        place = coarser(row["location"])
        if place and row["latitude"]:
            position = {axis: f"{float(row[axis]):.3f}" for axis in ("latitude", "longitude")}
            yield {**{column: row[column].strip() for column in BOSTON}, "location": place, **position}


def coarser(location: str) -> str | None:
    """A block for an address, an intersection as it is, None for anything else."""
    place = " ".join(location.split())
    if place.startswith("INTERSECTION of "):
        return place
    house = _HOUSE.fullmatch(place)
    return f"{int(house['number']) // 100 * 100} block of {house['street']}" if house else None


def san_diego(rows: Iterable[Row]) -> Iterator[Row]:
    """Calls that say where; the city publishes blocks."""
    return (row for row in rows if row["address_road_primary"])


def in_turn(rows: Iterable[Row], kind: str, identity: str, known: Iterable[str]) -> list[Row]:
    """`ENOUGH` rows, one of each known kind after the other, oldest first in the end."""
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_kind[row[kind]].append(row)
    turns = (sorted(by_kind[name], key=lambda row: _drawn(row[identity])) for name in sorted(known))
    chosen = islice((row for row in chain.from_iterable(zip_longest(*turns)) if row), ENOUGH)
    return sorted(chosen, key=lambda row: row[identity])


def _drawn(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: list[str]) -> int:
    requests, calls, call_types, dispositions = map(Path, arguments)
    _write(
        DATA / "boston-311.csv",
        in_turn(boston(_read(requests)), "type", "case_enquiry_id", kinds("boston-311")),
    )
    chosen = in_turn(san_diego(_read(calls)), "call_type", "incident_num", kinds("san-diego-police"))
    _write(DATA / "san-diego-police-calls.csv", chosen)
    for path, code, column in ((call_types, "call_type", "call_type"), (dispositions, "dispo_code", "disposition")):
        used = {row[column] for row in chosen}
        words = [{code: row[code], "description": row["description"]} for row in _read(path) if row[code] in used]
        _write(DATA / path.name, words)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
