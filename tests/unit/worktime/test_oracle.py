"""What other libraries assert, a city's own targets, and the files that say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.worktime import boston, oracle

HERE = Path(__file__).parent
CASES = oracle.read(HERE / "worktime-oracle.json")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_it_agrees_with_what_other_libraries_assert(case):
    outcome = oracle.judge(case)
    assert outcome.got == outcome.expected


def test_all_cases_of_the_oracle_are_here():
    assert len(CASES) == 187


def test_the_oracle_command_ends_with_the_count_and_the_failing_ids(tmp_path, capsys):
    wrong = {**CASES[0], "id": "wrong-1", "expected_end": "1999-01-01T00:00:00Z"}
    unreadable = {**CASES[0], "id": "wrong-2", "calendar": {**CASES[0]["calendar"], "tz": "Mars/Olympus"}}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"about": "", "cases": [*CASES[:3], wrong, unreadable]}), encoding="utf-8")

    assert oracle.main([str(file)]) == 1

    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 2 failed: wrong-1 wrong-2"


def test_it_agrees_with_the_citys_own_targets_on_97_percent_of_requests():
    found = boston.targets(HERE / "boston-dead-animals.csv")
    assert len(found) == 300
    assert boston.share(found) >= 0.97
