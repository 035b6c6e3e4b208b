"""Cuts the fonts that printed documents carry out of the Noto families, and writes them beside the code that prints.

    python -m infra.fonts LATIN_FOLDER ARABIC_FOLDER CHINESE_FOLDER

The folders are those of the npm packages `@embedpdf/fonts-latin`, `-arabic` and `-sc` (1.0.0, SIL Open Font License
1.1). What comes out is committed: it changes only when a language or its characters do. The licence reserves the
name "Noto Sans" for the unmodified fonts, so the cuts have names of their own.
"""

import shutil
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "services" / "complaints" / "fonts"

_ASCII = frozenset(range(0x20, 0x7F))
_MARKS = frozenset({*range(0x2010, 0x2030), 0x2032, 0x2033, 0x20AC, 0x2212, 0x00A0})
LATIN = _ASCII | _MARKS | frozenset(range(0xA0, 0x180))
ARABIC = _ASCII | frozenset(range(0x600, 0x700)) | frozenset(range(0x750, 0x780)) | frozenset(range(0x200C, 0x2010))

_POSTSCRIPT = 6
_NAMES = {1: "{0}", 3: "{0} {1}", 4: "{0} {1}", _POSTSCRIPT: "{0}-{1}", 16: "{0}"}
_KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16]


def chinese() -> AbstractSet[int]:
    """All of GBK, about 21,000 characters, with the rare ones of names and the traditional ones."""
    return _ASCII | set(_gbk())


def _gbk() -> Iterator[int]:
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                yield from map(ord, bytes([high, low]).decode("gbk"))
            except UnicodeDecodeError:
                continue


def cut(source: Path, target: Path, characters: AbstractSet[int], family: str, style: str) -> None:
    """Write the font with these characters only, and the shaping that they need, under its own name."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["*"]
    options.name_IDs = _KEPT_NAMES
    options.notdef_outline = True
    font: TTFont = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    for record in list(font["name"].names):
        if record.nameID in _NAMES:
            called = family.replace(" ", "") if record.nameID == _POSTSCRIPT else family
            name = _NAMES[record.nameID].format(called, style)
            font["name"].setName(name, record.nameID, record.platformID, record.platEncID, record.langID)
    if "CFF " in font:
        top = font["CFF "].cff
        top.fontNames[0] = f"{family.replace(' ', '')}-{style}"
        top.topDictIndex[0].FamilyName = family
        top.topDictIndex[0].FullName = f"{family} {style}"
    font.save(str(target), reorderTables=None)


def main() -> int:
    latin, arabic, sc = (Path(argument) / "fonts" for argument in sys.argv[1:4])
    TARGET.mkdir(exist_ok=True)
    for style in ("Regular", "Bold"):
        cut(latin / f"NotoSans-{style}.ttf", TARGET / f"latin-{style.lower()}.ttf", LATIN, "Ahd Latin", style)
        cut(
            arabic / f"NotoNaskhArabic-{style}.ttf",
            TARGET / f"arabic-{style.lower()}.ttf",
            ARABIC,
            "Ahd Arabic",
            style,
        )
    cut(sc / "NotoSansHans-Regular.otf", TARGET / "chinese-regular.otf", chinese(), "Ahd Chinese", "Regular")
    shutil.copyfile(latin.parent / "LICENSE", TARGET / "OFL.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
