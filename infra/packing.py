"""The package of one service: what is laid into it, from what it was made, whether it is still that."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.bill import bill
from infra.bytecode import compile_away, zip_up
from infra.desk import Service
from infra.hollow import hollow_out
from infra.making import ROOT, CannotBuild, digest, files_of, run
from infra.packs import PACKS, compile_into
from infra.reach import reached
from infra.target import Target
from infra.trim import aws_calls, lay_models, needed
from infra.tryout import try_out

SHELF = ROOT / "build" / "dependencies"
_UV = ROOT / ".tools" / "bin" / "uv"
_LARGEST_MB = 6
_READERS = {
    "complaints": "complaints",
    "questionnaire": "survey",
    "phrases": "intake",
    "knowledge": "intake",
    "care": "notify",
}
"""Parts of packs that one service alone reads."""
_OF_ANY_ZONE = frozenset({"notify"})
"""Services whose customers say in which time zone they live."""
_LARGEST_DRAWING_MB = 15
"""Fonts are large, and who prints can wait a moment."""
TRIMMED_BY = [
    Path(__file__),
    *(Path(__file__).with_name(name) for name in ("trim.py", "hollow.py", "bytecode.py", "making.py")),
]
LAID_BY = [
    *sorted((ROOT / "infra" / "packs").glob("*.py")),
    *sorted((ROOT / "infra" / "wording").glob("*.py")),
    *(
        ROOT / "infra" / name
        for name in ("holidays_of.py", "feasts.py", "bill.py", "reach.py", "tryout.py", "assets/__init__.py")
    ),
    ROOT / "services" / "intake" / "proposing.py",
]


@dataclass(frozen=True)
class Packing:
    """A package for one target: `service` has those functions only that run from it."""

    name: str
    service: Service
    target: Target
    packages: Path
    packs: Sequence[Path]
    """Folders of packs beside the project's own."""

    @property
    def folder(self) -> Path:
        return self.packages / self.name

    @property
    def archive(self) -> Path:
        return self.packages / f"{self.name}.zip"

    @cached_property
    def requirements(self) -> str:
        """The package's dependency group as locked: every version pinned, every file by its hash."""
        return run([str(_UV), "export", "--frozen", "--only-group", self.name, "--no-header", "--no-annotate", "-q"])

    @property
    def bill(self) -> Path:
        """Its bill of materials, beside it."""
        return self.packages / f"{self.name}.cdx.json"

    def _billed(self) -> str:
        exported = ("export", "--frozen", "--only-group", self.name, "--format", "cyclonedx1.5", "-q")
        return bill(run([str(_UV), *exported, "--preview-features", "sbom-export"]), pages=self.has_pages)

    @property
    def native(self) -> bool:
        """Whether the package can run here."""
        return self.target == Target.here()

    @property
    def _stamp(self) -> Path:
        return self.packages / f"{self.name}.built-from"

    def is_current(self) -> bool:
        """Whether what was built is what would be built now."""
        made = (self._stamp, self.archive, self.bill)
        built = all(file.is_file() for file in made) and self.folder.is_dir()
        return built and self._stamp.read_text() == self._fingerprint()

    def build(self) -> str:
        """Build what changed; says what was done."""
        began = time.monotonic()
        if self.is_current():
            return f"{self.name}: current, {self._size()}"
        wanted = self._fingerprint()
        self._stamp.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=self.packages) as scratch:
            laid = Path(scratch) / "package"
            shutil.copytree(self._dependencies(), laid)
            self._lay_own(laid)
            if self.native:
                try_out(laid, self.service)
            # Without docstrings: they are for readers of the source, and no small part of a package.
            compile_away(laid, self._interpreter(), "-o", "2")
            zip_up(laid, self.archive)
            self.bill.write_text(self._billed(), encoding="utf-8")
            shutil.rmtree(self.folder, ignore_errors=True)
            laid.rename(self.folder)
        if self.archive.stat().st_size > self.largest_mb * 1_000_000:
            raise CannotBuild(f"{self.name} is {self._size()}; over {self.largest_mb} MB slows every cold start")
        self._stamp.write_text(wanted)
        return f"{self.name}: built in {time.monotonic() - began:.1f} s, {self._size()}"

    def _fingerprint(self) -> str:
        from infra.assets import TARGET as ASSETS  # noqa: PLC0415  imports templates' compiler

        sources = [
            *TRIMMED_BY,
            *LAID_BY,
            *(file for file in files_of(ROOT / "shared") if self.has_pages or "pages" not in file.parts),
            *files_of(ROOT / "services" / self.service.name),
            *(file for folder in (ROOT / "packs", *self.packs) for file in files_of(folder)),
            *(files_of(ASSETS) if self.has_pages else ()),
            *([self._description] if self._description.is_file() else ()),
        ]
        return digest(self.requirements, repr(self.target), *self._calls, *sources)

    @property
    def _description(self) -> Path:
        """Of the service's HTTP API, where one is published: its function answers with it."""
        answers = ROOT / "services" / self.service.name / "description.py"
        return ROOT / "docs" / "api" / (f"{self.name}.openapi.json" if answers.is_file() else "none")

    @property
    def has_pages(self) -> bool:
        """Whether it renders pages: then its dependencies can."""
        return "jinja2==" in self.requirements

    @property
    def draws(self) -> bool:
        """Whether it makes PDFs: then it has the fonts, too."""
        return "fpdf2==" in self.requirements

    @property
    def largest_mb(self) -> int:
        return _LARGEST_DRAWING_MB if self.draws else _LARGEST_MB

    @property
    def _calls(self) -> tuple[str, ...]:
        return tuple(f"{aws}:{call}" for aws, calls in aws_calls(self.service).items() for call in sorted(calls))

    @cached_property
    def shelf(self) -> Path:
        made_from: list[str | Path] = [self.requirements, repr(self.target), *self._calls, *TRIMMED_BY]
        return SHELF / f"{self._shelf_mark}{digest(*made_from)[:20]}"

    @property
    def _shelf_mark(self) -> str:
        return f"{self.name}-{self.target.python}-{self.target.architecture}-"

    def clear_shelf(self) -> None:
        """Remove dependencies that this service had for this target before."""
        for outdated in set(SHELF.glob(f"{self._shelf_mark}*")) - {self.shelf}:
            shutil.rmtree(outdated)

    def _dependencies(self) -> Path:
        """The trimmed, compiled dependencies; kept on a shelf, because code changes more often than they do.

        Bytecode only, without docstrings: a third less to load, and nobody edits a dependency in a Lambda.
        """
        shelf = self.shelf
        if shelf.is_dir():
            return shelf
        with tempfile.TemporaryDirectory(dir=SHELF) as scratch:
            listed, installed, laid = (Path(scratch) / name for name in ("requirements.txt", "installed", "laid"))
            listed.write_text(self.requirements)
            elsewhere = [] if self.native else ["--python-platform", self.target.wheels]
            run(
                [
                    *(str(_UV), "pip", "install", "--quiet", "--target", str(installed), "--require-hashes"),
                    *("--only-binary", ":all:", "--python-version", self.target.python, *elsewhere),
                    *("--link-mode", "copy", "--no-config", "-r", str(listed)),
                ],
                # Compiled once below, for the target; a caller's own setting must not do it twice.
                {"UV_COMPILE_BYTECODE": "0"},
            )
            files = [path.relative_to(installed) for path in files_of(installed)]
            for path in needed(files):
                (laid / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(installed / path, laid / path)
            hollow_out(laid)
            lay_models(installed, laid, self.service)
            compile_away(laid, self._interpreter(), "-o", "2")
            laid.rename(shelf)
        return shelf

    def _interpreter(self) -> str:
        """A Python of the target's version: no other can write its bytecode."""
        if self.target.python == Target.here().python:
            return sys.executable
        try:
            return run([str(_UV), "python", "find", "--no-project", "--system", self.target.python]).strip()
        except CannotBuild:
            raise CannotBuild(
                f"Bytecode for Lambda's python{self.target.python} needs a Python {self.target.python} here."
                f" Install one (`.tools/bin/uv python install {self.target.python}`), or build for another version"
                " (`--python 3.12`)."
            ) from None

    def _lay_modules(self, laid: Path) -> None:
        for source in sorted(reached(ROOT, {function.module for function in self.service.functions})):
            aim = laid / source.relative_to(ROOT)
            aim.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, aim)

    def _lay_own(self, laid: Path) -> None:
        """Code and wording of this service, what is shared, packs, pages."""

        def lay(folder: Path, *patterns: str) -> None:
            for pattern in patterns:
                for file in files_of(folder, pattern):
                    aim = laid / file.relative_to(ROOT)
                    aim.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, aim)

        self._lay_modules(laid)
        lay(ROOT / "shared", "texts/*.json")
        lay(ROOT / "services" / self.service.name, "texts/*.json", "texts/pages/*.json")
        if self.draws:
            lay(ROOT / "services" / self.service.name, "fonts/*")
        if self._description.is_file():
            lay(self._description.parent, self._description.name)
        compile_into(laid / "packs", PACKS, *self.packs)
        _leave_zones(laid, every=self.service.name in _OF_ANY_ZONE)
        for concern, reader in _READERS.items():
            if reader != self.service.name:
                for unread in (laid / "packs").glob(f"*.{concern}.json"):
                    unread.unlink()
        if self.has_pages:
            from infra.assets import lay_pages  # noqa: PLC0415  only where there are pages

            lay_pages(laid, self.service.name)

    def _size(self) -> str:
        return f"{self.archive.stat().st_size / 1e6:.1f} MB zipped"


def _leave_zones(laid: Path, *, every: bool) -> None:
    """Of the world's time zones only those that a pack's calendar runs in, unless `every` one may be asked for."""
    if every:
        return
    packs = (json.loads(file.read_text(encoding="utf-8")) for file in (laid / "packs").glob("*.json"))
    named = {"UTC", *(pack["calendar"]["tz"] for pack in packs if "calendar" in pack)}
    zones = laid / "tzdata" / "zoneinfo"
    for file in files_of(zones) if zones.is_dir() else ():
        if file.suffix not in {".py", ".pyc"} and file.relative_to(zones).as_posix() not in named:
            file.unlink()
