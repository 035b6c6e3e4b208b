"""Counts the dates of open promises anew, after a pack or its calendar changed: shows what would move, or moves it.

    make recalculate PORT=8311                                       what would move, from when to when
    make recalculate PORT=8311 APPLY=1 REASON="31 December is off"   move it; whoever is affected is told why

Against a deployed desk: `AHD_TOKEN=… python -m infra.recalculate --url https://desk.example`, with the access token
of a supervisor or duty leader. Broken off, run it again: what moved stays moved, and the rest moves.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

KINDS = ("complaints", "cases")
_WALKS = 5
"""After so many walks in which something still moved, somebody else is changing dates at the same time."""

Ask = Callable[[str, str, Any], tuple[int, Any]]
"""Sends method, path and body with a token; gives the status and what came back."""


class Refused(RuntimeError):
    """The desk did not do it; the message says why."""


@dataclass
class Found:
    """What became of the promises of one kind."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    rules: str = ""
    met: int = 0


def pages(ask: Ask, kind: str, body: Any = None) -> Iterator[dict[str, Any]]:
    """One walk, page by page. With a body it is carried out. Raises `Refused`."""
    mark, path = "", f"/staff/v1/{kind}/recalculation"
    while True:
        status, page = ask("POST" if body else "GET", f"{path}?after={mark}" if mark else path, body)
        if status != httpx.codes.OK:
            raise Refused(f"{path} answered {status}: {json.dumps(page, ensure_ascii=False)}")
        yield page
        mark = page["next"]
        if mark is None:
            return


def look(ask: Ask, kind: str, tell: Callable[[float, int], None]) -> Found:
    """What would move, each promise once; `tell` hears of the share that is done, and of how many were met."""
    found = Found()
    for page in pages(ask, kind):
        found.rules = page["rules"]
        found.rows += [row for row in page["rows"] if row not in found.rows]
        found.met += page["met"]
        tell(page["done"], found.met)
    return found


def carry_out(ask: Ask, kind: str, rules: str, reason: str, tell: Callable[[int], None]) -> Found:
    """Walk until nothing moves any more: what changed under a walk may have been missed by it. Raises `Refused`."""
    found = Found(rules=rules)
    for walk in range(_WALKS):
        moved = False
        for page in pages(ask, kind, {"rules": rules, "reason": reason}):
            moved = moved or any(row["outcome"] != "left" for row in page["rows"])
            found.rows += [row for row in page["rows"] if walk == 0 or row["outcome"] != "left"]
            if walk == 0:
                found.met += page["met"]
                tell(found.met)
        if not moved:
            return found
    raise Refused(f"dates still moved in walk {_WALKS}: is another recalculation under way? Run it again.")


def table(rows: list[dict[str, Any]], zone: ZoneInfo) -> Table:
    """What moves, for a person."""

    def when(at: str | None) -> str:
        return f"{datetime.fromisoformat(at).astimezone(zone):%a %d %b %Y %H:%M}" if at else ""

    drawn = Table("number", "promise", "from", "to", "", title=f"times in {zone.key}")
    for row in sorted(rows, key=lambda row: (row["to"] or "", row["number"])):
        promise = f"{row['promise'] or ''}{' (gone up)' if row['rung'] else ''}"
        drawn.add_row(row["number"], promise, when(row["from"]), when(row["to"]), _SAID[row["outcome"]])
    return drawn


_SAID = {"moved": "moves", "left": "stays: the new date has passed", "contended": "busy: run it again"}


def run(ask: Ask, console: Console, *, reason: str = "", as_json: bool = False, zone: str = "UTC") -> int:
    """Preview; then, when there is a reason, carry out. Answers how many promises move or moved."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn())
    moving: dict[str, list[dict[str, Any]]] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        for kind in KINDS:
            looking = bars.add_task(f"{kind}: looking", total=None)

            def looked(done: float, met: int, task: Any = looking) -> None:
                bars.update(task, completed=met, total=round(met / done) if done else None)

            found = look(ask, kind, looked)
            if reason:
                applying = bars.add_task(f"{kind}: moving", total=found.met)

                def applied(met: int, task: Any = applying) -> None:
                    bars.update(task, completed=met)

                found = carry_out(ask, kind, found.rules, reason, applied)
            moving[kind] = found.rows
    count = sum(_moving(rows) for rows in moving.values())
    if as_json:
        console.print_json(json.dumps(moving))
        return count
    for kind, rows in moving.items():
        if rows:
            console.print(table(rows, ZoneInfo(zone)))
        console.print(f"{kind}: {_summary(rows, moved=bool(reason))}")
    return count


def _moving(rows: list[dict[str, Any]]) -> int:
    return len([row for row in rows if row["outcome"] == "moved"])


def _summary(rows: list[dict[str, Any]], *, moved: bool) -> str:
    count = _moving(rows)
    if not count:
        return "nothing moves"
    return (
        f"{count} moved" if moved else f'{count} would move; to move them: APPLY=1 REASON="why, as customers read it"'
    )


def asking(url: str, token: str) -> Ask:
    """Over HTTP."""
    http = httpx.Client(base_url=url, timeout=60, trust_env=False, headers={"authorization": f"Bearer {token}"})

    def ask(method: str, path: str, body: Any) -> tuple[int, Any]:
        answer = http.request(method, path, json=body) if body is not None else http.request(method, path)
        return answer.status_code, answer.json()

    return ask


def main() -> int:
    parser = argparse.ArgumentParser(description="Counts the dates of open promises anew.")
    parser.add_argument("--port", type=int, default=8311, help="of the desk on this machine")
    parser.add_argument("--url", help="of a deployed desk; the access token is read from AHD_TOKEN")
    parser.add_argument("--apply", action="store_true", help="move what moves")
    parser.add_argument("--reason", default="", help="why, as customers read it")
    parser.add_argument("--json", action="store_true", help="instead of a table")
    parser.add_argument("--zone", default="UTC", help="in which times are shown, such as Asia/Dubai")
    given = parser.parse_args()
    if given.apply and not given.reason.strip():
        parser.error('say why: REASON="…". It is kept, and told to every customer whose date moves')
    url = given.url or f"http://127.0.0.1:{given.port}"
    errors = Console(stderr=True)
    try:
        token = os.environ.get("AHD_TOKEN") if given.url else _local_token(url)
        if not token:
            parser.error("set AHD_TOKEN to the access token of a supervisor or duty leader")
        reason = given.reason.strip() if given.apply else ""
        run(asking(url, token), Console(), reason=reason, as_json=given.json, zone=given.zone)
    except Refused as error:
        errors.print(str(error), markup=False)
        return 1
    except httpx.TransportError as error:
        errors.print(f"{url} does not answer ({error!r}). Is the desk up? `make up` brings it up.", markup=False)
        return 1
    return 0


def _local_token(url: str) -> str:
    """What the desk on this machine lends to whoever tries it out."""
    return str(httpx.get(f"{url}/_desk/tokens.json", timeout=30, trust_env=False).json()["supervisor"])


if __name__ == "__main__":
    sys.exit(main())
