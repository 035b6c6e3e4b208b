"""Cases out of the desk, page by page, as JSON Lines or as a CSV that no spreadsheet takes for formulas."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from transfer.bring import Desk

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "number", "reported", "state", "kind", "category", "urgent", "channel", "language", "dispositions", "pack",
    "promises",
)  # fmt: skip
PERSONAL = ("description", "address", "lat", "long", "happened_at", "name", "email", "phone")


def cases(desk: Desk, token: Callable[[], str], *, personal: bool) -> Iterator[dict[str, Any]]:
    """Every case, in no order. Raises `DeskError`. `token` gives a fresh one: a long export outlives its first."""
    asked = "personal=true" if personal else ""
    while True:
        page = desk.ask("GET", f"/staff/v1/exports/cases?{asked}".rstrip("?"), bearer=token()).need(200)
        yield from page["cases"]
        if not page["next"]:
            return
        asked = "&".join(filter(None, ("personal=true" if personal else "", f"after={quote(page['next'])}")))


def write(found: Iterator[dict[str, Any]], target: Path, advance: Callable[[int], None], *, personal: bool) -> int:
    """Write cases as the file's name says, `.csv` or `.jsonl`; how many there were. Whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8", newline="") as lines:
        write_one = _csv(lines, personal=personal) if target.suffix == ".csv" else _json_lines(lines)
        count = 0
        for count, case in enumerate(found, 1):
            write_one(case)
            advance(count)
    part.replace(target)
    return count


def _json_lines(lines: TextIO) -> Callable[[dict[str, Any]], None]:
    return lambda case: print(json.dumps(case, ensure_ascii=False), file=lines)


def _csv(lines: TextIO, *, personal: bool) -> Callable[[dict[str, Any]], None]:
    columns = (*COLUMNS, *PERSONAL) if personal else COLUMNS
    writer = csv.writer(lines)
    writer.writerow(columns)
    return lambda case: writer.writerow([cell(case.get(column)) for column in columns])


def cell(value: Any) -> str:
    """A value as a cell. What a spreadsheet would take for a formula gets a quote in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = " ".join(map(str, value))
    text = str(value)
    harmless = isinstance(value, int | float)
    return f"'{text}" if text.startswith(_DANGEROUS) and not harmless else text
