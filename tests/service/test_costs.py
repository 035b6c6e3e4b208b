"""What operations ask of AWS, pinned: a change that makes one dearer has to say so here. `make bench` prints more."""

import pytest

from benchmarks.counting import Meter, index_units, size
from benchmarks.operations import Operations
from infra.package import PACKAGES
from infra.services import SERVICES

ONE_WRITE = {"dynamodb.TransactWriteItems": 1}
READ_AND_WRITE = {"dynamodb.GetItem": 1, "dynamodb.TransactWriteItems": 1}


@pytest.fixture
def operations(world):
    with Meter(world).attached() as meter:
        yield Operations(meter)


def test_reporting_a_case_is_one_call_and_eight_write_units(operations):
    spent = operations.report()
    assert spent.calls == ONE_WRITE
    assert spent.write_units == 8, spent.why


def test_following_a_case_is_one_call(operations):
    assert operations.follow().calls == {"dynamodb.Query": 1}


def test_a_note_that_moves_no_due_time_is_two_calls_and_five_write_units_and_its_key_two(operations):
    spent = operations.note(keyed=True)
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units == 5 + 2, spent.why


def test_opening_a_case_moves_its_due_time_which_costs_two_units_more(operations):
    spent = operations.open_case()
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units == 7, spent.why


def test_closing_a_case_takes_it_from_what_is_due(operations):
    spent = operations.close()
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units <= 8, spent.why


def test_an_idempotency_key_costs_two_units_more_and_no_call(operations):
    without, with_key = operations.open_case(), operations.open_case(keyed=True)
    assert with_key.calls == without.calls
    assert with_key.write_units == without.write_units + 2


def test_consuming_an_event_is_two_calls(operations):
    spent = operations.consume()
    assert spent.calls == READ_AND_WRITE
    assert spent.write_units <= 8, spent.why


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
