"""Nobody is rung at an hour at which it may harm or disturb them, nor when they want no calls; staff see why."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.notify import booking, cards, customers, moving
from services.notify.burst import SPAN
from services.notify.channels import NeverTaken
from tests.service.casework import MAIL, OFFICER, SUPERVISOR, Matter, report
from tests.service.complaining import MANAGER, complain
from tests.service.complaining import Matter as Complaint
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.test_call_windows import OPERATOR, at, book
from tests.service.world import URL, World, staff

PHONE = "+971501234567"
BOTH = {"name": "Amal", "phone": PHONE, "email": MAIL}
HOUR = timedelta(hours=1)
DUBAI = 4 * HOUR
SAFE = {"after": "17:00", "until": "19:00"}


def promised(case: Matter) -> Any:
    (call,) = case.seen()["calls"]
    return call


def listed(world: World, who: Any = OPERATOR) -> Any:
    return world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=who).body["callbacks"]


def row_of(world: World, number: str) -> Any:
    return next(row for row in listed(world) if row["number"] == number)


def opened(world: World, number: str, who: Any = OPERATOR) -> Any:
    return world.http("notify.staff", "GET", f"/staff/v1/callbacks/{number}", staff=who).body


def wishes(case: Matter, **said: Any) -> None:
    answer = case.world.http("notify.api", "PUT", f"/v1/contact/{case.number}", said, secret=case.secret)
    assert answer.status == 200, answer.body
    case.world.settle()


def keep(case: Matter, who: Any = OPERATOR, reason: str = "She asked on the telephone.", **said: Any) -> Any:
    body = {"reason": reason, **said}
    answer = case.world.http("notify.staff", "PUT", f"/staff/v1/wishes/{case.number}", body, staff=who)
    case.world.settle()
    return answer


def clock(stamp: str) -> str:
    """What the clock shows in Dubai."""
    return f"{at(stamp) + DUBAI:%H:%M}"


def inside(window: dict[str, str], after: str, until: str) -> bool:
    since, over = clock(window["since"]), clock(window["until"])
    return after <= since < over <= until and at(window["until"]) - at(window["since"]) < 24 * HOUR


@pytest.mark.requirement("TELL-04", "TELL-05")
@pytest.mark.parametrize("class_", ["victim", "witness"])
@pytest.mark.parametrize("hour", [0, 5, 8, 13, 20])
def test_a_victim_is_promised_and_offered_only_times_in_safe_hours(world, class_, hour):
    case = report(world, contact=BOTH, classes=[class_])
    world.at(MONDAY_MORNING + hour * HOUR)
    assert book(world, case.number).status == 201
    call = promised(case)
    assert inside(call, "09:00", "18:00")
    assert call["choices"]
    assert all(inside(one, "09:00", "18:00") for one in call["choices"])


@pytest.mark.requirement("TELL-04", "TELL-05")
def test_every_try_of_a_victims_call_lies_in_safe_hours_however_often_it_fails(world):
    case = report(world, contact=BOTH, classes=["victim"])
    wishes(case, safe={"hours": SAFE})
    number = book(world, case.number).body["number"]
    for step in range(6):
        call = promised(case)
        assert inside(call, SAFE["after"], SAFE["until"])
        assert all(inside(one, SAFE["after"], SAFE["until"]) for one in call["choices"])
        facts = opened(world, number)
        assert at(facts["due"]) == at(call["until"])
        if step % 2:
            world.pass_time(at(call["until"]) - datetime.now(UTC) + timedelta(minutes=1))
        else:
            world.at(at(call["since"]) + timedelta(minutes=5))
            path = f"/staff/v1/callbacks/{number}/outcome"
            done = world.http("notify.staff", "POST", path, {"outcome": "no-answer"}, staff=OPERATOR)
            assert done.status == 200, done.body
            world.settle()


@pytest.mark.requirement("TELL-04", "TELL-06")
def test_an_operator_sees_that_a_victim_may_not_be_rung_now_why_and_from_when(world):
    case = report(world, contact=BOTH, classes=["victim"])
    wishes(case, safe={"hours": SAFE, "word": "bluebird"})
    number = book(world, case.number).body["number"]
    (row,) = listed(world)
    call = promised(case)
    assert row["now"] == {"ring": False, "why": "another-time", "from": call["since"]}
    seen = opened(world, number)
    assert seen["now"] == {"ring": False, "why": "another-time", "from": call["since"]}
    assert (seen["script"], seen["safe_contact"]["word"]) == (None, "")
    path = f"/staff/v1/callbacks/{number}/take"
    seen = world.http("notify.staff", "POST", path, {}, staff=OPERATOR).body
    heed = " ".join(seen["script"]["heed"])
    assert "Do not ring now" in heed
    assert "17:00 and 19:00" in heed
    assert "bluebird" in heed
    assert "speak freely" in seen["script"]["say"][1]
    world.at(at(call["since"]) + timedelta(minutes=1))
    assert listed(world)[0]["now"] == {"ring": True, "why": None, "from": None}
    assert "Do not ring now" not in " ".join(opened(world, number)["script"]["heed"])


@pytest.mark.requirement("TELL-04")
def test_nobody_is_to_be_rung_in_the_night(world):
    case = report(world, contact=BOTH)
    book(world, case.number)
    assert listed(world)[0]["now"]["ring"] is True
    world.at(MONDAY_MORNING + 14 * HOUR)  # midnight in Dubai
    (row,) = listed(world)
    assert (row["now"]["ring"], row["now"]["why"]) == (False, "night")
    assert clock(row["now"]["from"]) == "08:00"


@pytest.mark.requirement("TELL-04", "TELL-05")
def test_who_says_later_when_they_may_be_rung_is_promised_the_call_anew(world):
    case = report(world, contact=BOTH)
    book(world, case.number)
    wishes(case, quiet={"after": "20:00", "until": "16:00"})
    call = promised(case)
    assert inside(call, "16:00", "20:00")
    assert all(inside(one, "16:00", "20:00") for one in call["choices"])
    before = len(case.seen()["timeline"])
    wishes(case, quiet={"after": "20:00", "until": "16:00"}, stopped=["care"])
    assert len(case.seen()["timeline"]) == before, "what does not touch calls says nothing of them"


@pytest.mark.requirement("TELL-04", "TELL-05")
def test_staff_can_not_agree_on_a_time_outside_safe_hours(world):
    case = report(world, contact=BOTH, classes=["witness"])
    when = {
        "since": (MONDAY_MORNING + 9 * HOUR).isoformat(),  # 19:00
        "until": (MONDAY_MORNING + 10 * HOUR).isoformat(),
    }
    refused = book(world, case.number, at=when)
    assert (refused.status, refused.body["faults"][0]["code"]) == (422, "outside-their-hours")
    number = book(world, case.number, "booking-00002").body["number"]
    path, body = f"/staff/v1/callbacks/{number}/outcome", {"outcome": "another-time", "at": when}
    refused = world.http("notify.staff", "POST", path, body, staff=OPERATOR)
    assert (refused.status, refused.body["faults"][0]["code"]) == (422, "outside-their-hours")


@pytest.mark.requirement("TELL-05", "CMP-15")
def test_who_says_later_that_they_want_no_calls_is_called_no_more_and_sees_it(world):
    case = report(world, contact=BOTH)
    number = book(world, case.number).body["number"]
    complaint = complaint_of(case)
    world.http("complaints.api", "POST", f"/v1/complaints/{complaint.number}/wish", {"calls": False},
               secret=complaint.secret)  # fmt: skip
    world.settle()
    assert case.seen()["calls"] == []
    assert listed(world) == []
    assert opened(world, number)["state"] == "given-up"
    assert "CallGivenUp" in [line["what"] for line in case.seen()["timeline"]]
    assert book(world, case.number, "booking-00002").body["type"] == "urn:ahd:problem:no-calls"


@pytest.mark.requirement("TELL-03", "CMP-15")
def test_what_was_to_be_said_on_a_call_that_is_not_wished_staff_bring_otherwise(world, providers):
    complaint = complain(world, contact=BOTH)
    mail = Provider(NeverTaken("MessageRejected"))
    providers(email=mail, sms=Provider(NeverTaken("OptedOut")))
    complaint.do("answer", {"finding": "substantiated", "text": "We apologise."}, MANAGER)
    assert [one["reason"] for one in listed(world)] == ["undelivered: complaint_answered"]
    assert complaint.says("wish", {"calls": False}).status == 200
    assert listed(world) == []
    address, letter = mail.taken[-1]
    assert address == "duty@example.org"
    assert complaint.number in letter.text


@pytest.mark.requirement("TELL-04", "CASE-19")
def test_staff_see_and_keep_what_a_customer_wishes_for_and_say_why(world):
    case = report(world, contact=BOTH)
    kept = keep(case, safe={"hours": SAFE, "word": "bluebird"})
    assert kept.status == 200, kept.body
    assert kept.body["safe"] == {"hours": SAFE, "word": None, "has_word": True}
    (line,) = kept.body["set_by_staff"]
    assert (line["by"], line["reason"]) == ("operator-1", "She asked on the telephone.")
    own = world.http("notify.api", "GET", f"/v1/contact/{case.number}", secret=case.secret).body
    assert own["safe"]["hours"] == SAFE
    assert "telephone" not in str(world.items("notify"))
    again = keep(case, safe={"hours": SAFE})
    assert len(again.body["set_by_staff"]) == 1, "the same again changes nothing"


@pytest.mark.requirement("TELL-04")
def test_only_those_who_lead_lift_safe_contact_for_somebody_else(world):
    case = report(world, contact=BOTH, classes=["victim"])
    assert keep(case, safe=None).status == 403
    assert keep(case, OFFICER, safe=None).status == 403
    assert keep(case, SUPERVISOR, "Met in person; she asked for it.", safe=None).body["safe"] is None


@pytest.mark.requirement("TELL-04", "CMP-05")
def test_whoever_a_customer_complains_about_sees_and_changes_no_wishes_of_theirs(world):
    case = report(world, contact=BOTH)
    case.do("open", who=OFFICER)
    complaint_of(case)
    read = world.http("notify.staff", "GET", f"/staff/v1/wishes/{case.number}", staff=OFFICER)
    assert (read.status, keep(case, OFFICER).status) == (404, 404)
    assert world.http("notify.staff", "GET", f"/staff/v1/wishes/{case.number}", staff=OPERATOR).status == 200
    auditor = staff("auditor-1", "auditor")
    assert world.http("notify.staff", "GET", f"/staff/v1/wishes/{case.number}", staff=auditor).status == 403
    assert world.http("notify.staff", "GET", "/staff/v1/wishes/0000-0000-0000", staff=OPERATOR).status == 404


@pytest.mark.parametrize(
    ("said", "where"),
    [({"reason": ""}, "/reason"), ({"stopped": ["statutory"]}, "/stopped"), ({"zone": "Mars/Olympus"}, "/zone")],
)
def test_wishes_that_can_not_be_are_not_kept_for_anybody(world, said, where):
    case = report(world, contact=BOTH)
    refused = keep(case, **said)
    assert (refused.status, refused.body["faults"][0]["pointer"]) == (422, where)


@dataclass
class Alone:
    """Somebody who has a complaint and no case, and is promised a call."""

    world: World
    complaint: Complaint
    number: str = ""

    @property
    def path(self) -> str:
        return f"/v1/contact/{self.complaint.number}"

    def waits(self) -> Any:
        (call,) = self.world.http("notify.api", "GET", self.path, secret=self.complaint.secret).body["calls"]
        return call

    def chooses(self, secret: str | None = None, **said: Any) -> Any:
        body = {"callback": self.number, **said}
        sent = self.world.http(
            "notify.api", "POST", f"{self.path}/calls", body, secret=secret or self.complaint.secret
        )
        self.world.settle()
        return sent

    def browse(self, method: str, path: str, language: str, service: str = "notify", **sent: str) -> Any:
        name = "contact" if service == "notify" else "complaint"
        headers = {
            "cookie": f"{name}={self.complaint.secret}; language={language}",
            "content-type": "application/x-www-form-urlencoded",
            "origin": URL,
        }
        return self.world.answer(f"{service}.web", method, path, headers, urlencode(sent).encode())


@pytest.fixture
def alone(world) -> Alone:
    complaint = complain(world, contact=BOTH)
    number = book(world, complaint.number).body["number"]
    return Alone(world, complaint, number)


@pytest.mark.requirement("TELL-05", "CMP-15")
def test_whoever_has_a_complaint_alone_sees_when_they_are_called_and_the_word(alone):
    waits, seen = alone.waits(), opened(alone.world, alone.number)
    assert at(waits["until"]) == MONDAY_MORNING + 24 * HOUR
    assert waits["word"] == seen["script"]["word"]
    assert waits["word"] in seen["script"]["say"][1]
    assert waits["word"] not in str(alone.world.items("notify"))


@pytest.mark.requirement("TELL-05")
def test_whoever_has_a_complaint_alone_chooses_when_or_that_they_are_not_called(alone):
    choice = alone.waits()["choices"][2]
    assert alone.chooses(since=choice["since"]).status == 200
    waits, seen = alone.waits(), opened(alone.world, alone.number)
    assert (waits["since"], waits["until"], waits["chosen"]) == (choice["since"], choice["until"], True)
    assert (at(seen["due"]), seen["chosen"]) == (at(choice["until"]), True)
    again = alone.chooses(since=choice["since"])
    assert (again.status, len(opened(alone.world, alone.number)["script"]["promised"])) == (200, 2)
    assert alone.chooses(stop=True).body["calls"] == []
    assert listed(alone.world) == []
    assert alone.chooses(stop=True).body["type"] == "urn:ahd:problem:no-call"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"stop": True, "since": "2026-11-24T06:00:00Z"},
        {"since": "2026-11-24T00:00:00Z"},
        {"since": "2026-11-20T06:00:00Z"},
        {"since": "2027-11-24T06:00:00Z"},
        {"utc_offset": 10_000, "stop": True},
    ],
)
def test_a_time_at_which_nobody_calls_is_not_to_be_chosen(alone, said):
    assert alone.chooses(**said).status == 422
    assert alone.waits()["chosen"] is False


def test_nobody_else_sees_or_chooses_a_call(alone):
    assert alone.chooses("x" * 27, stop=True).status == 404
    other = complain(alone.world, contact=BOTH)
    path = f"/v1/contact/{other.number}/calls"
    body = {"callback": alone.number, "stop": True}
    assert alone.world.http("notify.api", "POST", path, body, secret=other.secret).status == 409
    assert alone.waits()["callback"] == alone.number


@pytest.mark.requirement("TELL-05")
@pytest.mark.parametrize(
    ("language", "title"), [("en", "We will call you"), ("ar", "سنتصل بك"), ("zh", "我们会给您打电话")]
)
def test_the_page_of_a_complaint_leads_to_the_word_and_to_other_times(alone, language, title):
    number = alone.complaint.number.replace("-", "")
    _, _, page = alone.browse("GET", f"/complaint/{number}", language, "complaints")
    assert f'href="/complaint/{number}/contact"' in page.decode()
    status, headers, _ = alone.browse("GET", f"/complaint/{number}/contact", language, "complaints")
    location = {name.lower(): value for name, value in headers.items()}["location"]
    assert (status, location) == (303, f"/contact/{number}/{alone.complaint.secret}")
    path = f"/contact/{number}"
    page = alone.browse("GET", path, language)[2].decode()
    waits = alone.waits()
    assert title in page
    assert waits["word"] in page
    assert alone.browse("POST", f"{path}/calls", language)[0] == 422
    choice = waits["choices"][1]["since"]
    assert alone.browse("POST", f"{path}/calls", language, call=f"{alone.number} {choice}")[0] == 303
    assert alone.waits()["since"] == choice
    assert alone.browse("POST", f"{path}/calls", language, call=f"{alone.number} stop")[0] == 303
    assert listed(alone.world) == []


def complaint_of(case: Matter) -> Any:
    """The complaint that a case's customer makes of it."""
    world = case.world
    sent = world.http(
        "intake.api", "POST", f"/v1/cases/{case.number}/grievances", {"text": "Rude."}, secret=case.secret,
        key="grievance-0001",
    )  # fmt: skip
    assert sent.status in {200, 201, 202}, sent.body
    world.settle()
    link = next(word for word in world.sms(PHONE)[-1].split() if "/complaint/" in word)
    number, secret = link.rsplit("/", 2)[1:]
    return Complaint(world, number, secret)


def says_so(world: World) -> None:
    one = report(world, contact={"phone": PHONE})
    wishes(one, safe={"hours": SAFE})


def reports_as_a_victim(world: World) -> None:
    report(world, contact={"phone": PHONE}, classes=["victim"])


def is_named_by_staff(world: World) -> None:
    case = report(world, contact=None)
    case.do("customers", {"phone": PHONE, "classes": ["witness"]}, who=OPERATOR)


def complains_alone(world: World) -> None:
    asked = {"text": "They told my husband.", "facts": {}, "contact": {"phone": PHONE, "safe_to_write": False}}
    assert world.http("complaints.api", "POST", "/v1/complaints", asked).status == 201
    world.settle()


@pytest.mark.requirement("TELL-04", "TELL-05")
@pytest.mark.parametrize(
    ("becomes", "hours"),
    [
        (says_so, SAFE),
        (complains_alone, {"after": "09:00", "until": "18:00"}),
        (reports_as_a_victim, {"after": "09:00", "until": "18:00"}),
        (is_named_by_staff, {"after": "09:00", "until": "18:00"}),
    ],
)
def test_a_call_promised_before_on_another_case_moves_into_the_hours_of_whoever_has_to_be_safe(world, becomes, hours):
    world.at(MONDAY_MORNING + 9 * HOUR)  # 19:00 in Dubai
    other, nobody = report(world, contact={"phone": PHONE}), report(world, contact={"phone": "+971509999999"})
    for case, key in ((other, "booking-00002"), (nobody, "booking-00003")):
        assert book(world, case.number, key).status == 201
        world.settle()
    before, untouched = promised(other), promised(nobody)
    assert not inside(before, hours["after"], hours["until"])
    becomes(world)
    texts = len(world.sms(PHONE))
    after = promised(other)
    assert inside(after, hours["after"], hours["until"])
    assert all(inside(one, hours["after"], hours["until"]) for one in after["choices"])
    assert (promised(nobody), after["word"]) == (untouched, before["word"])
    row = next(row for row in listed(world) if row["case"] == other.number)
    assert (row["now"]["ring"], row["now"]["why"], row["due"]) == (False, "another-time", after["until"])
    for span in (22 * HOUR, SPAN):  # 17:00, and past the time for which messages wait for one another
        world.pass_time(span)
    fresh = world.sms(PHONE)[texts:]
    assert fresh
    assert not any(told in text for text in fresh for told in ("Police", "call", other.number, "http"))


@pytest.mark.requirement("TELL-04", "TELL-05")
def test_that_a_call_has_moved_is_told_although_whoever_moved_it_broke_off(world, monkeypatch):
    world.at(MONDAY_MORNING + 9 * HOUR)  # 19:00 in Dubai
    other = report(world, contact={"phone": PHONE})
    book(world, other.number)
    tell, broken = customers.tell_customer, list[str]()

    def break_off_once(*asked: Any, **more: Any) -> None:
        if not broken:
            broken.append("once")
            raise ConnectionError
        tell(*asked, **more)

    monkeypatch.setattr(moving, "tell_customer", break_off_once)
    is_named_by_staff(world)
    assert broken
    assert inside(promised(other), "09:00", "18:00")
    texts = len(world.sms(PHONE))
    for span in (14 * HOUR, SPAN):
        world.pass_time(span)
    assert len(world.sms(PHONE)) == texts + 1


@pytest.mark.requirement("TELL-04", "TELL-05")
def test_a_call_moves_when_its_customer_is_reached_by_a_number_that_has_to_be_safe(world):
    world.at(MONDAY_MORNING + 9 * HOUR)  # 19:00 in Dubai
    one, other = report(world, contact={"phone": PHONE}), report(world, contact={"phone": "+971509999999"})
    wishes(one, safe={})
    number = book(world, other.number).body["number"]
    before = promised(other)
    assert not inside(before, "09:00", "18:00")
    other.do("correct", {"contact": {"phone": PHONE}, "reason": "A new telephone."}, who=SUPERVISOR)
    row = row_of(world, number)
    assert inside(row["promised"], "09:00", "18:00")
    assert (row["now"]["ring"], row["now"]["why"]) == (False, "another-time")
    # From now on it is a call to that number.
    wishes(one, safe={"hours": SAFE})
    assert inside(row_of(world, number)["promised"], SAFE["after"], SAFE["until"])


@pytest.mark.requirement("TELL-04", "TELL-05")
def test_calls_to_the_new_number_of_whoever_has_to_be_safe_move_on_other_cases_too(world):
    world.at(MONDAY_MORNING + 9 * HOUR)  # 19:00 in Dubai
    one, other = report(world, contact={"phone": "+971509999999"}), report(world, contact={"phone": PHONE})
    wishes(one, safe={"hours": SAFE})
    book(world, other.number)
    assert not inside(promised(other), SAFE["after"], SAFE["until"])
    one.do("correct", {"contact": {"phone": PHONE}, "reason": "A new telephone."}, who=SUPERVISOR)
    assert inside(promised(other), SAFE["after"], SAFE["until"])


def test_a_name_put_right_says_nothing_of_calls(world):
    case = report(world, contact=BOTH)
    wishes(case, quiet={"after": "20:00", "until": "16:00"})
    book(world, case.number)
    before = case.whats().count("CallPromised")
    assert before
    case.do("correct", {"contact": {"name": "Amal Haddad"}, "reason": "Misheard."}, who=SUPERVISOR)
    assert case.whats().count("CallPromised") == before


@pytest.mark.requirement("TELL-04", "TELL-05")
@pytest.mark.parametrize("first", [None, {"hours": {"after": "09:00", "until": "21:00"}}])
def test_a_call_that_is_booked_while_its_number_comes_to_need_other_hours_lies_in_those(world, monkeypatch, first):
    world.at(MONDAY_MORNING + 9 * HOUR)  # 19:00 in Dubai
    one, other = report(world, contact={"phone": PHONE}), report(world, contact={"phone": PHONE})
    wishes(one, safe=first)
    read, meanwhile = cards.card_of, list[str]()

    def while_they_say_so(case: str) -> Any:
        found = read(case)
        if not meanwhile:
            meanwhile.append(case)
            wishes(one, safe={"hours": SAFE})
        return found

    monkeypatch.setattr(booking, "card_of", while_they_say_so)
    assert book(world, other.number).status == 201
    assert meanwhile
    assert inside(promised(other), SAFE["after"], SAFE["until"])
