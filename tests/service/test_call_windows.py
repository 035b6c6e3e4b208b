"""A promised call from both sides: the window and the word that the customer sees, and what the caller works with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.intake.browsing import COOKIE
from services.notify.channels import NeverTaken
from tests.service.casework import mailed
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.test_main_path import OFFICER, SUPERVISOR, report
from tests.service.world import URL, Answer, World, staff

OPERATOR = staff("operator-1", "operator")
HOUR = timedelta(hours=1)


@dataclass
class Call:
    """One promised call, as its customer and the desk's staff drive it."""

    world: World
    case: str
    secret: str
    number: str = ""

    def follows(self) -> Any:
        return self.world.http("intake.api", "GET", f"/v1/cases/{self.case}", secret=self.secret).body

    def waits(self) -> Any:
        """What the customer waits for."""
        (call,) = self.follows()["calls"]
        return call

    def chooses(self, key: str = "choice-00001", **body: Any) -> Answer:
        path = f"/v1/cases/{self.case}/calls"
        answer = self.world.http("intake.api", "POST", path, body, secret=self.secret, key=key)
        self.world.settle()
        return answer

    def seen(self, who: Any = OPERATOR) -> Any:
        return self.world.http("notify.staff", "GET", f"/staff/v1/callbacks/{self.number}", staff=who).body

    def ends(self, outcome: str, who: Any = OPERATOR, key: str | None = None, **more: Any) -> Any:
        body = {"outcome": outcome, **more}
        path = f"/staff/v1/callbacks/{self.number}/outcome"
        answer = self.world.http("notify.staff", "POST", path, body, staff=who, key=key)
        assert answer.status == 200, answer.body
        self.world.settle()
        return answer.body


def book(world: World, case: str, key: str = "booking-00001", who: Any = OPERATOR, **changed: Any) -> Answer:
    body = {"case": case, "reason": "follow-up", **changed}
    answer = world.http("notify.staff", "POST", "/staff/v1/callbacks", body, staff=who, key=key)
    world.settle()
    return answer


def booked(world: World, **changed: Any) -> Call:
    """A case whose customer is promised a call."""
    receipt = report(world)
    world.settle()
    answer = book(world, receipt["number"], **changed)
    assert answer.status == 201, answer.body
    return Call(world, receipt["number"], receipt["secret"], answer.body["number"])


@pytest.fixture
def call(world) -> Call:
    return booked(world)


def at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def owed(call: Call) -> list[str]:
    listed = call.world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=SUPERVISOR).body["callbacks"]
    return [one["number"] for one in listed]


@pytest.mark.requirement("TELL-05")
def test_the_customer_sees_when_they_are_called_and_the_word_that_the_caller_says_first(call):
    waits, seen = call.waits(), call.seen()
    assert (at(waits["since"]), at(waits["until"])) == (MONDAY_MORNING, MONDAY_MORNING + 24 * HOUR)
    assert waits["word"] == seen["script"]["word"]
    assert waits["word"] in seen["script"]["say"][1]
    assert len(waits["word"].split()) == 2


@pytest.mark.requirement("TELL-05")
def test_a_word_is_said_once(call):
    first = call.waits()["word"]
    call.ends("voicemail")
    assert call.waits()["word"] == call.seen()["script"]["word"] != first


@pytest.mark.requirement("TELL-05")
@pytest.mark.parametrize(("language", "letters"), [("ar", "\u0600-\u06ff"), ("zh", "\u4e00-\u9fff"), ("en", "a-z")])
def test_the_word_is_one_of_the_customers_own_language(world, language, letters):
    receipt = report(world, language=language)
    world.settle()
    call = Call(world, receipt["number"], receipt["secret"], book(world, receipt["number"]).body["number"])
    first, last = letters.split("-")
    assert all(first <= letter <= last for letter in call.waits()["word"].replace(" ", ""))


@pytest.mark.requirement("TELL-05")
def test_the_word_is_in_no_event_no_index_and_no_answer_to_other_staff(call):
    word = call.waits()["word"]
    for service in ("intake", "notify"):
        assert word not in str(call.world.items(service))
    seen = call.world.http("intake.staff", "GET", f"/staff/v1/cases/{call.case}", staff=SUPERVISOR)
    assert word not in str(seen.body)


@pytest.mark.requirement("TELL-05")
def test_the_customer_chooses_a_time_within_opening_times_and_is_called_by_its_end(call):
    choice = call.waits()["choices"][3]
    assert call.chooses(since=choice["since"]).status == 202
    waits = call.waits()
    assert (waits["since"], waits["until"], waits["chosen"]) == (choice["since"], choice["until"], True)
    seen = call.seen()
    assert (at(seen["due"]), seen["chosen"]) == (at(choice["until"]), True)
    assert "CallTimeChosen" in [line["what"] for line in call.follows()["timeline"]]


@pytest.mark.requirement("TELL-05")
def test_who_calls_before_the_time_that_was_chosen_takes_nothing_of_it(call):
    choice = call.waits()["choices"][3]
    call.chooses(since=choice["since"])
    before = call.waits()
    call.ends("no-answer")
    after = call.waits()
    assert [after[one] for one in ("since", "until", "chosen")] == [
        before[one] for one in ("since", "until", "chosen")
    ]


@pytest.mark.requirement("TELL-05", "TELL-06")
def test_a_chosen_time_that_passes_goes_up_and_the_customer_sees_the_next_one(call):
    choice = call.waits()["choices"][0]
    call.chooses(since=choice["since"])
    call.world.pass_time(at(choice["until"]) - MONDAY_MORNING + timedelta(minutes=1))
    assert call.seen()["owed_by"] == "supervisor"
    assert any(call.number in mail for mail in mailed(call.world, "duty@example.org"))
    assert at(call.waits()["until"]) > at(choice["until"])
    assert "CallbackWasMissed" in [line["what"] for line in call.follows()["timeline"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"since": "2026-11-24T00:00:00Z"}, "since"),
        ({}, "since"),
        ({"stop": True, "since": "2026-11-24T06:00:00Z"}, "since"),
        ({"utc_offset": 10_000, "stop": True}, "less_than_equal"),
    ],
)
def test_a_time_that_is_not_offered_is_no_time(call, body, code):
    refused = call.chooses(**body)
    assert (refused.status, refused.body["faults"][0]["code"]) == (422, code)
    assert call.waits()["chosen"] is False


@pytest.mark.requirement("TELL-05")
def test_nobody_is_called_in_the_night_of_where_they_are(call):
    choice = call.waits()["choices"][0]
    refused = call.chooses(since=choice["since"], utc_offset=-8 * 60)
    assert (refused.status, refused.body["faults"][0]["code"]) == (422, "night")
    assert call.chooses("choice-00002", since=choice["since"], utc_offset=8 * 60).status == 202
    assert call.seen()["utc_offset"] == 8 * 60


def test_whoever_has_no_call_promised_can_not_choose_one(world):
    receipt = report(world)
    world.settle()
    refused = Call(world, receipt["number"], receipt["secret"]).chooses(stop=True)
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:no-call")
    # It sends them to what the desk really has.
    assert "Ask your question" in refused.body["detail"]
    path, body = f"/v1/cases/{receipt['number']}/questions", {"text": "Could somebody call me?"}
    assert world.http("intake.api", "POST", path, body, secret=receipt["secret"], key="question-01").status == 202


@pytest.mark.requirement("TELL-05")
def test_calling_twice_in_the_morning_is_one_try_and_the_next_one_is_planned_for_another_part_of_the_day(call):
    first = call.ends("no-answer")
    assert at(first["try"]["since"]).hour == 8  # noon in Dubai
    again = call.ends("busy")
    assert (again["tries"], again["calls"], again["owed_by"]) == (1, 2, "operator")
    assert (at(again["due"]), at(again["try"]["since"]).hour) == (MONDAY_MORNING + 48 * HOUR, 8)
    call.world.at(MONDAY_MORNING + 5 * HOUR)
    second = call.ends("somebody-else")
    assert (second["tries"], second["owed_by"]) == (2, "supervisor")


@pytest.mark.requirement("TELL-05")
def test_when_the_number_is_not_theirs_whoever_leads_decides_at_once(call):
    assert call.ends("wrong-number")["owed_by"] == "supervisor"


@pytest.mark.requirement("TELL-05")
def test_whoever_answers_and_has_no_time_is_called_when_they_say(call):
    since, until = (MONDAY_MORNING + hours * HOUR for hours in (30, 31))
    when = {"since": since.isoformat(), "until": until.isoformat()}
    later = call.ends("another-time", at=when)
    assert (at(later["due"]), later["chosen"], later["state"]) == (until, True, "promised")
    assert (at(call.waits()["since"]), at(call.waits()["until"])) == (since, until)


@pytest.mark.parametrize(
    "body",
    [
        {"outcome": "another-time"},
        {"outcome": "reached", "at": {"since": "2026-11-24T06:00:00Z", "until": "2026-11-24T07:00:00Z"}},
        {"outcome": "another-time", "at": {"since": "2026-11-24T07:00:00Z", "until": "2026-11-24T06:00:00Z"}},
        {"outcome": "another-time", "at": {"since": "2026-11-20T06:00:00Z", "until": "2026-11-20T07:00:00Z"}},
        {"outcome": "another-time", "at": {"since": "2027-11-20T06:00:00Z", "until": "2027-11-20T07:00:00Z"}},
        {"outcome": "reached", "said": ""},
    ],
)
def test_an_outcome_that_can_not_be_changes_nothing(call, body):
    path = f"/staff/v1/callbacks/{call.number}/outcome"
    refused = call.world.http("notify.staff", "POST", path, body, staff=OPERATOR)
    assert (refused.status, refused.body["type"]) == (422, "urn:ahd:problem:invalid")
    assert call.seen()["calls"] == 0


@pytest.mark.requirement("TELL-06")
def test_whoever_calls_next_reads_what_was_promised_and_said_before(call):
    call.ends("somebody-else", said="Her brother answered.", promised="We call again after lunch.")
    script = call.seen()["script"]
    message, before = script["said_before"]
    assert (message["what"], message["template"]) == ("message", "acknowledgement")
    assert call.case in message["said"]
    assert (before["outcome"], before["by"]) == ("somebody-else", "operator-1")
    assert (before["said"], before["promised"]) == ("Her brother answered.", "We call again after lunch.")
    assert [at(one["until"]) for one in script["promised"]] == [
        MONDAY_MORNING + 24 * HOUR,
        MONDAY_MORNING + 48 * HOUR,
    ]
    assert "brother" not in str(call.world.items("notify"))


@pytest.mark.requirement("TELL-06", "CASE-19")
def test_what_was_said_on_a_call_ends_with_what_its_customer_said(call):
    call.ends("somebody-else", said="Her brother answered.")
    for act, reason, who in (("decline", "The landlord has to mend it.", OFFICER), ("erase", "asked", SUPERVISOR)):
        path = f"/staff/v1/cases/{call.case}/{act}"
        done = call.world.http("intake.staff", "POST", path, {"reason": reason}, staff=who, key=f"{act}-0001")
        assert done.status == 200, done.body
        call.world.settle()
    seen = call.seen()
    assert [one["said"] for one in seen["script"]["said_before"]] == [None]
    assert seen["call"]["phone"] is None


@pytest.mark.requirement("TELL-06")
def test_the_worklist_is_by_due_time_and_says_when_to_try(call):
    when = {"since": soon(1), "until": soon(2)}
    other = book(call.world, call.case, "booking-00002", reason="news", at=when).body["number"]
    listed = call.world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OPERATOR).body["callbacks"]
    assert [one["number"] for one in listed] == [other, call.number]
    assert at(listed[0]["try"]["since"]) == MONDAY_MORNING + HOUR


def soon(hours: int) -> str:
    return (MONDAY_MORNING + hours * HOUR).isoformat()


@pytest.mark.requirement("TELL-05")
def test_a_daily_call_is_owed_every_day_until_the_customer_stops_it(world):
    call = booked(world, daily=True, at={"since": soon(2), "until": soon(4)})
    for day in range(3):
        world.at(MONDAY_MORNING + day * 24 * HOUR + 3 * HOUR)
        after = call.ends("reached", said=f"Day {day}.")
        assert (after["state"], at(after["due"])) == ("promised", MONDAY_MORNING + (day + 1) * 24 * HOUR + 4 * HOUR)
        assert at(call.waits()["since"]) == MONDAY_MORNING + (day + 1) * 24 * HOUR + 2 * HOUR
    assert [one["said"] for one in call.seen()["script"]["said_before"] if one["what"] == "call"] == [
        "Day 0.",
        "Day 1.",
        "Day 2.",
    ]
    assert call.chooses(stop=True).status == 202
    assert (call.seen()["state"], call.follows()["calls"], owed(call)) == ("given-up", [], [])
    world.pass_time(7 * 24 * HOUR)
    assert owed(call) == []


@pytest.mark.requirement("TELL-05")
def test_a_supervisor_stops_a_daily_call_and_a_day_without_one_goes_up(world):
    call = booked(world, daily=True)
    call.ends("reached")
    world.pass_time(3 * 24 * HOUR)
    assert call.seen()["owed_by"] != "operator"
    call.ends("given-up", SUPERVISOR, reason="told-otherwise")
    assert (owed(call), call.follows()["calls"]) == ([], [])


@pytest.mark.requirement("TELL-05")
@pytest.mark.parametrize("how", ["reached", "given-up"])
def test_a_promise_that_arrives_after_its_call_was_made_promises_nothing(world, how):
    receipt = report(world)
    world.settle()
    number = book_unheard(world, receipt["number"])
    (late,) = world.receive("intake")
    call = Call(world, receipt["number"], receipt["secret"], number)
    if how == "reached":
        call.ends("reached")
    else:
        call.ends("given-up", SUPERVISOR, reason="not-wished")
    world.deliver("intake", [late])
    assert call.follows()["calls"] == []
    assert call.chooses(stop=True).status == 409


def book_unheard(world: World, case: str) -> str:
    """A call is promised; what tells of it lies in the case's queue."""
    body = {"case": case, "reason": "follow-up"}
    answer = world.http("notify.staff", "POST", "/staff/v1/callbacks", body, staff=OPERATOR, key="booking-00001")
    world.relay("notify")
    return str(answer.body["number"])


@pytest.mark.requirement("TELL-05")
def test_a_call_that_the_customer_does_not_want_is_not_made(call):
    assert call.chooses(stop=True).status == 202
    assert (call.seen()["state"], owed(call)) == ("given-up", [])
    titles = [line["what"] for line in call.follows()["timeline"]]
    assert titles[-2:] == ["CallsStopped", "CallGivenUp"]
    assert call.chooses("choice-00002", stop=True).status == 409


@pytest.mark.parametrize("words", [{"said": "They moved."}, {"promised": "A letter."}])
def test_who_gives_a_call_up_is_told_that_words_belong_to_a_call(call, words):
    body = {"outcome": "given-up", "reason": "no-answer", **words}
    path = f"/staff/v1/callbacks/{call.number}/outcome"
    refused = call.world.http("notify.staff", "POST", path, body, staff=SUPERVISOR)
    assert refused.status == 422
    assert [one["pointer"] for one in refused.body["faults"]] == [f"/{one}" for one in words]
    assert owed(call) == [call.number]


def test_a_call_is_booked_once_however_often_it_is_sent(call):
    assert book(call.world, call.case).body["number"] == call.number
    other = book(call.world, call.case, daily=True)
    assert (other.status, other.body["type"]) == (422, "urn:ahd:problem:key-used-before")
    assert owed(call) == [call.number]


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"case": "0000-0000-0000"}, 404), ({"reason": "Amal wants it"}, 422), ({"case": "no number"}, 404)],
)
def test_a_call_about_nothing_is_not_booked(call, changed, status):
    assert book(call.world, **{"case": call.case, "key": "booking-00009", **changed}).status == status


def test_whoever_left_no_number_is_not_called(world):
    receipt = report(world, contact={"email": "amal@example.org"})
    world.settle()
    refused = book(world, receipt["number"])
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:no-number")
    assert book(world, receipt["number"], who=staff("auditor-1", "auditor")).status == 403


@pytest.mark.requirement("CMP-05")
def test_who_handled_a_case_does_not_learn_of_calls_to_its_customer(call):
    opened = call.world.http("intake.staff", "POST", f"/staff/v1/cases/{call.case}/open", staff=OFFICER)
    assert opened.status == 200
    seen = call.world.http("intake.staff", "GET", f"/staff/v1/cases/{call.case}", staff=OFFICER).body
    assert not [one for one in seen["events"] if one["what"].startswith("Call")]


@pytest.mark.requirement("TELL-05")
def test_a_dissatisfied_customer_is_told_between_when_they_are_called(world, providers):
    providers(email=Provider(NeverTaken("MessageRejected")), sms=Provider(NeverTaken("OptedOut")))
    receipt = report(world)
    world.settle()
    (waits,) = Call(world, receipt["number"], receipt["secret"]).follows()["calls"]
    assert at(waits["until"]) == MONDAY_MORNING + 24 * HOUR


@pytest.mark.requirement("TELL-05")
@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_on_the_page_the_customer_reads_the_word_and_chooses_a_time(call, language):
    headers = {
        "cookie": f"{COOKIE}={call.secret}; language={language}",
        "content-type": "application/x-www-form-urlencoded",
        "origin": URL,
    }

    titles = {"en": "We will call you", "ar": "سنتصل بك", "zh": "我们会给您打电话"}

    def browse(method: str, path: str, **sent: str) -> tuple[int, str]:
        path = f"/follow/{call.case.replace('-', '')}{path}"
        status, _, page = call.world.answer("intake.web", method, path, headers, urlencode(sent).encode())
        return status, page.decode()

    page = browse("GET", "")[1]
    assert titles[language] in page
    assert call.waits()["word"] in page
    choice = call.waits()["choices"][2]
    assert f'value="{call.number} {choice["since"]}"' in browse("GET", "/say/calls")[1].replace("&#43;", "+")
    assert browse("POST", "/say/calls", form="form-000001")[0] == 422
    assert browse("POST", "/say/calls", form="form-000001", call=f"{call.number} {choice['since']}")[0] == 303
    call.world.settle()
    assert call.waits()["since"] == choice["since"]
    assert browse("POST", "/say/calls", form="form-000002", call=f"{call.number} stop")[0] == 303
    call.world.settle()
    assert owed(call) == []
