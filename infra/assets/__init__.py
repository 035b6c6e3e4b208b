"""What the pages are made with: stylesheets built from GOV.UK Frontend's Sass, and compiled templates.

`build` writes `build/assets/`: every file under a name that holds a hash of its content (so that a browser may
keep it for ever), and `manifest.json` that says which plain name became which. It does nothing when nothing
changed.
"""

import base64
import fcntl
import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from jinja2 import Environment, meta

from shared.pages import environment_from_sources

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TARGET = ROOT / "build" / "assets"

_LOCK = HERE / "package-lock.json"
_INSTALLED = HERE / "node_modules" / ".installed"
_CREST = HERE / "src" / "crest.svg"
_SOURCES = (_LOCK, HERE / "compile.mjs", HERE / "src" / "ahd.scss", _CREST, Path(__file__).resolve())


def build(target: Path = TARGET) -> Path:
    """Build the assets into `target` unless they are there and current; the folder is returned.

    Needs Node and, the first time, the npm registry. Raises `CalledProcessError` when a tool fails.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / ".assets-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests that run side by side build once
        _build(target)
    return target


def _build(target: Path) -> None:
    wanted = _digest(*_SOURCES)
    stamp = target / ".built-from"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    _install()
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["node", str(HERE / "compile.mjs"), scratch], check=True)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        manifest = {path.name: _keep(path, target) for path in (*sorted(Path(scratch).glob("*.css")), _CREST)}
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    stamp.write_text(wanted)


def compile_templates(target: Path, services: tuple[str, ...]) -> None:
    """Compile the kit's templates and those of `services` to Python modules under `target`.

    A package that holds them as its folder `compiled_pages` parses no template at run time.
    """
    environment = environment_from_sources(services)
    target.mkdir(parents=True, exist_ok=True)
    reached = _reached(environment)
    environment.compile_templates(
        str(target), zip=None, ignore_errors=False, filter_func=lambda name: name in reached
    )


def _reached(environment: Environment) -> set[str]:
    """The desk's own templates and what they use: most components of the library are on none of its pages."""
    reached: set[str] = set()
    waiting = [name for name in environment.list_templates() if not name.startswith("govuk_frontend_jinja/")]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            source = environment.loader.get_source(environment, name)[0] if environment.loader else ""
            used = meta.find_referenced_templates(environment.parse(source))
            waiting.extend(_known(name, template) for template in used)
    return reached


def _known(name: str, template: str | None) -> str:
    if template is None:
        raise ValueError(f"{name} uses a template whose name is computed: it can't be compiled at build")
    return template


def lay_pages(package: Path, service: str) -> None:
    """Put into the folder `package` what `service` needs to show pages: compiled templates and assets."""
    compile_templates(package / "compiled_pages", (service,))
    shutil.copytree(build(), package / "assets", ignore=shutil.ignore_patterns(".built-from"), dirs_exist_ok=True)


def _keep(path: Path, target: Path) -> dict[str, str]:
    content = path.read_bytes()
    name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"
    (target / name).write_bytes(content)
    integrity = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return {"file": name, "integrity": f"sha384-{integrity}"}


def _install() -> None:
    wanted = _digest(_LOCK)
    if _INSTALLED.is_file() and _INSTALLED.read_text() == wanted:
        return
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=HERE,
        check=True,
    )
    _INSTALLED.write_text(wanted)


def _digest(*paths: Path) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.read_bytes())
    return whole.hexdigest()
