"""`make faults`: many seeds, each a world of its own; what is wrong in any, and how to see it again.

    python -m tests.faults --seeds 5000 [--from 0] [--jobs 2]
    python -m tests.faults --story 17

Ends with 1 when a world went wrong.
"""

import argparse
import gc
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.packs import compile_into
from tests.faults.runtime import in_memory
from tests.faults.town import people
from tests.faults.world import World, weather_of

_AT_ONCE = 10
_SHOWN = 5


def live(packs: Path, seeds: range) -> list[tuple[int, list[str]]]:
    """Run these worlds. Answers what is wrong in each."""
    with in_memory(), settled():
        return [(seed, World(seed, packs).run(people)) for seed in seeds]


@contextmanager
def settled() -> Iterator[None]:
    """What is there before the worlds stays: nobody looks through it again and again for garbage."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _live(given: tuple[Path, range]) -> list[tuple[int, list[str]]]:
    return live(*given)


def lived(packs: Path, seeds: range, jobs: int) -> Iterator[list[tuple[int, list[str]]]]:
    """Run these worlds, on so many processors, some at a time."""
    cut = [(packs, seeds[start : start + _AT_ONCE]) for start in range(0, len(seeds), _AT_ONCE)]
    with in_memory():
        # What is loaded and built once here is not built again by each process.
        World(seeds.start, packs).run(people)
    with in_memory(), settled(), multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(_live, cut)


def _many(packs: Path, seeds: range, jobs: int, console: Console) -> int:
    wrong: list[tuple[int, list[str]]] = []
    begun = time.monotonic()
    columns = (
        TextColumn("worlds"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[wrong]}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("worlds", total=len(seeds), wrong="")
        for found in lived(packs, seeds, jobs):
            wrong += [one for one in found if one[1]]
            progress.update(task, advance=len(found), wrong=f"{len(wrong)} wrong" if wrong else "")
    seconds = time.monotonic() - begun
    for seed, violations in sorted(wrong)[:_SHOWN]:
        console.print(f"seed {seed}", style="bold")
        for one in violations[:_SHOWN]:
            console.print(f"  {one}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"  its story: make faults STORY={seed}", highlight=False)
    console.print(
        f"{len(seeds)} seeds, {len(wrong)} violations, {len(seeds) / seconds:.1f} seeds a second ({jobs} at a time)",
        highlight=False,
    )
    return int(bool(wrong))


def _story(packs: Path, seed: int, console: Console) -> int:
    """One world, from its first turn to its last, in words."""
    with in_memory():
        world = World(seed, packs)
        violations = world.run(people)
    for line in world.story.told():
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    what = {name: round(value, 3) for name, value in vars(weather_of(seed)).items() if value}
    console.print(f"\nthe weather: {what or 'none'}", markup=False, highlight=False, soft_wrap=True)
    for one in violations:
        console.print(f"WRONG: {one}", markup=False, highlight=False, soft_wrap=True)
    if not violations:
        console.print("nothing is wrong", highlight=False)
    return int(bool(violations))


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    asked.add_argument("--seeds", type=int, default=500)
    asked.add_argument("--from", type=int, default=0, dest="first")
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--story", type=int)
    given = asked.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        packs = Path(folder)
        compile_into(packs)
        if given.story is not None:
            return _story(packs, given.story, console)
        return _many(packs, range(given.first, given.first + given.seeds), given.jobs, console)


if __name__ == "__main__":
    sys.exit(main())
