"""A case and the complaint about it: who may see what, and what the case's timeline says of its complaint."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.service.casework import report
from tests.service.complaining import LEADER, Matter, complain, mailed
from tests.service.world import World, staff

OFFICER = staff("officer-1", "officer")
LATER = staff("officer-2", "officer")
REPORT: dict[str, Any] = {
    "category": "P8",
    "description": "Water comes through.",
    "contact": {"email": "amal@example.org", "phone": "+447700900123"},
}


class Reported:
    """A case of one customer."""

    def __init__(self, world: World, **changed: Any) -> None:
        self.world = world
        receipt = world.http("intake.api", "POST", "/v1/cases", {**REPORT, **changed}).body
        self.number, self.secret = receipt["number"], receipt["secret"]
        world.settle()

    def do(self, act: str, who: Any, body: Any = None) -> None:
        path = f"/staff/v1/cases/{self.number}/{act}"
        answer = self.world.http("intake.staff", "POST", path, body, staff=who)
        assert answer.status == 200, answer.body
        self.world.settle()

    def grieve(self, key: str = "grievance-1") -> Matter:
        before = set(listed(self.world, LEADER))
        path = f"/v1/cases/{self.number}/grievances"
        body = {"text": "Nobody came."}
        assert self.world.http("intake.api", "POST", path, body, secret=self.secret, key=key).status == 202
        self.world.settle()
        (number,) = set(listed(self.world, LEADER)) - before
        return Matter(self.world, number, "")

    def seen(self) -> Any:
        return self.world.http("intake.api", "GET", f"/v1/cases/{self.number}", secret=self.secret).body

    def answers(self) -> list[tuple[str, str]]:
        """What is promised about its complaints: state and due date."""
        return [(one["state"], one["due"]) for one in self.seen()["promises"] if one["what"] == "answer"]


def listed(world: World, who: Any) -> list[str]:
    answer = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=who)
    return [one["number"] for one in answer.body["complaints"]]


@pytest.mark.requirement("CMP-05")
def test_whoever_handled_the_case_that_a_complaint_names_can_not_see_it(world):
    case = Reported(world)
    case.do("open", OFFICER)
    matter = complain(world, kind="attitude", case=case.number)
    assert matter.number not in listed(world, OFFICER)
    assert matter.try_to("take", who=OFFICER).status == 404
    assert matter.number in listed(world, LATER)


def test_naming_a_case_shows_nothing_of_it_and_changes_nothing_on_it(world):
    case = Reported(world)
    before = case.seen()
    matter = complain(world, kind="attitude", case=case.number)
    nowhere = complain(world, kind="attitude", case="0000-0000-0000")
    assert case.seen() == before
    assert matter.whats() == nowhere.whats()


@pytest.mark.requirement("CMP-05", "CMP-07")
def test_whoever_carried_out_what_the_customer_is_not_satisfied_with_can_not_handle_the_next_round(world):
    case = Reported(world)
    case.do("open", OFFICER)
    matter = case.grieve()
    matter.do("assign", {"investigators": ["officer-2", "officer-3"]}, LEADER)
    matter.do("answer", {"finding": "substantiated", "text": "We come today."}, LEADER)
    case.do("close", LATER, {"outcome": "solved", "text": "It is dry."})
    assert matter.number in listed(world, LATER)
    matter.do("rework", {"text": "They came and did nothing."}, LEADER)
    assert matter.number not in listed(world, LATER)
    assert matter.file(LEADER)["investigators"] == ["officer-3"]


def test_a_subject_who_had_taken_it_has_it_no_longer(world):
    matter = complain(world, kind="attitude")
    manager = staff("manager-1", "supervisor")
    matter.do("take", who=manager)
    matter.do("subjects", {"subjects": ["manager-1", "unit-west"]}, LEADER)
    assert matter.file(LEADER)["taken_by"] is None


@pytest.mark.requirement("CMP-07")
def test_the_case_shows_each_round_of_its_complaint_with_its_own_date(world):
    case = Reported(world)
    case.do("open", OFFICER)
    matter = case.grieve()
    ((state, due),) = case.answers()
    assert state == "open"

    later = datetime.fromisoformat(due) + timedelta(days=1)
    moved = {"promise": "answer", "to": later.isoformat(), "reason": "A witness is away."}
    matter.do("move", moved, LEADER)
    assert case.answers() == [("open", later.isoformat())]
    line = case.seen()["timeline"][-1]
    assert (line["what"], line["text"]) == ("ComplaintMoved", "A witness is away.")

    matter.do("answer", {"finding": "partly", "text": "They came late."}, LEADER)
    matter.do("rework", {"text": "They never came."}, LEADER)
    (second, again_due), (first, _) = case.answers()  # by their dates: the first was moved by a day
    assert (first, second) == ("kept", "open")
    assert again_due == matter.file(LEADER)["answer_due"]
    assert case.seen()["timeline"][-1]["what"] == "ComplaintAgain"


@pytest.mark.requirement("CMP-13")
@pytest.mark.parametrize("pack", ["retail"])
def test_a_second_grievance_of_the_same_customer_is_told_by_how_they_are_known(world, pack):
    first = complain(world, kind="goods-price", contact={"phone": "+447700900123"})
    first.talk(LEADER)
    first.do("answer", {"finding": "substantiated", "text": "We pay it back."}, LEADER)
    first.do("close", who=LEADER)
    categories = world.http("intake.api", "GET", "/v1/categories").body["categories"]
    second = Reported(world, category=categories[0]["code"]).grieve()
    second.do("classify", {"kind": "goods-price", "facts": {}}, LEADER)
    assert second.file(LEADER)["earlier"] == [first.number]


@pytest.mark.requirement("CMP-16")
def test_a_low_score_after_the_closing_reaches_whoever_stands_above(world):
    matter = complain(world, kind="attitude")
    matter.talk(LEADER)
    matter.do("answer", {"finding": "substantiated", "text": "We apologise."}, LEADER)
    matter.do("close", who=LEADER)
    (mail,) = mailed(world, "/survey/", "lin@example.org")
    invitation, token = mail.partition("/survey/")[2].split()[0].split("/")
    answer = world.http(
        "survey.api", "POST", f"/v1/surveys/{invitation}/answers", {"satisfaction": 1}, secret=token.strip()
    )
    assert answer.status in {200, 201, 204}, answer.body
    world.settle()
    file = matter.file(LEADER)
    assert [one["facts"] for one in file["events"] if one["what"] == "SurveyCameBack.v1"] == [{"satisfaction": 1}]
    asked = [one["facts"]["rule"] for one in file["events"] if one["what"] == "AttentionAsked.v1"]
    assert asked[-1] == "not-satisfied"


@pytest.mark.requirement("CMP-07")
@pytest.mark.parametrize(
    ("act", "body"),
    [("take", None), ("report", {"text": "It was the pipe."}), ("team", {"members": ["officer-5"]})],
)
def test_whoever_did_more_than_add_to_a_case_does_not_see_the_complaint_about_it(world, act, body):
    case = report(world)
    manager = staff("manager-1", "supervisor")
    case.do(act, body, manager)
    case.says("grievances", {"text": "They were slow."}, "customer-grievance")
    number = case.seen()["timeline"][-1]["facts"]["complaint"]
    path = f"/staff/v1/complaints/{number}"
    assert world.http("complaints.staff", "GET", path, staff=manager).status == 404
    assert "slow" not in str(case.file(manager))
    assert world.http("complaints.staff", "GET", path, staff=LEADER).status == 200


def test_who_only_adds_a_note_may_still_judge_how_a_case_was_handled(world):
    case = report(world)
    manager = staff("manager-1", "supervisor")
    case.do("notes", {"text": "Seen."}, manager)
    case.says("grievances", {"text": "They were slow."}, "customer-grievance")
    number = case.seen()["timeline"][-1]["facts"]["complaint"]
    assert world.http("complaints.staff", "GET", f"/staff/v1/complaints/{number}", staff=manager).status == 200


def test_operators_do_not_read_grievances_on_the_case_either(world):
    case = report(world)
    case.says("grievances", {"text": "They were slow."}, "customer-grievance")
    number = case.seen()["timeline"][-1]["facts"]["complaint"].replace("-", "")
    shown = str(case.file(staff("clerk-1", "operator")))
    assert "slow" not in shown
    assert number not in shown
    assert number in str(case.file(staff("auditor-1", "auditor")))
