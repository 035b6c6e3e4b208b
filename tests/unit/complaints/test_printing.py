"""What is printed, read back from the PDF's own text and fonts."""

import re
import zlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.complaints import sheet
from services.complaints.printing import pdf
from services.complaints.rectification import Notice
from shared.pages import LANGUAGES
from shared.wording import speaker

NOTICE = Notice(
    number="RN-2026-000123",
    at=datetime(2026, 11, 23, 6, 30, tzinfo=UTC),
    by="manager-1",
    to="service",
    responsible="works",
    due=datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
)
TEXTS = {
    "en": "The floor of the shower leaks.\n\nReplace the seal (type Z-12) and test with water for 24 hours.",
    "ar": "أرضية الحمام تسرّب الماء.\nيجب استبدال العازل (النوع Z-12) واختباره بالماء لمدة 24 ساعة.",
    "zh": "淋浴处地面渗水，请更换密封材料（型号 Z-12），并做 24 小时闭水试验。王喆、张堃、李祎到场。",
}


@pytest.fixture
def notice_in(organisation):
    works = organisation("works")

    def sheet_in(language, text=None):
        return sheet.rectification(
            NOTICE,
            text=TEXTS[language] if text is None else text,
            complaint="7K3Q-M2XF-9D",
            kind="plumbing",
            pack=works.pack,
            rules=works.complaints,
            zone=ZoneInfo("Asia/Shanghai"),
            say=speaker("complaints", language),
            language=language,
        )

    return sheet_in


def characters_of(document):
    """Every character that the PDF's fonts map their glyphs to."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            text = stream
        if b"begincmap" in text:
            for block in re.findall(rb"beginbf(?:char|range)(.*?)endbf", text, re.DOTALL):
                for code in re.findall(rb"<[0-9A-F]+>\s*<([0-9A-F]+)>\s*$", block, re.MULTILINE | re.IGNORECASE):
                    found.update(bytes.fromhex(code.decode()).decode("utf-16-be", "replace"))
    return found


def test_an_english_sheet_says_who_puts_what_right_by_when(notice_in):
    facts = dict(notice_in("en").facts)

    assert facts["To"] == "Customer service"
    assert facts["To be put right by"] == "Works"
    assert facts["About"] == "Plumbing"
    assert facts["Issued"] == "Monday 23 November 2026, 14:30"
    assert facts["By"] == "Tuesday 24 November 2026, 18:00"


def test_without_a_date_it_is_to_be_put_right_at_once(organisation):
    works = organisation("works")
    written = sheet.rectification(
        NOTICE.model_copy(update={"due": None}),
        text="x",
        complaint="7K3Q-M2XF-9D",
        kind="",
        pack=works.pack,
        rules=works.complaints,
        zone=ZoneInfo("Asia/Shanghai"),
        say=speaker("complaints", "en"),
        language="en",
    )

    assert dict(written.facts)["By"] == "At once"
    assert "About" not in dict(written.facts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_a_pdf_with_its_fonts_within_and_always_the_same(notice_in, language):
    document = pdf(notice_in(language))

    assert document.startswith(b"%PDF-1.")
    assert b"/FontFile" in document
    assert document == pdf(notice_in(language))
    assert len(document) < 100_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_written_is_drawn_and_nothing_of_it_is_missing(notice_in, language):
    drawn = characters_of(pdf(notice_in(language)))

    assert {one for one in TEXTS[language] if one.isalnum()} - drawn == set()
    assert "□" not in drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_character_that_no_font_has_is_an_empty_box_and_does_not_vanish(notice_in, language):
    assert "□" in characters_of(pdf(notice_in(language, "Broken 😀")))


def test_a_long_text_goes_on_on_the_next_page_with_the_signatures_together(notice_in):
    document = pdf(notice_in("en", "Put it right. " * 700))

    assert len(re.findall(rb"/Type /Page\b", document)) >= 3
