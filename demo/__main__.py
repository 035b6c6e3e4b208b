"""Replay real requests through a running desk and count what became of them.

    python -m demo --port 8311 --rows 400

Exit code 0 when every report has exactly one case, one acknowledgement and one whole chain; 1 otherwise.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo import replay, story
from demo.desk import Desk, DeskError, RunningDesk
from demo.replay import Advance, Outcome
from demo.rows import reports
from demo.tables import promises, timeline

DEFAULT_PORT = 8311


def run(desk: Desk, at_most: int | None, console: Console) -> bool:
    """The whole demonstration. Says whether all is right."""
    given = reports(at_most)
    replay.speaks_our_categories(desk, given)
    started, began = datetime.now(UTC), time.monotonic()
    with _progress(console, "reporting", len(given)) as advance:
        cases, refused = replay.bring(desk, given, advance)
    brought = time.monotonic() - began
    with _progress(console, "waiting for acknowledgements", len(cases)) as advance:
        replay.until_acknowledged(desk, cases, advance)
    acknowledged = time.monotonic() - began
    with _progress(console, "checking cases and chains", len(cases)) as advance:
        outcome = Outcome(len(given), tuple(replay.look(desk, cases, advance)), tuple(refused), started)
    for report, answer in refused:
        console.print(f"refused: {report.key} {answer.status} {answer.body}", style="red", markup=False)
    console.print(
        f"{len(cases)} taken in {brought:.1f} s, the last acknowledged after {acknowledged:.1f} s, "
        f"{outcome.already_there} already there.",
        highlight=False,
    )
    if cases:
        with _progress(console, "one case to its end", len(story.STEPS)) as advance:
            told = story.tell(desk, (case := story.fitting(cases)), advance)
        console.print(timeline(told), promises(told))
        console.print(f"As its customer follows it: {case.follow}", highlight=False, soft_wrap=True)
    console.print(str(outcome), style="bold" if outcome.right else "bold red", highlight=False)
    return outcome.right


@contextmanager
def _progress(console: Console, what: str, total: int) -> Iterator[Advance]:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _some(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("one row at least")
    return number


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1", help="must be this machine")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--rows", type=_some, help="at most so many; all that ship, if left out")
    asked = parser.parse_args(arguments)
    console = Console()
    try:
        return 0 if run(RunningDesk(f"http://{asked.host}:{asked.port}"), asked.rows, console) else 1
    except DeskError as problem:
        Console(stderr=True).print(str(problem), style="bold", markup=False, highlight=False, soft_wrap=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
