"""What people said ends when they ask for it, or when its time is over; what was promised and done stays proven."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.service.casework import CLERK, OFFICER, SUPERVISOR, Matter, mailed, report
from tests.service.complaining import LEADER, complain
from tests.service.complaining import Matter as Complained
from tests.service.georeporting import get
from tests.service.readable import readable
from tests.service.world import World, staff

NAME, MAIL, PHONE = "Xanthippe Qarqash", "xanthippe@example.org", "+447700900456"
WORDS = (
    "Xanthippe",
    "xanthippe@",
    "447700900456",
    "zebrafish",
    "gramophone",
    "marzipan",
    "tangerine",
    "Kumquat",
    "Sassafras",
)
"""Each is said somewhere, and nowhere else."""

SAID = {
    "category": "P8",
    "description": "The zebrafish tank leaks.",
    "losses": "A gramophone.",
    "place": {"address": "7 Kumquat Lane", "lat": 25.2, "long": 55.3},
    "contact": {"name": NAME, "email": MAIL, "phone": PHONE, "preferred": "email"},
}


def told(world: World) -> set[str]:
    """Which of the words anybody could still read."""
    everything = "\n".join(readable(world))
    return {word for word in WORDS if word in everything}


def closed(world: World) -> Matter:
    """A case of somebody who said a lot, and is done."""
    case = report(world, **SAID)
    case.do("open")
    later = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    case.do("extend", {"to": later, "reason": "The plumber Mr Sassafras is away."})
    case.says("additions", {"text": "It smells of marzipan."}, "customer-addition")
    case.do("close", {"outcome": "solved", "text": "The tangerine pipe is mended."})
    return case


def erase(case: Matter) -> None:
    case.do("erase", {"reason": "asked"}, SUPERVISOR)


@pytest.mark.requirement("CASE-19")
def test_what_somebody_said_can_be_read_nowhere_after_they_had_it_erased(world):
    case = closed(world)
    # What is on the bus or in a queue still has its box: that goes when nothing can come again.
    assert told(world) == set(WORDS)
    erase(case)
    assert case.file()["erased"] is True
    assert case.file()["events"][0]["private"] == {}
    world.pass_time(timedelta(days=15))
    assert told(world) == set()


@pytest.mark.requirement("CASE-19")
def test_the_chain_still_verifies_after_its_words_are_erased_and_after_they_are_gone(world):
    case = closed(world)
    erase(case)
    path = f"/staff/v1/cases/{case.number}/chain"
    assert world.http("intake.staff", "GET", path, staff=SUPERVISOR).body["whole"] is True
    world.pass_time(timedelta(days=15))
    answer = world.http("intake.staff", "GET", path, staff=SUPERVISOR).body
    assert answer["whole"] is True
    assert answer["events"] >= 6


def test_ciphertext_that_is_gone_from_a_case_that_nobody_erased_breaks_its_chain(world):
    case = closed(world)
    key = {"pk": {"S": f"CASE#{case.number.replace('-', '')}"}, "sk": {"S": "EV#00000001"}}
    names = {"#private": "private"}
    world.client("dynamodb").update_item(
        TableName="intake", Key=key, UpdateExpression="REMOVE #private, boxes", ExpressionAttributeNames=names
    )
    path = f"/staff/v1/cases/{case.number}/chain"
    answer = world.http("intake.staff", "GET", path, staff=SUPERVISOR).body
    assert (answer["whole"], answer["broken_at"]) == (False, 1)


@pytest.mark.requirement("CASE-19")
def test_what_people_said_ends_by_itself_when_its_time_is_over(world):
    case = closed(world)
    world.pass_time(timedelta(days=5 * 366))
    world.pass_time(timedelta(days=15))
    assert case.file()["erased"] is True
    assert told(world) == set()
    assert case.events("CaseErased")[0]["facts"] == {"case": case.number.replace("-", ""), "asked": False}


def test_a_case_is_not_erased_before_its_time(world):
    case = closed(world)
    world.pass_time(timedelta(days=5 * 365 - 10))
    assert case.file()["erased"] is False


def test_where_the_pack_sets_no_end_nothing_ends_by_itself(world):
    world.amend_pack(lambda pack: pack.pop("retention"))
    case = closed(world)
    world.pass_time(timedelta(days=20 * 366))
    assert case.file()["erased"] is False


def test_whoever_has_the_secret_of_an_erased_case_is_told_that_it_was_erased(world):
    case = closed(world)
    erase(case)
    answer = world.http("intake.api", "GET", f"/v1/cases/{case.number}", secret=case.secret)
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (410, "erased")
    wrong = world.http("intake.api", "GET", f"/v1/cases/{case.number}", secret="guess")
    assert wrong.status == 404


def test_an_open_case_is_not_erased(world):
    case = report(world, **SAID)
    answer = case.try_to("erase", {"reason": "asked"}, SUPERVISOR, key="erase-open")
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (409, "still-open")
    assert told(world) >= {"zebrafish", "Xanthippe"}


def test_a_case_that_somebody_complains_about_is_not_erased_by_hand_or_by_time(world):
    case = closed(world)
    case.says("grievances", {"text": "It leaks again."}, "customer-grievance")
    refused = case.try_to("erase", {"reason": "asked"}, SUPERVISOR, key="erase-early")
    assert (refused.status, refused.body["type"].rpartition(":")[2]) == (409, "still-owed")
    assert "complaint" not in refused.body["detail"]  # whoever handled it may not learn that there is one
    world.pass_time(timedelta(days=5 * 366))
    assert case.file()["erased"] is False


def test_the_complaints_of_a_case_end_with_it_when_its_customer_asks(world):
    case = closed(world)
    case.says("grievances", {"text": "The gramophone is broken.", "wishes": "Marzipan"}, "customer-grievance")
    number = case.seen()["timeline"][-1]["facts"]["complaint"]
    complaint = Complained(world, number, "")
    complaint.talk(LEADER)
    complaint.do("answer", {"finding": "substantiated", "text": "We are sorry."}, LEADER)
    complaint.do("close", who=LEADER)
    erase(case)
    # Somebody still comes by to ask whether it is really settled; that was promised.
    assert (set(complaint.owed()), complaint.file(LEADER)["erased"]) == ({"return-visit"}, False)
    complaint.do("return-visit", {"satisfied": True, "settled": True}, LEADER)
    world.pass_time(timedelta(minutes=1))
    assert complaint.file(LEADER)["erased"] is True
    world.pass_time(timedelta(days=15))
    assert told(world) == set()


@pytest.mark.parametrize("pack", ["convenience"])
def test_a_complaint_that_came_without_a_case_ends_when_its_time_is_over(world, pack):
    matter = complain(
        world, text="The zebrafish was rude.", contact={"name": NAME, "email": MAIL, "phone": PHONE}, calls=False
    )
    matter.talk(LEADER)
    matter.do("answer", {"finding": "substantiated", "text": "We looked into it."}, LEADER)
    matter.do("close", who=LEADER)
    world.pass_time(timedelta(days=3 * 366))
    world.pass_time(timedelta(days=15))
    assert matter.file(LEADER)["erased"] is True
    assert told(world) == set()


def test_what_a_customer_said_in_the_survey_ends_with_their_case(world):
    case = closed(world)
    (mail,) = [one for one in mailed(world, MAIL) if "/survey/" in one]
    invitation, token = mail.partition("/survey/")[2].split()[0].split("/")
    answers = {"satisfaction": 4, "comment": "Quick as a zebrafish."}
    path = f"/v1/surveys/{invitation}/answers"
    assert world.http("survey.api", "POST", path, answers, secret=token.strip()).status == 201
    world.settle()
    erase(case)
    world.pass_time(timedelta(days=15))
    assert told(world) == set()
    scores = world.http("survey.staff", "GET", "/staff/v1/scores", query="month=2026-11", staff=SUPERVISOR).body
    assert [row["answers"] for row in scores["scores"]] == [1]


def test_nobody_is_written_to_after_they_were_erased(world):
    case = closed(world)
    erase(case)
    before = len(mailed(world, MAIL))
    world.pass_time(timedelta(days=40))
    assert len(mailed(world, MAIL)) == before


def test_erasing_is_for_those_who_lead_and_happens_once(world):
    case = closed(world)
    for who in (OFFICER, CLERK):
        assert case.try_to("erase", {"reason": "asked"}, who, key="erase-first").status == 403
    assert case.try_to("erase", {"reason": "no-reason"}, SUPERVISOR, key="erase-second").status == 422
    erase(case)
    again = case.try_to("erase", {"reason": "asked"}, SUPERVISOR, key="erase-third")
    assert (again.status, again.body["type"].rpartition(":")[2]) == (410, "erased")


def test_the_public_sees_nothing_more_of_an_erased_case(world):
    case = report(world, **{**SAID, "category": "S1"})
    assert [one["service_request_id"] for one in get(world, "requests")] == [case.number.replace("-", "")]
    case.do("decline", {"reason": "It is not ours."})
    erase(case)
    assert get(world, "requests") == []


def test_whoever_handled_a_case_does_not_erase_it_and_learns_nothing_of_complaints_by_trying(world):
    handler = staff("leader-9", "duty-leader")
    quiet, loud = report(world, **SAID), report(world, **{**SAID, "category": "Z4"})
    for case in (quiet, loud):
        case.do("decline", {"reason": "It is not ours."}, handler)
    loud.says("grievances", {"text": "They were rude."}, "customer-grievance")
    tried = [case.try_to("erase", {"reason": "asked"}, handler, key="erase-as-handler") for case in (quiet, loud)]
    assert [(one.status, one.body["type"]) for one in tried] == [(403, "urn:ahd:problem:handled-by-you")] * 2
    assert tried[0].body == tried[1].body


def test_whoever_handled_a_case_does_not_see_which_complaints_were_erased_with_it(world):
    case, complaint = _complained_about(world)
    _answer(complaint)
    erase(case)
    number = complaint.number.replace("-", "")
    assert number in str(case.file(SUPERVISOR))
    assert number not in str(case.file(OFFICER))


def test_a_complaint_that_is_handled_again_after_its_erasure_was_asked_for_ends_at_its_next_closing(world):
    case, complaint = _complained_about(world)
    _answer(complaint)
    erase(case)
    complaint.do("rework", {"text": "They came back."}, LEADER)
    world.pass_time(timedelta(minutes=1))
    assert complaint.file(LEADER)["erased"] is False
    _answer(complaint)
    complaint.do("return-visit", {"satisfied": True, "settled": True}, LEADER)
    world.pass_time(timedelta(minutes=1))
    assert complaint.file(LEADER)["erased"] is True


def _complained_about(world: World) -> tuple[Matter, Complained]:
    case = closed(world)
    case.says("grievances", {"text": "The gramophone is broken."}, "customer-grievance")
    return case, Complained(world, case.seen()["timeline"][-1]["facts"]["complaint"], "")


def _answer(complaint: Complained) -> None:
    complaint.talk(LEADER)
    complaint.do("answer", {"finding": "substantiated", "text": "We are sorry."}, LEADER)
    complaint.do("close", who=LEADER)


@pytest.mark.parametrize(
    ("act", "body"),
    [("take", None), ("notes", {"text": "Late."}), ("customers", {"phone": PHONE, "classes": ["victim"]})],
)
def test_nothing_is_done_with_an_erased_case_any_more(world, act, body):
    case = closed(world)
    erase(case)
    answer = case.try_to(act, body, LEADER, key="late-command-1")
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (410, "erased")
