"""Safe contact holds for the person: for every case and complaint that the same number or address leads to, from the
first message on; and who gets no link by message gets their way in from somebody.
"""

import json
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from services.intake import filing
from services.intake.browsing import COOKIE
from services.intake.case import Case
from services.intake.notes import SafetyNoted
from shared.clock import utc_now
from shared.store import Cause, Line
from shared.tables import store
from tests.service.casework import CLERK, MAIL, OFFICER, REPORT, SUPERVISOR, Matter, gathered, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.subscribed import ask
from tests.service.test_wishes import BOTH, ONLY_PHONE, PHONE, TELLING, wishes
from tests.service.texting import texted
from tests.service.world import Answer, World, staff

NEWS = {"text": "The pipe is being mended.", "public": True}
BROTHER = {"name": "Omar", "phone": PHONE, "email": "omar@example.org"}
COLLEAGUE = staff("clerk-2", "operator")
AUDITOR = staff("auditor-1", "auditor")
UNSAFE = {**BOTH, "safe_to_write": False}


def named(texts: list[str]) -> list[str]:
    """Those that say who writes, or hold a link."""
    return [text for text in texts if any(one.casefold() in text.casefold() for one in (*TELLING, "example.org/"))]


def keyed(world: World, **changed: Any) -> Answer:
    body = {**REPORT, "channel": "phone", "read_back": True, "contact": BOTH, **changed}
    answer = world.http("intake.staff", "POST", "/staff/v1/cases", body, staff=CLERK, key="keyed-0001")
    world.settle()
    return answer


def callbacks(world: World) -> Any:
    return world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=CLERK).body["callbacks"]


def post(world: World, number: str, act: str, who: Any = CLERK, body: Any = None) -> Answer:
    return world.http("notify.staff", "POST", f"/staff/v1/callbacks/{number}/{act}", body or {}, staff=who)


@pytest.mark.requirement("TELL-04")
def test_who_asks_for_safe_contact_on_one_case_has_it_on_every_other(world):
    one, other = report(world, contact=ONLY_PHONE), report(world, contact=BROTHER)
    complained = world.http(
        "complaints.api", "POST", "/v1/complaints", {"text": "Rude.", "facts": {}, "contact": ONLY_PHONE}
    )
    assert complained.status == 201, complained.body
    world.settle()
    before = len(world.sms(PHONE)), len(world.mails("omar@example.org"))
    wishes(one, safe={"word": "bluebird"})
    other.do("open")
    other.do("notes", NEWS)
    third = report(world, contact=ONLY_PHONE)
    gathered(world)
    fresh = world.sms(PHONE)[before[0] :]
    assert len(fresh) == 2
    assert named(fresh) == []
    assert all("bluebird" in text for text in fresh)
    assert third.secret not in str(fresh)
    # What goes to another address of whoever shares the number is theirs as well.
    wishes(other, preferred="email")
    other.do("notes", NEWS)
    gathered(world)
    assert len(world.mails("omar@example.org")) == before[1] + 1
    assert named(world.mails("omar@example.org")[before[1] :]) == []


@pytest.mark.requirement("TELL-04")
def test_hours_that_are_safe_on_one_case_hold_on_the_others(world):
    one, other = report(world, contact=ONLY_PHONE), report(world, contact=ONLY_PHONE)
    wishes(one, safe={"hours": {"after": "14:00", "until": "15:00"}})
    before = len(world.sms(PHONE))
    other.do("notes", NEWS)
    world.at(MONDAY_MORNING + timedelta(hours=3, minutes=59))  # 13:59 in Dubai
    world.tick("notify")
    assert len(world.sms(PHONE)) == before
    world.at(MONDAY_MORNING + timedelta(hours=4))
    world.tick("notify")
    assert len(world.sms(PHONE)) == before + 1
    assert named(world.sms(PHONE)[before:]) == []


@pytest.mark.requirement("TELL-04")
def test_only_who_asked_for_it_takes_it_back_and_nobody_else_sees_it(world):
    one, other = report(world, contact=ONLY_PHONE), report(world, contact=ONLY_PHONE)
    wishes(one, safe={})
    path = f"/v1/contact/{other.number}"
    assert world.http("notify.api", "GET", path, secret=other.secret).body["safe"] is None
    wishes(other, preferred="sms")
    before = len(world.sms(PHONE))
    other.do("notes", NEWS)
    gathered(world)
    assert len(world.sms(PHONE)) == before + 1
    assert named(world.sms(PHONE)[before:]) == []
    wishes(one, safe=None)
    other.do("notes", NEWS)
    one.do("notes", NEWS)
    assert len(named(world.sms(PHONE)[before:])) == 2


@pytest.mark.requirement("TELL-04")
def test_what_was_asked_for_outlasts_the_case_on_which_it_was(world):
    one, other = report(world, contact=ONLY_PHONE), report(world, contact=ONLY_PHONE)
    wishes(one, safe={})
    one.do("open")
    one.do("close", {"outcome": "solved", "text": "Done."})
    one.do("erase", {"reason": "asked"}, who=staff("supervisor-9", "supervisor"))
    before = len(world.sms(PHONE))
    other.do("notes", NEWS)
    gathered(world)
    assert len(world.sms(PHONE)) == before + 1
    assert named(world.sms(PHONE)[before:]) == []


@pytest.mark.requirement("TELL-04")
def test_who_texted_stop_before_is_as_safe(world):
    texted(world, PHONE, "STOP")
    one, other = report(world, contact=BOTH), report(world, contact=BOTH)
    wishes(one, safe={})
    texted(world, PHONE, "START", "message-2")
    before = len(world.sms(PHONE)), len(world.mails(MAIL))
    other.do("notes", NEWS)
    gathered(world)
    fresh = [*world.sms(PHONE)[before[0] :], *world.mails(MAIL)[before[1] :]]
    assert len(fresh) == 1
    assert "Police" not in fresh[0]


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize("class_", ["victim", "witness"])
def test_who_becomes_a_victim_or_a_witness_is_written_to_like_one_in_what_waits_as_well(world, class_):
    case, other = report(world, contact=ONLY_PHONE), report(world, contact=ONLY_PHONE)
    world.at(MONDAY_MORNING + timedelta(hours=15))  # 01:00 in Dubai
    case.do("notes", NEWS)
    other.do("notes", NEWS)
    before = len(world.sms(PHONE))
    case.do("customers", {"phone": PHONE, "classes": [class_]}, who=CLERK)
    world.at(MONDAY_MORNING + timedelta(hours=23))
    world.tick("notify")
    assert len(world.sms(PHONE)) == before + 1
    assert named(world.sms(PHONE)[before:]) == []
    seen = world.http("notify.api", "GET", f"/v1/contact/{case.number}", secret=case.secret).body
    assert seen["safe"] == {"hours": {"after": "09:00", "until": "18:00"}, "word": None}
    wishes(case, safe=None)
    case.do("notes", NEWS)
    assert len(named(world.sms(PHONE)[before:])) == 1


@pytest.mark.requirement("TELL-04")
def test_every_way_that_their_file_knows_is_safe_and_so_is_the_next_case(world):
    report(world, contact=BOTH)
    case = report(world, contact={"phone": "+971501111111"})
    case.do("customers", {"email": MAIL, "classes": ["witness"]}, who=CLERK)
    before = len(world.sms(PHONE))
    later = report(world, contact=ONLY_PHONE)
    assert named(world.sms(PHONE)[before:]) == []
    assert len(world.sms(PHONE)) == before + 1
    assert later.secret not in str(world.sms(PHONE)[before:])
    assert len(named(world.sms("+971501111111"))) == 1


@pytest.mark.requirement("TELL-04")
def test_that_somebody_was_named_tells_nobody_as_what(world):
    case = report(world, contact=ONLY_PHONE)
    case.do("customers", {"phone": "+971502222222", "classes": ["witness"]}, who=CLERK)
    assert "CustomerNamed" not in str(case.file(CLERK)["events"])
    assert "CaseConcerns" not in str(case.file()["events"])  # it is told in the chain of their own file
    (told,) = [
        item["doc"]["S"] for item in world.items("intake") if "CaseConcerns" in item.get("doc", {}).get("S", "")
    ]
    assert json.loads(told)["data"] == {"case": case.number.replace("-", "")}
    kept = str(world.items("notify"))
    for one in ("+971502222222", "witness", "named"):
        assert one not in kept


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_who_says_that_writing_is_not_safe_is_never_named_not_even_at_first(world, language):
    case = report(world, contact=UNSAFE, language=language)
    case.do("open")
    gathered(world)
    assert len(world.sms(PHONE)) == 2
    assert named(world.sms(PHONE)) == []
    assert world.mails(MAIL) == []
    asked = {"text": "They told my husband.", "facts": {}, "contact": UNSAFE, "language": language}
    assert world.http("complaints.api", "POST", "/v1/complaints", asked).status == 201
    world.settle()
    gathered(world)
    assert len(world.sms(PHONE)) == 3
    assert named(world.sms(PHONE)) == []


@pytest.mark.requirement("TELL-04", "TELL-08")
def test_no_bulletin_or_link_of_ours_reaches_a_number_that_has_to_be_safe(world):
    case = report(world, contact=ONLY_PHONE)
    wishes(case, safe={})
    before = len(world.sms(PHONE))
    assert ask(world, phone=PHONE).status == 202
    assert len(world.sms(PHONE)) == before
    wishes(case, safe=None)
    ask(world, phone=PHONE)
    assert len(world.sms(PHONE)) == before + 1


FORM = {
    "area": "disputes",
    "category": "D6",
    "story": "He found out that I called you.",
    "fact-fight": "no",
    "fact-shop_asks": "unknown",
    "when": "unknown",
    "reach": "sms",
    "phone": PHONE,
    "form": "0123456789abcdef",
}


def send_form(world: World, fields: dict[str, str], step: str) -> str:
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    body = urlencode({**fields, "step": step, "go": "on"}).encode()
    status, _, page = world.answer("intake.web", "POST", "/report", headers, body)
    assert status in {200, 303}, page
    world.settle()
    return unescape(page.decode())


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", "Is it safe to write to you?"),
        ("ar", "هل الكتابة إليك آمنة؟"),
        ("zh", "给您发消息安全吗？"),
    ],
)
def test_the_form_asks_whether_writing_is_safe_and_keeps_to_it(world, language, asked):
    fields = {**FORM, "language": language}
    assert asked in send_form(world, {name: fields[name] for name in fields if name != "phone"}, "reach")
    assert asked in send_form(world, {**fields, "unsafe": "yes"}, "contact")
    send_form(world, {**fields, "unsafe": "yes"}, "check")
    assert len(world.sms(PHONE)) == 1
    assert named(world.sms(PHONE)) == []


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize(
    ("contact", "told"), [(UNSAFE, "no message says who we are"), (BOTH, "whenever something changes")]
)
def test_the_page_that_thanks_says_how_they_will_be_written_to(world, contact, told):
    case = report(world, contact=contact)
    headers = {"cookie": f"{COOKIE}={case.secret}; language=en"}
    status, _, page = world.answer("intake.web", "GET", f"/follow/{case.number}/received", headers, b"")
    assert status == 200
    assert told in page.decode()


def test_who_ticks_nothing_is_written_to_as_ever(world):
    send_form(world, FORM, "check")
    assert len(named(world.sms(PHONE))) == 1


@pytest.mark.requirement("TELL-04")
def test_another_number_of_theirs_is_as_safe(world):
    case = report(world, contact=UNSAFE)
    body = {"contact": {"phone": "+971503333333"}, "reason": "A new telephone."}
    case.do("correct", body, SUPERVISOR)
    case.do("notes", NEWS)
    gathered(world)
    assert named(world.sms("+971503333333")) == []
    assert len(world.sms("+971503333333")) == 1


@pytest.mark.requirement("TELL-01")
@pytest.mark.parametrize("changed", [{"classes": ["victim"]}, {"contact": UNSAFE}])
def test_whoever_keys_in_the_report_of_somebody_at_risk_gives_them_number_and_secret(world, changed):
    answer = keyed(world, **changed)
    assert answer.status == 201
    assert "give them number and secret" in answer.body["hand_over"]
    theirs = Matter(world, answer.body["number"], answer.body["secret"])
    assert theirs.seen()["number"] == answer.body["number"]
    assert keyed(world, **changed).body["secret"] == answer.body["secret"]
    assert len(world.sms(PHONE)) == 1
    assert named(world.sms(PHONE)) == []
    assert callbacks(world) == []


def test_whoever_keys_in_anybody_elses_gets_no_secret(world):
    answer = keyed(world)
    assert (answer.body["secret"], answer.body["hand_over"]) == (None, None)
    assert len(world.sms(PHONE)) == 1
    assert callbacks(world) == []


@pytest.mark.requirement("TELL-01")
def test_a_complaint_keyed_in_for_somebody_at_risk_is_handed_over_as_well(world):
    body = {"text": "Rude.", "facts": {}, "contact": UNSAFE, "channel": "phone", "read_back": True}
    answer = world.http("complaints.staff", "POST", "/staff/v1/complaints", body, staff=CLERK, key="keyed-0002")
    assert (answer.status, bool(answer.body["hand_over"])) == (201, True)
    assert answer.body["secret"] in answer.body["follow"]["page"]


@pytest.mark.requirement("TELL-01")
def test_who_is_safe_by_another_case_is_called_and_told_their_way_in(world):
    first = report(world, contact=ONLY_PHONE)
    wishes(first, safe={})
    answer = keyed(world, contact=ONLY_PHONE, apart=True)
    assert answer.body["secret"] is None
    (call,) = callbacks(world)
    assert (call["reason"], call["case"]) == ("undelivered: way-in", answer.body["number"])
    refused = post(world, call["number"], "way-in")
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:not-taken")
    post(world, call["number"], "take")
    assert post(world, call["number"], "way-in", COLLEAGUE).status == 409
    given = post(world, call["number"], "way-in").body
    theirs = Matter(world, given["number"], given["secret"])
    assert theirs.seen()["number"] == answer.body["number"]
    assert given["follow"].endswith(f"/{given['secret']}")


@pytest.mark.requirement("TELL-01")
def test_a_new_secret_reaches_somebody_at_risk_by_a_call(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    case.do("secret", who=SUPERVISOR)
    (call,) = callbacks(world)
    post(world, call["number"], "take")
    given = post(world, call["number"], "way-in").body
    assert given["secret"] != case.secret
    assert Matter(world, given["number"], given["secret"]).seen()["number"] == case.number


@pytest.mark.requirement("TELL-01")
def test_nobody_is_done_with_a_call_that_still_owes_the_way_in_nor_with_one_that_somebody_else_makes(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    case.do("secret", who=SUPERVISOR)
    (call,) = callbacks(world)
    reached = {"outcome": "reached", "word_said": True}
    refused = post(world, call["number"], "outcome", body=reached)
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:way-in-owed")
    post(world, call["number"], "take")
    post(world, call["number"], "way-in")
    refused = post(world, call["number"], "outcome", COLLEAGUE, body=reached)
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:taken")
    assert post(world, call["number"], "outcome", body=reached).status == 200


def test_a_call_for_something_else_gives_no_way_in(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    body = {"case": case.number, "reason": "news"}
    number = world.http("notify.staff", "POST", "/staff/v1/callbacks", body, staff=OFFICER, key="book-0001").body[
        "number"
    ]
    post(world, number, "take")
    refused = post(world, number, "way-in")
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:not-for-that")
    assert case.secret not in str(refused.body)


def found(world: World, who: Any) -> Any:
    (file,) = world.http("intake.staff", "POST", "/staff/v1/customers/find", {"phone": PHONE}, staff=who).body[
        "customers"
    ]
    return file


def is_hidden(case: Matter) -> bool:
    """Whether an operator and an auditor read neither name nor number, on the case and in the file."""
    case.world.settle()
    seen = [str(case.file(who)) + str(found(case.world, who)) for who in (CLERK, AUDITOR)]
    for seen_by_officer in (case.file(OFFICER), found(case.world, OFFICER)):
        assert PHONE in str(seen_by_officer)
    hidden = [PHONE not in one and "Amal" not in one for one in seen]
    assert len(set(hidden)) == 1
    return hidden[0]


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_who_says_that_writing_is_not_safe_is_read_by_nobody_who_may_not_read_a_victim(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal", "safe_to_write": False})
    assert is_hidden(case)
    assert case.file(CLERK)["contact_hidden"]
    assert case.file(CLERK)["classes"] == ["reporter"]
    refused = world.http("intake.api", "POST", "/v1/cases", {**REPORT, "classes": ["at-risk"]})
    assert refused.status == 422


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_who_says_so_while_their_report_is_filed_is_hidden_in_their_file_too(world, monkeypatch):
    involve = filing.involve

    def while_they_say_so(case: Case, *how: Any, **more: Any) -> filing.Involved:
        monkeypatch.setattr(filing, "involve", involve)
        involved = involve(case, *how, **more)
        said = [Line(SafetyNoted(safe=True))]
        store().change(case.at_risk(so=True, heard=1), said, Cause(utc_now(), "event:said", "said"))
        return involved

    monkeypatch.setattr(filing, "involve", while_they_say_so)
    assert is_hidden(report(world, contact={**ONLY_PHONE, "name": "Amal"}))


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_who_says_so_later_is_hidden_from_then_on_and_until_they_take_it_back(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal"})
    assert not is_hidden(case)
    wishes(case, safe={"word": "bluebird"})
    assert is_hidden(case)
    assert "bluebird" not in str(world.items("intake"))
    case.do("correct", {"contact": {"name": "Amal Haddad"}, "reason": "Misheard."}, SUPERVISOR)
    assert is_hidden(case)
    wishes(case, safe=None)
    assert not is_hidden(case)
    assert case.file(CLERK)["classes"] == ["reporter"]


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_staff_who_hear_that_it_is_not_safe_after_all_hide_it_by_correcting_and_show_it_again(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal"})
    case.do("correct", {"contact": {"safe_to_write": False}, "reason": "She rang: he reads it."}, SUPERVISOR)
    assert is_hidden(case)
    before = len(world.sms(PHONE))
    case.do("notes", NEWS)
    gathered(world)
    assert len(world.sms(PHONE)) == before + 1
    assert named(world.sms(PHONE)[before:]) == []
    lifts = {"contact": {"safe_to_write": True}, "reason": "She lives alone now."}
    refused = case.try_to("correct", lifts, CLERK, key="lift-0001")
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:asked-for-safety")
    assert is_hidden(case)
    path, lifted = f"/staff/v1/wishes/{case.number}", {"safe": None, "reason": "She lives alone now."}
    assert world.http("notify.staff", "PUT", path, lifted, staff=SUPERVISOR).status == 200
    assert not is_hidden(case)
    case.do("correct", {"contact": {"name": "Amal Haddad"}, "reason": "Misheard."}, SUPERVISOR)
    assert not is_hidden(case), "what was lifted stays so"


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_a_name_put_right_shows_nobody_who_said_at_first_that_writing_is_safe(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal", "safe_to_write": True})
    wishes(case, safe={})
    case.do("correct", {"contact": {"name": "Amal Haddad"}, "reason": "Misheard."}, SUPERVISOR)
    assert is_hidden(case)


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_who_is_at_risk_on_one_case_is_hidden_on_every_case_of_theirs(world):
    other = report(world, contact={**ONLY_PHONE, "name": "Amal"})
    case = report(world, contact={**ONLY_PHONE, "name": "Amal", "safe_to_write": False})
    assert is_hidden(case)
    assert is_hidden(other)


@pytest.mark.requirement("TELL-04", "CASE-03")
@pytest.mark.parametrize("changed", [{"classes": ["victim"]}, {"contact": {**ONLY_PHONE, "safe_to_write": False}}])
def test_who_says_so_only_in_what_they_add_is_hidden_and_written_to_as_is_safe(world, changed):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal"})
    goes_on = {"continues": {"number": case.number, "secret": case.secret, "satisfied": True}}
    added = world.http(
        "intake.api", "POST", "/v1/cases", {**REPORT, **goes_on, "contact": None, **changed}, key="added-0001"
    )
    assert added.status == 200, added.body
    world.settle()
    assert is_hidden(case)
    before = len(world.sms(PHONE))
    case.do("notes", NEWS)
    gathered(world)
    fresh = world.sms(PHONE)[before:]
    assert len(fresh) == 1
    assert named(fresh) == []


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_that_the_reporter_is_the_victim_shows_no_operator_that_they_are(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal"})
    case.do("customers", {"phone": PHONE, "classes": ["victim"]}, who=CLERK)
    assert is_hidden(case)
    rows = world.http("intake.staff", "GET", "/staff/v1/cases", staff=CLERK).body
    for shown in (str(case.file(CLERK)), str(rows)):
        for telling in ("at-risk", "SafetyNoted", "victim"):
            assert telling not in shown
    assert "SafetyNoted" in str(case.file(OFFICER))


@pytest.mark.requirement("TELL-04")
def test_on_the_bus_nothing_says_who_asked_for_safe_contact(world):
    one, other = report(world, contact=ONLY_PHONE), report(world, contact={"phone": "+971501111111"})
    wishes(one, safe={"word": "bluebird"})
    wishes(other, preferred="sms")
    chains = [
        item["doc"]["S"] for item in world.items("notify") if "SafetyWished" in item.get("doc", {}).get("S", "")
    ]
    assert [sorted(json.loads(line)["data"]) for line in chains] == [["case"], ["case"]]


@pytest.mark.requirement("TELL-04")
def test_safe_contact_asked_for_with_a_complaint_alone_needs_no_case(world):
    asked = {"text": "They told my husband.", "facts": {}, "contact": ONLY_PHONE}
    complained = world.http("complaints.api", "POST", "/v1/complaints", asked).body
    world.settle()
    path = f"/v1/contact/{complained['number']}"
    answer = world.http("notify.api", "PUT", path, {"safe": {}}, secret=complained["secret"])
    assert answer.status == 200, answer.body
    world.settle()
    assert world.dead("intake") == []


def stops_surveys(case: Matter) -> None:
    wishes(case, stopped=["survey"])


def takes_it_back(case: Matter) -> None:
    wishes(case, safe={})
    wishes(case, safe=None)


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize("before", [stops_surveys, takes_it_back])
@pytest.mark.parametrize("classes", [["reporter"], ["victim"]])
def test_who_is_put_right_as_unsafe_is_never_named_whatever_they_wished_for_before(world, before, classes):
    case = report(world, contact=ONLY_PHONE, classes=classes)
    if classes == ["victim"]:
        takes_it_back(case)
    before(case)
    texts = len(world.sms(PHONE))
    case.do("correct", {"contact": {"safe_to_write": False}, "reason": "She rang: he reads it."}, SUPERVISOR)
    case.do("open")
    gathered(world)
    fresh = world.sms(PHONE)[texts:]
    assert len(fresh) == 1
    assert named(fresh) == []
    assert case.secret not in fresh[0]
    seen = world.http("notify.api", "GET", f"/v1/contact/{case.number}", secret=case.secret).body
    assert ("survey" in [one["kind"] for one in seen["kinds"] if one["stopped"]]) is (before is stops_surveys)


@pytest.mark.requirement("TELL-04")
def test_that_writing_is_unsafe_holds_although_it_is_heard_after_a_later_change(world):
    case = report(world, contact=ONLY_PHONE)
    wishes(case, stopped=["survey"])
    unsafe = {"contact": {"safe_to_write": False}, "reason": "She rang: he reads it."}
    assert case.try_to("correct", unsafe, SUPERVISOR, "command-unsafe").status == 200
    world.relay("intake")
    late = world.receive("notify")
    assert late
    case.do("correct", {"contact": {"name": "Amal Haddad"}, "reason": "Misheard."}, SUPERVISOR)
    assert world.deliver("notify", late)["batchItemFailures"] == []
    world.settle()
    before = len(world.sms(PHONE))
    case.do("notes", NEWS)
    gathered(world)
    assert len(world.sms(PHONE)) == before + 1
    assert named(world.sms(PHONE)[before:]) == []


@pytest.mark.requirement("TELL-04")
def test_a_later_change_of_something_else_does_not_say_again_what_they_took_back(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal"})
    case.do("correct", {"contact": {"safe_to_write": False}, "reason": "She rang: he reads it."}, SUPERVISOR)
    takes_it_back(case)
    world.settle()
    case.do("correct", {"contact": {"name": "Amal Haddad"}, "reason": "Misheard."}, SUPERVISOR)
    assert not is_hidden(case)
    before = len(world.sms(PHONE))
    case.do("notes", NEWS)
    assert len(named(world.sms(PHONE)[before:])) == 1


@pytest.mark.requirement("TELL-04")
def test_a_wish_that_comes_late_changes_nothing_that_was_said_after_it(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal"})
    wishes(case, safe={})
    world.relay("notify")
    late = world.receive("intake")
    wishes(case, safe=None)
    world.settle()
    world.deliver("intake", late)
    assert not is_hidden(case)


@pytest.mark.requirement("TELL-04")
def test_the_safe_word_is_read_by_whoever_makes_the_call_and_by_no_other_operator(world):
    case = report(world, contact=ONLY_PHONE)
    wishes(case, safe={"word": "bluebird"})
    path = f"/staff/v1/wishes/{case.number}"
    seen = world.http("notify.staff", "GET", path, staff=CLERK).body["safe"]
    assert (seen["word"], seen["has_word"]) == (None, True)
    assert world.http("notify.staff", "GET", path, staff=OFFICER).body["safe"]["word"] == "bluebird"
    hours = {"after": "14:00", "until": "15:00"}
    body = {"safe": {"hours": hours}, "reason": "She rang."}
    assert world.http("notify.staff", "PUT", path, body, staff=CLERK).body["safe"]["has_word"]
    assert world.http("notify.staff", "GET", path, staff=OFFICER).body["safe"]["word"] == "bluebird"
    theirs = {"safe": {"hours": hours, "word": "magpie"}, "reason": "She rang."}
    refused = world.http("notify.staff", "PUT", path, theirs, staff=CLERK)
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:word-agreed")
    world.http("notify.staff", "PUT", path, body, staff=OFFICER)
    assert not world.http("notify.staff", "GET", path, staff=OFFICER).body["safe"]["has_word"]


@pytest.mark.requirement("TELL-04")
def test_whoever_changes_another_wish_stays_safe_until_they_take_that_back(world):
    case = report(world, contact=ONLY_PHONE)
    wishes(case, safe={"word": "bluebird"})
    seen = wishes(case, language="ar")
    assert (seen["language"], seen["safe"]["word"]) == ("ar", "bluebird")
    assert wishes(case, safe=None)["safe"] is None


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize("word", ["police", "Police report", "Ahd", "citizen", "警务", "الشرطة", "عهد"])
def test_no_safe_word_says_who_writes(world, word):
    case = report(world, contact=ONLY_PHONE)
    path = f"/v1/contact/{case.number}"
    refused = world.http("notify.api", "PUT", path, {"safe": {"word": word}}, secret=case.secret)
    assert (refused.status, refused.body["faults"][0]["code"]) == (422, "names_us")


@pytest.mark.requirement("TELL-04", "CASE-03")
def test_no_operator_reads_or_turns_elsewhere_how_somebody_at_risk_is_reached(world):
    case = report(world, contact={**ONLY_PHONE, "name": "Amal", "safe_to_write": False})
    path = f"/staff/v1/cases/{case.number}/incident.json"
    assert "tel:" not in str(world.http("intake.staff", "GET", path, staff=CLERK).body)
    assert f"tel:{PHONE}" in str(world.http("intake.staff", "GET", path, staff=OFFICER).body)
    for contact in ({"phone": "+971509999999"}, {"name": None}, {"email": "other@example.org"}):
        body = {"contact": contact, "reason": "Misheard."}
        assert case.try_to("correct", body, CLERK, key="turn-0001").status == 403
    other = {"name": "Omar", "phone": PHONE}
    keyed_in = keyed(world, contact=other, category="P8")
    assert keyed_in.status == 201, "whoever rings from her telephone is not told that she came"
