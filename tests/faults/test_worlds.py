"""Whatever goes wrong around the desk, what it guarantees holds. `make faults SEEDS=5000` runs more of these."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.__main__ import live
from tests.faults.mutants import MUTANTS, Mutant
from tests.faults.runtime import in_memory
from tests.faults.town import people
from tests.faults.weather import Weather
from tests.faults.world import World

BLOCKS, BLOCK = 20, 25
MOST_SEEDS = 200
"""A planted bug has to be found in so many worlds."""


@pytest.mark.parametrize("block", range(BLOCKS))
def test_nothing_that_the_desk_guarantees_breaks(packs, block):
    wrong = [one for one in live(packs, range(block * BLOCK, (block + 1) * BLOCK)) if one[1]]
    assert wrong == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "_"))
def test_a_planted_bug_is_found(packs: Path, mutant: Mutant):
    with in_memory(), mutant.plant():
        for seed in range(mutant.first, mutant.first + MOST_SEEDS):
            world = World(seed, packs, weather=mutant.weather() if mutant.weather else None)
            if mutant.is_found(world.run(mutant.people, to_the_end=False)):
                return
    pytest.fail(f"not found in {MOST_SEEDS} worlds")


def test_a_seed_tells_the_same_story_every_time(packs):
    with in_memory():
        first, between, again = (World(seed, packs) for seed in (16, 17, 16))
        for world in (first, between, again):
            world.run(people)
    assert first.story.digest == again.story.digest != between.story.digest
    assert len(list(first.story.told())) > 50


def test_a_seed_tells_the_same_story_in_another_process():
    """Where sets and dictionaries have another order."""
    stories = [
        subprocess.run(
            [sys.executable, "-m", "tests.faults", "--story", "16"],
            env={**os.environ, "PYTHONHASHSEED": order, "COLUMNS": "200"},
            capture_output=True,
            check=False,
        ).stdout
        for order in ("1", "2")
    ]
    assert stories[0] == stories[1]
    assert b"nothing goes wrong any more" in stories[0]


def test_the_story_of_a_bug_can_be_read(packs):
    """Who asked for what, what was stored and sent, and where it went wrong."""
    mutant = next(one for one in MUTANTS if one.name == "a message that is sent before it is claimed")
    with in_memory(), mutant.plant():
        world = World(2, packs, weather=Weather())
        assert world.run(people)
    story = "\n".join(world.story.told())
    for words in (
        "POST /v1/cases as intake.api",
        "CaseReported by intake.api",
        " by notify.reactions",
        "# WRONG: something was sent",
    ):
        assert words in story
