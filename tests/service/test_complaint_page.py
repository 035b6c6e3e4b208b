"""The page that a customer's message leads to."""

import html
import re
from importlib import import_module
from urllib.parse import urlencode

import pytest

from tests.service.complaining import MANAGER, complain, let_pass, mailed
from tests.service.world import URL, staff


def browse(world, method, path, cookie="", form="", query=None):
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/x-www-form-urlencoded", "origin": URL},
        "cookies": cookie.split("; ") if cookie else [],
        "queryStringParameters": query,
        "requestContext": {
            "requestId": "request-1",
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "stage": "$default",
        },
        "body": form or None,
        "isBase64Encoded": False,
    }
    with world.function_of("complaints"):
        return import_module("services.complaints.web").handler(event, None)


@pytest.mark.parametrize(
    ("language", "promised", "why"),
    [
        ("en", "You have an answer", "Why this date?"),
        ("ar", "تصلك الإجابة", "لماذا هذا الموعد؟"),
        ("zh", "您得到答复", "为什么是这个时间？"),
    ],
)
@pytest.mark.requirement("CMP-01")
def test_the_link_in_the_message_shows_state_and_promises_with_why(world, language, promised, why):
    matter = complain(world, kind="attitude", text="<b>Rude.</b>", language=language)
    opened = browse(world, "GET", f"/complaint/{matter.number}/{matter.secret}")
    assert opened["statusCode"] == 303
    assert matter.secret not in opened["headers"]["Location"]
    (cookie,) = opened["cookies"]
    page = browse(world, "GET", opened["headers"]["Location"], cookie.partition(";")[0])
    assert page["statusCode"] == 200
    assert f'action="{opened["headers"]["Location"]}/wish"' in page["body"]  # where the browser sends the cookie
    assert promised in page["body"]
    assert why in page["body"]
    assert html.escape("<b>Rude.</b>") in page["body"]
    assert "<b>Rude.</b>" not in page["body"]


@pytest.mark.requirement("CMP-07", "CMP-15")
def test_on_it_the_customer_asks_for_rework_and_for_no_calls(world):
    matter = complain(world, kind="attitude")
    cookie, path = f"complaint={matter.secret}", f"/complaint/{matter.number}"
    early = browse(world, "POST", f"{path}/rework", cookie, "text=Again.")
    assert early["statusCode"] == 409
    assert browse(world, "POST", f"{path}/wish", cookie, "sure=1")["statusCode"] == 303
    assert matter.seen()["calls"] is False
    matter.do("answer", {"finding": "substantiated", "text": "We apologise."})
    assert browse(world, "POST", f"{path}/rework", cookie, "text=")["statusCode"] == 422
    assert browse(world, "POST", f"{path}/rework", cookie, "text=Again.")["statusCode"] == 303
    assert matter.seen()["state"] == "reworked"


def test_without_the_secret_there_is_nothing_to_see(world):
    matter = complain(world, kind="attitude")
    for number, cookie in ((matter.number, "complaint=wrong-secret"), (matter.number, ""), ("0000-0000-0000", "")):
        seen = browse(world, "GET", f"/complaint/{number}", cookie)
        assert seen["statusCode"] == 404
        # Not everybody gets a message, and not every message holds a link.
        assert "the link that you were shown when you complained" in seen["body"]
    refused = world.http("complaints.api", "GET", f"/v1/complaints/{matter.number}", secret="wrong-secret")
    assert (refused.status, "you got both when you brought it" in refused.body["detail"]) == (404, True)


ALL_ROLES = staff("leader-1", "supervisor", "duty-leader")
"""Each round goes one rung up."""


def fields(page, action):
    """The hidden fields of a form on the page."""
    form = page["body"].partition(f'/{action}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def opened(matter):
    return f"complaint={matter.secret}", f"/complaint/{matter.number.replace('-', '')}"


@pytest.mark.requirement("CMP-04")
def test_on_it_the_customer_confirms_or_corrects_what_is_on_record(world):
    matter = complain(world, kind="attitude")
    cookie, path = opened(matter)
    assert "Is what we wrote down right?" not in browse(world, "GET", path, cookie)["body"]
    matter.do("contacts", {"reached": False})
    matter.do("contacts", {"reached": True, "said": "At noon.", "told": "We look into it."})
    page = browse(world, "GET", path, cookie)
    for said in ("Is what we wrote down right?", "At noon.", "We look into it."):
        assert said in page["body"]
    hidden = fields(page, "confirm")
    matter.do("contacts", {"reached": True, "said": "Later that day."})
    sent = urlencode({**hidden, "correction": "It was at eleven."})
    done = browse(world, "POST", f"{path}/confirm", cookie, sent)
    assert (done["statusCode"], done["headers"]["Location"]) == (303, f"{path}?done=confirm")
    assert matter.seen()["to_confirm"] == [2]  # what the page did not show waits on
    assert browse(world, "POST", f"{path}/confirm", cookie, sent)["statusCode"] == 303
    assert matter.whats().count("RecordConfirmed") == 1
    assert "It was at eleven." in browse(world, "GET", path, cookie)["body"]


@pytest.mark.requirement("CMP-07")
def test_rework_is_offered_while_rounds_are_left_and_then_what_else_can_be_done(world):
    matter = complain(world, kind="attitude")
    cookie, path = opened(matter)
    for left in (2, 1):
        assert "/rework" not in browse(world, "GET", path, cookie)["body"]
        matter.do("answer", {"finding": "substantiated", "text": "We apologise."}, ALL_ROLES)
        page = browse(world, "GET", path, cookie)
        assert f"Times you can still ask for this: {left}." in page["body"]
        sent = urlencode({**fields(page, "rework"), "text": "Again."})
        assert browse(world, "POST", f"{path}/rework", cookie, sent)["statusCode"] == 303
        assert browse(world, "POST", f"{path}/rework", cookie, sent)["statusCode"] == 303
        assert matter.seen()["rounds_left"] == left - 1
        world.settle()
    assert mailed(world, "If you are not satisfied with it, tell us here")
    before = len(mailed(world, "If you are not satisfied"))
    matter.do("answer", {"finding": "substantiated", "text": "We apologise once more."}, ALL_ROLES)
    matter.do("contacts", {"reached": True, "told": "It stands.", "read_back": True}, ALL_ROLES)
    matter.do("close", None, ALL_ROLES)
    page = browse(world, "GET", path, cookie)
    assert "/rework" not in page["body"]
    assert "Our last answer stands." in page["body"]
    assert 'href="/complain"' in page["body"]
    assert len(mailed(world, "If you are not satisfied")) == before
    assert mailed(world, "It is our last answer")
    assert not mailed(world, "If something is still wrong")
    refused = matter.says("rework", {"text": "And again."})
    assert (refused.status, refused.body["allowed"]) == (409, ["wish"])


def test_a_rework_without_words_is_asked_for_with_what_is_wrong(world):
    matter = complain(world, kind="attitude", language="ar")
    cookie, path = opened(matter)
    matter.do("answer", {"finding": "substantiated", "text": "نعتذر."})
    page = browse(world, "POST", f"{path}/rework", cookie, "text=")
    assert page["statusCode"] == 422
    assert 'href="#text"' in page["body"]
    assert 'id="text-error"' in page["body"]
    assert 'dir="rtl"' in page["body"]
    assert f'href="{path}?lang=en"' in page["body"]


@pytest.mark.requirement("CMP-15")
def test_a_key_used_for_something_else_is_refused_and_nothing_is_acknowledged_that_was_not_done(world):
    matter = complain(world, kind="attitude")
    matter.do("contacts", {"reached": True, "said": "At noon."})

    def says(act, body):
        path = f"/v1/complaints/{matter.number}/{act}"
        return world.http("complaints.api", "POST", path, body, secret=matter.secret, key="one-key-of-theirs")

    assert says("confirm", {}).status == 200
    assert says("confirm", {}).status == 200
    for act, body in (("wish", {"calls": False}), ("confirm", {"correction": "No."}), ("rework", {"text": "No."})):
        refused = says(act, body)
        assert (refused.status, refused.body["type"]) == (422, "urn:ahd:problem:key-used-before"), act
    assert matter.seen()["calls"] is True
    assert matter.says("wish", {"calls": False}).status == 200
    assert (
        says("wish", {"calls": False}).status == 422
    )  # there is nothing left to do, and still it is another request


def test_a_move_that_is_not_possible_is_refused_with_what_the_customer_can_do(world):
    matter = complain(world, kind="attitude")
    refused = matter.says("rework", {"text": "Again."})
    assert (refused.status, refused.body["allowed"]) == (409, ["wish"])
    assert refused.body["detail"] == "Possible now: to wish for no calls."
    nothing = matter.says("confirm", {})
    assert (nothing.status, nothing.body["allowed"]) == (409, ["wish"])
    matter.says("wish", {"calls": False})
    assert matter.says("rework", {"text": "Again."}).body["detail"] == "Possible now: to wait for our answer."


def test_reading_changes_nothing(world):
    matter = complain(world, kind="attitude")
    cookie, path = opened(matter)
    before = world.items("complaints")
    for page in (path, f"{path}/received", f"{path}/{matter.secret}", "/complain"):
        assert browse(world, "GET", page, cookie, query={"done": "wish"})["statusCode"] in {200, 303}
    assert world.items("complaints") == before


@pytest.mark.requirement("CMP-01")
def test_why_this_date_says_how_much_time_was_promised_and_what_did_not_count(world):
    matter = complain(world, kind="attitude")
    cookie, path = opened(matter)
    page = html.unescape(browse(world, "GET", path, cookie)["body"])
    assert "The time we gave ourselves, in working days: 3." in page
    assert "Only office hours count; evenings and nights do not." in page
    asked = {"within": {"working_days": 12}, "reason": "A witness is abroad."}
    moved = world.http(
        "complaints.staff",
        "POST",
        f"/staff/v1/complaints/{matter.number}/promises/answer/move",
        asked,
        staff=MANAGER,
    )
    assert moved.status == 200, moved.body
    world.settle()
    page = html.unescape(browse(world, "GET", path, cookie)["body"])
    assert "The time we gave ourselves, in working days: 12." in page
    assert "closed, weekend." in page
    assert re.search(r"The date was moved from \w+day .* to \w+day .*, because: \u2068A witness is abroad\.", page)
    assert mailed(world, "“You have an answer”. It will take until")


def test_another_language_is_spoken_on_the_whole_page_and_kept_through_a_fresh_link(world):
    matter = complain(world, kind="attitude")
    cookie, path = opened(matter)
    page = browse(world, "GET", path, f"{cookie}; language=ar")
    for said in ("تصلك الإجابة", "أسلوب التعامل معي"):
        assert said in page["body"]
    assert "How I was treated" not in page["body"]
    fresh = browse(world, "GET", f"{path}/{matter.secret}", query={"lang": "zh"})
    assert "language=zh" in " ".join(fresh["cookies"])
    assert "服务态度" in browse(world, "GET", path, f"{cookie}; language=zh")["body"]


@pytest.mark.parametrize(
    ("language", "promised"),
    [("en", "“You hear from us”"), ("ar", "«نتواصل معك»"), ("zh", "“我们与您联系”")],
)
@pytest.mark.parametrize("pack", ["works"])
def test_whoever_hears_that_we_are_late_hears_with_what(world, language, promised):
    matter = complain(world, kind="service", reference="Plot 7", language=language)
    let_pass(world, matter.due("follow-up"))
    assert mailed(world, promised)
