"""`python -m infra.wording [FOLDER]`: what is wrong with how messages speak. Ends with 1 when something is."""

import sys
from pathlib import Path

from infra.wording import TEXTS, faults, rules, templates


def main(arguments: list[str]) -> int:
    said = templates(Path(arguments[0]) if arguments else TEXTS)
    found = list(faults(said, rules()))
    for fault in found:
        sys.stdout.write(f"{fault}\n")
    count = sum(map(len, said.values()))
    sys.stdout.write(f"{count} texts in {len(said)} languages: {len(found)} to put right\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
