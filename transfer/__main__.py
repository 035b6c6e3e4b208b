"""Cases in from a CSV file, and out into JSON Lines or CSV.

    python -m transfer import calls.csv --map calls.toml --port 8311
    python -m transfer export cases.csv --port 8311

On this machine the desk gives out staff tokens itself; elsewhere say --url and put a supervisor's or an auditor's
access token into AHD_TOKEN. Exit code 0 when every row is on the desk; 1 when some were left out or it failed.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from transfer import take
from transfer.bring import bring, secret_in, write_bad
from transfer.desk import DeskError, HttpDesk
from transfer.mapping import BadMapping, Columns

_TOKEN_SECONDS = 1_800.0
_SHOWN = 20


@contextmanager
def _progress(console: Console, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _import(desk: HttpDesk, asked: argparse.Namespace, console: Console) -> bool:
    columns = Columns.of(asked.map)
    with asked.file.open("rb") as lines:
        rows = max(0, sum(1 for _ in lines) - 1)
    began = time.monotonic()
    with _progress(console, "importing", rows) as advance:
        brought = bring(desk, asked.file, columns, secret_in(asked.secret), advance, contacts=asked.contacts)
    console.print(f"{brought} ({time.monotonic() - began:.1f} s).", highlight=False)
    for one in brought.bad[:_SHOWN]:
        console.print(f"line {one.line}: {one.reason}", style="red", markup=False, highlight=False)
    if brought.bad:
        rejects = asked.file.with_name(f"{asked.file.stem}.left-out.csv") if asked.rejects is None else asked.rejects
        write_bad(brought.bad, rejects)
        console.print(f"All {len(brought.bad)} with line and reason: {rejects}", highlight=False, soft_wrap=True)
    return not brought.bad


def _export(desk: HttpDesk, asked: argparse.Namespace, console: Console) -> bool:
    token = _tokens(desk, "supervisor" if asked.personal else "auditor")
    with _progress(console, "exporting", None) as advance:
        found = take.cases(desk, token, personal=asked.personal)
        count = take.write(found, asked.file, advance, personal=asked.personal)
    console.print(f"{count} cases in {asked.file}.", highlight=False, soft_wrap=True)
    return True


def _tokens(desk: HttpDesk, role: str) -> Callable[[], str]:
    given = os.environ.get("AHD_TOKEN")
    fresh: list[tuple[float, str]] = []

    def token() -> str:
        if given:
            return given
        if not fresh or time.monotonic() - fresh[-1][0] > _TOKEN_SECONDS:
            tokens = desk.ask("GET", "/_desk/tokens.json")
            if tokens.status != HTTPStatus.OK or not isinstance(tokens.body, dict):
                raise DeskError("This desk gives out no tokens: put a staff member's access token into AHD_TOKEN.")
            fresh.append((time.monotonic(), str(tokens.body[role])))
        return fresh[-1][1]

    return token


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="transfer", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8311, help="of a desk on this machine")
    parser.add_argument("--url", help="of a desk elsewhere")
    commands = parser.add_subparsers(dest="command", required=True)
    into = commands.add_parser("import", help="report each row of a CSV file, once")
    into.add_argument("file", type=Path)
    into.add_argument("--map", action="append", required=True, help="a TOML file, or field=template; may be repeated")
    into.add_argument("--secret", type=Path, default=Path("state/import.secret"), help="file that keys are made with")
    into.add_argument("--rejects", type=Path, help="where rows that were left out go")
    into.add_argument(
        "--contacts", action="store_true", help="bring names and addresses too: everybody gets an acknowledgement"
    )
    out = commands.add_parser("export", help="write all cases to a .jsonl or .csv file")
    out.add_argument("file", type=Path)
    out.add_argument("--personal", action="store_true", help="with what was said and by whom; supervisors only")
    asked = parser.parse_args(arguments)
    errors = Console(stderr=True)
    try:
        desk = HttpDesk(asked.url or f"http://127.0.0.1:{asked.port}")
        done = {"import": _import, "export": _export}[asked.command](desk, asked, Console())
    except (DeskError, BadMapping, OSError) as problem:
        errors.print(str(problem), style="bold", markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
