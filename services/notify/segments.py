"""How long a text message is: in which letters it is sent, and into how many parts networks cut it. Pure.

3GPP TS 23.038, 6.2.1 and 6.2.1.1: the default alphabet of 7-bit letters and its extension table, whose letters take
two. A message with any other letter goes out as UCS-2 (in truth UTF-16: letters above U+FFFF take two units).
TS 23.040, 9.2.3.24.1: a part has 140 octets; of several each gives six to the header that joins them. No letter is
cut in two.
"""

from dataclasses import dataclass
from typing import Literal

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""By code, 0x00 to 0x7F. 0x1B leads to the extension table and is no letter."""

_EXTENDED = "\f^{}\\[~]|€"

_ESCAPE = "\x1b"
_GSM = {**dict.fromkeys(_BASIC.replace(_ESCAPE, ""), 1), **dict.fromkeys(_EXTENDED, 2)}
_ONE_PART = {"GSM-7": 160, "UCS-2": 70}
_OF_SEVERAL = {"GSM-7": 153, "UCS-2": 67}
_PLANE = 0x10000


@dataclass(frozen=True)
class Length:
    """What a text takes. `units` are septets of GSM-7, 16-bit units of UCS-2."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    parts: int
    beyond: str
    """The letters that GSM-7 does not have, each once, as they come: without them the text would be cheaper."""


def length(text: str) -> Length:
    beyond = "".join(dict.fromkeys(letter for letter in text if letter not in _GSM))
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if beyond else "GSM-7"
    widths = [_wide(letter) if beyond else _GSM[letter] for letter in text]
    return Length(encoding, sum(widths), _parts(widths, encoding), beyond)


def _wide(letter: str) -> int:
    return 2 if ord(letter) >= _PLANE else 1


def _parts(widths: list[int], encoding: str) -> int:
    """A letter that does not fit whole begins the next part. Nothing at all is one empty part."""
    if sum(widths) <= _ONE_PART[encoding]:
        return 1
    parts, room = 1, _OF_SEVERAL[encoding]
    for width in widths:
        if width > room:
            parts, room = parts + 1, _OF_SEVERAL[encoding]
        room -= width
    return parts
