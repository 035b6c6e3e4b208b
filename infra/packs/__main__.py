"""`python -m infra.packs TARGET [FOLDER …]` compiles packs; `--check [FOLDER …]` says what is wrong with them."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from infra.packs import BadPack, check, compile_into, folders


def _check(*homes: Path) -> int:
    """Say what is wrong with each pack, and what to look at; 1 when something must be put right."""
    today, wrong = datetime.now(UTC).date(), 0
    found = folders(*homes)
    for folder in found:
        whole, problems = check(folder, today)
        for problem in problems:
            sys.stdout.write(f"{problem}\n")
        must = sum(not problem.may_stand for problem in problems)
        wrong += must
        choices = f", {len(whole.choices)} figures are choices" if whole else ""
        sys.stdout.write(f"{folder.name}: {f'{must} to put right' if must else 'can be used'}{choices}\n")
    if not found:
        sys.stdout.write(f"no pack in {', '.join(map(str, homes))}: a pack is a folder with a pack.yaml in it\n")
    return int(bool(wrong) or not found)


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] == "--check":
        return _check(*map(Path, arguments[1:]))
    try:
        for path in compile_into(Path(arguments[0]), *map(Path, arguments[1:])):
            sys.stdout.write(f"{path}\n")
    except BadPack as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
