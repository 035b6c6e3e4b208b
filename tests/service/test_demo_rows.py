"""The demonstration's rows against the desk in one process: all are taken, none twice, and they name nobody."""

import io
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from demo import __main__ as demo
from demo import replay, rows
from demo.desk import Answer, DeskError, RunningDesk
from demo.replay import Case, Outcome, Seen
from services.intake import fleet, reported, reporting
from shared.http import parse
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import World, staff

FUNCTIONS = {
    "/v1/cases": "intake.api",
    "/v1/categories": "intake.api",
    "/v1/surveys": "survey.api",
    "/staff/v1/cases": "intake.staff",
    "/staff/v1/complaints": "complaints.staff",
}
REPORTS = rows.reports()


@dataclass
class WorldAsDesk:
    """The world behind the demonstration's idea of a desk."""

    world: World
    turn: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, method, path, body=None, *, bearer=None, key=None) -> Answer:
        function = next(function for start, function in FUNCTIONS.items() if path.startswith(start))
        who = {"staff": staff(f"{bearer}-1", bearer)} if function.endswith(".staff") else {"secret": bearer}
        with self.turn:
            answer = self.world.http(function, method, path, body, key=key, **who)
        return Answer(answer.status, answer.body)

    def outbox(self):
        sent = []
        for report in REPORTS:
            for raw in self.world.mails(report.body["contact"]["email"]):
                mail = message_from_string(raw, policy=policy.default)
                body = mail.get_body(("plain",))
                sent.append(
                    {"to": [mail["To"]], "subject": mail["Subject"], "text": body.get_content() if body else ""}
                )
            number = report.body["contact"]["phone"]
            sent += [{"to": [number], "subject": "", "text": text} for text in self.world.sms(number)]
        return sent

    def token(self, role: str) -> str:
        return role

    def pause(self) -> None:
        with self.turn:
            self.world.settle()


class Forgetful:
    """A store that takes everything: moto copies its tables for every transaction, too slow for hundreds."""

    def create(self, case, *_what):
        return case


def test_every_row_that_ships_is_taken_as_a_report(world, monkeypatch):
    monkeypatch.setattr(reporting, "store", Forgetful)
    monkeypatch.setattr(fleet, "free", list)
    taken = set()
    with world.function_of("intake"):
        for report in REPORTS:
            request = parse(reported.ReportRequest, json.dumps(report.body).encode())
            taken.add(reporting.report(request, report.key, MONDAY_MORNING, "demo").number)
    assert len(taken) == len(REPORTS) == 400


def test_the_demonstration_ends_well_and_a_second_one_makes_no_second_case(world):
    few = 8
    said = io.StringIO()
    assert demo.run(WorldAsDesk(world), few, Console(file=said, width=120)), said.getvalue()
    assert "0 already there" in said.getvalue()
    assert "8 reports: 8 cases, 8 acknowledgements, 8 chains whole, 0 lost, 0 doubled" in said.getvalue()
    for what in ("Complaint got answer", "Case closed", "Survey came back", "within 10 minutes"):
        assert what in said.getvalue()

    world.at(MONDAY_MORNING + timedelta(minutes=1))
    said = io.StringIO()
    assert demo.run(WorldAsDesk(world), few, Console(file=said, width=120)), said.getvalue()
    assert "8 already there" in said.getvalue()


def test_acknowledgements_are_recognised_in_every_language_by_sms_and_mail(world):
    ways = {(report.body["language"], report.body["contact"]["preferred"]): report for report in REPORTS}
    assert len(ways) == 6
    desk = WorldAsDesk(world)
    cases, refused = replay.bring(desk, ways.values(), lambda _done: None)
    world.settle()
    assert refused == []
    assert replay.acknowledgements(desk.outbox(), cases) == {case.report.key: (case.number,) for case in cases}


def test_rows_are_varied():
    assert {report.body["language"] for report in REPORTS} == {"en", "ar", "zh"}
    assert {report.body["channel"] for report in REPORTS} >= {"phone", "web", "open311", "counter"}
    assert len({report.body["category"] for report in REPORTS}) > 12
    assert Counter(report.key.rpartition("-")[0] for report in REPORTS) == {
        "boston-311": 200,
        "san-diego-police": 200,
    }


def test_every_report_has_a_key_and_a_contact_of_its_own():
    for own in (
        [report.key for report in REPORTS],
        [report.body["contact"]["email"] for report in REPORTS],
        [report.body["contact"]["phone"] for report in REPORTS],
    ):
        assert len(set(own)) == len(REPORTS)


def test_contacts_can_reach_nobody():
    for report in REPORTS:
        contact = report.body["contact"]
        assert re.fullmatch(r"[a-z0-9-]+@example\.org", contact["email"])
        assert re.fullmatch(r"\+447700900\d{3}", contact["phone"])


@given(st.sampled_from([*rows.SOURCES]), st.text(max_size=60))
def test_every_kind_of_request_has_a_category(source, kind):
    category, facts = rows.triaged(source, kind)
    assert category
    assert isinstance(facts, tuple)


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        # A target of 08:30 on a working day, when the city's office opens, is in the file as 03:30 and as 04:30.
        ("2016-01-05 03:30:00", datetime(2016, 1, 5, 13, 30, tzinfo=UTC)),
        ("2016-07-05 04:30:00", datetime(2016, 7, 5, 12, 30, tzinfo=UTC)),
    ],
)
def test_bostons_times_are_put_right(stored, meant):
    assert rows.boston_time(stored) == meant


PLACE_IN_BOSTON = re.compile(r"(\d*00|0) block of [\w .'-]+ MA \d{5}|INTERSECTION of [\w .'&-]+ MA")
ABOUT_A_PERSON = re.compile(
    r"@|\b(mr|mrs|ms|dr)\.? [A-Z]|\b(name|caller|victim|suspect|owner|tenant|birth|phone)s?\b|\d{3}[-. ]\d{4}",
    re.IGNORECASE,
)


def test_no_row_that_ships_names_a_person_or_a_household():
    """Every column is a code, a time, a kind from the city's own list, or a place no finer than a block."""
    known = set(rows.kinds("boston-311")), set(rows.kinds("san-diego-police"))
    for row in rows.table("boston-311.csv"):
        assert row.keys() == {
            "case_enquiry_id", "open_dt", "subject", "reason", "type", "location", "neighborhood", "latitude",
            "longitude", "source",
        }  # fmt: skip
        assert row["type"] in known[0]
        assert row["source"] in rows.CHANNELS
        assert PLACE_IN_BOSTON.fullmatch(row["location"]), row["location"]
        for axis in ("latitude", "longitude"):
            assert re.fullmatch(r"-?\d\d\.\d{3}", row[axis])
        for column in ("subject", "reason", "type", "neighborhood"):
            assert not ABOUT_A_PERSON.search(row[column]), row[column]
    for row in rows.table("san-diego-police-calls.csv"):
        assert row["call_type"] in known[1]
        assert int(row["address_number_primary"]) % 100 == 0
        for part in ("road_primary", "road_intersecting"):
            assert re.fullmatch(r"[A-Z0-9 ()]*", row[f"address_{part}"])
            assert not ABOUT_A_PERSON.search(row[f"address_{part}"])


def test_what_is_lost_or_doubled_is_counted():
    report = REPORTS[0]

    def seen(number: str, *sent: str, noted: int = 1) -> Seen:
        case = Case(report, number, "secret", "https://desk.example/follow")
        return Seen(
            case,
            MONDAY_MORNING,
            is_the_report=True,
            acknowledgements_noted=noted,
            chain_whole=True,
            acknowledgements_sent=sent,
        )

    good = seen("A", "A")
    assert Outcome(1, (good,)).right
    assert str(Outcome(2, (good,))) == "2 reports: 1 cases, 1 acknowledgements, 1 chains whole, 1 lost, 0 doubled"
    for other, lost, doubled in (
        (seen("B"), 1, 0),
        (seen("B", "B", noted=0), 1, 0),
        (seen("B", "B", "B"), 0, 1),
        (seen("B", "B", "C"), 0, 1),
        (seen("B", "B", noted=2), 0, 1),
        (seen("A", "A"), 0, 2),
    ):
        outcome = Outcome(2, (good, other))
        assert (outcome.right, outcome.lost, outcome.doubled) == (False, lost, doubled)


@pytest.mark.parametrize(
    "url", ["http://desk.example", "http://10.0.0.1:8311", "http://0.0.0.0:8311", "http://[2001:db8::1]"]
)
def test_only_a_desk_on_this_machine_is_talked_to(url):
    with pytest.raises(DeskError, match="not on this machine"):
        RunningDesk(url)


def test_a_desk_with_other_categories_is_told_so(world):
    odd = rows.report("boston-311", rows.boston(rows.table("boston-311.csv")[0]), 0)
    odd.body["category"] = "Q7"
    with pytest.raises(DeskError, match="no categories Q7"):
        replay.speaks_our_categories(WorldAsDesk(world), [odd])
