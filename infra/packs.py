"""Compiles packs: `packs/<name>/*.yaml` → one checked `<name>.json`, so that a cold start parses nothing slow.

`python -m infra.packs TARGET [PACKS_FOLDER …]`
"""

import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from infra.holidays_of import with_public_holidays
from shared.packs import Pack

PACKS = Path(__file__).resolve().parent.parent / "packs"
CONCERNS = ("calendar", "clocks", "ladder", "directory", "urgent", "groups", "categories")


class BadPack(Exception):
    """A pack that can't be used; the message names the file and what to do."""


def read(folder: Path) -> Pack:
    """One pack, from its folder. Raises `BadPack`."""
    parts: dict[str, Any] = _yaml(folder / "pack.yaml")
    for concern in CONCERNS:
        parts[concern] = _yaml(folder / f"{concern}.yaml")
    parts["calendar"] = with_public_holidays(parts["calendar"])
    try:
        return Pack.model_validate(parts)
    except ValidationError as error:
        faults = "\n".join(
            f"  {folder.name}/{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise BadPack(f"the pack in {folder} can't be used:\n{faults}") from None


def compile_into(target: Path, *folders: Path) -> list[Path]:
    """Write `<name>.json` for every pack found in `folders`. Raises `BadPack`."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for home in folders or (PACKS,):
        for folder in sorted(path.parent for path in home.glob("*/pack.yaml")):
            compiled = read(folder)
            written.append(target / f"{compiled.name}.json")
            written[-1].write_text(compiled.model_dump_json(exclude_defaults=True), encoding="utf-8")
    return written


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadPack(f"{path} is missing: every pack has pack.yaml and {', '.join(CONCERNS)}") from None
    except yaml.YAMLError as error:
        raise BadPack(f"{path} is not YAML: {error}") from None


if __name__ == "__main__":
    for path in compile_into(Path(sys.argv[1]), *map(Path, sys.argv[2:])):
        print(path)  # noqa: T201  a command line tool
