"""What every step of a build does: run a command, look through a folder, tell whether something changed."""

import hashlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class CannotBuild(Exception):
    """A package can't be built; the message says what to do."""


def files_of(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """All files below, in a fixed order, without what Python leaves lying about."""
    for path in sorted(folder.rglob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def digest(*parts: str | Path) -> str:
    whole = hashlib.sha256()
    for part in parts:
        content = str(part).encode() + b"\0" + part.read_bytes() if isinstance(part, Path) else part.encode()
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotBuild(f"`{' '.join(command[:4])} …` failed:\n{done.stderr.strip()}")
    return done.stdout
