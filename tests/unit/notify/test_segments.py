"""How long a text message is, held against an encoder of the alphabet that others wrote."""

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.segments import Length, length

LETTERS = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
ESCAPE = "\x1b"
FACE = "\U0001f600"


def septets(letter):
    """By the other encoder; None when GSM-7 does not have it."""
    try:
        return len(gsm0338.Codec().encode(letter)[0])
    except UnicodeError:
        return None


def test_every_letter_takes_what_the_other_encoder_says():
    ours = {letter: length(letter) for letter in LETTERS if letter != ESCAPE}
    known = {letter: one.units for letter, one in ours.items() if one.encoding == "GSM-7"}
    theirs = {letter: units for letter in LETTERS if letter != ESCAPE and (units := septets(letter))}
    assert known == theirs
    assert len(known) == 127 + 10
    assert all(one.beyond == letter for letter, one in ours.items() if letter not in known)


def test_the_escape_is_no_letter():
    assert length(ESCAPE) == Length("UCS-2", 1, 1, ESCAPE)


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("a" * 152 + "€" + "a" * 8, 162, 2),
        ("a" * 152 + "€" + "a" * 152, 306, 3),  # the sign does not fit the last place of the first part
    ],
)
def test_letters_of_the_default_alphabet(text, units, parts):
    assert length(text) == Length("GSM-7", units, parts, "")


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("م" * 70, 70, 1),
        ("您" * 71, 71, 2),
        ("您" * 134, 134, 2),
        ("您" * 135, 135, 3),
        (FACE * 35, 70, 1),
        (FACE * 36, 72, 2),
        (FACE * 67, 134, 3),  # 33 a part: no pair is cut in two
        ("您" * 66 + FACE + "您" * 66, 134, 3),
    ],
)
def test_other_letters(text, units, parts):
    assert (length(text).encoding, length(text).units, length(text).parts) == ("UCS-2", units, parts)


def test_what_makes_a_message_dearer_is_named_once_each():
    assert length("It’s “fine”, it’s…").beyond == "’“”…"


@given(st.text(max_size=400))
def test_units_are_those_of_the_encodings_and_parts_hold_them(text):
    one = length(text)
    if one.encoding == "UCS-2":
        assert one.units == len(text.encode("utf-16-be", "surrogatepass")) // 2
    single, several = (160, 153) if one.encoding == "GSM-7" else (70, 67)
    assert (one.parts == 1) == (one.units <= single)
    # At worst one unit of each part but the last stays empty.
    assert one.parts == 1 or -(-one.units // several) <= one.parts <= -(-one.units // (several - 1))
