"""A repeated contact goes to the case that is open, and how that was handled is asked; no emergency waits for it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.service.casework import CLERK, COLLEAGUE, MAIL, OFFICER, SUPERVISOR, Matter, mailed, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.world import Answer, World, staff

SAID: dict[str, Any] = {
    "category": "P8",
    "description": "It still comes through the ceiling.",
    "channel": "phone",
    "read_back": True,
    "contact": {"name": "Amal", "email": MAIL},
}
SATISFIED, UNSATISFIED = {"satisfied": True}, {"satisfied": False, "text": "Nobody called back."}
WHY = {"reason": "It is the same leak."}


def key_in(world: World, key: Any = "keyed-in-1", who: Any = CLERK, **changed: Any) -> Answer:
    answer = world.http("intake.staff", "POST", "/staff/v1/cases", {**SAID, **changed}, staff=who, key=key)
    world.settle()
    return answer


def again(world: World, matter: Matter, key: Any = "reported-again-1", **changed: Any) -> Answer:
    """The customer reports with the number and secret of their case."""
    goes_on = {"number": matter.number, "secret": matter.secret, **changed.pop("continues", {})}
    body = {"category": "P8", "description": "It is worse.", "continues": goes_on, **changed}
    answer = world.http("intake.api", "POST", "/v1/cases", body, key=key)
    world.settle()
    return answer


def kind(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["type"].rpartition(":")[2]


def cases(world: World) -> int:
    return len({item["pk"]["S"] for item in world.items("intake") if item["pk"]["S"].startswith("CASE#")})


@pytest.mark.requirement("CASE-13")
def test_who_keys_in_a_repeated_contact_is_told_of_the_open_case_and_joins_it(world):
    matter = report(world)
    refused = key_in(world)
    assert kind(refused) == (409, "repeated-contact")
    assert [one["number"] for one in refused.body["open"]] == [matter.number]
    assert "satisfied" in refused.body["ask"]
    assert "`joins`" in refused.body["detail"]
    assert cases(world) == 1

    joined = key_in(world, joins=matter.number, earlier_handling=SATISFIED)
    assert (joined.status, joined.body["number"]) == (200, matter.number)
    assert key_in(world, joins=matter.number, earlier_handling=SATISFIED).body == joined.body
    assert cases(world) == 1
    [line] = [one for one in matter.seen()["timeline"] if one["what"] == "ReportJoined"]
    assert line["text"] == "It still comes through the ceiling."
    [said] = matter.events("ReportJoined")
    assert (said["by"], said["private"]["said"]["read_back"]) == ("clerk-1", True)
    assert [one["facts"] for one in matter.events("HandlingJudged")] == [{"satisfied": True}]
    assert "look-again" not in matter.owed()
    assert len(mailed(world)) == 1  # that we have the report; nothing since is news to them


@pytest.mark.requirement("CASE-13")
def test_a_separate_matter_is_a_case_of_its_own_and_so_is_another_category(world):
    matter = report(world)
    apart = key_in(world, apart=True)
    assert apart.status == 201
    assert apart.body["number"] != matter.number
    assert key_in(world, key="keyed-in-2", category="Z4").status == 201
    assert key_in(world, key="keyed-in-3", contact={"email": "omar@example.org"}).status == 201
    assert key_in(world, key="keyed-in-4", contact=None).status == 201


@pytest.mark.requirement("CASE-13")
def test_a_command_that_made_a_case_gets_its_answer_again_and_is_no_repetition_of_itself(world):
    first = key_in(world)
    assert first.status == 201
    assert key_in(world).body == first.body
    assert kind(key_in(world, key="keyed-in-2")) == (409, "repeated-contact")


@pytest.mark.requirement("CASE-13")
def test_once_the_case_has_ended_the_next_contact_is_a_new_one(world):
    matter = report(world)
    matter.do("open")
    matter.do("close", {"outcome": "solved", "text": "It is dry."})
    assert kind(key_in(world, joins=matter.number, earlier_handling=SATISFIED)) == (409, "case-ended")
    assert key_in(world).status == 201
    other = report(world, category="Z4")
    other.do("decline", {"reason": "Not ours."})
    assert kind(key_in(world, key="keyed-in-2", joins=other.number, earlier_handling=SATISFIED)) == (
        409,
        "case-ended",
    )


@pytest.mark.requirement("CASE-13")
def test_an_emergency_is_never_held_up_by_an_open_case(world):
    matter = report(world)
    danger = {"facts": {"danger_to_life": True}}
    assert key_in(world, **danger).status == 201
    named = key_in(world, key="keyed-in-2", joins=matter.number, **danger)
    assert named.status == 201
    assert named.body["urgent"]
    [refers] = Matter(world, named.body["number"], "").events("RefersTo")
    assert refers["facts"] == {"case": matter.number.replace("-", "")}
    nonsense = key_in(world, key="keyed-in-3", joins="nonsense", **danger)
    own = again(world, matter, key=None, **danger)
    wrong = again(world, Matter(world, matter.number, "wrong"), key=None, **danger)
    assert [one.status for one in (nonsense, own, wrong)] == [201, 201, 201]
    assert len(Matter(world, own.body["number"], "").events("RefersTo")) == 1
    assert Matter(world, wrong.body["number"], "").events("RefersTo") == []
    assert matter.events("ReportJoined") == []


@pytest.mark.requirement("CASE-13")
@pytest.mark.parametrize(
    ("changed", "expected", "where"),
    [
        ({}, "invalid", "/earlier_handling"),
        ({"earlier_handling": SATISFIED, "apart": True}, "invalid", "/apart"),
        ({"earlier_handling": SATISFIED, "joins": "0000-0000-0000"}, "invalid", "/joins"),
        ({"earlier_handling": SATISFIED, "joins": "!"}, "invalid", "/joins"),
        ({"earlier_handling": {}}, "invalid", "/earlier_handling/satisfied"),
        ({"earlier_handling": SATISFIED, "read_back": False}, "invalid", "/read_back"),
    ],
)
def test_what_can_not_be_joined_is_refused_with_what_to_do(world, changed, expected, where):
    matter = report(world)
    answer = key_in(world, **{"joins": matter.number, **changed})
    assert kind(answer) == (422, expected)
    assert answer.body["faults"][0]["pointer"] == where
    assert matter.events("ReportJoined") == []


@pytest.mark.requirement("CASE-13")
def test_a_report_keyed_in_goes_to_no_case_of_somebody_else(world):
    matter = report(world)
    body = {"joins": matter.number, "earlier_handling": SATISFIED, "contact": {"email": "omar@example.org"}}
    for who in (CLERK, SUPERVISOR):
        refused = key_in(world, who=who, **body)
        assert kind(refused) == (409, "not-their-case")
        assert "without `joins`" in refused.body["detail"]
    assert kind(key_in(world, key=None, joins=matter.number, earlier_handling=SATISFIED)) == (
        400,
        "no-idempotency-key",
    )
    assert "still comes through" not in str(matter.file())


@pytest.mark.requirement("CASE-13")
def test_whoever_is_named_on_a_case_as_a_witness_does_not_write_on_it_for_its_customer_to_read(world):
    matter = report(world, classes=["victim"])
    matter.do("customers", {"name": "Omar", "email": "omar@example.org", "classes": ["witness"]})
    said = {"description": "I saw her husband do it.", "contact": {"email": "omar@example.org"}}
    refused = key_in(world, joins=matter.number, earlier_handling=SATISFIED, **said)
    assert kind(refused) == (409, "not-their-case")
    world.at(MONDAY_MORNING + timedelta(minutes=5))
    # Nor is it theirs to go on with: what they report is a case of its own.
    own = key_in(world, key="keyed-in-2", **said)
    assert own.status == 201
    other = Matter(world, own.body["number"], "")
    assert kind(other.try_to("join", {"into": matter.number, **WHY}, CLERK)) == (409, "not-their-case")
    other.do("join", {"into": matter.number, **WHY}, SUPERVISOR)
    assert "her husband" not in str(matter.seen())
    assert not any("her husband" in mail for mail in mailed(world))
    # And a witness is told nothing of it by mail: only that there is something.
    told = mailed(world, "omar@example.org")[-1]
    assert matter.number not in told
    assert "There is something new for you" in told


@pytest.mark.requirement("CASE-13")
def test_dissatisfaction_is_owed_a_look_by_a_supervisor_and_hidden_from_who_handled_the_case(world):
    matter = report(world)
    matter.do("open")
    key_in(world, joins=matter.number, earlier_handling=UNSATISFIED)
    assert matter.owed()["look-again"] == "supervisor"
    assert "look-again" not in str(matter.seen())
    assert "Nobody called back." not in str(matter.seen())
    for hidden in (str(matter.file(OFFICER)), str(worklist(world, OFFICER))):
        assert "look-again" not in hidden
        assert "Nobody called back." not in hidden
    assert "Nobody called back." in str(matter.file(COLLEAGUE))
    body = {"text": "The officer was ill; she has a date now."}
    leading_handler = staff("officer-1", "supervisor")
    assert matter.try_to("looked-again", body, OFFICER).status == 403
    assert matter.try_to("looked-again", body, leading_handler).status == 404
    moved = {"promise": "look-again", "within": {"hours": 1}, "reason": "Later."}
    assert kind(matter.try_to("extend", moved, OFFICER)) == (409, "not-owed")
    matter.do("looked-again", body, SUPERVISOR)
    assert "look-again" not in matter.owed()
    assert matter.promise("look-again")["state"] == "kept"
    assert kind(matter.try_to("looked-again", body, SUPERVISOR)) == (409, "not-owed")


def worklist(world: World, who: Any) -> Any:
    return world.http("intake.staff", "GET", "/staff/v1/cases", staff=who).body


@pytest.mark.requirement("CASE-13")
def test_dissatisfaction_that_nobody_looks_into_goes_up_and_outlasts_the_case(world):
    matter = report(world)
    matter.do("open")
    key_in(world, joins=matter.number, earlier_handling=UNSATISFIED)
    matter.do("close", {"outcome": "solved", "text": "It is dry."})
    assert matter.owed() == {"look-again": "supervisor"}
    world.pass_time(matter.due("look-again") - MONDAY_MORNING + timedelta(minutes=1))
    assert any("LATE look-again" in mail for mail in mailed(world, "duty@example.org"))
    assert not any("look-again" in mail for mail in mailed(world))


@pytest.mark.requirement("CASE-13")
def test_a_customer_goes_on_with_their_case_by_its_secret(world):
    matter = report(world)
    answer = again(world, matter)
    assert answer.status == 200
    assert (answer.body["number"], answer.body["secret"]) == (matter.number, matter.secret)
    assert {one["what"] for one in answer.body["promises"]} >= {"acknowledge", "review"}
    assert again(world, matter).body["number"] == matter.number
    assert cases(world) == 1
    assert matter.whats()[-2:] == ["ReportJoined", "HandlingAsked"]
    assert matter.seen()["timeline"][-2]["text"] == "It is worse."
    # They answer by adding to their case.
    assert matter.says("additions", {"text": "No, nobody came.", "satisfied": False}).status == 202
    assert matter.owed()["look-again"] == "supervisor"
    asked = again(world, matter, key="reported-again-2", continues={"satisfied": True})
    assert asked.status == 200
    assert matter.whats().count("HandlingAsked") == 1


@pytest.mark.requirement("CASE-13")
def test_a_telephone_number_alone_joins_nothing_and_shows_nothing(world):
    matter = report(world)
    before = str(matter.seen())
    other = report(world, description="It is worse.")
    assert other.number != matter.number
    assert str(matter.seen()) == before
    assert matter.number.replace("-", "") not in str(other.seen()).replace("-", "")
    assert matter.number.replace("-", "") not in str(mailed(world)[-1]).replace("-", "")


@pytest.mark.requirement("CASE-13")
def test_a_wrong_secret_gets_the_refusal_that_following_gives_and_stores_nothing(world):
    matter = report(world)
    followed = world.http("intake.api", "GET", f"/v1/cases/{matter.number}", secret="wrong")
    nobody = Matter(world, "0000-0000-0000", matter.secret)
    for impostor in (Matter(world, matter.number, "wrong"), nobody, Matter(world, "!", "x")):
        answer = again(world, impostor)
        assert (answer.status, answer.body) == (followed.status, followed.body)
    assert cases(world) == 1
    assert again(world, matter, key=None).status == 400
    assert again(world, matter, category="nonsense").status == 422
    matter.do("open")
    matter.do("close", {"outcome": "solved", "text": "It is dry."})
    ended = again(world, matter, key="reported-again-9")
    assert kind(ended) == (409, "case-ended")
    assert "continues" in ended.body["detail"]


@pytest.mark.requirement("CASE-13")
def test_who_goes_on_very_often_is_asked_to_wait_like_who_adds(world):
    matter = report(world)
    for n in range(20):
        assert again(world, matter, key=f"reported-again-{n}").status == 200
    assert again(world, matter, key="reported-again-20").status == 429


def two_of_one_customer(world: World) -> tuple[Matter, Matter]:
    older = report(world)
    world.at(MONDAY_MORNING + timedelta(minutes=5))
    return older, report(world, description="The leak is worse.")


@pytest.mark.requirement("CASE-13")
def test_staff_read_on_a_new_case_that_it_may_be_a_repetition_and_join_it(world):
    older, newer = two_of_one_customer(world)
    [noted] = newer.events("PerhapsRepeated")
    assert noted["facts"] == {"cases": [older.number.replace("-", "")]}
    assert older.events("PerhapsRepeated") == []
    assert "PerhapsRepeated" not in newer.whats()
    letters = len(mailed(world))
    newer.do("join", {"into": older.number, **WHY}, CLERK, key="join-it-1")
    assert newer.do("join", {"into": older.number, **WHY}, CLERK, key="join-it-1")["state"] == "closed"

    assert newer.owed() == {}
    assert {one["state"] for one in newer.file()["promises"] if one["what"] != "acknowledge"} == {"waived"}
    assert newer.seen()["timeline"][-1]["facts"] == {"outcome": "joined"}
    [told] = mailed(world)[letters:]  # once, and nobody asks how it was
    assert newer.number in told
    assert older.number in told
    assert "satisfied with how we handled it" in told
    assert older.whats()[-2:] == ["ReportJoined", "HandlingAsked"]
    assert older.seen()["timeline"][-2]["text"] == "The leak is worse."
    assert {"review"} <= set(older.owed())
    [joined] = newer.events("JoinedTo")
    assert (joined["by"], joined["private"]["text"]) == ("clerk-1", WHY["reason"])


@pytest.mark.requirement("CASE-13")
def test_a_case_that_was_taken_on_is_joined_too(world):
    older, newer = two_of_one_customer(world)
    newer.do("open")
    newer.do("join", {"into": older.number, **WHY}, CLERK)
    assert newer.file()["state"] == "closed"
    assert newer.owed() == {}
    assert kind(newer.try_to("join", {"into": older.number, **WHY}, CLERK)) == (409, "illegal-move")


@pytest.mark.requirement("CASE-13")
def test_what_can_not_be_joined_stays_as_it_is(world):
    older, newer = two_of_one_customer(world)
    stranger = report(world, contact={"email": "omar@example.org"})
    tried = {newer.number: (409, "same-case"), "0000-0000-0000": (422, "invalid"), "!": (422, "invalid")}
    for into, expected in tried.items():
        assert kind(newer.try_to("join", {"into": into, **WHY}, CLERK)) == expected
    assert kind(older.try_to("join", {"into": newer.number, **WHY}, CLERK)) == (409, "older-into-newer")
    assert kind(newer.try_to("join", {"into": older.number}, CLERK)) == (422, "invalid")
    assert kind(stranger.try_to("join", {"into": older.number, **WHY}, CLERK)) == (409, "not-their-case")
    older.do("open")
    older.do("close", {"outcome": "solved", "text": "It is dry."})
    assert kind(newer.try_to("join", {"into": older.number, **WHY}, CLERK)) == (409, "case-ended")
    assert newer.try_to("join", {"into": older.number, **WHY}, staff("auditor-1", "auditor")).status == 403
    assert newer.file()["state"] == "received"


@pytest.mark.requirement("CASE-13")
def test_two_neighbours_reports_of_one_leak_are_joined_by_a_supervisor_and_stay_private(world):
    older = report(world)
    world.at(MONDAY_MORNING + timedelta(minutes=5))
    newer = report(world, contact={"email": "omar@example.org"}, description="My flat is wet; call my wife.")
    newer.do("join", {"into": older.number, **WHY}, SUPERVISOR)
    assert "my wife" not in str(older.seen())
    # What was said stays where it was said, to end with whoever said it: staff read it there.
    assert "my wife" not in str(older.file())
    [line] = older.events("OtherReportJoined")
    assert (line["facts"], line["private"]) == ({"case": newer.number.replace("-", "")}, {})
    assert "OtherReportJoined" not in older.whats()
    assert "my wife" in str(newer.file(OFFICER))
    told = mailed(world, "omar@example.org")[-1]
    assert older.number not in told
    assert "together with theirs" in told


@pytest.mark.requirement("CASE-13")
def test_an_emergency_with_its_unit_is_not_joined_away(world):
    older = report(world, facts={"danger_to_life": True})
    world.at(MONDAY_MORNING + timedelta(minutes=5))
    newer = report(world, facts={"danger_to_life": True})
    status, refusal = kind(newer.try_to("join", {"into": older.number, **WHY}, CLERK))
    assert (status, refusal) in {(409, "emergency-waits"), (409, "unit-there")}
    assert newer.file()["state"] == "open"


@pytest.mark.requirement("CASE-13")
def test_whoever_handled_the_case_that_was_joined_does_not_judge_a_complaint_on_the_one_that_stays(world):
    older = report(world)
    world.clock.shift(timedelta(minutes=5))
    newer = report(world)
    manager = staff("manager-1", "supervisor")
    newer.do("team", {"members": ["officer-5"]}, manager)
    newer.do("join", {"into": older.number, "reason": "The same leak."}, staff("clerk-9", "operator"))
    assert "manager-1" in older.file(SUPERVISOR)["handlers"]
