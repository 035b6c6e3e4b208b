"""Writes the CloudFormation of the desk to `build/cdk.out`, offline: `python -m infra.app [--check]`.

The Lambda runtime is the one that the packages in `build/packages` were built for (`python -m infra.package`).
With `--check`, cdk-nag's AwsSolutions and Serverless packs judge it and a finding that `infra.findings` does not
acknowledge ends it. Without, it does nothing when nothing changed.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from infra.services import SERVICES

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "cdk.out"
PACKAGES = ROOT / "build" / "packages"


def synthesise(out: Path = OUT, packages: Path = PACKAGES, *, check: bool = False) -> bool:
    """Write the cloud assembly to `out`; whether there was anything to do."""
    if not check and is_current(out, packages):
        return False
    wanted = _fingerprint(packages)
    stamp = _stamp(out)
    from infra.stacks import desk  # noqa: PLC0415  CDK takes seconds to import, and often nothing is to do

    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        fresh = Path(scratch) / out.name
        app = desk(fresh, packages)
        if check:
            from infra.findings import judge  # noqa: PLC0415

            judge(app)
        app.synth()
        stamp.unlink(missing_ok=True)
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    stamp.write_text(wanted)
    return True


def is_current(out: Path = OUT, packages: Path = PACKAGES) -> bool:
    """Whether what was written is what would be written now."""
    stamp = _stamp(out)
    return stamp.is_file() and out.is_dir() and stamp.read_text() == _fingerprint(packages)


def _stamp(out: Path) -> Path:
    return out.with_name(f"{out.name}.made-from")


def _fingerprint(packages: Path) -> str:
    """What the templates follow from: this code, the packages, and in them what each service reacts to."""
    whole = hashlib.sha256()
    infra = ROOT / "infra"
    for source in (
        *sorted(infra.glob("*.py")),
        *sorted(infra.glob("constructs/*.py")),
        *(packages / f"{name}.zip" for service in SERVICES for name in service.packages()),
        packages / "target.json",
    ):
        whole.update(hashlib.sha256(source.read_bytes()).digest())
    return whole.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes the CloudFormation of the desk.")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--packages", type=Path, default=PACKAGES)
    parser.add_argument("--check", action="store_true", help="with cdk-nag")
    chosen = parser.parse_args()
    began = time.monotonic()
    done = synthesise(chosen.out, chosen.packages, check=chosen.check)
    what = f"written in {time.monotonic() - began:.1f} s" if done else "current"
    sys.stdout.write(f"templates of {1 + len(SERVICES)} stacks: {what}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
