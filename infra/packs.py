"""Compiles packs: `packs/<name>/*.yaml` → checked JSON, so that a cold start parses nothing slow and checks nothing.

`python -m infra.packs TARGET [PACKS_FOLDER …]`

A pack becomes three files, so that a process loads what it needs: `<name>.json`, `<name>.complaints.json` and
`<name>.questionnaire.json`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from infra.holidays_of import with_public_holidays
from shared.packs import Pack
from shared.packs.complaints import Complaints
from shared.packs.questionnaire import Questionnaires

PACKS = Path(__file__).resolve().parent.parent / "packs"
CORE = ("calendar", "clocks", "roles", "departments", "ladder", "directory", "urgent", "groups", "categories")
CONCERNS = (*CORE, "complaints", "questionnaire")


class BadPack(Exception):
    """A pack that can't be used; the message names the file and what to do."""


@dataclass(frozen=True)
class Compiled:
    """A pack with all its parts."""

    pack: Pack
    complaints: Complaints
    questionnaires: Questionnaires


def compiled(folder: Path) -> Compiled:
    """One pack, from its folder. Raises `BadPack`."""
    said: dict[str, Any] = {concern: _yaml(folder / f"{concern}.yaml") for concern in ("pack", *CONCERNS)}
    named = {key: said["pack"].get(key) for key in ("name", "version")}
    core = {**said["pack"], **{concern: said[concern] for concern in CORE}}
    core["calendar"] = with_public_holidays(core["calendar"])
    complaints = {**named, **said["complaints"]}
    if (folder / "ledger.yaml").is_file():
        complaints["ledger"] = _yaml(folder / "ledger.yaml")
    try:
        return Compiled(
            Pack.model_validate(core),
            Complaints.model_validate(complaints),
            Questionnaires.model_validate({**named, "questionnaires": said["questionnaire"]}),
        )
    except ValidationError as error:
        faults = "\n".join(
            f"  {folder.name}/{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise BadPack(f"the pack in {folder} can't be used:\n{faults}") from None


def read(folder: Path) -> Pack:
    """What every service knows of the pack in a folder. Raises `BadPack`."""
    return compiled(folder).pack


def compile_into(target: Path, *folders: Path) -> list[Path]:
    """Write the JSON of every pack found in `folders`. Raises `BadPack`."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for home in folders or (PACKS,):
        for folder in sorted(path.parent for path in home.glob("*/pack.yaml")):
            whole = compiled(folder)
            parts = {"": whole.pack, ".complaints": whole.complaints, ".questionnaire": whole.questionnaires}
            for concern, part in parts.items():
                written.append(target / f"{whole.pack.name}{concern}.json")
                written[-1].write_text(part.model_dump_json(exclude_defaults=True), encoding="utf-8")
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
