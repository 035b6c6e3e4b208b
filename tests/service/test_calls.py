"""Telephone calls: answered, on hold, reassured, offered a message, given to second line; each has its promise."""

from datetime import timedelta
from typing import Any

import pytest

from tests.service.casework import CLERK, SUPERVISOR, mailed
from tests.service.world import Answer, World

MINUTE = timedelta(minutes=1)


class Line:
    """One call from the operator's side."""

    def __init__(self, world: World, **changed: Any) -> None:
        self.world, self.sent = world, 0
        body = {"rings": 2, **changed}
        self.answer = world.http("intake.staff", "POST", "/staff/v1/calls", body, staff=CLERK, key="call-00001")
        self.number = self.answer.body.get("call")

    def does(self, what: str, body: Any = None, key: str | None = None) -> Answer:
        self.sent += 1
        path, key = f"/staff/v1/calls/{self.number}/{what}", key or f"call-step-{self.sent}"
        answer = self.world.http("intake.staff", "POST", path, body, staff=CLERK, key=key)
        self.world.settle()
        return answer

    def seen(self) -> Any:
        return self.world.http("intake.staff", "GET", f"/staff/v1/calls/{self.number}", staff=SUPERVISOR).body

    def states(self) -> dict[str, str]:
        return {one["what"]: one["state"] for one in self.seen()["promises"]}


@pytest.mark.requirement("CASE-23")
@pytest.mark.parametrize(("rings", "in_time"), [(3, True), (4, False)])
def test_every_call_is_logged_with_whether_it_was_answered_within_three_rings(world, rings, in_time):
    answer = Line(world, rings=rings).answer
    assert (answer.status, answer.body["in_time"]) == (201, in_time)


@pytest.mark.requirement("CASE-23")
def test_a_caller_on_hold_who_hears_nobody_for_a_minute_is_seen_to_by_somebody_else(world):
    line = Line(world)
    line.does("hold")
    world.pass_time(MINUTE)
    assert line.does("reassure").status == 200
    world.pass_time(MINUTE + timedelta(seconds=1))
    assert any("ON THE LINE" in mail and "reassure" in mail for mail in mailed(world, "duty@example.org"))
    assert line.seen()["reassured"] == 1


@pytest.mark.requirement("CASE-23")
def test_after_two_minutes_a_message_is_offered_which_becomes_a_callback(world):
    line = Line(world)
    line.does("hold")
    world.pass_time(MINUTE)
    line.does("reassure")
    assert line.seen()["owed"]["what"] in {"offer-message", "reassure"}
    left = {"wanted": True, "text": "Please call about my passport.", "phone": "+447700900123", "name": "Lin"}
    assert line.does("message", left, "message-1").status == 200
    line.does("message", left, "message-1")
    callbacks = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=CLERK).body["callbacks"]
    assert [one["reason"] for one in callbacks] == ["message"]
    assert line.states()["offer-message"] == "kept"
    number = line.seen()["case"]
    case = world.http("intake.staff", "GET", f"/staff/v1/cases/{number}", staff=SUPERVISOR).body
    assert case["events"][0]["private"]["said"]["description"] == "Please call about my passport."


@pytest.mark.requirement("CASE-23")
def test_a_message_nobody_offered_goes_up(world):
    line = Line(world)
    line.does("hold")
    world.pass_time(2 * MINUTE + timedelta(seconds=1))
    assert any("offer-message" in mail for mail in mailed(world, "duty@example.org"))


@pytest.mark.requirement("CASE-23")
def test_a_call_is_recorded_only_when_the_caller_was_told(world):
    refused = Line(world, recorded=True).answer
    assert (refused.status, refused.body["faults"][0]["pointer"]) == (422, "/notice_given")
    assert Line(world, recorded=True, notice_given=True).answer.body["recorded"] is True


@pytest.mark.requirement("CASE-14")
def test_a_call_over_ten_minutes_goes_to_second_line_as_a_task(world):
    line = Line(world)
    world.pass_time(10 * MINUTE + timedelta(seconds=1))
    assert any("second-line" in mail for mail in mailed(world, "duty@example.org"))
    assert line.does("second-line").status == 200
    assert "open" not in line.states().values()


@pytest.mark.requirement("CASE-14")
def test_unless_the_caller_wants_to_go_on(world):
    line = Line(world)
    world.pass_time(9 * MINUTE)
    line.does("stay")
    world.pass_time(10 * MINUTE)
    assert mailed(world, "duty@example.org") == []
    assert line.states()["second-line"] == "waived"


def test_what_can_not_happen_on_a_call_says_what_can(world):
    line = Line(world)
    refused = line.does("reassure")
    assert (refused.status, refused.body["allowed"]) == (409, ["hold", "stay", "second-line", "end"])
    line.does("end", {})
    assert line.does("hold").body["allowed"] == []
    assert line.does("sing").status == 404


def test_a_call_answered_is_logged_once_however_often_it_is_sent(world):
    assert Line(world).number == Line(world).number
