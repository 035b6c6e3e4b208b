"""The page of threats names tests that there are: a threat whose test was renamed or dropped is noticed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what could happen")]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)))


def test_there_are_threats_and_each_says_what_holds_it():
    assert len(ROWS) > 25
    for row in ROWS:
        _, what, answer, held, _ = row.split("|")
        assert what.strip()
        assert answer.strip()
        assert "::test_" in held or held.strip() == "the same", row


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_test_it_names_exists(file, test):
    assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"
