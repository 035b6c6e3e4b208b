"""How long each text message becomes is known before it is sent."""

import subprocess
import sys

import pytest

from infra.packs import PACKS
from infra.wording import TEXTS, rules, templates

CUSTOMERS = [name for name in templates()["en"] if rules().is_for_customers(name)]


def preview(pack):
    command = [sys.executable, "-m", "infra.wording.preview", str(PACKS / pack)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=TEXTS.parents[2])
    *lines, summary = done.stdout.splitlines()[1:]
    return [line.split(maxsplit=5) for line in lines], summary


@pytest.mark.parametrize("pack", ["police", "works"])
def test_every_message_to_customers_is_measured_and_english_ones_need_no_dear_letters(pack):
    lines, summary = preview(pack)
    assert [line[:2] for line in lines] == [
        [one, language] for one in sorted(CUSTOMERS) for language in ("ar", "en", "zh")
    ]
    assert {line[2] for line in lines if line[1] == "en"} == {"GSM-7"}
    assert {line[2] for line in lines if line[1] != "en"} == {"UCS-2"}
    many = [line for line in lines if int(line[4]) > 3]
    assert all(line[5] == "more than 3 parts: shorten it" for line in many)
    assert summary == f"{len(lines)} text messages of {pack}: {len(many)} of more than 3 parts"
