"""Writes the CloudFormation of the desk to `build/cdk.out`, offline: `python -m infra.app [--check]`.

The Lambda runtime is the one that the packages in `build/packages` were built for (`python -m infra.package`).
With `--check`, cfn-lint judges it and cdk-nag's AwsSolutions and Serverless packs; a finding that `infra.findings`
does not acknowledge ends it. It does nothing when nothing changed.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from infra.services import SERVICES

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "cdk.out"
PACKAGES = ROOT / "build" / "packages"
_JUDGED = " and found good"


class Refused(Exception):
    """The templates were judged, and something is to be put right; the message says what."""


def synthesise(out: Path = OUT, packages: Path = PACKAGES, *, check: bool = False) -> bool:
    """Write the cloud assembly to `out`; whether there was anything to do. Raises `Refused`."""
    if is_current(out, packages, judged=check):
        return False
    wanted = _fingerprint(packages)
    from infra.stacks import desk  # noqa: PLC0415  CDK takes seconds to import, and often nothing is to do

    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        fresh = Path(scratch) / out.name
        app = desk(fresh, packages)
        if check:
            from infra.findings import judge  # noqa: PLC0415

            judge(app)
        app.synth()
        if check:
            _lint(fresh)
        stamp = _stamp(out)
        stamp.unlink(missing_ok=True)
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    stamp.write_text(wanted + (_JUDGED if check else ""))
    return True


def is_current(out: Path = OUT, packages: Path = PACKAGES, *, judged: bool = False) -> bool:
    """Whether what was written is what would be written now, and, if asked, was found good."""
    stamp = _stamp(out)
    if not (stamp.is_file() and out.is_dir()):
        return False
    written = stamp.read_text()
    return written.removesuffix(_JUDGED) == _fingerprint(packages) and (written.endswith(_JUDGED) or not judged)


def _lint(assembly: Path) -> None:
    linter = str(Path(sys.executable).with_name("cfn-lint"))
    templates = [str(path) for path in sorted(assembly.glob("*.template.json"))]
    judged = subprocess.run(
        [linter, "--config-file", str(ROOT / "infra" / "cfnlint.yaml"), "--", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    if judged.returncode:
        raise Refused(f"cfn-lint:\n{judged.stdout}{judged.stderr}")


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
    parser.add_argument("--check", action="store_true", help="with cdk-nag and cfn-lint")
    chosen = parser.parse_args()
    began = time.monotonic()
    try:
        done = synthesise(chosen.out, chosen.packages, check=chosen.check)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    judged = " and found good by cdk-nag and cfn-lint" if chosen.check else ""
    what = f"written{judged} in {time.monotonic() - began:.1f} s" if done else f"current{judged}"
    sys.stdout.write(f"templates of {1 + len(SERVICES)} stacks: {what}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
