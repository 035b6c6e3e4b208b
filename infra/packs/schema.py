"""Writes `docs/packs/<file>.schema.json`, so that an editor knows what may stand in each file of a pack.

`python -m infra.packs.schema`. `docs/packs.md` says how an editor is told.
"""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from infra.packs.lint import CORE
from shared.packs import Pack
from shared.packs.care import Care
from shared.packs.complaints import Complaints
from shared.packs.knowledge import Article
from shared.packs.ledger import Ledger
from shared.packs.questionnaire import Questionnaire

TARGET = Path(__file__).resolve().parent.parent.parent / "docs" / "packs"
_REF = "#/$defs/"


def schemas() -> dict[str, str]:
    """The JSON Schema of each file, by the file's name, as it is committed."""
    models: list[type[BaseModel]] = [Pack, Complaints, Ledger, Questionnaire, Article, Care]
    _, described = models_json_schema([(model, "validation") for model in models], ref_template=_REF + "{model}")
    parts: dict[str, Any] = described["$defs"]
    pack, complaints, care = parts.pop("Pack"), parts.pop("Complaints"), parts.pop("Care")
    files = {concern: pack["properties"].pop(concern) for concern in CORE}
    pack["properties"].pop("subscribable")
    for name in ("name", "version", "ledger"):
        complaints["properties"].pop(name)
    for name in ("name", "version"):
        care["properties"].pop(name)
    for whole in (pack, complaints, care):
        whole["required"] = [name for name in whole["required"] if name in whole["properties"]]
    files |= {
        "pack": pack,
        "calendar": _calendar(),
        "care": care,
        "complaints": complaints,
        "ledger": parts["Ledger"],
        "knowledge": {"type": "array", "minItems": 1, "items": {"$ref": f"{_REF}Article"}},
        "questionnaire": {"type": "array", "minItems": 1, "items": {"$ref": f"{_REF}Questionnaire"}},
    }
    return {name: _alone(name, part, parts) for name, part in sorted(files.items())}


def _alone(name: str, schema: dict[str, Any], parts: dict[str, Any]) -> str:
    """One file's schema with the parts that it needs and no others."""
    needed: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        for found in re.findall(rf'"{re.escape(_REF)}(\w+)"', json.dumps(waiting.pop())):
            if found not in needed:
                needed[found] = parts[found]
                waiting.append(parts[found])
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ahd:pack:{name}",
        "$comment": "Drawn from the models by `make docs`.",
        **schema,
        **({"$defs": dict(sorted(needed.items()))} if needed else {}),
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _calendar() -> dict[str, Any]:
    time = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"}
    windows = {
        "type": "array",
        "items": {"type": "array", "items": time, "minItems": 2, "maxItems": 2},
    }
    week = {
        "type": "object",
        "properties": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), windows),
        "additionalProperties": False,
    }
    named = TypeAdapter(dict[str, str]).json_schema()
    dated = {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "hours": windows},
            "required": ["name", "hours"],
            "additionalProperties": False,
        },
    }
    public = {
        "type": "object",
        "properties": {
            "country": {"type": "string"},
            "subdivision": {"type": ["string", "null"]},
            "years": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
            "language": {"type": "string"},
            "own": named,
            "make_up_hours": windows,
        },
        "required": ["country", "years"],
        "additionalProperties": False,
    }
    season = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("name", "from", "to")} | {"hours": week},
        "required": ["name", "from", "to", "hours"],
        "additionalProperties": False,
    }
    return {
        "title": "Calendar",
        "type": "object",
        "properties": {
            "like": {"type": "string", "description": "a calendar of packs/calendars to start from"},
            "name": {"type": "string"},
            "tz": {"type": "string", "description": "an IANA time zone"},
            "hours": week,
            "seasons": {"type": "array", "items": season},
            "overrides": dated,
            "holidays": {"anyOf": [public, named]},
            "closed": named,
            "breaks": dated,
        },
        "anyOf": [{"required": ["like"]}, {"required": ["tz", "hours"]}],
        "additionalProperties": False,
    }


def main() -> None:
    """Write them."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (TARGET / f"{name}.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
