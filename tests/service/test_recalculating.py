"""A pack's calendar or clocks changed: staff look at which promises move, and move them, over HTTP."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from infra import recalculate
from shared.place import SHARDS
from tests.service.complaining import LEADER, MANAGER, OFFICER, complain, mailed
from tests.service.test_main_path import follow, report
from tests.service.world import World, staff

HERE = "/staff/v1/complaints/recalculation"
REASON = "Tuesday has become a public holiday."
TUESDAY_OFF = {"2026-11-24": "Commemoration Day"}


@pytest.fixture
def amended(world: World, tmp_path):
    """The desk deployed again with another pack."""

    def amend(version: str = "2026.12", closed: dict[str, str] = TUESDAY_OFF, **clocks: Any) -> str:
        pack = json.loads((world.compiled_packs / "police.json").read_bytes())
        rules = json.loads((world.compiled_packs / "police.complaints.json").read_bytes())
        pack["calendar"]["closed"] = closed
        pack["version"] = version
        pack["clocks"] |= clocks
        for kind in rules["kinds"]:
            kind.pop("answer", None)
        (tmp_path / "police.json").write_text(json.dumps(pack), encoding="utf-8")
        (tmp_path / "police.complaints.json").write_text(json.dumps(rules), encoding="utf-8")
        for service in ("intake", "complaints"):
            world.environments[service]["AHD_PACKS"] = str(tmp_path)
        return f"police@{version}"

    return amend


def preview(world: World, who: Any = LEADER, query: str = "") -> Any:
    return world.http("complaints.staff", "GET", HERE, staff=who, query=query)


def apply(world: World, rules: str, who: Any = LEADER, query: str = "", reason: str = REASON) -> Any:
    body = {"rules": rules, "reason": reason}
    return world.http("complaints.staff", "POST", HERE, body, staff=who, query=query)


def asking(world: World, who: Any = LEADER) -> recalculate.Ask:
    """The command, as it reaches this desk."""

    def ask(method: str, path: str, body: Any) -> tuple[int, Any]:
        path, _, query = path.partition("?")
        service = "intake" if "/cases/" in path else "complaints"
        answer = world.http(f"{service}.staff", method, path, body, staff=who, query=query)
        return answer.status, answer.body

    return ask


@pytest.mark.requirement("CMP-03")
def test_a_leader_sees_which_promises_a_new_holiday_moves_and_nothing_is_written(world, amended):
    matter = complain(world, kind="attitude")
    before = world.items("complaints")
    was = matter.due("answer")
    rules = amended()
    assert preview(world).body["rules"] == rules
    rows = rows_of(world)
    (answer,) = [row for row in rows if row["promise"] == "answer"]
    assert answer["number"] == matter.number
    assert answer["from"] == was.isoformat()
    assert answer["to"] == (was + timedelta(days=1)).isoformat()
    assert answer["outcome"] == "moved"
    assert world.items("complaints") == before


def rows_of(world: World, who: Any = LEADER) -> list[Any]:
    return [row for page in recalculate.pages(asking(world, who), "complaints") for row in page["rows"]]


@pytest.mark.requirement("CMP-03")
def test_moved_the_customer_is_told_the_new_date_and_why_and_sees_it(world, amended):
    matter = complain(world, kind="attitude")
    was = matter.due("answer")
    rules = amended()
    for page in recalculate.pages(asking(world), "complaints", {"rules": rules, "reason": REASON}):
        assert page["rules"] == rules
    world.settle()
    assert matter.due("answer") == was + timedelta(days=1)
    (answer,) = [one for one in matter.seen()["promises"] if one["what"] == "answer"]
    assert [move["reason"] for move in answer["explained"]["moves"]] == [REASON]
    assert "Commemoration Day" in [segment.get("name") for segment in answer["why"]]
    assert "ComplaintDateMoved" in matter.whats()
    assert len(mailed(world, REASON)) == sum(one["explained"]["moves"] != [] for one in matter.seen()["promises"])
    (line,) = [line for line in matter.file()["events"] if line["what"] == "PromiseRecalculated.v1"][:1]
    assert (line["by"], line["facts"]["reason"], line["facts"]["rules"]) == ("leader-1", REASON, rules)


def test_moved_twice_is_moved_once(world, amended):
    matter = complain(world, kind="attitude")
    rules = amended()
    first = list(recalculate.pages(asking(world), "complaints", {"rules": rules, "reason": REASON}))
    assert [row for page in first for row in page["rows"]]
    kept = matter.file()["promises"]
    again = list(recalculate.pages(asking(world), "complaints", {"rules": rules, "reason": REASON}))
    assert [row for page in again for row in page["rows"]] == []
    assert matter.file()["promises"] == kept
    assert rows_of(world) == []


@pytest.mark.requirement("CMP-03")
def test_another_span_in_the_pack_counts_from_when_it_was_promised_but_not_what_a_person_set(world, amended):
    plain, by_hand = complain(world), complain(world)
    by_hand.do("promises/answer/move", {"within": {"working_days": 4}, "reason": "A witness is away."}, LEADER)
    set_by_hand = by_hand.due("answer")
    rules = amended(closed={}, answer_complaint={"role": "supervisor", "within": {"working_days": 9}})
    list(recalculate.pages(asking(world), "complaints", {"rules": rules, "reason": "New rules."}))
    assert plain.promise("answer")["clock"] == {"working_days": 9}
    assert by_hand.due("answer") == set_by_hand
    # Moved by rules, it follows the next rules, too.
    later = amended("2027.01", closed={}, answer_complaint={"role": "supervisor", "within": {"working_days": 8}})
    list(recalculate.pages(asking(world), "complaints", {"rules": later, "reason": "New rules."}))
    assert plain.promise("answer")["clock"] == {"working_days": 8}


def test_a_walk_that_was_broken_off_goes_on_from_its_mark(world, amended, monkeypatch):
    monkeypatch.setattr("shared.recalculating.AT_ONCE", 2)
    matters = [complain(world, contact=None) for _ in range(5)]
    rules = amended()
    mark, met, moved = "", 0, []
    while mark is not None:
        # Each page by another process, as a Lambda would; the mark is all that is kept.
        page = apply(world, rules, query=f"after={mark}" if mark else "").body
        assert page["met"] <= 2
        met += page["met"]
        moved += [row["number"] for row in page["rows"]]
        mark = page["next"]
    assert met >= 5
    assert page["done"] == 1
    assert set(moved) == {matter.number for matter in matters}


def test_only_those_who_lead_and_only_with_a_reason_and_the_rules_they_looked_at(world, amended):
    complain(world)
    rules = amended()
    for who in (OFFICER, staff("auditor-1", "auditor")):
        assert preview(world, who).status == apply(world, rules, who).status == 403
    assert apply(world, rules, reason=" ").status == 422
    other = apply(world, "police@1")
    assert (other.status, other.body["rules"]) == (409, rules)
    for mark in ("nonsense", "WzksbnVsbF0", "WzAsIngiXQ", "W10"):
        assert preview(world, query=f"after={mark}").status == 400


@pytest.mark.requirement("CMP-05")
def test_to_whoever_a_complaint_is_about_it_is_neither_shown_nor_moved_nor_missing(world, amended, monkeypatch):
    monkeypatch.setattr("shared.recalculating.AT_ONCE", 1)
    hidden = complain(world, kind="attitude", contact=None)
    others = [complain(world, kind="attitude", contact=None) for _ in range(3)]
    subject = staff("supervisor-9", "supervisor", "unit-west")
    rules = amended()
    without = list(recalculate.pages(asking(world, MANAGER), "complaints"))
    hidden.do("subjects", {"subjects": ["unit-west"]}, LEADER)
    seen = list(recalculate.pages(asking(world, subject), "complaints"))
    assert hidden.number not in json.dumps(seen)
    assert sum(page["met"] for page in seen) == 3
    # A page for each that is seen and one for the end of each shard: none for what is hidden.
    assert (len(without), len(seen)) == (4 + SHARDS, 3 + SHARDS)
    was = hidden.due("answer")
    moved = [
        row["number"]
        for page in recalculate.pages(asking(world, subject), "complaints", {"rules": rules, "reason": REASON})
        for row in page["rows"]
    ]
    assert set(moved) == {matter.number for matter in others}
    assert hidden.due("answer") == was
    # The next leader moves it.
    assert hidden.number in {row["number"] for row in rows_of(world)}


def test_the_cost_follows_what_is_open_and_not_what_was_ever_closed(world, amended):
    closed = complain(world, contact=None)
    closed.do("answer", {"finding": "substantiated", "text": "We apologise."})
    closed.do("close")
    closed.do("return-visit", {"satisfied": True, "settled": True})
    complain(world, contact=None)
    assert not closed.owed()
    amended()
    assert sum(page["met"] for page in recalculate.pages(asking(world), "complaints")) == 1


def test_the_command_shows_a_table_then_moves_and_says_so(world, amended):
    matter = complain(world, kind="attitude")
    amended()
    out = io.StringIO()
    console = Console(file=out, width=120)
    assert recalculate.run(asking(world), console, zone="Asia/Dubai") > 0
    shown = out.getvalue()
    assert matter.number in shown
    assert "would move" in shown
    assert "Asia/Dubai" in shown
    out.truncate(0)
    assert recalculate.run(asking(world), console, reason=REASON, as_json=True) > 0
    assert matter.number in out.getvalue()
    assert recalculate.run(asking(world), console) == 0
    assert "nothing moves" in out.getvalue()
    with pytest.raises(recalculate.Refused, match="403"):
        recalculate.run(asking(world, OFFICER), console)


def test_cases_move_like_complaints_and_their_customers_are_told(world, amended):
    receipt = report(world, category="D5")
    world.settle()
    before = {one["what"]: one["due"] for one in follow(world, receipt)["promises"]}
    rules = amended()
    (moved,) = [
        row
        for page in recalculate.pages(asking(world), "cases", {"rules": rules, "reason": REASON})
        for row in page["rows"]
    ]
    world.settle()
    seen = follow(world, receipt)
    after = {one["what"]: one["due"] for one in seen["promises"]}
    assert (moved["number"], moved["from"]) == (receipt["number"], before[moved["promise"]])
    assert after == {**before, moved["promise"]: moved["to"]}
    assert REASON in [line.get("text") for line in seen["timeline"]]
