"""How a file's columns become reports: a mapping in TOML, and what is wrong with a row that can't be one. Pure."""

import csv
import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Row = Mapping[str, str]

_TEXTS = ("description", "language", "place.address", "contact.name", "contact.email", "contact.phone")
_NUMBERS = ("place.lat", "place.long")
_CODED = ("category", "channel")
_KNOWN = frozenset({"source", "id", "time", "zone", "lagging", *_TEXTS, *_NUMBERS, *_CODED})


class BadMapping(ValueError):
    """A mapping that can't be used; says what to mend."""


class BadRow(ValueError):
    """A row that can't be a report; says why."""


@dataclass(frozen=True)
class Mapped:
    """What goes to `POST /v1/cases`, and the id that it has where it comes from."""

    identity: str
    body: dict[str, Any]


class Columns:
    """Fields of a report by templates over columns, such as `description = "{type}: {reason}"`.

    `category` and `channel` are words, or tables `{of = "{column}", file = "codes.csv", otherwise = "X9"}`; the file
    has columns `from`, `to` and, for a category, `facts`; `columns` names others, `where` takes some of its rows.
    `time` is ISO 8601, in `zone` unless it has an offset.
    """

    def __init__(self, settings: Mapping[str, Any], folder: Path) -> None:
        self._settings = _flat(settings)
        if unknown := sorted(set(self._settings) - _KNOWN):
            raise BadMapping(f"nobody reads {', '.join(unknown)}; there are {', '.join(sorted(_KNOWN))}")
        if missing := [name for name in ("source", "id", "description") if name not in self._settings]:
            raise BadMapping(f"the mapping needs {', '.join(missing)}")
        self.source = str(self._settings["source"])
        try:
            self._zone = ZoneInfo(str(self._settings.get("zone", "UTC")))
        except (ZoneInfoNotFoundError, ValueError):
            raise BadMapping(f"there is no time zone {self._settings['zone']!r}") from None
        self._codes = {
            name: _codes(folder / coded["file"], coded) if "file" in coded else {}
            for name in _CODED
            if isinstance(coded := self._settings.get(name), dict)
        }

    @classmethod
    def of(cls, given: list[str]) -> "Columns":
        """From a TOML file, pairs `field=template`, or a file and pairs that win over it. Raises `BadMapping`."""
        settings: dict[str, Any] = {}
        folder = Path()
        for one in given:
            name, equals, template = one.partition("=")
            if equals:
                settings[name] = template
                continue
            folder = Path(one).parent
            try:
                settings |= _flat(tomllib.loads(Path(one).read_text(encoding="utf-8")))
            except (OSError, ValueError) as error:
                raise BadMapping(f"{one} can't be read: {error}") from None
        return cls(settings, folder)

    def report(self, row: Row, *, contacts: bool) -> Mapped:
        """The row as a report. Raises `BadRow`."""
        identity = self._text("id", row)
        if not identity:
            raise BadRow("it has no id")
        body: dict[str, Any] = {"description": self._text("description", row)}
        category, facts = self._coded("category", row)
        channel, _ = self._coded("channel", row)
        body |= {name: value for name, value in (("category", category), ("channel", channel)) if value}
        body |= {"facts": dict.fromkeys(facts.split(), True)} if facts else {}
        if language := self._text("language", row):
            body["language"] = language
        if "time" in self._settings and (text := self._text("time", row)):
            body["happened_at"] = self._time(text).isoformat()
        for name in (*_NUMBERS, *_TEXTS):
            part, dot, field = name.partition(".")
            if not dot or (part == "contact" and not contacts) or not (text := self._text(name, row)):
                continue
            body.setdefault(part, {})[field] = _number(name, text) if name in _NUMBERS else text
        return Mapped(identity, body)

    def key(self, secret: bytes, identity: str) -> str:
        """The Idempotency-Key: the same row gets the same one, and nobody without the secret can tell which.

        Whoever could send a known row under its key again would be answered with the secret of its case.
        """
        return hmac.digest(secret, f"{self.source}\0{identity}".encode(), "sha256").hex()

    def _text(self, name: str, row: Row) -> str:
        template = self._settings.get(name, "")
        if not isinstance(template, str):
            raise BadMapping(f"{name} is a text such as '{{column}}'")
        return self._filled(name, template, row)

    def _filled(self, name: str, template: str, row: Row) -> str:
        try:
            return " ".join(template.format_map(row).split())
        except KeyError as error:
            raise BadMapping(f"{name} names the column {error}, which the file does not have") from None
        except (ValueError, AttributeError, IndexError):
            raise BadMapping(f"{name}: {template!r} is no template; columns stand in braces") from None

    def _coded(self, name: str, row: Row) -> tuple[str, str]:
        coded = self._settings.get(name)
        if not isinstance(coded, dict):
            return self._text(name, row), ""
        value = self._filled(name, str(coded.get("of", "")), row)
        return self._codes[name].get(value, (str(coded.get("otherwise", "")), ""))

    def _time(self, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise BadRow(f"its time {text[:40]!r} is no date such as 2026-11-23T09:30:00") from None
        if at.tzinfo:
            return at
        at = at.replace(tzinfo=self._zone)
        # Some files hold local times from which the offset was taken once too often.
        return at.astimezone(UTC).replace(tzinfo=self._zone) if self._settings.get("lagging") else at


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """`place.address` for what TOML has as a table `place`."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict) and name not in _CODED:
            flat |= {f"{name}.{inner}": text for inner, text in value.items()}
        else:
            flat[name] = value
    return flat


def _codes(file: Path, coded: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    of, to = coded.get("columns", ("from", "to"))
    where = coded.get("where", {}).items()
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return {
                " ".join(row[of].split()): (row[to], row.get("facts") or "")
                for row in csv.DictReader(lines)
                if all(row[name] == value for name, value in where)
            }
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise BadMapping(f"{file} can't be read as a table with columns {of} and {to}: {error}") from None


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadRow(f"{name} {text[:40]!r} is no number") from None
