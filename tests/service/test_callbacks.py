"""Callbacks: found by those who call, owed once more when nobody answers, given up by a supervisor or not at all."""

from datetime import timedelta

import pytest

from services.notify import booking, notes, wishing
from services.notify import callback as callbacks
from services.notify import message as messages
from services.notify.callback import Callback
from services.notify.channels import NeverTaken
from services.notify.message import Message, Policy
from services.notify.recipient import Recipient
from shared.rules import calendar, pack
from shared.store import Cause, Line
from shared.tables import store
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.test_main_path import OFFICER, SUPERVISOR, report
from tests.service.world import staff

OPERATOR = staff("operator-1", "operator")
CAUSE = Cause(MONDAY_MORNING, "test", "test")


def worklist(world, query: str = ""):
    answer = world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OPERATOR, query=query)
    assert answer.status == 200, answer.body
    return answer.body


def outcome(world, number: str, who, **body):
    return world.http("notify.staff", "POST", f"/staff/v1/callbacks/{number}/outcome", body, staff=who)


@pytest.fixture
def owed(world, providers) -> str:
    """A call that is owed since Monday 10:00, until Tuesday 10:00."""
    providers(email=Provider(NeverTaken("MessageRejected")), sms=Provider(NeverTaken("OptedOut")))
    report(world)
    world.settle()
    providers(email=Provider(), sms=Provider())
    (call,) = worklist(world)["callbacks"]
    return str(call["number"])


def hours(many: float) -> str:
    return (MONDAY_MORNING + timedelta(hours=many)).isoformat()


@pytest.mark.requirement("TELL-06")
def test_no_number_of_waiting_messages_hides_a_call(world, owed):
    with world.function_of("notify"):
        for place in range(60):
            waiting = Message(
                id=f"waiting-{place}", case="C", template="late", policy=Policy.AT_LEAST_ONCE, channels=("sms",)
            )
            claim = notes.MessageClaimed(channel="sms", attempt=1)
            store().create(messages.claimed(waiting, MONDAY_MORNING), [Line(claim)], CAUSE)
    assert [call["number"] for call in worklist(world)["callbacks"]] == [owed]


@pytest.mark.requirement("TELL-06")
def test_a_long_worklist_is_read_page_by_page_and_every_call_is_on_one(world):
    with world.function_of("notify"):
        hours = wishing.hours({})
        for place in range(55):
            now = MONDAY_MORNING + timedelta(minutes=place)
            call = callbacks.booked(f"C{place:011}", "C" * 12, "not satisfied", pack(), calendar(), hours, now)
            told = [booking.told(call, Recipient(id=call.case, language="en", salt=None), hours, MONDAY_MORNING)]
            store().create(call, told, CAUSE)
    first = worklist(world)
    second = worklist(world, f"after={first['next']}")
    dues = [call["due"] for call in first["callbacks"] + second["callbacks"]]
    assert (len(first["callbacks"]), len(dues), second["next"]) == (50, 55, None)
    assert dues == sorted(set(dues))


@pytest.mark.requirement("TELL-05")
def test_when_nobody_answers_it_is_owed_once_more_within_two_days_and_then_a_supervisor_decides(world, owed):
    world.at(MONDAY_MORNING + timedelta(hours=20))
    first = outcome(world, owed, OPERATOR, outcome="no-answer").body
    assert (first["tries"], first["owed_by"], first["due"]) == (1, "operator", hours(68))
    world.at(MONDAY_MORNING + timedelta(hours=60))
    world.tick("notify")
    second = outcome(world, owed, OPERATOR, outcome="no-answer").body
    assert (second["state"], second["tries"], second["owed_by"]) == ("promised", 2, "supervisor")
    assert outcome(world, owed, SUPERVISOR, outcome="reached").body["state"] == "reached"
    assert worklist(world)["callbacks"] == []


@pytest.mark.requirement("TELL-05")
def test_a_second_call_that_is_not_made_goes_up(world, owed):
    outcome(world, owed, OPERATOR, outcome="no-answer")
    world.at(MONDAY_MORNING + timedelta(hours=48, minutes=1))
    world.tick("notify")
    (call,) = worklist(world)["callbacks"]
    assert call["owed_by"] == "supervisor"


@pytest.mark.requirement("TELL-05")
def test_a_supervisor_gives_a_call_up_with_a_reason_and_it_is_owed_no_more(world, owed):
    given = outcome(world, owed, SUPERVISOR, outcome="given-up", reason="wrong-number")
    assert (given.status, given.body["state"], given.body["owed_by"]) == (200, "given-up", None)
    assert worklist(world)["callbacks"] == []
    world.at(MONDAY_MORNING + timedelta(days=30))
    world.tick("notify")
    with world.function_of("notify"):
        _, events = store().history(Callback, owed.replace("-", ""))
    assert [(event.type, event.data.get("reason")) for event in events][1:] == [
        ("CallbackGivenUp.v1", "wrong-number")
    ]
    again = outcome(world, owed, OPERATOR, outcome="no-answer")
    assert (again.status, again.body["allowed"]) == (409, [])
    assert "given-up" in again.body["detail"] + again.body["title"]


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        (OPERATOR, {"outcome": "given-up", "reason": "no-answer"}, 403),
        (OFFICER, {"outcome": "given-up", "reason": "no-answer"}, 403),
        (SUPERVISOR, {"outcome": "given-up"}, 422),
        (SUPERVISOR, {"outcome": "given-up", "reason": "I do not want to"}, 422),
        (SUPERVISOR, {"outcome": "reached", "reason": "no-answer"}, 422),
    ],
)
def test_nobody_else_gives_up_and_nobody_without_a_reason(world, owed, who, body, status):
    answer = outcome(world, owed, who, **body)
    assert answer.status == status, answer.body
    assert [call["number"] for call in worklist(world)["callbacks"]] == [owed]
