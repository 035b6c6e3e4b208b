"""A customer says how they want to be written to, and every message heeds it, those that wait as well."""

from datetime import timedelta
from email import message_from_string
from email.policy import default
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from services.notify import recipient
from services.notify.channels import NeverTaken, NotTaken
from tests.service.casework import CLERK, MAIL, SUPERVISOR, Matter, gathered, mailed, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.receipting import SPAM, of_mail
from tests.service.texting import replied, texted

PHONE = "+971501234567"
ONLY_PHONE = {"name": "Amal", "phone": PHONE}
BOTH = {"name": "Amal", "phone": PHONE, "email": MAIL}
NEWS = {"text": "The pipe is being mended.", "public": True}
IN_THE_EVENING = MONDAY_MORNING + timedelta(hours=13)
"""23:00 in Dubai is two hours later."""


def wishes(case: Matter, **said: Any) -> Any:
    path = f"/v1/contact/{case.number}"
    answer = case.world.http("notify.api", "PUT", path, said, secret=case.secret)
    assert answer.status == 200, answer.body
    return answer.body


def letters(world, to: str = MAIL) -> list[Any]:
    return [message_from_string(mail, policy=default) for mail in world.mails(to)]


def page(world, method: str, target: str, fields: dict[str, str] | None = None, cookie: str = "", **headers: str):
    sent = {"content-type": "application/x-www-form-urlencoded", **({"cookie": cookie} if cookie else {}), **headers}
    status, got, body = world.answer("notify.web", method, target, sent, urlencode(fields or {}).encode())
    return status, got, body.decode()


@pytest.mark.requirement("TELL-04")
def test_at_night_a_text_waits_until_the_quiet_hours_are_over(world):
    case = report(world, contact=ONLY_PHONE)
    world.at(MONDAY_MORNING + timedelta(hours=13))
    before = len(world.sms(PHONE))
    world.at(MONDAY_MORNING + timedelta(hours=15))  # 01:00 in Dubai
    case.do("notes", NEWS)
    world.tick("notify")
    assert len(world.sms(PHONE)) == before
    world.at(MONDAY_MORNING + timedelta(hours=21, minutes=59))
    world.tick("notify")
    assert len(world.sms(PHONE)) == before
    world.at(MONDAY_MORNING + timedelta(hours=22))  # 08:00
    world.tick("notify")
    assert len(world.sms(PHONE)) == before + 1


@pytest.mark.requirement("TELL-04")
def test_what_waits_heeds_what_the_customer_says_meanwhile(world):
    case = report(world, contact=BOTH)
    wishes(case, preferred="sms")
    world.at(MONDAY_MORNING + timedelta(hours=15))
    case.do("notes", NEWS)
    before = len(world.mails(MAIL)), len(world.sms(PHONE))
    wishes(case, preferred="email", stopped=["progress"])
    world.at(MONDAY_MORNING + timedelta(hours=22))
    world.tick("notify")
    world.settle()
    assert (len(world.mails(MAIL)), len(world.sms(PHONE))) == before
    assert calls(world) == []


OPERATOR = {"sub": "clerk-1", "cognito:groups": "[operator]"}


@pytest.mark.requirement("TELL-04")
def test_stopped_kinds_are_not_sent_and_decisions_are(world):
    case = report(world)
    wishes(case, stopped=["progress", "survey"])
    case.do("open")
    case.do("notes", NEWS)
    case.do("close", {"outcome": "solved", "text": "The pipe is mended."})
    subjects = [letter["subject"] for letter in letters(world)]
    assert subjects == [f"We have your report {case.number}", f"What came of {case.number}"]


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"stopped": ["statutory"]}, "/stopped"),
        ({"stopped": ["receipt"]}, "/stopped"),
        ({"without": ["email"]}, "/without"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"quiet": {"after": "22:00", "until": "22:00"}}, "/quiet"),
        ({"quiet": {"after": "25:00", "until": "22:00"}}, "/quiet/after"),
        ({"safe": {"word": "www.bad.example"}}, "/safe/word"),
        ({"quiet": {"after": "08:00", "until": "20:00"}, "safe": {}}, "/quiet"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_what_cannot_be_wished_for_says_why_and_changes_nothing(world, said, where):
    case = report(world)
    path = f"/v1/contact/{case.number}"
    before = world.http("notify.api", "GET", path, secret=case.secret).body
    answer = world.http("notify.api", "PUT", path, said, secret=case.secret)
    assert answer.status == 422
    assert answer.body["faults"][0]["pointer"] == where
    assert world.http("notify.api", "GET", path, secret=case.secret).body == before


def test_nobody_without_the_secret_sees_or_changes_anything(world):
    case, other = report(world), report(world)
    for secret in (None, "", "x" * 27, other.secret):
        for method, body in (("GET", None), ("PUT", {"stopped": ["progress"]})):
            assert world.http("notify.api", method, f"/v1/contact/{case.number}", body, secret=secret).status == 404
    assert world.http("notify.api", "GET", "/v1/contact/nothing", secret=case.secret).status == 404
    nobody = report(world, contact=None)
    assert world.http("notify.api", "GET", f"/v1/contact/{nobody.number}", secret=nobody.secret).status == 404


@pytest.mark.requirement("TELL-04")
def test_the_language_is_theirs_to_choose(world):
    case = report(world)
    assert wishes(case, language="ar")["language"] == "ar"
    case.do("notes", NEWS)
    assert letters(world)[-1]["Content-Language"] == "ar"


TELLING = ("police", "desk", "Police citizen desk", "Amal", "report", "case", "kitchen")


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize("class_", ["victim", "witness"])
@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_victims_and_witnesses_are_written_to_in_neutral_words_from_the_start(world, class_, language):
    case = report(world, contact=BOTH, classes=[class_], language=language)
    seen = world.http("notify.api", "GET", f"/v1/contact/{case.number}", secret=case.secret).body
    assert seen["safe"] == {"hours": {"after": "09:00", "until": "18:00"}, "word": None}
    case.do("open")
    case.do("notes", NEWS)
    gathered(world)
    wishes(case, preferred="email", safe={"word": "bluebird"})
    case.do("appointments", BOOKING)
    case.do("close", {"outcome": "solved", "text": "The thief is found.", "appointments": "keep"})
    texts = [*world.sms(PHONE), *world.mails(MAIL)]
    assert len(world.sms(PHONE)) == 2
    assert len(world.mails(MAIL)) == 2
    for letter in letters(world):
        assert letter["From"] == "info@example.net"
        assert "bluebird" in letter["Subject"]
        assert "List-Unsubscribe" not in letter
        parts = [part for part in letter.walk() if not part.is_multipart()]
        assert {part.get_content_type() for part in parts} == {"text/plain", "text/html"}
        texts += [str(letter["Subject"]), *(part.get_content() for part in parts)]
    for text in texts:
        for told in (*TELLING, case.number, case.number.replace("-", ""), case.secret, "example.org/"):
            # Nobody but the customer's own address is named.
            assert told.casefold() not in text.casefold().replace(MAIL, ""), text


BOOKING = {
    "kind": "hearing",
    "at": (MONDAY_MORNING + timedelta(days=3)).isoformat(),
    "minutes": 45,
    "place": "Room 4",
    "text": "Bring what the thief left.",
}


@pytest.mark.requirement("TELL-04")
def test_what_waited_for_a_safe_hour_comes_from_the_neutral_address_too(world):
    case = report(world, contact=BOTH, classes=["victim"])
    wishes(case, preferred="email", safe={"word": "bluebird"})
    world.at(MONDAY_MORNING + timedelta(hours=8, minutes=1))  # 18:01 in Dubai
    case.do("notes", NEWS)
    assert world.mails(MAIL) == []
    world.at(MONDAY_MORNING + timedelta(hours=23))
    world.tick("notify")
    assert [letter["From"] for letter in letters(world)] == ["info@example.net"]


@pytest.mark.requirement("TELL-04")
def test_nothing_reaches_a_victim_outside_safe_hours(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    assert len(world.sms(PHONE)) == 1
    world.at(MONDAY_MORNING + timedelta(hours=8, minutes=1))  # 18:01 in Dubai
    case.do("notes", NEWS)
    world.at(MONDAY_MORNING + timedelta(hours=22))  # 08:00
    world.tick("notify")
    assert len(world.sms(PHONE)) == 1
    world.at(MONDAY_MORNING + timedelta(hours=23))  # 09:00
    world.tick("notify")
    assert len(world.sms(PHONE)) == 2


@pytest.mark.requirement("TELL-04")
def test_nobody_is_late_whose_word_waits_for_a_safe_hour(world):
    world.at(MONDAY_MORNING + timedelta(hours=15))  # 01:00 in Dubai
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    assert world.sms(PHONE) == []
    world.pass_time(timedelta(hours=1))
    assert "acknowledge" in case.owed()
    assert case.owed()["acknowledge"] == "operator"
    assert not any("LATE" in mail for mail in world.mails("duty@example.org"))
    world.at(MONDAY_MORNING + timedelta(hours=23))  # 09:00
    world.tick("notify")
    world.settle()
    assert len(world.sms(PHONE)) == 1
    assert case.promise("acknowledge")["state"] == "kept"


@pytest.mark.requirement("TELL-04")
def test_our_word_that_has_to_wait_twice_has_as_much_time_then_as_after_the_first_wait(world):
    world.at(MONDAY_MORNING + timedelta(hours=15))
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    safe_from = MONDAY_MORNING + timedelta(hours=23)
    span = case.due("acknowledge") - safe_from
    assert timedelta() < span < timedelta(hours=8)
    wishes(case, safe={"hours": {"after": "10:00", "until": "12:00"}})
    world.at(safe_from)
    world.tick("notify")
    world.settle()
    assert world.sms(PHONE) == []
    assert case.due("acknowledge") == safe_from + timedelta(hours=1) + span


def test_wishes_that_are_changed_all_day_long_are_refused_and_the_last_ones_hold(world):
    case = report(world, contact=BOTH)
    for turn in range(recipient.WISHES_A_DAY):
        wishes(case, preferred=("sms", "email")[turn % 2])
    wishes(case, preferred="email")  # as it is: nothing to be kept
    path = f"/v1/contact/{case.number}"
    refused = world.http("notify.api", "PUT", path, {"preferred": "sms"}, secret=case.secret)
    assert (refused.status, refused.body["type"]) == (429, "urn:ahd:problem:too-many-wishes")
    assert "tomorrow" in refused.body["detail"]
    assert world.http("notify.api", "GET", path, secret=case.secret).body["preferred"] == "email"
    case.do("notes", NEWS)
    # Whoever wants no more of something says so at any time.
    stop = unsubscribe(letters(world)[-1])
    assert page(world, "POST", stop)[0] == 200
    world.at(MONDAY_MORNING + timedelta(days=1, minutes=1))
    wishes(case, preferred="sms")


@pytest.mark.requirement("TELL-04")
def test_who_asks_for_safe_contact_later_gets_what_waits_in_neutral_words(world):
    case = report(world, contact=ONLY_PHONE)
    world.at(MONDAY_MORNING + timedelta(hours=15))
    case.do("notes", NEWS)
    wishes(case, safe={"hours": {"after": "10:00", "until": "11:00"}})
    world.at(MONDAY_MORNING + timedelta(hours=24))
    world.tick("notify")
    assert case.secret not in world.sms(PHONE)[-1]
    assert len(world.sms(PHONE)) == 2


@pytest.mark.requirement("TELL-04")
def test_whoever_calls_a_victim_is_told_what_to_heed(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    texted(world, PHONE, "STOP")
    case.do("open")
    case.do("close", {"outcome": "solved", "text": "Done."})
    (call,) = calls(world)
    read = world.http("notify.staff", "GET", f"/staff/v1/callbacks/{call['number']}", staff=OPERATOR).body
    assert read["safe_contact"] == {
        "voicemail": False,
        "after": "09:00",
        "until": "18:00",
        "zone": "Asia/Dubai",
        "word": "",
    }


def unsubscribe(letter: Any) -> str:
    link = str(letter["List-Unsubscribe"]).strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return urlsplit(link).path


@pytest.mark.requirement("TELL-04")
def test_one_click_in_a_mail_program_stops_that_kind_and_opening_the_link_only_asks(world):
    case = report(world)
    assert "List-Unsubscribe" not in letters(world)[0]  # an acknowledgement can't be declined
    case.do("open")
    path = unsubscribe(letters(world)[-1])
    assert case.secret not in path
    status, _, body = page(world, "GET", path)
    assert status == 200
    assert f'action="{path}"' in body
    case.do("notes", NEWS)
    assert len(letters(world)) == 3
    for _ in range(2):  # mail programs try again
        status, _, body = page(world, "POST", path, {"List-Unsubscribe": "One-Click"})
        assert status == 200
    case.do("notes", NEWS)
    assert len(letters(world)) == 3
    case.do("close", {"outcome": "solved", "text": "Done."})
    assert any("What came of" in letter["Subject"] for letter in letters(world))


@pytest.mark.requirement("TELL-04")
def test_the_token_of_one_click_opens_nothing_else(world):
    case = report(world)
    case.do("open")
    path = unsubscribe(letters(world)[-1])
    token = path.rpartition("/")[2]
    for forged in (
        path.replace("/progress/", "/survey/"),
        path.replace("/progress/", "/statutory/"),
        path[:-1],
        f"{path}x",
        path.replace(case.number.replace("-", ""), "0" * 12),
        f"{path}%C3%A9",
    ):
        for method in ("GET", "POST"):
            assert page(world, method, forged)[0] == 404, forged
    assert world.http("notify.api", "GET", f"/v1/contact/{case.number}", secret=token).status == 404
    seen = world.http("notify.api", "GET", f"/v1/contact/{case.number}", secret=case.secret).body
    assert not any(one["stopped"] for one in seen["kinds"])


@pytest.mark.requirement("TELL-04")
def test_every_mail_leads_to_the_page_where_wishes_are_chosen_without_javascript(world):
    case = report(world)
    (mail,) = mailed(world)
    link = f"/contact/{case.number.replace('-', '')}/{case.secret}"
    assert f"https://desk.example{link}" in mail
    status, headers, _ = page(world, "GET", link)
    assert (status, headers["Location"]) == (303, f"{link}?tried=1")
    number = case.number.replace("-", "")
    kept = f"contact={case.secret}"
    assert page(world, "GET", f"{link}?tried=1", cookie=kept)[1]["Location"] == f"/contact/{number}"
    status, _, body = page(world, "GET", f"/contact/{number}", cookie=kept)
    assert status == 200
    assert case.secret not in body
    assert "you have a right to them" in body
    fields = {"language": "en", "speaks": "zh", "stop_survey": "yes", "quiet_after": "20:00", "quiet_until": "10:00"}
    status, headers, _ = page(world, "POST", f"/contact/{number}", fields, cookie=kept)
    assert (status, headers["Location"]) == (303, f"/contact/{number}?kept=1")
    seen = world.http("notify.api", "GET", f"/v1/contact/{number}", secret=case.secret).body
    assert (seen["language"], seen["quiet"]) == ("zh", {"after": "20:00", "until": "10:00"})
    assert [one["kind"] for one in seen["kinds"] if one["stopped"]] == ["survey"]


def test_a_browser_without_cookies_chooses_as_well(world):
    case = report(world)
    number = case.number.replace("-", "")
    status, _, body = page(world, "GET", f"/contact/{number}/{case.secret}?tried=1")
    assert status == 200
    assert f'name="secret" value="{case.secret}"' in body
    fields = {"secret": case.secret, "language": "en", "speaks": "en", "safe": "yes", "word": "bluebird"}
    status, _, body = page(world, "POST", f"/contact/{number}", fields)
    assert status == 200
    assert "Your choice is kept" in body


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_what_is_wrong_on_the_page_is_said_beside_it(world, language):
    case = report(world)
    number = case.number.replace("-", "")
    fields = {"language": language, "quiet_after": "20:00", "zone": "nowhere", "safe": "yes", "word": "x"}
    status, _, body = page(world, "POST", f"/contact/{number}", fields, cookie=f"contact={case.secret}")
    assert status == 422
    for field in ("quiet_after", "word"):
        assert f'href="#{field}"' in body
    fields = {"language": language, "zone": "nowhere"}
    status, _, body = page(world, "POST", f"/contact/{number}", fields, cookie=f"contact={case.secret}")
    assert (status, 'href="#zone"' in body) == (422, True)


def test_another_sites_form_chooses_nothing(world):
    case = report(world)
    number = case.number.replace("-", "")
    sent = {"sec-fetch-site": "cross-site"}
    status, _, _ = page(world, "POST", f"/contact/{number}", {"speaks": "ar"}, f"contact={case.secret}", **sent)
    assert status == 403


def test_the_page_of_a_case_leads_there(world):
    case = report(world)
    number = case.number.replace("-", "")
    status, headers, _ = world.answer(
        "intake.web", "GET", f"/follow/{number}/contact", {"cookie": f"case={case.secret}"}, b""
    )
    assert (status, headers["Location"]) == (303, f"/contact/{number}/{case.secret}")


def test_wishes_are_nowhere_in_clear(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    wishes(case, safe={"word": "bluebird"}, zone="Europe/London")
    texted(world, PHONE, "STOP")
    kept = str(world.items("notify"))
    for told in ("bluebird", "London", "victim", PHONE, "safe", "501234567"):
        assert told not in kept


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize(("stop", "start"), [("STOP", "START"), ("إيقاف", "ابدأ"), ("退订", "开始")])
def test_a_number_that_texts_stop_is_texted_no_more_whatever_case_it_belongs_to_until_it_texts_start(
    world, stop, start
):
    case, other = report(world, contact=ONLY_PHONE), report(world, contact=BOTH)
    texted(world, PHONE, stop)
    texted(world, PHONE, stop)  # SNS brings it twice
    for one in (case, other):
        one.do("notes", NEWS)
    assert len(world.sms(PHONE)) == 2
    assert "The pipe is being mended." in mailed(world)[-1]
    texted(world, PHONE, start, "message-2")
    case.do("notes", NEWS)
    assert len(world.sms(PHONE)) == 3


@pytest.mark.requirement("TELL-04")
def test_a_stop_that_is_brought_again_after_start_stops_nothing(world):
    case, told = report(world, contact=ONLY_PHONE), []
    for said in ("START 0", "STOP 1", "START 2", "STOP 1", "STOP 3", "START 0"):
        texted(world, PHONE, said.split()[0], said)
        before = len(world.sms(PHONE))
        case.do("notes", NEWS)
        told.append(len(world.sms(PHONE)) - before)
    assert told == [1, 0, 1, 1, 0, 0]


@pytest.mark.requirement("TELL-04")
def test_what_is_owed_to_a_number_that_texted_stop_is_said_by_a_person(world):
    case = report(world, contact=ONLY_PHONE)
    texted(world, PHONE, "Stop.")
    case.do("open")
    assert calls(world) == []
    case.do("close", {"outcome": "solved", "text": "Done."})
    assert [call["reason"] for call in calls(world)] == ["undelivered: closed"]


@pytest.mark.requirement("TELL-04")
def test_a_text_that_waits_when_its_number_texts_stop_is_not_sent(world):
    case = report(world, contact=BOTH)
    wishes(case, preferred="sms")
    world.at(MONDAY_MORNING + timedelta(hours=15))
    case.do("open")
    case.do("close", {"outcome": "solved", "text": "Done."})
    texted(world, PHONE, "STOP")
    before = len(world.mails(MAIL))
    world.at(MONDAY_MORNING + timedelta(hours=22))
    for _ in range(3):
        world.tick("notify")
    assert len(world.sms(PHONE)) == 1
    assert any("What came of" in mail for mail in mailed(world)[before:])


def test_a_text_that_says_something_else_changes_nothing_and_what_is_none_is_buried(world):
    case = report(world, contact=ONLY_PHONE)
    texted(world, PHONE, "Please stop the noise next door")
    texted(world, "+971500000001", "STOP")
    for body in ("", "{}", "[]", "null", '{"originationNumber": 1}'):
        replied(world, body)
    case.do("notes", NEWS)
    assert len(world.sms(PHONE)) == 2


def calls(world) -> Any:
    return world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=OPERATOR).body["callbacks"]


@pytest.mark.requirement("TELL-04")
def test_a_new_link_is_never_in_a_message_to_a_victim_somebody_calls_instead(world):
    case = report(world, contact=ONLY_PHONE, classes=["victim"])
    before = len(world.sms(PHONE))
    case.do("secret", who=SUPERVISOR)
    assert len(world.sms(PHONE)) == before
    assert [call["reason"] for call in calls(world)] == ["undelivered: link_renewed"]


@pytest.fixture
def called_spam(world, providers):
    """A customer who called the mail that thanked them spam, and the provider of mail."""
    email = Provider()
    providers(email=email)
    case = report(world)
    world.tell_receipt(of_mail("Complaint", email.tries[0], complaint=SPAM))
    return case, email


@pytest.mark.requirement("TELL-04")
def test_dates_that_bind_reach_whoever_called_a_mail_spam_and_news_does_not(called_spam):
    case, email = called_spam
    case.do("open")
    case.do("notes", NEWS)
    assert len(email.taken) == 1
    case.do("appointments", BOOKING)
    assert "Bring what the thief left." in email.taken[-1][1].text
    assert calls(case.world) == []


@pytest.mark.requirement("TELL-04")
def test_news_that_waits_while_its_customer_calls_a_mail_spam_becomes_no_call(world, providers):
    email = Provider()
    providers(email=email)
    case = report(world)
    wishes(case, quiet={"after": "20:00", "until": "06:00"})
    world.at(MONDAY_MORNING + timedelta(hours=15))
    case.do("notes", NEWS)
    world.tell_receipt(of_mail("Complaint", email.tries[0], complaint=SPAM))
    world.at(MONDAY_MORNING + timedelta(hours=22))
    world.tick("notify")
    world.settle()
    assert (len(email.taken), calls(world)) == (1, [])


@pytest.mark.requirement("TELL-04")
def test_what_somebody_called_spam_says_nothing_of_another_address(called_spam):
    case, email = called_spam
    case.do("correct", {"contact": {"email": "right@example.org"}, "reason": "Misheard."}, CLERK)
    case.do("notes", NEWS)
    assert [to for to, letter in email.taken if "being mended" in letter.text] == ["right@example.org"]


@pytest.mark.requirement("TELL-01", "TELL-09")
@pytest.mark.parametrize("number", [PHONE, "+971509876543"])
def test_a_decision_whose_last_way_is_taken_off_the_card_goes_by_what_is_on_it_now_or_by_a_call(
    world, providers, number
):
    case = report(world, contact={**BOTH, "preferred": "sms"})
    case.do("open")

    class Deaf(Provider):
        def send(self, address, letter, which):
            if address == PHONE:
                raise NeverTaken("OptedOut")
            return super().send(address, letter, which)

    sms = Deaf()
    providers(sms=sms, email=Provider(*[NotTaken("Throttling")] * 9))
    case.do("close", {"outcome": "solved", "text": "The thief is found."})
    case.do("correct", {"contact": {"email": None, "phone": number}, "reason": "They have no mail."}, CLERK)
    for _ in range(3):
        world.pass_time(timedelta(minutes=2))
    decided = [which for which, _ in zip(sms.tries, sms.taken, strict=True) if which.message.endswith(".closed")]
    reached = number != PHONE
    assert bool(decided) is reached
    assert any("closed" in call["undelivered"] for call in calls(world)) is not reached
