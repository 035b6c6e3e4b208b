"""Decisions have numbers of their own, and whoever names one names one that there is."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
NUMBERS = [path.name[:4] for path in DECISIONS]
READ = ("services", "shared", "infra", "tests", "benchmarks", "demo", "transfer", "docs", "packs")
NAMED = re.compile(r"\bADRs? (\d{4}(?:(?:,| and) \d{4})*)")


def texts():
    yield ROOT / "README.md"
    yield ROOT / "CHANGELOG.md"
    yield ROOT / "Makefile"
    yield ROOT / "pyproject.toml"
    for folder in READ:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".yaml", ".html"} and "node_modules" not in path.parts:
                yield path


def test_a_number_is_used_once():
    assert [number for number, times in Counter(NUMBERS).items() if times > 1] == []


def test_a_file_and_its_title_have_the_same_number():
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in DECISIONS}
    assert {name: title for name, title in titles.items() if not title.startswith(f"# {name[:4]} ")} == {}


def test_a_decision_that_is_named_is_there():
    named = {
        (path.relative_to(ROOT).as_posix(), number)
        for path in texts()
        for numbers in NAMED.findall(path.read_text(encoding="utf-8"))
        for number in re.findall(r"\d{4}", numbers)
    }
    assert {(path, number) for path, number in named if number not in NUMBERS} == set()
    assert len(named) > 10
