"""The page that a customer's message leads to."""

import html
from importlib import import_module

import pytest

from tests.service.complaining import complain
from tests.service.world import URL


def browse(world, method, path, cookie="", form=""):
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/x-www-form-urlencoded", "origin": URL},
        "cookies": [cookie] if cookie else [],
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
        assert browse(world, "GET", f"/complaint/{number}", cookie)["statusCode"] == 404
