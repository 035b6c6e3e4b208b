"""An appointment comes as a calendar file with every mail about it: one entry, from its booking to its end."""

from datetime import timedelta
from email import message_from_string
from email.policy import default
from typing import Any

import icalendar
import pytest

from services.notify import channels
from services.notify.channels import NotTaken
from tests.service.casework import MAIL, REPORT, report
from tests.service.conftest import MONDAY_MORNING

WHEN = MONDAY_MORNING + timedelta(days=3)
LATER = WHEN + timedelta(days=4)
BOOKING = {
    "kind": "hearing",
    "at": WHEN.isoformat(),
    "minutes": 45,
    "place": "Room 4, 2nd floor; left",
    "text": "Bring what the thief left.",
}


def files(world, to=MAIL) -> list[Any]:
    """The calendar files that came by mail, oldest first, as a calendar reads them: the file, and its only entry."""
    found = []
    for mail in world.mails(to):
        for part in message_from_string(mail, policy=default).iter_attachments():
            assert part.get_content_type() == "text/calendar"
            assert part.get_filename() == "appointment.ics"
            calendar = icalendar.Calendar.from_ical(part.get_content())
            assert part.get_param("method") == calendar["METHOD"]
            (event,) = calendar.events
            assert not event.errors
            found.append((calendar["METHOD"], event))
    return found


@pytest.mark.requirement("TELL-07")
def test_one_entry_is_booked_moved_reminded_of_and_cancelled(world):
    case = report(world)
    assert files(world) == []
    case.do("appointments", BOOKING)
    case.do("move-appointment", {"appointment": 1, "at": LATER.isoformat(), "reason": "The judge is ill."})
    world.pass_time(LATER - MONDAY_MORNING - timedelta(hours=20))
    case.do("cancel-appointment", {"appointment": 1, "reason": "Not needed any more."})
    made, moved, near, gone = files(world)
    assert [method for method, _ in (made, moved, near, gone)] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    entries = [event for _, event in (made, moved, near, gone)]
    assert {event["UID"] for event in entries} == {f"1.{case.number.replace('-', '')}@desk.example"}
    assert [event["SEQUENCE"] for event in entries] == [0, 1, 1, 2]
    assert [event["STATUS"] for event in entries] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [event.start for event in entries] == [WHEN, LATER, LATER, LATER]
    assert {event.end - event.start for event in entries} == {timedelta(minutes=45)}
    assert [event.get("LOCATION") for event in entries] == [BOOKING["place"]] * 3 + [None]
    stamps = [event.DTSTAMP for event in entries]
    assert stamps == sorted(stamps)
    assert stamps[1] < stamps[2]


CLOSING = {"outcome": "solved", "text": "The thief gave it back."}


@pytest.mark.requirement("TELL-07", "CASE-07")
def test_a_case_closes_over_nobodys_head_and_its_appointments_end_with_it_or_stay(world):
    case = report(world)
    case.do("open")
    case.do("appointments", BOOKING)
    refused = case.try_to("close", CLOSING)
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:appointment-stands")
    assert (refused.body["appointments"], '"cancel"' in refused.body["detail"]) == ([1], True)
    case.do("close", {**CLOSING, "appointments": "cancel"})
    assert case.whats()[-2:] == ["AppointmentCancelled", "CaseClosed"]
    (line,) = [one for one in case.seen()["timeline"] if one["what"] == "AppointmentCancelled"]
    assert line["text"] == CLOSING["text"]
    assert case.owed() == {}
    method, entry = files(world)[-1]
    assert (method, entry["SEQUENCE"], entry["STATUS"]) == ("CANCEL", 1, "CANCELLED")


@pytest.mark.requirement("TELL-07", "CASE-07")
def test_a_hearing_after_the_closing_stays_when_staff_say_so(world):
    case = report(world)
    case.do("open")
    case.do("appointments", BOOKING)
    case.do("close", {**CLOSING, "appointments": "keep"})
    assert case.owed() == {"appointment-1": "officer"}
    assert files(world)[-1][0] == "REQUEST"


@pytest.mark.requirement("TELL-07", "CASE-07")
def test_whether_they_came_is_said_before_a_case_closes(world):
    case = report(world)
    case.do("open")
    case.do("appointments", BOOKING)
    world.pass_time(WHEN - MONDAY_MORNING + timedelta(minutes=5))
    for fate in ("keep", "cancel"):
        refused = case.try_to("close", {**CLOSING, "appointments": fate})
        assert (refused.status, "`received`" in refused.body["detail"]) == (409, True)
    case.do("received", {"appointment": 1, "came": False})
    case.do("close", CLOSING)


@pytest.mark.requirement("TELL-07", "CASE-07")
def test_what_is_not_taken_on_has_no_appointment_left(world):
    case = report(world)
    case.do("appointments", BOOKING)
    case.do("decline", {"reason": "The landlord is responsible."})
    assert case.whats()[-2:] == ["AppointmentCancelled", "CaseDeclined"]
    assert files(world)[-1][0] == "CANCEL"


@pytest.mark.requirement("TELL-07", "CASE-07")
def test_a_case_is_not_joined_while_its_customer_is_expected_there(world):
    older, newer = report(world), report(world)
    for case in (older, newer):
        case.do("open")
    newer.do("appointments", BOOKING)
    body = {"into": older.number, "reason": "the same pipe"}
    refused = newer.try_to("join", body, key="join-number-1")
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:appointment-stands")
    newer.do("cancel-appointment", {"appointment": 1, "reason": "We come about both together."})
    newer.do("join", body)


@pytest.mark.requirement("TELL-07")
@pytest.mark.parametrize(("language", "summary"), [("en", "Appointment"), ("ar", "موعد"), ("zh", "预约")])
def test_an_entry_says_nothing_of_the_case(world, language, summary):
    case = report(world, language=language)
    case.do("appointments", BOOKING)
    ((_, event),) = files(world)
    assert event["SUMMARY"] == summary
    assert event["CLASS"] == "PRIVATE"
    shown = event.to_ical().decode()
    for told in ("Amal", "hearing", "thief", REPORT["description"], case.secret, "/follow/"):
        assert told not in shown


@pytest.mark.requirement("TELL-07")
def test_two_appointments_are_two_entries_and_the_reader_sees_the_words_first(world):
    case = report(world)
    case.do("appointments", BOOKING)
    case.do("appointments", {**BOOKING, "at": LATER.isoformat()})
    assert len({event["UID"] for _, event in files(world)}) == 2
    mail = message_from_string(world.mails(MAIL)[-1], policy=default)
    first, second = mail.iter_parts()
    assert (first.get_content_type(), second.get_content_type()) == ("multipart/alternative", "text/calendar")
    assert [one.get_content_type() for one in first.iter_parts()] == ["text/plain", "text/html"]
    assert mail["Content-Language"] == "en"


def test_a_mail_that_is_refused_for_now_brings_the_file_when_it_is_taken(world, monkeypatch):
    case = report(world)
    taken, refusals = channels.PROVIDERS["email"], [NotTaken("Throttling")]

    class Refusing:
        def send(self, address: str, letter: Any, which: Any) -> str:
            if refusals:
                raise refusals.pop()
            return taken.send(address, letter, which)

    monkeypatch.setitem(channels.PROVIDERS, "email", Refusing())
    case.do("appointments", BOOKING)
    assert files(world) == []
    world.pass_time(timedelta(minutes=2))
    ((_, event),) = files(world)
    assert event.start == WHEN


def test_a_text_message_has_no_file(world):
    case = report(world, contact={"name": "Amal", "phone": "+971501234567"})
    case.do("appointments", BOOKING)
    assert "We expect you" in world.sms("+971501234567")[-1]
