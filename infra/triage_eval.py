"""How often what is proposed is right: `python -m infra.triage_eval [--pack police] FILE.csv`, or `--phrases`.

FILE has the columns id, lang, code, text. For each language: how many texts, how often the right category comes
first, how often it is among the first three, and what is confused most. A row that can't be used is named with its
line. `--phrases` asks instead how well a tenth of the pack's own phrases is recognised from the other nine: each
phrase is left out of what it is recognised by.
"""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.packs import PACKS, BadPack, compiled
from infra.packs.phrases import FOLDER
from infra.packs.source import Source
from services.intake.proposing import Proposer, counted, words
from shared.packs import LANGUAGES, Pack
from shared.packs.phrases import Phrases, Said

COLUMNS = ("id", "lang", "code", "text")
FIRST, SHORTLIST, MOST_CONFUSED, TENTHS = 1, 3, 8, 10
LISTING = 3
"""A line with so many commas lists words: it is no phrase that somebody says."""


@dataclass(frozen=True)
class Row:
    """A text that is labelled with its category."""

    id: str
    language: str
    code: str
    text: str


@dataclass
class Tally:
    """How one language fared."""

    rows: int = 0
    first: int = 0
    shortlisted: int = 0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The right category and the one that was put first, where the right one was not among the first three."""
    missed: list[tuple[Row, tuple[str, ...]]] = field(default_factory=list)

    def count(self, row: Row, proposed: tuple[str, ...]) -> None:
        self.rows += 1
        self.first += proposed[:FIRST] == (row.code,)
        if row.code in proposed:
            self.shortlisted += 1
        else:
            self.confused[row.code, proposed[0] if proposed else "nothing"] += 1
            self.missed.append((row, proposed))


class NoTable(Exception):
    """A file that is no table of labelled texts; says what to do."""


def read(file: Path, pack: Pack) -> tuple[list[Row], list[str]]:
    """The rows that can be used, and what is wrong with the others. Raises `NoTable`."""
    codes = {category.code for category in pack.categories}
    rows, wrong = [], []
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise NoTable(f"{file} has no columns {', '.join(COLUMNS)}")
            for row in reader:
                values = {column: (row[column] or "").strip() for column in COLUMNS}
                found = Row(values["id"], values["lang"].lower(), values["code"].upper(), values["text"])
                if found.language not in LANGUAGES:
                    wrong.append(f"line {reader.line_num}: {found.language!r} is none of {', '.join(LANGUAGES)}")
                elif found.code not in codes:
                    wrong.append(f"line {reader.line_num}: there is no category {found.code!r} in {pack.name}")
                elif not found.text:
                    wrong.append(f"line {reader.line_num}: there is no text")
                else:
                    rows.append(found)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NoTable(f"{file} can't be read as a table in UTF-8: {error}") from None
    return rows, wrong


def evaluate(phrases: Phrases, rows: Sequence[Row]) -> dict[str, Tally]:
    """The tally of each language that there are rows in."""
    tallies: dict[str, Tally] = {}
    for language in LANGUAGES:
        those = [row for row in rows if row.language == language]
        if those:
            proposer, tally = Proposer(phrases.of(language), language), Tally()
            for row in those:
                tally.count(row, tuple(code for code, _ in proposer.propose(row.text, SHORTLIST)))
            tallies[language] = tally
    return tallies


def left_out(folder: Path, pack: Pack) -> dict[str, Tally]:
    """The pack's own utterances, each recognised without the tenth of them that it belongs to.

    Lists of words belong to what is known and are not asked about.
    """
    tallies: dict[str, Tally] = {}
    for file in sorted((folder / FOLDER).glob("*.yaml")):
        language, tally = file.stem, Tally()
        lines = [
            (code, line)
            for code, text in Source.of(file).data.items()
            if pack.category(code)
            for line in text.splitlines()
        ]
        asked = [(at, one) for at, one in enumerate(lines) if sum(map(one[1].count, ",،、")) < LISTING]
        for tenth in range(TENTHS):
            out = {at for number, (at, _) in enumerate(asked) if number % TENTHS == tenth}
            documents: defaultdict[str, list[str]] = defaultdict(list)
            for at, (code, line) in enumerate(lines):
                if at not in out:
                    documents[code] += words(line, language)
            said = Said(categories={code: counted(document) for code, document in documents.items()}, facts={})
            proposer = Proposer(said, language)
            for at in sorted(out):
                code, line = lines[at]
                found = tuple(one for one, _ in proposer.propose(line, SHORTLIST))
                tally.count(Row(str(at), language, code, line), found)
        tallies[language] = tally
    return tallies


def told(tallies: dict[str, Tally]) -> Iterator[str]:
    """The figures, as lines to print."""
    yield f"{'':4}{'n':>6}{'top-1':>9}{'top-3':>9}"
    for language, tally in tallies.items():
        yield f"{language:4}{tally.rows:6}{tally.first / tally.rows:9.1%}{tally.shortlisted / tally.rows:9.1%}"
    for language, tally in tallies.items():
        worst = ", ".join(
            f"{right} taken for {other} ({times})"
            for (right, other), times in sorted(tally.confused.items(), key=lambda one: (-one[1], one[0]))[
                :MOST_CONFUSED
            ]
        )
        yield f"{language}  missed most: {worst or 'nothing'}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when there is nothing to give figures of."""
    parser = argparse.ArgumentParser(description="How often the proposed categories are right.")
    parser.add_argument("file", type=Path, nargs="?", help="a CSV with the columns id, lang, code, text")
    parser.add_argument("--pack", type=Path, default=PACKS / "police", help="the folder of the pack")
    parser.add_argument("--phrases", action="store_true", help="the pack's own phrases, each left out in its turn")
    parser.add_argument("--missed", action="store_true", help="print every text that was missed")
    chosen = parser.parse_args(arguments)
    try:
        whole = compiled(chosen.pack)
        rows, wrong = read(chosen.file, whole.pack) if chosen.file else ([], [])
    except (NoTable, BadPack) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for one in wrong:
        sys.stdout.write(f"{one}\n")
    tallies = left_out(chosen.pack, whole.pack) if chosen.phrases else evaluate(whole.phrases, rows)
    for line in told(tallies):
        sys.stdout.write(f"{line}\n")
    if chosen.missed:
        for tally in tallies.values():
            for row, proposed in tally.missed:
                sys.stdout.write(f"{row.id} {row.code} not in {' '.join(proposed) or 'nothing'}: {row.text}\n")
    return int(not tallies)


if __name__ == "__main__":
    sys.exit(main())
