"""`python -m infra.wording.preview FOLDER_OF_A_PACK`: how long each text message to customers becomes.

Each template is written as it is sent, under the pack's name and time zone, with the values of `rules.yaml`.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.packs import compile_into, compiled
from infra.wording import Rules, rules, templates
from services.notify.segments import Length, length
from services.notify.wording import letter
from shared.packs import LANGUAGES

MANY = 3  # [choice]
"""Parts above which a message is marked: each is paid for, and some networks drop long ones."""


@dataclass(frozen=True)
class Line:
    """One text message as it would be sent."""

    template: str
    language: str
    sms: str

    @property
    def length(self) -> Length:
        return length(self.sms)

    def __str__(self) -> str:
        took = self.length
        mark = f"  more than {MANY} parts: shorten it" if took.parts > MANY else ""
        cause = f"  because of {took.beyond}" if took.beyond and self.language == LANGUAGES[0] else ""
        return f"{self.template:26} {self.language}  {took.encoding} {took.units:4} {took.parts:2}{cause}{mark}"


def lines(by: Rules) -> Iterator[Line]:
    """Every message to customers in every language, under the pack that the environment names."""
    for language, texts in templates().items():
        for template in texts:
            if by.is_for_customers(template):
                yield Line(template, language, letter(template, language, by.examples).sms)


def main(folder: Path) -> int:
    name = compiled(folder).pack.name
    with TemporaryDirectory() as scratch:
        compile_into(Path(scratch), folder.parent)
        os.environ.update(AHD_PACK=name, AHD_PACKS=scratch)
        found = sorted(lines(rules()), key=lambda line: (line.template, line.language))
    sys.stdout.write(f"{'template':26} in  letters units parts\n")
    for line in found:
        sys.stdout.write(f"{line}\n")
    many = sum(line.length.parts > MANY for line in found)
    sys.stdout.write(f"{len(found)} text messages of {name}: {many} of more than {MANY} parts\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
