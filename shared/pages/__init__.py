"""The kit that every service's pages are made with.

`render("intake/what.html", "ar", …)` gives a whole page. A template's first folder is the service it belongs
to (`kit` for the templates here); its wording comes from that service's `texts/<language>.json`, laid over
the kit's own. Templates compiled when the package was built are taken from `compiled_pages` beside the
package's code; where there are none, the sources are read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    PackageLoader,
    PrefixLoader,
)

from shared import wording
from shared.packs import RIGHT_TO_LEFT

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "ar": "العربية", "zh": "中文"}
"""The languages every page speaks, each by its own name."""
DEFAULT_LANGUAGE: Final = "en"

_ROOT = Path(__file__).resolve().parents[2]
_COMPILED = _ROOT / "compiled_pages"
_ASSETS = (_ROOT / "assets", _ROOT / "build" / "assets")


@dataclass(frozen=True)
class Fault:
    """Something on a form that must be put right: the id of its field, and what to do about it."""

    field: str
    message: str


def render(template: str, language: str, **context: Any) -> str:
    """The page `template` in `language`, whole.

    Every value in `context` is escaped. `faults`, a sequence of `Fault`, become the error summary and the
    message beside each field. Raises `KeyError` when a text of the page has no wording.
    """
    faults: Sequence[Fault] = context.pop("faults", ())
    t = wording.speaker(template.partition("/")[0], language)
    return (
        _environment()
        .get_template(template)
        .render(
            context,
            language=language,
            languages=LANGUAGES,
            direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
            stylesheet=asset("ahd-rtl.css" if language in RIGHT_TO_LEFT else "ahd.css"),
            crest=asset("crest.svg"),
            t=t,
            faults=faults,
            fault={one.field: {"text": one.message, "visuallyHiddenText": t("kit.error")} for one in faults},
        )
    )


@dataclass(frozen=True)
class Asset:
    """A built file: where a page finds it, and the digest that proves that it is the one meant."""

    href: str
    integrity: str


def asset(name: str) -> Asset:
    """The built file that `name` (as in `ahd.css`) became."""
    entry = _manifest()[name]
    return Asset(href=f"/assets/{entry['file']}", integrity=entry["integrity"])


def styles(language: str) -> str:
    """The stylesheet itself, for a page that is kept as a file."""
    file = _manifest()["ahd-rtl.css" if language in RIGHT_TO_LEFT else "ahd.css"]["file"]
    return (_assets() / file).read_text(encoding="utf-8")


def asset_content(file: str) -> bytes | None:
    """The bytes of the built file with the hashed name `file`; None when no such file was built."""
    if any(entry["file"] == file for entry in _manifest().values()):
        return (_assets() / file).read_bytes()
    return None


def environment_from_sources(services: Sequence[str]) -> Environment:
    """What templates of the kit and of `services` are read, and compiled, with."""
    return _environment_with(
        PrefixLoader(
            {
                "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                "kit": FileSystemLoader(Path(__file__).resolve().parent / "templates"),
                **{name: FileSystemLoader(_ROOT / "services" / name / "pages") for name in services},
            }
        )
    )


@cache
def _environment() -> Environment:
    if _COMPILED.is_dir():
        return _environment_with(ModuleLoader(_COMPILED))
    return environment_from_sources([path.parent.name for path in _ROOT.glob("services/*/pages")])


def _environment_with(loader: BaseLoader) -> Environment:
    # The components test parameters that a page leaves out: hence undefined values that may be chained.
    return Environment(loader=loader, autoescape=True, undefined=ChainableUndefined, auto_reload=False)


@cache
def _assets() -> Path:
    for folder in _ASSETS:
        if (folder / "manifest.json").is_file():
            return folder
    raise FileNotFoundError("the pages' stylesheets are not built: run `python -m infra.assets`")


@cache
def _manifest() -> dict[str, dict[str, str]]:
    manifest: dict[str, dict[str, str]] = json.loads((_assets() / "manifest.json").read_text())
    return manifest
