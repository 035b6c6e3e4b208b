"""An appointment as an entry in its customer's calendar: iCalendar (RFC 5545), sent as iTIP has it (RFC 5546). Pure.

A calendar is read over shoulders and on shared phones, so an entry says when and where, and nothing of the case.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote

Method = Literal["REQUEST", "CANCEL"]
_LINE = 75
"""Octets of a line, without its end (RFC 5545, 3.1)."""

_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Entry:
    """One state of one appointment, its moments in UTC as iCalendar writes them: a message keeps it as JSON.

    Calendars know it by `uid`, take it when `sequence` is no lower than what they have, and of equal ones the later
    `stamp`. So however mails overtake one another, the last state stands.
    """

    uid: str
    sequence: int
    stamp: str
    starts: str
    ends: str
    place: str = ""
    summary: str = ""
    cancelled: bool = False

    @property
    def method(self) -> Method:
        return "CANCEL" if self.cancelled else "REQUEST"


def entry(uid: str, sequence: int, told: datetime, at: datetime, minutes: int, place: str) -> Entry:
    return Entry(uid, sequence, _moment(told), _moment(at), _moment(at + timedelta(minutes=minutes)), place)


def written(one: Entry, organizer: str, attendee: str) -> bytes:
    """The file, as it is sent to one address. Nobody is asked to answer: `RSVP` is false."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ahd//Citizen desk//EN",
        f"METHOD:{one.method}",
        "BEGIN:VEVENT",
        f"UID:{_text(one.uid)}",
        f"SEQUENCE:{one.sequence}",
        f"DTSTAMP:{one.stamp}",
        f"DTSTART:{one.starts}",
        f"DTEND:{one.ends}",
        f"SUMMARY:{_text(one.summary)}",
        *([f"LOCATION:{_text(one.place)}"] if one.place else []),
        f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        f"ORGANIZER:mailto:{quote(organizer, safe='@+')}",
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{quote(attendee, safe='@+')}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(said: str) -> str:
    """A value of type TEXT: breaks of any kind are one, and what is no text is left out."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", said).translate(_ESCAPED))


def _folded(line: str) -> Iterator[bytes]:
    """No longer than a line may be, cut between letters; those that go on begin with a space."""
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > _LINE:
            yield part
            part = b" "
        part += octets
    yield part
