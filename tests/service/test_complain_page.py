"""Complaining on the web: one question a page, without a script, in three languages."""

import html
import re
from importlib import import_module
from urllib.parse import urlencode

import pytest

from services.complaints.form import ComplaintForm
from shared.wording import speaker
from tests.service.complaining import Matter, mailed
from tests.service.test_complaint_page import browse
from tests.service.world import URL

WHOLE = {
    "form": "a-form-of-one-person",
    "area": "conduct",
    "kind": "violence",
    "story": "He shouted.",
    "wishes": "An apology",
    "about": "The officer at the gate",
    "fact-injury": "no",
    "behalf": "other",
    "relation": "my mother",
    "other": "Huda",
    "reach": "email",
    "name": "Lin",
    "email": "lin@example.org",
    "calls": "no",
}


def send(world, step, go="on", **answers):
    return browse(world, "POST", "/complain", form=urlencode({**answers, "step": step, "go": go}))


def asked(page):
    """The step that a page asks for."""
    (step,) = re.findall(r'name="step" value="(\w+)"', page["body"])
    return step


def faults(page):
    return re.findall(r'href="#([\w-]+)"', page["body"].partition("govuk-error-summary")[2].partition("</ul>")[0])


def given(world, **changed):
    """A form sent with everything checked: the page it leads to, with the complaint."""
    done = send(world, "check", **{**WHOLE, **changed})
    assert done["statusCode"] == 303, done["body"]
    (cookie,) = done["cookies"]
    world.settle()
    secret = cookie.partition(";")[0].partition("=")[2]
    number = done["headers"]["Location"].split("/")[2]
    page = browse(world, "GET", done["headers"]["Location"], f"complaint={secret}")
    return page, Matter(world, number, secret)


def test_the_home_page_leads_to_it(world):
    with world.function_of("intake"):
        web = import_module("services.intake.web")
        event = {
            "version": "2.0",
            "rawPath": "/",
            "headers": {},
            "requestContext": {"requestId": "1", "http": {"method": "GET", "path": "/"}, "stage": "$default"},
        }
        assert 'href="/complain"' in web.handler(event, None)["body"]


def test_each_question_is_a_page_of_its_own_up_to_the_check(world):
    answers: dict[str, str] = {}
    seen = []
    page = browse(world, "GET", "/complain")
    while asked(page) != "check":
        step = asked(page)
        seen.append(step)
        answers |= {name: WHOLE[name] for name in ComplaintForm.FIELDS.get(step, ()) if name in WHOLE}
        if step == "facts":
            answers["fact-injury"] = "no"
        page = send(world, step, **answers)
        assert page["statusCode"] == 200, (step, page["body"])
    assert seen == ["area", "kind", "story", "wishes", "about", "facts", "behalf", "reach", "contact"]
    for said in ("An officer used force or threats", "He shouted.", "An apology", "Huda", "lin@example.org"):
        assert said in page["body"]


FAULTY = [
    ("area", {}, "area"),
    ("area", {"area": "nonsense"}, "area"),
    ("kind", {"area": "conduct"}, "kind"),
    ("story", {"area": "attitude"}, "story"),
    ("story", {"area": "attitude", "story": "x" * 4001}, "story"),
    ("wishes", {"area": "attitude", "wishes": "x" * 301}, "wishes"),
    ("facts", {"area": "attitude"}, "fact-injury"),
    ("behalf", {"area": "attitude"}, "behalf"),
    ("behalf", {"area": "attitude", "behalf": "other"}, "relation"),
    ("reach", {"area": "attitude"}, "reach"),
    ("contact", {"area": "attitude", "reach": "sms"}, "phone"),
    ("contact", {"area": "attitude", "reach": "sms", "phone": "12"}, "phone"),
    ("contact", {"area": "attitude", "reach": "email", "email": "nobody"}, "email"),
]


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_what_can_not_stay_is_said_above_and_beside_its_field(world, language):
    for step, sent, field in FAULTY:
        page = send(world, step, **sent, language=language)
        assert page["statusCode"] == 422, (step, sent)
        assert faults(page) == [field], (step, sent)
        assert f'id="{field}-error"' in page["body"], (step, sent)
        assert f'lang="{language}"' in page["body"], (step, sent)


def test_whoever_does_not_know_what_it_is_about_is_not_made_to_guess(world):
    page, matter = given(world, area="unknown", kind="")
    assert page["statusCode"] == 200
    assert matter.seen()["kind"] is None
    _, matter = given(world, form="another-form-of-theirs", kind="unknown")
    assert matter.seen()["kind"] == "conduct"


@pytest.mark.requirement("CMP-01")
@pytest.mark.parametrize(
    ("language", "title", "promised", "why"),
    [
        ("en", "We have your complaint", "You have an answer", "The time we gave ourselves"),
        ("ar", "وصلتنا شكواك", "تصلك الإجابة", "المهلة التي حددناها لأنفسنا"),
        ("zh", "我们已收到您的投诉", "您得到答复", "我们给自己定的时限"),
    ],
)
def test_the_last_page_has_number_date_why_and_the_link(world, language, title, promised, why):
    page, matter = given(world, language=language)
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in page["body"]
    shown = matter.seen()
    for said in (title, shown["number"], promised, why, f"{URL}/complaint/{shown['number']}/{matter.secret}"):
        assert said in page["body"]


@pytest.mark.requirement("CMP-01", "CMP-15")
def test_everything_that_was_said_is_in_the_complaint(world):
    _, matter = given(world)
    seen, file = matter.seen(), matter.file()
    assert (seen["kind"], seen["calls"], seen["language"]) == ("violence", False, "en")
    said = file["events"][0]["private"]["said"]
    assert said["text"] == "He shouted."
    assert said["wishes"] == "An apology"
    assert said["about"] == "The officer at the gate"
    assert said["on_behalf_of"] == {"name": "Huda", "relation": "my mother"}
    assert file["channel"] == "web"
    assert mailed(world, "Your complaint has the number")


def test_sending_the_form_twice_makes_one_complaint(world):
    first, second = send(world, "check", **WHOLE), send(world, "check", **WHOLE)
    assert first["headers"]["Location"] == second["headers"]["Location"]
    assert first["cookies"] == second["cookies"]
    other = send(world, "check", **{**WHOLE, "story": "Another story."})
    assert other["statusCode"] == 409
    assert "You have already sent this complaint" in other["body"]


def test_who_stays_anonymous_is_asked_for_no_contact_and_gets_the_link(world):
    page, matter = given(world, reach="anonymous", name="", email="", calls="")
    assert "You left no contact" in page["body"]
    assert matter.seen()["contactable"] is False


@pytest.mark.parametrize("pack", ["works"])
def test_where_the_rules_need_to_know_the_site_it_is_asked_for(world):
    works = {**WHOLE, "area": "workmanship", "kind": "plumbing", "fact-visit_needed": "yes"}
    assert "Site" in send(world, "about", **works)["body"]
    page = send(world, "reference", **works)
    assert (page["statusCode"], faults(page)) == (422, ["reference"])
    assert send(world, "check", **works)["statusCode"] != 303
    _, matter = given(world, **{**works, "reference": "Plot 7"})
    assert "visit_needed" in matter.file()["facts"]


@pytest.mark.parametrize("phone", ["0044 7700 900123", "+44 7700 900123", "+٤٤ ٧٧٠٠ ٩٠٠١٢٣"])
def test_a_number_is_taken_as_people_write_it(world, phone):
    given(world, reach="sms", email="", phone=phone)
    assert world.sms("+447700900123")


def test_a_page_of_another_site_sends_nothing(world):
    event = send(world, "check", **WHOLE)
    assert event["statusCode"] == 303
    with world.function_of("complaints"):
        web = import_module("services.complaints.web")
        answer = web.handler(
            {
                "version": "2.0",
                "rawPath": "/complain",
                "headers": {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site"},
                "requestContext": {
                    "requestId": "1",
                    "http": {"method": "POST", "path": "/complain"},
                    "stage": "$default",
                },
                "body": "step=area",
                "isBase64Encoded": False,
            },
            None,
        )
    assert answer["statusCode"] == 403


def test_hostile_words_are_shown_as_words(world):
    check = send(world, "contact", **{**WHOLE, "story": "<script>alert(1)</script>", "phone": ""})
    assert asked(check) == "check"
    assert "<script>" not in check["body"]
    assert html.escape("<script>alert(1)</script>") in check["body"]


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_every_fault_that_a_complaint_can_have_has_words(language):
    t = speaker("complaints", language)
    for field, codes in {
        "area": ("missing", "impossible"),
        "kind": ("missing",),
        "behalf": ("missing",),
        "reach": ("missing",),
        "phone": ("missing", "impossible"),
        "email": ("missing", "impossible"),
        "fact": ("missing",),
        "text": ("missing", "long"),
        "correction": ("missing", "long"),
        **dict.fromkeys(("story", "reference", "relation"), ("missing", "long", "impossible")),
        **dict.fromkeys(("wishes", "about", "other", "name"), ("long", "impossible")),
    }.items():
        for code in codes:
            assert t.says(f"fault.{field}.{code}"), f"{field} {code}"
