"""What operations ask of AWS, pinned: a change that makes one dearer has to say so here. `make bench` prints more."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from benchmarks.costs import Journey
from benchmarks.counting import Meter, index_units, size
from benchmarks.operations import Operations
from benchmarks.size import SIZES, at_sizes
from infra.package import PACKAGES
from infra.services import SERVICES
from services.complaints import clock
from shared.clock import utc_now
from shared.place import SHARDS
from tests.service.complaining import LEADER, Matter

ONE_WRITE = {"dynamodb.TransactWriteItems": 1}
READ_AND_WRITE = {"dynamodb.GetItem": 1, "dynamodb.TransactWriteItems": 1}

MOST_OF_A_CASE = {
    "write units": 357,
    "read units": 63.5,
    "events": 19,
    "messages": 26,
    "requests": 9,
    "invocations": 54,
}
"""What a case with a complaint asks for from its report to its score: a thousand of them are the cost that
`make bench` prints."""


@pytest.fixture
def operations(world):
    with Meter(world).attached() as meter:
        yield Operations(meter)


def test_reporting_a_case_is_one_call_and_eight_write_units(operations):
    spent = operations.report()
    assert spent.calls == ONE_WRITE
    assert spent.write_units == 8, spent.why


def test_a_question_that_the_knowledge_base_answers_is_one_call_too(operations):
    spent = operations.report(category="Q1", description="I lost my passport.")
    assert spent.calls == ONE_WRITE
    assert spent.write_units <= 8, spent.why


def test_following_a_case_is_one_call(operations):
    assert operations.follow().calls == {"dynamodb.Query": 1}


def test_a_note_that_moves_no_due_time_is_two_calls_and_five_write_units_and_its_key_two(operations):
    spent = operations.note(keyed=True)
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units == 5 + 2, spent.why


def test_opening_a_case_moves_its_due_time_and_grows_it_by_outcome_and_rhythm_which_costs_four_units_more(operations):
    spent = operations.open_case()
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units == 9, spent.why


def test_closing_a_case_takes_it_from_what_is_due_and_notes_when_it_is_erased(operations):
    spent = operations.close()
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units <= 11, spent.why


def test_an_idempotency_key_costs_two_units_more_and_no_call(operations):
    without, with_key = operations.open_case(), operations.open_case(keyed=True)
    assert with_key.calls == without.calls
    assert with_key.write_units == without.write_units + 2


def test_consuming_an_event_is_two_calls(operations):
    spent = operations.consume()
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units <= 8, spent.why


class Complaints:
    """What is done with complaints, each measured warm: the function has done the same for another one before."""

    def __init__(self, meter: Meter) -> None:
        self.meter, self.world = meter, meter.world

    def accept(self):
        return self._spent(lambda _: self._complain(), prepared=False)

    def follow(self):
        return self._spent(lambda matter: matter.seen())

    def act(self, name, body=None, *before):
        """One act of staff; `before` are those that it needs."""

        def do(matter):
            answer = matter.try_to(name, body, LEADER)
            assert answer.status == 200, answer.body

        return self._spent(do, before)

    def get(self, path, many=3, query=""):
        for _ in range(many):
            self._complain()

        def ask(_):
            assert self.world.http("complaints.staff", "GET", path, staff=LEADER, query=query).status == 200

        return self._spent(ask, prepared=False)

    def tick(self):
        """A minute in which one answer has become late."""
        matters = [self._complain() for _ in range(2)]
        self.world.settle()
        spent = None
        for matter in matters:
            self.world.at(matter.due("answer") + timedelta(minutes=1))
        with self.meter.warm("complaints"):
            for matter in matters:
                identity = matter.number.replace("-", "")
                spent = self.meter.measure(partial(clock.look, identity, utc_now()))
        return spent

    def _complain(self):
        body = {"text": "It is not as agreed.", "kind": "attitude", "contact": {"email": "lin@example.org"}}
        answer = self.world.http("complaints.api", "POST", "/v1/complaints", body)
        assert answer.status == 201, answer.body
        return Matter(self.world, answer.body["number"], answer.body["secret"])

    def _spent(self, do, before=(), *, prepared=True):
        matters: list[Any] = [self._complain() if prepared else None for _ in range(2)]
        if prepared:
            self.world.settle()
        for matter in matters:
            for name, body in before:
                matter.do(name, body, LEADER)
        with self.meter.warm("complaints"):
            do(matters[0])
            return self.meter.measure(lambda: do(matters[1]))


@pytest.fixture
def complaints(world):
    with Meter(world).attached() as meter:
        yield Complaints(meter)


REASONED = {"promises": ["answer"], "reason": "Receipts are awaited."}
FOUND = {"finding": "substantiated", "text": "We apologise."}


def test_accepting_a_complaint_is_one_write_beside_the_matters_it_may_belong_to(complaints):
    assert complaints.accept().calls == ONE_WRITE


def test_following_a_complaint_is_one_call(complaints):
    assert complaints.follow().calls == {"dynamodb.Query": 1}


@pytest.mark.parametrize(
    ("name", "body", "before"),
    [
        ("take", None, ()),
        ("evidence", {"text": "A photo."}, ()),
        ("findings", FOUND, ()),
        ("contacts", {"reached": True, "said": "Yes."}, ()),
        ("assign", {"investigators": ["officer-7"]}, ()),
        ("move", {"promise": "answer", "to": "2026-12-24T06:00:00Z", "reason": "A witness is away."}, ()),
        ("pause", REASONED, ()),
        ("resume", {"promises": ["answer"]}, (("pause", REASONED),)),
        ("answer", FOUND, ()),
        ("rework", {"text": "Again."}, (("answer", FOUND),)),
        ("close", {"waive": {"reach-customer": "You wrote to us."}}, (("answer", FOUND),)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_staff_do_with_a_complaint_is_one_read_and_one_write(complaints, name, body, before):
    assert complaints.act(name, body, *before).calls == READ_AND_WRITE


@pytest.mark.parametrize("query", ["", "role=supervisor", "clock=still"])
def test_a_page_of_the_worklist_is_a_query_for_each_shard_and_one_read_of_what_it_shows(complaints, query):
    spent = complaints.get("/staff/v1/complaints", query=query)
    shown = {} if query == "clock=still" else {"dynamodb.BatchGetItem": 1}
    assert spent.calls == {"dynamodb.Query": SHARDS, **shown}


def test_a_count_asks_for_what_runs_and_what_stands_still(complaints):
    spent = complaints.get("/staff/v1/complaints/count")
    assert spent.calls == {"dynamodb.Query": 2 * SHARDS, "dynamodb.BatchGetItem": 1}


def test_a_preview_of_a_recalculation_reads_a_shard_of_what_is_open_and_nothing_else(complaints):
    spent = complaints.get("/staff/v1/complaints/recalculation")
    assert spent.calls.keys() <= {"dynamodb.Query", "dynamodb.BatchGetItem"}
    assert spent.total_calls <= 2


def test_a_complaint_that_becomes_late_is_one_read_and_one_write(complaints):
    assert complaints.tick().calls == READ_AND_WRITE


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_a_package_is_at_most_six_megabytes(service):
    archive = PACKAGES / f"{service}.zip"
    assert archive.is_file(), "run `make package` first (`make test` does)"
    assert archive.stat().st_size <= 6_000_000


def test_an_item_weighs_its_names_and_its_values_in_utf_8():
    assert size({"pk": {"S": "عهد"}, "n": {"N": "1234"}, "b": {"B": b"123"}}) == (2 + 6) + (1 + 3) + (1 + 3)
    assert size({"m": {"M": {"to": {"S": "box"}}}}) == 1 + 3 + 1 + 2 + 3


def test_an_index_entry_costs_one_unit_to_appear_or_go_and_two_to_move():
    key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    early, late = ({**key, "due": {"S": "PROMISE#0"}, "at": {"S": at}} for at in ("1", "2"))
    assert [index_units(*change) for change in ((None, key), (None, early), (early, early), (early, late))] == [
        0,
        1,
        0,
        2,
    ]
    assert index_units(early, key) == 1


def test_operations_ask_for_the_same_with_a_thousand_and_with_a_million_cases(world):
    found = at_sizes(world)
    few, many = (found[size] for size in SIZES)
    for what, spent in many.items():
        assert (spent.calls, spent.write_units, spent.read_units) == (
            few[what].calls,
            few[what].write_units,
            few[what].read_units,
        ), what


def test_a_case_from_its_report_to_its_score_asks_for_no_more_than_it_did(world):
    with Meter(world).attached() as meter:
        journey = Journey(meter).run()
    spent = journey.spent
    asked = {
        "write units": spent.write_units,
        "read units": spent.read_units,
        "events": spent.told,
        "messages": journey.messages,
        "requests": journey.requests,
        "invocations": sum(journey.invocations.values()),
    }
    dearer = {what: (many, MOST_OF_A_CASE[what]) for what, many in asked.items() if many > MOST_OF_A_CASE[what]}
    assert dearer == {}, spent.why
