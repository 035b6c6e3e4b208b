"""Bytecode in the place of sources, and the same archive from the same files."""

import zipfile
from pathlib import Path

from infra.making import run

_TASK = "/var/task"
_THEN = (1980, 1, 1, 0, 0, 0)


def _compile(folder: Path, interpreter: str, *options: str) -> None:
    """Bytecode that Python takes as it is, without asking when or from what it was made."""
    run(
        [
            *(interpreter, "-P", "-s", "-S", "-m", "compileall", "-q", "-f"),
            *("--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", _TASK, *options, str(folder)),
        ],
        # Sets in constants are written in the order of their hashes.
        environment={"PYTHONHASHSEED": "0"},
    )


def compile_away(folder: Path, interpreter: str, *options: str) -> None:
    """Leave bytecode in the place of sources that nobody reads."""
    _compile(folder, interpreter, "-b", *options)
    for source in list(folder.rglob("*.py")):
        source.unlink()


def zip_up(folder: Path, archive: Path) -> None:
    """Sorted, with one time for all: the same files give the same archive."""
    fresh = archive.with_suffix(".fresh")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name in sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(name, _THEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            zipped.writestr(entry, (folder / name).read_bytes())
    fresh.replace(archive)
