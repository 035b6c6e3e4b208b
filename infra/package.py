"""Builds what Lambda runs: `build/packages/<service>/` and the same as `<service>.zip`.

    python -m infra.package [--packs FOLDER …] [--production | --python 3.13 --architecture arm64]

A package holds the service's own folder, `shared`, the compiled packs and pages, the service's locked dependencies,
and bytecode that is valid by itself (`unchecked-hash`): Lambda unpacks with other times than were built with.
Building the same sources twice gives the same bytes; what did not change is not built again.
"""

import argparse
import fcntl
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from infra.making import ROOT, CannotBuild
from infra.packing import SHELF, Packing
from infra.packs import BadPack
from infra.services import SERVICES
from infra.target import Target

PACKAGES = ROOT / "build" / "packages"


def build(target: Target, packages: Path = PACKAGES, packs: Sequence[Path] = ()) -> Iterator[str]:
    """Build every service's package for `target`; says what was done, as it is done. Raises `CannotBuild`."""
    packages.mkdir(parents=True, exist_ok=True)
    SHELF.mkdir(parents=True, exist_ok=True)
    # One at a time on this machine, wherever the packages go: they share the shelf of dependencies.
    with (SHELF / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packings = [
            Packing(name, service, target, packages, packs)
            for whole in SERVICES
            for name, service in whole.packages().items()
        ]
        if any(packing.has_pages for packing in packings):
            from infra.assets import build as build_assets  # noqa: PLC0415  imports the compiler of templates

            yield f"stylesheets: {build_assets().relative_to(ROOT)}"
        with ThreadPoolExecutor(max_workers=2) as workers:
            for done in as_completed([workers.submit(packing.build) for packing in packings]):
                yield done.result()
        target.record(packages)
        for packing in packings:
            packing.clear_shelf()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds the Lambda packages of the desk.")
    here, production = Target.here(), Target.production()
    parser.add_argument("--packs", type=Path, action="append", default=[], help="another folder of packs")
    parser.add_argument("--out", type=Path, default=PACKAGES)
    parser.add_argument("--python", default=here.python, help=f"Lambda's Python (default {here.python})")
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default=here.architecture)
    parser.add_argument(
        "--production", action="store_true", help=f"for {production.architecture}, Python {production.python}"
    )
    chosen = parser.parse_args()
    target = production if chosen.production else Target(chosen.python, chosen.architecture)
    _say(f"packages for python{target.python} on {target.architecture}")
    try:
        for line in build(target, chosen.out, chosen.packs):
            _say(f"  {line}")
    except (CannotBuild, BadPack) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
