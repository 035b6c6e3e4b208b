"""Tip-offs: who gives one is kept nowhere. The press: what it is answered is recorded, and the duty leader knows."""

import json
from pathlib import Path

import pytest

from services.intake import form
from shared import vault
from shared.rules import calendar, pack
from tests.service.conftest import MONDAY_MORNING
from tests.service.own_pack import with_categories
from tests.service.test_emergencies import HARBOUR, NORTH, do, done, sign_on, told, unit
from tests.service.test_main_path import OFFICER, SUPERVISOR, follow, promises, report, whats
from tests.service.world import World, staff

T1 = """
- code: T1
  group: tips
  name: { en: "Banned media on sale", ar: "بيع مواد محظورة", zh: "贩卖违禁音像书刊" }
  kind: tip
  plain: [pass_on]
  advice: { en: Thank you. No name is needed., ar: "شكراً لك. لا يلزم ذكر اسمك.", zh: "谢谢您。您不必提供姓名。" }
  questions:
    - { fact: under_way, ask: { en: "Is it happening now?", ar: "هل يحدث ذلك الآن؟", zh: "现在正在发生吗？" } }
  rules:
    - { id: T1-now, when: [under_way], then: [dispatch] }
"""
O4 = """
- code: O4
  group: press
  name: { en: Press, ar: "صحافة", zh: "新闻媒体" }
  kind: press
  plain: [record]
  review: false
"""
SECRETS = ("Amal", "amal@example.org", "501234567")


@pytest.fixture(scope="module")
def compiled_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_categories(tmp_path_factory.mktemp("packs"), T1, O4)


def everything(world: World) -> str:
    """All that the tables of all services hold, opened where it can be."""
    said = []
    for service in world.queues:
        items = world.items(service)
        salts = {
            item["pk"]["S"]: json.loads(item["doc"]["S"]).get("salt") for item in items if item["sk"]["S"] == "STATE"
        }
        with world.function_of(service):
            for item in items:
                said.append(json.dumps(item, default=str, ensure_ascii=False))
                if "private" in item:
                    bound, salt = f"{item['pk']['S']}/{item['sk']['S']}", salts.get(item["pk"]["S"])
                    if salt:
                        said.append(json.dumps(vault.decrypt(salt, bound, item["private"]["B"]), ensure_ascii=False))
    return "\n".join(said)


@pytest.mark.requirement("CASE-17")
def test_a_tip_keeps_nothing_of_who_gave_it_even_when_they_said_so(world, capsys):
    receipt = report(world, category="T1")
    assert receipt["anonymous"] is True
    world.settle()
    kept = everything(world)
    assert "Water comes through" in kept  # what was told is there
    logged = capsys.readouterr().out
    for secret in SECRETS:
        assert secret not in kept
        assert secret not in logged
    assert '"boxes"' not in kept
    assert world.mails("amal@example.org") == []
    case = follow(world, receipt)
    assert promises(case) == {"review": "open"}
    assert report(world)["anonymous"] is False


@pytest.mark.requirement("CASE-17")
def test_the_same_tip_with_another_contact_is_the_same_tip(world):
    """Not even the fingerprint of a command knows who sent it."""
    body = {"category": "T1", "description": "He sells them under the counter."}
    bodies = ({**body, "contact": {"email": "amal@example.org"}}, {**body, "contact": {"name": "no address"}}, body)
    answers = [world.http("intake.api", "POST", "/v1/cases", one, key="tip-tip-1") for one in bodies]
    assert [answer.status for answer in answers] == [201] * 3
    assert len({json.dumps(answer.body) for answer in answers}) == 1


@pytest.mark.requirement("CASE-17")
def test_a_tip_of_something_under_way_sends_a_unit_at_once(world):
    sign_on(world, "unit-north", NORTH)
    receipt = report(world, category="T1", facts={"under_way": True}, place=HARBOUR)
    assert (receipt["urgent"], receipt["state"]) == (True, "open")
    assert unit(world, "unit-north")["case"] == receipt["number"]


@pytest.mark.requirement("CASE-17")
def test_a_tip_of_something_past_is_thanked_for_and_passed_on(world):
    receipt = report(world, category="T1")
    assert receipt["advice"].startswith("Thank you")
    assert receipt["dispositions"] == ["pass_on"]
    wrong = do(world, receipt, "pass-on", {"to": "the-moon"})
    assert (wrong.status, wrong.body["faults"][0]["pointer"]) == (422, "/to")
    passed = done(world, receipt, "pass-on", {"to": "city"})
    assert passed["state"] == "closed"
    case = follow(world, receipt)
    assert whats(case) == ["CaseReported", "CaseOpened", "TipPassedOn", "CaseClosed"]
    assert case["timeline"][-1]["facts"]["outcome"] == "passed-on"
    world.settle()
    assert world.items("survey") == []  # nobody to ask
    assert do(world, receipt, "pass-on", {"to": "city"}).status == 409
    other = do(world, report(world), "pass-on", {"to": "city"})
    assert (other.status, other.body["type"]) == (409, "urn:ahd:problem:wrong-kind")


@pytest.mark.requirement("CASE-17")
def test_the_form_does_not_ask_who_gives_a_tip(world):
    with world.function_of("intake"):
        asked = form.ReportForm(pack(), {"area": "tips", "category": "T1"}, MONDAY_MORNING, calendar().zone)
        assert asked.after("when") == "check"
        other = form.ReportForm(pack(), {"area": "help", "category": "P8"}, MONDAY_MORNING, calendar().zone)
        assert other.after("when") == "reach"


@pytest.mark.requirement("CASE-18")
@pytest.mark.parametrize(
    ("said", "answer", "disposition"),
    [
        ({"medium": "domestic", "sensitive": False}, "press-office", "refer"),
        ({"medium": "domestic", "sensitive": True}, "no-comment", "no_comment"),
        ({"medium": "foreign", "sensitive": False}, "no-comment", "no_comment"),
    ],
)
def test_the_press_is_referred_or_gets_no_comment_and_the_duty_leader_is_always_told(
    world, said, answer, disposition
):
    receipt = report(world, category="O4")
    assert "duty" in receipt["dispositions"]
    world.settle()
    assert len(told(world, "URGENT")) == 1
    recorded = done(world, receipt, "press", said, staff("operator-1", "operator"))
    assert {"duty", disposition} <= set(recorded["dispositions"])
    assert {"refer", "no_comment"} & set(recorded["dispositions"]) == {disposition}
    case = follow(world, receipt)
    assert case["timeline"][-1] == {**case["timeline"][-1], "what": "PressAnswered", "facts": {"answer": answer}}
    path = f"/staff/v1/cases/{receipt['number']}"
    events = world.http("intake.staff", "GET", path, staff=SUPERVISOR).body["events"]
    assert events[-1]["facts"] == {"answer": answer, **said}
    assert events[-1]["by"] == "operator-1"


def test_only_the_press_is_answered_as_the_press(world):
    refused = do(world, report(world), "press", {"medium": "domestic", "sensitive": False}, OFFICER)
    assert (refused.status, refused.body["is_a"]) == (409, "help")
