"""Sheets as PDF: A4, the fonts within, Arabic shaped and from right to left. The same sheet gives the same bytes."""

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import TextDirection, WrapMode, XPos, YPos
from fpdf.fonts import TTFFont

from services.complaints.sheet import Sheet

_FONTS: Final = Path(__file__).resolve().parent / "fonts"
_FAMILIES: Final = ("latin", "arabic", "chinese")
_FAMILY: Final = {"en": "latin", "ar": "arabic", "zh": "chinese"}
_STYLES: Final[Mapping[str, Mapping[str, str]]] = {
    "latin": {"": "latin-regular.ttf", "B": "latin-bold.ttf"},
    "arabic": {"": "arabic-regular.ttf", "B": "arabic-bold.ttf"},
    "chinese": {"": "chinese-regular.otf"},
}
_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
_MARGIN, _LABEL = 20, 52
_DARK, _GREY, _RULE = (11, 12, 12), (80, 90, 95), (177, 180, 182)
_DIRECTIONS: Final = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f"))
"""Marks that steer a browser. The layout here decides by itself, and the fonts have no picture of them."""
_UNKNOWN: Final = "\u25a1"
"""An empty box, for a character that none of the fonts has: it must not vanish unseen."""


class _Paper(FPDF):
    def __init__(self, sheet: Sheet) -> None:
        super().__init__(format="A4")
        self._sheet = sheet
        self._family = _FAMILY[sheet.language]
        self._unknown: frozenset[str] = frozenset()
        self.rtl = sheet.language == "ar"
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=25)
        self._load_fonts(sheet)
        self.set_title(f"{sheet.title} {sheet.number}")
        self.set_author(sheet.organisation)
        self.set_lang(sheet.language)
        self.set_creation_date(sheet.issued)

    def _load_fonts(self, sheet: Sheet) -> None:
        """The fonts that the sheet needs: to read the Chinese one takes longer than to draw the whole sheet."""
        missing = {*_as_drawn("".join(_texts(sheet))), *_ASCII}
        for family in dict.fromkeys((self._family, *_FAMILIES)):
            if not missing:
                break
            for style, name in _STYLES[family].items():
                self.add_font(family, style, _FONTS / name)
            font = self.fonts[family]
            if isinstance(font, TTFFont):
                missing -= {one for one in missing if ord(one) in font.cmap}
        self._unknown = frozenset(missing)
        self.set_fallback_fonts(
            [one for one in _FAMILIES if one in self.fonts and one != self._family], exact_match=False
        )

    def _printable(self, text: str) -> str:
        return "".join(_UNKNOWN if one in self._unknown else one for one in _as_drawn(text))

    def footer(self) -> None:
        self.set_y(-16)
        self.write_line(f"{self._sheet.number}   {self.page_no()}/{{nb}}", size=9, color=_GREY, rtl=False, align="C")

    def write_line(
        self,
        text: str,
        *,
        size: float,
        bold: bool = False,
        color: tuple[int, int, int] = _DARK,
        rtl: bool | None = None,
        width: float = 0,
        align: str = "",
        after: YPos = YPos.NEXT,
    ) -> None:
        """Text of any length from here on, in the direction of the sheet unless another is given."""
        backwards = self.rtl if rtl is None else rtl
        self.set_font(self._family, "B" if bold and "B" in _STYLES[self._family] else "", size)
        self.set_text_color(*color)
        self.set_text_shaping(True, direction=TextDirection.RTL if backwards else TextDirection.LTR)
        self.multi_cell(
            width,
            size * 0.52,
            self._printable(text),
            align=align or ("R" if backwards else "L"),
            new_x=XPos.LMARGIN,
            new_y=after,
            # Chinese has no spaces to break lines at.
            wrapmode=WrapMode.CHAR if _has_no_spaces(text) else WrapMode.WORD,
        )


def pdf(sheet: Sheet) -> bytes:
    """The sheet as a PDF. A character that no font of ours has is an empty box."""
    paper = _Paper(sheet)
    paper.add_page()
    paper.write_line(sheet.organisation, size=11, color=_GREY)
    paper.ln(4)
    paper.write_line(sheet.title, size=24, bold=True)
    paper.ln(6)
    for label, value in sheet.facts:
        _fact(paper, label, value)
    paper.ln(8)
    paper.write_line(sheet.heading, size=14, bold=True)
    paper.ln(2)
    for paragraph in sheet.text.splitlines():
        paper.write_line(paragraph, size=12, rtl=_runs_backwards(paragraph, otherwise=paper.rtl))
        paper.ln(1)
    _signatures(paper, sheet)
    return bytes(paper.output())


def _fact(paper: _Paper, label: str, value: str) -> None:
    """A label and its value side by side, the label where reading begins, and a rule beneath both."""
    wide = paper.epw - _LABEL
    left = paper.l_margin
    top = paper.get_y() + 1.5
    bottom = top
    for text, x, width, bold in (
        (label, left + (wide if paper.rtl else 0), _LABEL, True),
        (value, left + (0 if paper.rtl else _LABEL), wide, False),
    ):
        paper.set_xy(x, top)
        paper.write_line(text, size=12, bold=bold, width=width)
        bottom = max(bottom, paper.get_y())
    paper.set_draw_color(*_RULE)
    paper.line(left, bottom + 1.5, left + paper.epw, bottom + 1.5)
    paper.set_xy(left, bottom + 2)


def _signatures(paper: _Paper, sheet: Sheet) -> None:
    """A line to sign on, for each who has to, together on one page."""
    height = 22
    if paper.will_page_break(height * len(sheet.signatures)):
        paper.add_page()
    for who in sheet.signatures:
        y = paper.get_y() + height - 6
        paper.set_draw_color(*_DARK)
        paper.line(paper.l_margin, y, paper.l_margin + paper.epw, y)
        paper.set_xy(paper.l_margin, y + 1)
        paper.write_line(who, size=10, color=_GREY)


def _texts(sheet: Sheet) -> Iterator[str]:
    """Everything that is drawn."""
    yield from (sheet.organisation, sheet.title, sheet.number, sheet.heading, *sheet.text.splitlines())
    yield from sheet.signatures
    for fact in sheet.facts:
        yield from fact


def _as_drawn(text: str) -> str:
    return text.translate(_DIRECTIONS).expandtabs(4)


def _runs_backwards(text: str, *, otherwise: bool) -> bool:
    """Whether a paragraph reads from right to left: its first letter decides."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in _RIGHT_TO_LEFT:
            return True
        if kind == "L":
            return False
    return otherwise


def _has_no_spaces(text: str) -> bool:
    return any("\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef" for character in text)
