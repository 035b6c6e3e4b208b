"""Compiles packs: `packs/<name>/*.yaml` → checked JSON, so that a cold start parses nothing slow and checks nothing.

`python -m infra.packs TARGET [PACKS_FOLDER …]` compiles; `make packs` says what is wrong with them.

A pack becomes six files, so that a process loads what it needs: `<name>.json`, `<name>.complaints.json`,
`<name>.questionnaire.json`, `<name>.phrases.json`, `<name>.knowledge.json` and `<name>.care.json`.
"""

from dataclasses import dataclass
from pathlib import Path

from infra.packs.lint import CONCERNS, Compiled, Problem, check
from shared.packs import Pack

PACKS = Path(__file__).resolve().parent.parent.parent / "packs"

__all__ = ["CONCERNS", "PACKS", "BadPack", "Compiled", "Problem", "check", "compile_into", "compiled", "read"]


@dataclass(eq=False)
class BadPack(Exception):
    """A pack that can't be used; the message names file, line and what to do."""

    folder: Path
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return f"the pack in {self.folder} can't be used:\n" + "\n".join(f"  {one}" for one in self.problems)


def compiled(folder: Path) -> Compiled:
    """One pack, from its folder. Raises `BadPack`."""
    whole, problems = check(folder)
    if whole is None or any(not problem.may_stand for problem in problems):
        raise BadPack(folder, tuple(problem for problem in problems if not problem.may_stand))
    return whole


def read(folder: Path) -> Pack:
    """What every service knows of the pack in a folder. Raises `BadPack`."""
    return compiled(folder).pack


def folders(*homes: Path) -> list[Path]:
    """The folders of all packs in these folders; the project's own by default."""
    return [path.parent for home in homes or (PACKS,) for path in sorted(home.glob("*/pack.yaml"))]


def compile_into(target: Path, *homes: Path) -> list[Path]:
    """Write the JSON of every pack found in these folders. Raises `BadPack`."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for folder in folders(*homes):
        whole = compiled(folder)
        parts = {
            "": whole.pack,
            ".complaints": whole.complaints,
            ".questionnaire": whole.questionnaires,
            ".phrases": whole.phrases,
            ".knowledge": whole.knowledge,
            ".care": whole.care,
        }
        for concern, part in parts.items():
            written.append(target / f"{whole.pack.name}{concern}.json")
            written[-1].write_text(part.model_dump_json(exclude_defaults=True), encoding="utf-8")
    return written
