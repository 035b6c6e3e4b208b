"""The journal under the local emulator: every acknowledged line, in order, whatever tears at its end."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local import journal
from infra.local.journal import Journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def write_all(path, records):
    written = Journal(path)
    for record in records:
        written.settle(written.write(record))
    written.close()


def test_what_was_written_is_read_back_in_order(path):
    records = [{"number": number, "text": "شكرا 谢谢\n"} for number in range(50)]
    write_all(path, records)
    assert list(journal.read(path)) == records


def test_a_line_torn_by_a_crash_is_not_read(path):
    write_all(path, [{"number": 1}])
    with path.open("ab") as torn:
        torn.write(b'{"number": 2, "te')
    assert list(journal.read(path)) == [{"number": 1}]


def test_what_is_written_after_a_crash_is_not_glued_to_the_torn_line(path):
    write_all(path, [{"number": 1}])
    with path.open("ab") as torn:
        torn.write(b'{"number": 2, "te')
    write_all(path, [{"number": 3}])
    assert list(journal.read(path)) == [{"number": 1}, {"number": 3}]


def test_a_torn_line_longer_than_one_look_back_is_cut_too(path):
    write_all(path, [{"number": 1}])
    with path.open("ab") as torn:
        torn.write(b'{"text": "' + b"x" * 200_000)
    write_all(path, [{"number": 2}])
    assert list(journal.read(path)) == [{"number": 1}, {"number": 2}]


def test_a_file_that_holds_only_a_torn_line_is_emptied(path):
    path.write_bytes(b'{"text": "x')
    write_all(path, [{"number": 1}])
    assert list(journal.read(path)) == [{"number": 1}]


def test_writers_that_wait_at_the_same_time_all_find_their_lines_settled(path):
    shared = Journal(path)

    def write_one(number: int) -> None:
        shared.settle(shared.write({"number": number}))

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write_one, range(200)))
    shared.close()
    assert sorted(record["number"] for record in journal.read(path)) == list(range(200))
