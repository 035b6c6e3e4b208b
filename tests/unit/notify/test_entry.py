"""What is written for calendars is what a calendar reads, whatever somebody typed as the place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels import Letter
from services.notify.entry import entry, written

TOLD = datetime(2026, 11, 23, 6, tzinfo=UTC)
AT = datetime(2026, 11, 26, 10, 30, tzinfo=ZoneInfo("Asia/Dubai"))


def read(place="Room 4", organizer="desk@example.org", attendee="amal@example.org"):
    raw = written(entry("1.K7M29QXD4T8V@desk.example", 2, TOLD, AT, 45, place), organizer, attendee)
    calendar = icalendar.Calendar.from_ical(raw)
    (event,) = calendar.events
    return raw, calendar, event


def test_a_calendar_reads_when_where_and_which():
    _, calendar, event = read()
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("1.K7M29QXD4T8V@desk.example", 2, "CONFIRMED")
    assert (event.start, event.end) == (AT, AT + timedelta(minutes=45))
    assert (event.start.tzinfo, event.DTSTAMP) == (ZoneInfo("UTC"), TOLD)
    assert event["LOCATION"] == "Room 4"
    assert event["ORGANIZER"] == "mailto:desk@example.org"
    assert event["ATTENDEE"] == "mailto:amal@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert not event.errors


@given(st.text(max_size=200))
def test_no_place_breaks_the_file_or_says_more_than_a_place(place):
    raw, _, event = read(place)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    raw.decode()
    assert {name for name in event if name != "LOCATION"} == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS", "ORGANIZER", "ATTENDEE",
    }  # fmt: skip


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=200))
def test_a_place_is_read_as_it_was_written(place):
    assert read(place)[2]["LOCATION"] == place


def test_a_line_is_cut_between_letters():
    raw, _, event = read("ق" * 100)
    assert event["LOCATION"] == "ق" * 100
    for line in raw.split(b"\r\n"):
        line.decode()


@pytest.mark.parametrize("place", ["a\r\nb", "a\nb", "a\u2028b", "a\x85b"])
def test_a_break_in_a_place_is_no_line_of_the_file(place):
    assert read(f"{place}\nATTENDEE:mailto:all@example.org")[2]["LOCATION"] == "a\nb\nATTENDEE:mailto:all@example.org"


def test_an_odd_address_stays_one_address():
    _, _, event = read(attendee='"a;b:c"+x@example.org')
    assert event["ATTENDEE"] == "mailto:%22a%3Bb%3Ac%22+x@example.org"


def test_a_letter_kept_before_there_were_entries_is_read():
    assert Letter.kept({"subject": "s", "text": "t", "sms": "m", "language": "en"}).entry is None
