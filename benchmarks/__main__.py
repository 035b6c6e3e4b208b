"""`make bench`: the rows of the performance budgets, as ratios to a floor measured in the same run, and as counts.

    python -m benchmarks [--fresh N] [--write]

Nothing here fails because a machine is slow. What can be counted exactly is held by `tests/service/test_costs.py`.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import worktime
from benchmarks.costs import CASES, PRICES, Journey, dollars
from benchmarks.counting import Spent
from benchmarks.in_memory import metered
from benchmarks.operations import Operations
from benchmarks.processes import BARE, VALGRIND, a_call, first_call, instructions, medians, stub, warm_ms
from benchmarks.rows import Row
from benchmarks.size import SIZES, at_sizes
from infra.making import ROOT
from infra.package import build
from infra.services import SERVICES
from infra.target import Target

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ROOT / "build" / "bench"
"""Packages of the benchmark's own, so that nobody builds them anew while they are measured."""

INIT, WARM, PACKAGE_MB, COST = 1.6, 1.15, 6.0, 0.17
CALLS = {"report": 1, "follow": 1, "change": 2, "consume": 2}
UNITS = {"report": 10, "change": 5}
DRAWING = "complaints-documents"
_WARM_CALLS = 40


def init_rows(fresh: int) -> Iterator[Row]:
    """Starting each function that answers HTTP without pages, up to its DynamoDB client."""
    for service in SERVICES:
        package = PACKAGES / service.name
        edges = [one.module for one in service.functions if one.name in {"api", "staff"}]
        floor, *measured = medians(package, [("init", subject) for subject in (BARE, *edges)], fresh)
        bare = instructions(package, ("init", BARE)) if VALGRIND else 0
        for module, milliseconds in zip(edges, measured, strict=True):
            detail = f"{milliseconds:.0f} ÷ {floor:.0f} CPU ms"
            yield Row(f"init of {_short(module)} ÷ bare, CPU time", milliseconds / floor, INIT, detail=detail)
            if VALGRIND:
                counted = instructions(package, ("init", module))
                yield Row(
                    f"init of {_short(module)} ÷ bare, instructions",
                    counted / bare,
                    INIT,
                    detail=f"{counted / 1e6:.0f} M ÷ {bare / 1e6:.0f} M",
                )


def warm_rows(fresh: int, cpu: list[float]) -> Iterator[Row]:
    """Reporting a case against an AWS that answers at once; leaves the CPU milliseconds of a warm call in `cpu`."""
    package, subject = PACKAGES / "intake", "services.intake.api"
    with stub() as aws:
        # Ours goes first: the stub records its transaction, which the floor repeats.
        pairs = [(warm_ms(package, subject, aws, 300), warm_ms(package, BARE, aws, 300)) for _ in range(5)]
        ours, floor = (min(times) for times in zip(*pairs, strict=True))
        cpu.append(ours)
        if VALGRIND:
            counted, bare = a_call(package, subject, aws, _WARM_CALLS), a_call(package, BARE, aws, _WARM_CALLS)
            detail = f"{counted / 1e3:,.0f} k ÷ {bare / 1e3:,.0f} k"
            yield Row("report a case, warm ÷ bare with the same call, instructions", counted / bare, WARM, "", detail)
        yield Row(
            "report a case, warm ÷ bare with the same call, CPU time",
            ours / floor,
            None,
            detail=f"{ours:.2f} ÷ {floor:.2f} ms, the least of five",
        )
        bare_ms, ours_ms = medians(package, [first_call(one, aws) for one in (BARE, subject)], fresh, aws.url)
        yield Row(
            "first report of a fresh process ÷ bare, CPU time",
            ours_ms / bare_ms,
            None,
            detail=f"{ours_ms:.0f} ÷ {bare_ms:.0f} ms; both with DynamoDB, KMS, Secrets Manager",
        )


def count_rows(cpu_ms: float) -> Iterator[Row]:
    """Calls and units of each operation, and what a case costs."""
    with metered() as meter:
        operations = Operations(meter)
        yield from _counted("report a case", operations.report(), CALLS["report"], UNITS["report"])
        yield from _counted("report a case, 4,000 letters", operations.report(description="x" * 4000), 1, None)
        yield from _counted("follow a case", operations.follow(), CALLS["follow"], None)
        for name, act in _changes(operations).items():
            yield from _counted(name, act(), CALLS["change"], UNITS["change"])
        yield from _counted("close a case, with Idempotency-Key", operations.close(keyed=True), 2, None)
        yield from _counted("consume an event", operations.consume(), CALLS["consume"], None)
    with metered() as meter:
        parts, on_top = dollars(Journey(meter).run(), cpu_ms)
    total = sum(parts.values())
    yield Row(f"AWS cost of {CASES:,} complaint cases, without SMS and mail", total, COST, "$")
    for what, amount in parts.items():
        yield Row(f"· {what}", amount, None, "$")
    for what, amount in on_top.items():
        yield Row(f"· on top: {what}", amount, None, "$")


def _changes(operations: Operations) -> dict[str, Callable[[], Spent]]:
    return {
        "state change: note (due time stays)": operations.note,
        "state change: open (due time moves)": operations.open_case,
        "state change: close (nothing due any more)": operations.close,
    }


def _counted(name: str, spent: Spent, calls: int, units: int | None) -> Iterator[Row]:
    asked = ", ".join(f"{times} {what.partition('.')[2]}" for what, times in spent.calls.items())
    yield Row(f"{name}: AWS calls", spent.total_calls, calls, "calls", asked)
    if spent.write_units:
        yield Row(f"{name}: write units", spent.write_units, units, "units", "; ".join(spent.why))


def size_rows() -> Iterator[Row]:
    """The same operations with few and with many cases in the table in memory."""
    with metered() as meter:
        few, many = (at for _, at in sorted(at_sizes(meter.world).items()))
    for what, spent in many.items():
        before = few[what]
        same = (before.calls, before.write_units, before.read_units) == (
            spent.calls,
            spent.write_units,
            spent.read_units,
        )
        yield Row(
            f"{what}: calls and units at {SIZES[1]:,} cases ÷ at {SIZES[0]:,}",
            (spent.total_calls + spent.write_units + spent.read_units)
            / (before.total_calls + before.write_units + before.read_units),
            1.0,
            detail="the same" if same else f"{before.calls} became {spent.calls}",
        )


def package_rows() -> Iterator[Row]:
    """Every package; what prints documents brings fonts and has a limit of its own, kept when it is built."""
    for service in SERVICES:
        for name in service.packages():
            size = (PACKAGES / f"{name}.zip").stat().st_size
            budget = None if name == DRAWING else PACKAGE_MB
            yield Row(f"package of {name}, zipped", size / 1e6, budget, "MB", "" if budget else "with fonts")


def _short(module: str) -> str:
    return module.removeprefix("services.")


def _write(rows: list[Row], fresh: int) -> None:
    lines = [
        "# What was measured",
        "",
        f"`make bench` on {os.cpu_count()} cores shared with other work, {platform.machine()}, Python "
        f"{platform.python_version()}; medians of {fresh} fresh processes, "
        + ("instructions counted by valgrind." if VALGRIND else "no valgrind here, so no instructions."),
        "",
        "The floor (*bare*) is json and a botocore client from the same package, run in turn with what it is",
        "compared with. Ratios and counts travel between machines; milliseconds do not. Nothing here was measured on",
        "AWS: calls are counted at the client, units computed from the items by DynamoDB's rules, prices are",
        f"{PRICES['of']} ({PRICES['as_of']}, see `prices.json`).",
        "",
        f"What an operation asks for with {SIZES[0]:,} and with {SIZES[1]:,} cases was counted in the tables of the",
        "simulator (`tests/faults`), which lie in memory and are held to moto by a conformance suite.",
        "",
        "| what | measured | budget | | detail |",
        "|---|---|---|---|---|",
        *(f"| {row.what} | {row.shown} | {row.allowed} | {row.verdict} | {row.detail} |" for row in rows),
        "",
    ]
    RESULTS.write_text("\n".join(lines), encoding="utf-8")


def main() -> int:
    """Measure, print, and with `--write` keep the results."""
    parser = argparse.ArgumentParser(description="The performance budgets of the desk, measured.")
    parser.add_argument("--fresh", type=int, default=9, help="fresh processes for each median")
    parser.add_argument("--write", action="store_true", help="keep the results in benchmarks/RESULTS.md")
    chosen = parser.parse_args()
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 150)
    for line in build(Target.here(), PACKAGES):
        console.print(line, style="dim")
    if not VALGRIND:
        console.print("valgrind is not installed: instructions are not counted")
    cpu: list[float] = []
    rows: list[Row] = []
    for part in (
        package_rows,
        lambda: warm_rows(chosen.fresh, cpu),
        lambda: init_rows(chosen.fresh),
        lambda: count_rows(cpu[0]),
        size_rows,
    ):
        for row in part():
            rows.append(row)
            console.print(f"{row.what}: {row.shown} {row.verdict}", style="dim", highlight=False)
    table = Table("what", "measured", "budget", "", "detail", title="Performance budgets")
    for row in rows:
        style = "red" if row.verdict.startswith("over") else None
        table.add_row(row.what, row.shown, row.allowed, row.verdict, row.detail, style=style)
    console.print(table)
    worktime.main()
    if chosen.write:
        _write(rows, chosen.fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
