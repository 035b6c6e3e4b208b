"""The police pack with categories added that a test is about."""

import shutil
from pathlib import Path

from infra.packs import PACKS, compile_into


def with_categories(target: Path, *categories: str) -> Path:
    """Compile the shipped police pack with these categories (YAML) in place of those of the same code."""
    home = target / "sources"
    shutil.copytree(PACKS / "police", home / "police")
    shutil.copytree(PACKS / "calendars", home / "calendars")
    file = home / "police" / "categories.yaml"
    kept = file.read_text(encoding="utf-8")
    groups = home / "police" / "groups.yaml"
    known = groups.read_text(encoding="utf-8")
    for code, text in ((one.split("code: ")[1].split("\n")[0], one) for one in categories):
        if f"- code: {code}\n" not in kept:
            kept += text
        group = text.split("group: ")[1].split("\n")[0]
        if f"\n{group}:" not in f"\n{known}":
            known += f'{group}: {{ en: {group}, ar: "أخرى", zh: "其他" }}\n'
    file.write_text(kept, encoding="utf-8")
    groups.write_text(known, encoding="utf-8")
    compile_into(target / "compiled", home)
    return target / "compiled"
