"""Files of other systems come in once, row by row, and cases go out, for whoever may have them."""

import csv
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.service.test_main_path import report
from tests.service.world import World, staff
from transfer import take
from transfer.bring import bring, secret_in, write_bad
from transfer.desk import Answer, DeskError
from transfer.mapping import BadMapping, Columns

MAPS, DATA = Path("transfer/maps"), Path("demo/data")
SECRET = b"a secret of the desk's state"
HEAD = "id,what,code,when,lat,long,mail"
MAPPING = [
    "source=test", "id={id}", "description={what}", "category={code}", "time={when}", "zone=Asia/Dubai",
    "place.lat={lat}", "place.long={long}", "contact.email={mail}",
]  # fmt: skip


@dataclass
class WorldAsDesk:
    """The world, one request at a time."""

    world: World
    turn: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, method, path, body=None, *, bearer=None, key=None) -> Answer:
        path, _, query = path.partition("?")
        with self.turn:
            if path.startswith("/staff"):
                answer = self.world.http(
                    "intake.exports", method, path, query=query, staff=staff(f"{bearer}-1", bearer)
                )
            else:
                answer = self.world.http("intake.api", method, path, body, key=key)
        return Answer(answer.status, answer.body)


@pytest.fixture
def desk(world):
    return WorldAsDesk(world)


def file_of(folder: Path, *rows: str) -> Path:
    file = folder / "rows.csv"
    file.write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    return file


def brought(desk, file, mapping=None, **how):
    return bring(desk, file, Columns.of(mapping or MAPPING), SECRET, lambda _done: None, **how)


def cases_in(world) -> int:
    return sum(item["sk"]["S"] == "STATE" and item["pk"]["S"].startswith("CASE#") for item in world.items("intake"))


@pytest.mark.parametrize(("source", "rows"), [("boston-311", 20), ("san-diego-police", 20)])
def test_a_citys_rows_come_in_twice_without_a_duplicate_or_a_loss(world, desk, tmp_path, source, rows):
    name = {"san-diego-police": "san-diego-police-calls"}.get(source, source)
    lines = (DATA / f"{name}.csv").read_text(encoding="utf-8").splitlines()[: rows + 1]
    file = tmp_path / "city.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    first, second = (brought(desk, file, [str(MAPS / f"{source}.toml")]) for _ in range(2))
    assert (first.bad, second.bad) == ([], [])
    assert first.numbers == second.numbers
    assert len(set(first.numbers.values())) == cases_in(world) == rows


def test_each_bad_row_is_told_with_its_line_and_reason_and_the_good_ones_are_kept(world, desk, tmp_path):
    file = file_of(
        tmp_path,
        "1,The lamp is out,X9,2026-11-20T10:00:00,25.2,55.3,",
        "2,Nowhere,X9,2026-11-20T10:00:00,95,55.3,",
        "3,No such category,QQ,,,,",
        "4,Not yet,X9,2999-01-01T00:00:00,,,",
        "5,Not a time,X9,yesterday,,,",
        ",No id,X9,,,,",
        "1,Again,X9,,,,",
        "6,,X9,,,,",
        "7,Half a place,X9,,north,,",
        "8,Too many,X9,,,,,,",
        '9,"Over',
        'two lines",X9,,,,',
    )
    done = brought(desk, file)
    assert list(done.numbers) == ["1", "9"]
    assert cases_in(world) == 2
    assert {bad.line for bad in done.bad} == {3, 4, 5, 6, 7, 8, 9, 10, 11}
    reasons = {bad.line: bad.reason for bad in done.bad}
    assert "/place/lat" in reasons[3]
    assert "/category" in reasons[4]
    assert "/happened_at" in reasons[5]
    assert "line 2" in reasons[8]
    assert "/description" in reasons[9]
    write_bad(done.bad, tmp_path / "left-out.csv")
    with (tmp_path / "left-out.csv").open(encoding="utf-8", newline="") as lines:
        assert [int(row["line"]) for row in csv.DictReader(lines)] == [bad.line for bad in done.bad]


def test_names_and_addresses_come_in_only_when_asked_for(world, desk, tmp_path):
    file = file_of(tmp_path, "1,The lamp is out,X9,,,,amal@example.org")
    brought(desk, file)
    world.settle()
    assert world.mails("amal@example.org") == []
    file.write_text(file.read_text().replace("\n1,", "\n2,"))
    brought(desk, file, contacts=True)
    world.settle()
    assert len(world.mails("amal@example.org")) == 1


def test_nobody_without_the_secret_can_send_a_known_row_under_its_key(tmp_path):
    columns = Columns.of(MAPPING)
    assert columns.key(SECRET, "1") == columns.key(SECRET, "1") != columns.key(b"another", "1")
    made = secret_in(tmp_path / "state" / "import.secret")
    assert len(made) == 64
    assert made == secret_in(tmp_path / "state" / "import.secret")
    assert (tmp_path / "state" / "import.secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "mapping",
    [[*MAPPING, "nonsense=1"], MAPPING[1:], [*MAPPING, "zone=Mars/Base"], ["none.toml"], [*MAPPING, "id={nothing}"]],
)
def test_a_mapping_that_cannot_be_stops_before_a_row_is_sent(world, desk, tmp_path, mapping):
    with pytest.raises(BadMapping):
        brought(desk, file_of(tmp_path, "1,The lamp is out,X9,,,,"), mapping)
    assert cases_in(world) == 0


def test_a_file_that_is_no_text_says_so(desk, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_bytes(HEAD.encode() + b"\n1,\xff\xfe\xfa,X9,,,,\n")
    with pytest.raises(DeskError, match="can't be read"):
        brought(desk, file)


# Out


def taken(desk, role, *, personal=False):
    return list(take.cases(desk, lambda: role, personal=personal))


def test_every_case_comes_out_once_page_by_page(world, desk, monkeypatch):
    monkeypatch.setattr("services.intake.exporting.PAGE", 3)
    numbers = {report(world)["number"] for _ in range(5)}
    found = Counter(case["number"] for case in taken(desk, "auditor"))
    assert found == Counter(numbers)


def test_people_are_named_only_to_a_supervisor_who_asks(world, desk):
    report(world)
    (plain,) = taken(desk, "supervisor")
    assert "amal" not in json.dumps(plain).lower()
    (whole,) = taken(desk, "supervisor", personal=True)
    assert (whole["email"], whole["address"]) == ("amal@example.org", "12 Harbour Street")
    for role, personal in (("auditor", True), ("officer", False), ("operator", False), ("duty-leader", False)):
        with pytest.raises(DeskError, match="not-permitted"):
            taken(desk, role, personal=personal)


def test_every_page_that_was_taken_is_on_record(world, desk):
    report(world)
    taken(desk, "supervisor", personal=True)
    (line,) = [
        json.loads(item["doc"]["S"])
        for item in world.items("intake")
        if item["pk"]["S"].startswith("EXPORT#") and item["sk"]["S"].startswith("EV#")
    ]
    assert (line["actor"], line["data"]) == ("supervisor-1", {"cases": 1, "personal": True})


@pytest.mark.parametrize("query", ["after=nonsense", "after=W10", "after=eyJhIjoxfQ", "personal=yes"])
def test_a_question_that_cannot_be_is_refused(world, query):
    answer = world.http(
        "intake.exports", "GET", "/staff/v1/exports/cases", query=query, staff=staff("s-1", "supervisor")
    )
    assert answer.status == 400


@pytest.mark.parametrize("text", ["=1+1", "+971", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert take.cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_lists_stay_readable():
    assert [take.cell(value) for value in (-1.5, True, None, ["a", "b"], "نص")] == ["-1.5", "true", "", "a b", "نص"]


def test_cases_are_written_as_the_file_is_called(world, desk, tmp_path):
    report(world, description="=cmd()")
    for name in ("cases.csv", "cases.jsonl"):
        found = take.cases(desk, lambda: "supervisor", personal=True)
        assert take.write(found, tmp_path / name, lambda _done: None, personal=True) == 1
    with (tmp_path / "cases.csv").open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["description"] == "'=cmd()"
    assert json.loads((tmp_path / "cases.jsonl").read_text(encoding="utf-8"))["description"] == "=cmd()"
