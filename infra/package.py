"""Builds what Lambda runs: `build/packages/<service>/` and the same as `<service>.zip`.

    python -m infra.package [--packs FOLDER …] [--production | --python 3.13 --architecture arm64]

A package holds the service's own folder, `shared`, the compiled packs and pages, the service's locked dependencies,
and bytecode that is valid by itself (`unchecked-hash`): Lambda unpacks with other times than were built with.
Building the same sources twice gives the same bytes; what did not change is not built again.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.bill import bill
from infra.desk import Service
from infra.hollow import hollow_out
from infra.packs import PACKS, BadPack, compile_into
from infra.reach import borrowed, reached
from infra.services import SERVICES
from infra.target import Target
from infra.trim import aws_calls, lay_models, needed

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "build" / "packages"
_SHELF = ROOT / "build" / "dependencies"
_UV = ROOT / ".tools" / "bin" / "uv"
_TASK = "/var/task"
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
_THEN = (1980, 1, 1, 0, 0, 0)

_TRIMMED_BY = [Path(__file__), *(Path(__file__).with_name(name) for name in ("trim.py", "hollow.py"))]
_LAID_BY = [
    *sorted((ROOT / "infra" / "packs").glob("*.py")),
    *sorted((ROOT / "infra" / "wording").glob("*.py")),
    *(ROOT / "infra" / name for name in ("holidays_of.py", "feasts.py", "bill.py", "reach.py", "assets/__init__.py")),
    ROOT / "services" / "intake" / "proposing.py",
]


class CannotBuild(Exception):
    """A package can't be built; the message says what to do."""


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
        return _run([str(_UV), "export", "--frozen", "--only-group", self.name, "--no-header", "--no-annotate", "-q"])

    @property
    def bill(self) -> Path:
        """Its bill of materials, beside it."""
        return self.packages / f"{self.name}.cdx.json"

    def _billed(self) -> str:
        exported = ("export", "--frozen", "--only-group", self.name, "--format", "cyclonedx1.5", "-q")
        return bill(_run([str(_UV), *exported, "--preview-features", "sbom-export"]), pages=self.has_pages)

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
            _compile_away(laid, self._interpreter(), "-o", "2")
            _zip(laid, self.archive)
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
            *_TRIMMED_BY,
            *_LAID_BY,
            *(file for file in _files(ROOT / "shared") if self.has_pages or "pages" not in file.parts),
            *_files(ROOT / "services" / self.service.name),
            *(file for folder in (ROOT / "packs", *self.packs) for file in _files(folder)),
            *(_files(ASSETS) if self.has_pages else ()),
            *([self._description] if self._description.is_file() else ()),
        ]
        return _digest(self.requirements, repr(self.target), *self._calls, *sources)

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
        made_from: list[str | Path] = [self.requirements, repr(self.target), *self._calls, *_TRIMMED_BY]
        return _SHELF / f"{self._shelf_mark}{_digest(*made_from)[:20]}"

    @property
    def _shelf_mark(self) -> str:
        return f"{self.name}-{self.target.python}-{self.target.architecture}-"

    def clear_shelf(self) -> None:
        """Remove dependencies that this service had for this target before."""
        for outdated in set(_SHELF.glob(f"{self._shelf_mark}*")) - {self.shelf}:
            shutil.rmtree(outdated)

    def _dependencies(self) -> Path:
        """The trimmed, compiled dependencies; kept on a shelf, because code changes more often than they do.

        Bytecode only, without docstrings: a third less to load, and nobody edits a dependency in a Lambda.
        """
        shelf = self.shelf
        if shelf.is_dir():
            return shelf
        with tempfile.TemporaryDirectory(dir=_SHELF) as scratch:
            listed, installed, laid = (Path(scratch) / name for name in ("requirements.txt", "installed", "laid"))
            listed.write_text(self.requirements)
            elsewhere = [] if self.native else ["--python-platform", self.target.wheels]
            _run(
                [
                    *(str(_UV), "pip", "install", "--quiet", "--target", str(installed), "--require-hashes"),
                    *("--only-binary", ":all:", "--python-version", self.target.python, *elsewhere),
                    *("--link-mode", "copy", "--no-config", "-r", str(listed)),
                ],
                # Compiled once below, for the target; a caller's own setting must not do it twice.
                {"UV_COMPILE_BYTECODE": "0"},
            )
            files = [path.relative_to(installed) for path in _files(installed)]
            for path in needed(files):
                (laid / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(installed / path, laid / path)
            hollow_out(laid)
            lay_models(installed, laid, self.service)
            _compile_away(laid, self._interpreter(), "-o", "2")
            laid.rename(shelf)
        return shelf

    def _interpreter(self) -> str:
        """A Python of the target's version: no other can write its bytecode."""
        if self.target.python == Target.here().python:
            return sys.executable
        try:
            return _run([str(_UV), "python", "find", "--no-project", "--system", self.target.python]).strip()
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
                for file in _files(folder, pattern):
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
    for file in _files(zones) if zones.is_dir() else ():
        if file.suffix not in {".py", ".pyc"} and file.relative_to(zones).as_posix() not in named:
            file.unlink()


def try_out(package: Path, service: Service) -> None:
    """Import every handler and make every AWS client in a fresh process that has this package and nothing else.

    Raises `CannotBuild` when something that was left out is needed after all.
    """
    modules = sorted(function.module for function in service.functions)
    program = f"""
import importlib, sys
sys.path.insert(0, {str(package)!r})
for module in {modules!r}:
    assert callable(importlib.import_module(module).handler), module
import importlib.util
missing = [name for name in {sorted(borrowed(ROOT, modules))!r} if not importlib.util.find_spec(name)]
assert not missing, f"this package lacks what it imports later: {{missing}}"
import botocore.session
session = botocore.session.get_session()
for aws in {sorted(aws_calls(service))!r}:
    session.create_client(aws, region_name="eu-west-2", aws_access_key_id="none", aws_secret_access_key="none")
from Crypto.Cipher import AES
def cipher():
    return AES.new(bytes(32), AES.MODE_GCM, nonce=bytes(12)).update(b"where")
text, tag = cipher().encrypt_and_digest(b"what")
assert cipher().decrypt_and_verify(text, tag) == b"what"
strays = sorted({{name.partition(".")[0] for name, module in sys.modules.items()
    if "site-packages" in (getattr(module, "__file__", None) or "")}})
assert not strays, strays
"""
    # Isolated, without site-packages, and without leaving bytecode of its own behind.
    try:
        _run([sys.executable, "-I", "-S", "-B", "-c", program])
    except CannotBuild as error:
        raise CannotBuild(
            f"The package of {service.name} does not run:\n{error}\n"
            "If something was trimmed that is needed, see infra/trim.py."
        ) from error


def _compile(folder: Path, interpreter: str, *options: str) -> None:
    """Bytecode that Python takes as it is, without asking when or from what it was made."""
    _run(
        [
            *(interpreter, "-P", "-s", "-S", "-m", "compileall", "-q", "-f"),
            *("--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", _TASK, *options, str(folder)),
        ],
        # Sets in constants are written in the order of their hashes.
        environment={"PYTHONHASHSEED": "0"},
    )


def _compile_away(folder: Path, interpreter: str, *options: str) -> None:
    """Leave bytecode in the place of sources that nobody reads."""
    _compile(folder, interpreter, "-b", *options)
    for source in list(folder.rglob("*.py")):
        source.unlink()


def _zip(folder: Path, archive: Path) -> None:
    """Sorted, with one time for all: the same files give the same archive."""
    fresh = archive.with_suffix(".fresh")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name in sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(name, _THEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            zipped.writestr(entry, (folder / name).read_bytes())
    fresh.replace(archive)


def _files(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """All files below, in a fixed order, without what Python leaves lying about."""
    for path in sorted(folder.rglob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _digest(*parts: str | Path) -> str:
    whole = hashlib.sha256()
    for part in parts:
        content = str(part).encode() + b"\0" + part.read_bytes() if isinstance(part, Path) else part.encode()
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> str:
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


def build(target: Target, packages: Path = PACKAGES, packs: Sequence[Path] = ()) -> Iterator[str]:
    """Build every service's package for `target`; says what was done, as it is done. Raises `CannotBuild`."""
    packages.mkdir(parents=True, exist_ok=True)
    _SHELF.mkdir(parents=True, exist_ok=True)
    # One at a time on this machine, wherever the packages go: they share the shelf of dependencies.
    with (_SHELF / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packings = [
            Packing(name, service, target, packages, packs)
            for whole in SERVICES
            for name, service in whole.packages().items()
        ]
        if any(packing.has_pages for packing in packings):
            from infra.assets import build as build_assets  # noqa: PLC0415  imports the compiler of templates

            yield f"stylesheets: {build_assets().relative_to(ROOT)}"
        with ThreadPoolExecutor(max_workers=2) as workers:
            for done in as_completed([workers.submit(packing.build) for packing in packings]):
                yield done.result()
        target.record(packages)
        for packing in packings:
            packing.clear_shelf()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds the Lambda packages of the desk.")
    here, production = Target.here(), Target.production()
    parser.add_argument("--packs", type=Path, action="append", default=[], help="another folder of packs")
    parser.add_argument("--out", type=Path, default=PACKAGES)
    parser.add_argument("--python", default=here.python, help=f"Lambda's Python (default {here.python})")
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default=here.architecture)
    parser.add_argument(
        "--production", action="store_true", help=f"for {production.architecture}, Python {production.python}"
    )
    chosen = parser.parse_args()
    target = production if chosen.production else Target(chosen.python, chosen.architecture)
    _say(f"packages for python{target.python} on {target.architecture}")
    try:
        for line in build(target, chosen.out, chosen.packs):
            _say(f"  {line}")
    except (CannotBuild, BadPack) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
