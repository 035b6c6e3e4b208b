"""Rows of a file into the desk: each once however often it is run, each that can't be with its line and why."""

import csv
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from transfer.desk import Answer, DeskError, several
from transfer.mapping import BadRow, Columns, Mapped

_CREATED = 201
_REFUSED = frozenset({400, 404, 409, 413, 422})


class Desk(Protocol):
    """What bringing rows needs of a desk."""

    def ask(
        self, method: str, path: str, body: Any = None, *, bearer: str | None = None, key: str | None = None
    ) -> Answer:
        """Send a request. With a `key` it may safely be sent again."""


@dataclass(frozen=True)
class Bad:
    """A row that was left out."""

    line: int
    reason: str
    row: dict[str, str]


@dataclass
class Brought:
    """What became of a file."""

    rows: int = 0
    numbers: dict[str, str] = field(default_factory=dict)
    """The case of each id."""
    bad: list[Bad] = field(default_factory=list)

    def __str__(self) -> str:
        cases = len(set(self.numbers.values()))
        return f"{self.rows} rows: {len(self.numbers)} are on the desk as {cases} cases, {len(self.bad)} left out"


@dataclass(frozen=True)
class _Line:
    number: int
    row: dict[str, str]
    mapped: Mapped | BadRow


def bring(
    desk: Desk,
    file: Path,
    columns: Columns,
    secret: bytes,
    advance: Callable[[int], None],
    *,
    contacts: bool = False,
) -> Brought:
    """Report every row that can be. Raises `BadMapping`, and `DeskError` when the desk fails: then run it again."""
    brought = Brought()

    def ask(line: _Line) -> Answer | None:
        if isinstance(line.mapped, BadRow):
            return None
        return desk.ask("POST", "/v1/cases", line.mapped.body, key=columns.key(secret, line.mapped.identity))

    for line, answer in several(ask, _lines(file, columns, contacts=contacts)):
        brought.rows += 1
        advance(brought.rows)
        if isinstance(line.mapped, BadRow):
            brought.bad.append(Bad(line.number, str(line.mapped), line.row))
        elif answer is not None and answer.status == _CREATED:
            brought.numbers[line.mapped.identity] = answer.body["number"]
        elif answer is not None and answer.status in _REFUSED:
            brought.bad.append(Bad(line.number, _why(answer), line.row))
        else:
            raise DeskError(f"Line {line.number}: the desk answered {answer and answer.status}. Run it again later.")
    return brought


def _lines(file: Path, columns: Columns, *, contacts: bool) -> Iterator[_Line]:
    seen: dict[str, int] = {}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened, restval="")
        try:
            for row in reader:
                cells = {name: value for name, value in row.items() if isinstance(name, str)}
                yield _Line(
                    reader.line_num, cells, _mapped(columns, row, cells, seen, reader.line_num, contacts=contacts)
                )
        except (csv.Error, UnicodeDecodeError) as error:
            raise DeskError(f"{file} can't be read on from line {reader.line_num}: {error}") from None


def _mapped(
    columns: Columns,
    row: dict[Any, Any],
    cells: dict[str, str],
    seen: dict[str, int],
    line: int,
    *,
    contacts: bool,
) -> Mapped | BadRow:
    if None in row:
        return BadRow("it has more cells than the first line has columns")
    try:
        mapped = columns.report(cells, contacts=contacts)
    except BadRow as bad:
        return bad
    first = seen.setdefault(mapped.identity, line)
    return mapped if first == line else BadRow(f"its id is that of line {first}")


def _why(answer: Answer) -> str:
    body = answer.body if isinstance(answer.body, dict) else {}
    faults = "; ".join(f"{fault['pointer']}: {fault['message']}" for fault in body.get("faults", []))
    return faults or str(body.get("title", answer.status))


def secret_in(file: Path) -> bytes:
    """The secret that keys are made with; made when there is none yet. With another one every row is new."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32), encoding="ascii")
    return file.read_text(encoding="ascii").strip().encode()


def write_bad(bad: list[Bad], file: Path) -> None:
    """What was left out, with line and reason, as a file to mend and bring again."""
    names = list(dict.fromkeys(name for one in bad for name in one.row))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["line", "reason", *names])
        writer.writerows([one.line, one.reason, *(one.row.get(name, "") for name in names)] for one in bad)
