"""The main things by other ways than the API: each function has a role of its own, enough for what it is for."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser.citizen import Citizen
from tests.browser.test_complain import complains
from tests.service import georeporting
from tests.service.casework import CLERK, MAIL, OFFICER, SUPERVISOR, mailed, report
from tests.service.conftest import MONDAY_MORNING
from tests.service.test_emergencies import NORTH, sign_on, unit
from tests.service.world import World

PHONE = "+971501234567"
PAGES = {"/survey/": "survey.web", "/complain": "complaints.web", "/contact/": "notify.web"}


@dataclass
class Pages:
    """The desk as a browser reaches it: the function that serves a page, with its role."""

    world: World

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        function = next((found for start, found in PAGES.items() if path.startswith(start)), "intake.web")
        parts = urlsplit(path)
        lower = {name.lower(): value for name, value in headers.items()}
        cookies = [one.strip() for one in lower.pop("cookie", "").split(";") if one.strip()]
        event = {
            "version": "2.0",
            "routeKey": f"{method} {parts.path}",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": lower,
            "cookies": cookies,
            "queryStringParameters": dict(parse_qsl(parts.query)) or None,
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": method, "path": parts.path, "sourceIp": "127.0.0.1"},
                "stage": "$default",
            },
            "body": b64encode(body).decode() if body else None,
            "isBase64Encoded": bool(body),
        }
        with self.world.function_of(*function.split(".")):
            answer: dict[str, Any] = import_module(f"services.{function}").handler(event, None)
        self.world.settle()
        return answer


@pytest.fixture
def citizen(world: World) -> Citizen:
    return Citizen(Pages(world))


def test_an_emergency_reported_by_pages_sends_the_free_unit(world: World, citizen: Citizen):
    sign_on(world, "unit-north", NORTH)
    citizen.goes_to("/report")
    citizen.sends(fact_weapon="yes")
    citizen.sends(story="A man with a knife at the harbour")
    citizen.sends(area="other")
    citizen.sends()
    citizen.sends(when="now")
    citizen.sends(reach="anonymous")
    assert "Somebody was sent to you" in citizen.sends().body
    assert unit(world, "unit-north")["state"] != "free"


def test_whoever_reports_by_pages_with_a_telephone_number_is_told_by_text(world: World, citizen: Citizen):
    reported(citizen, reach="sms", phone=PHONE)
    assert world.sms(PHONE)


def test_who_is_not_satisfied_says_so_by_pages(world: World, citizen: Citizen):
    reported(citizen, reach="email", email=MAIL)
    citizen.follows("Look at my report")
    citizen.follows("I am not satisfied")
    assert "Thank you for telling us" in citizen.sends(text="Nobody listened to me", wishes="An apology").body
    assert any("complaint" in one for one in mailed(world))


def test_a_complaint_is_made_by_pages_alone(world: World, citizen: Citizen):
    assert complains(citizen, email=MAIL, calls="no").heading == "Please check your answers"
    assert citizen.sends().heading == "We have your complaint"
    assert any("complaint" in one for one in mailed(world))
    assert "He shouted at my mother." in citizen.follows("Look at my complaint").body


def test_how_it_was_is_answered_by_pages_and_counts(world: World, citizen: Citizen):
    (link,) = {word for one in closed(world) for word in one.split() if "/survey/" in word}
    citizen.goes_to(urlsplit(link).path)
    assert citizen.sends(satisfaction="4", comment="Kind people").heading == "Thank you for your answer"
    scores = world.http("survey.staff", "GET", "/staff/v1/scores", query="month=2026-11", staff=SUPERVISOR)
    assert [row["satisfaction"] for row in scores.body["scores"]] == [4.0]


def closed(world: World) -> list[str]:
    """What the customer of a closed case is told, when the stream lost what was told of the survey."""
    case = report(world)
    case.do("open")
    path = f"/staff/v1/cases/{case.number}/close"
    assert (
        world.http("intake.staff", "POST", path, {"outcome": "solved", "text": "Mended."}, staff=OFFICER).status
        == 200
    )
    world.relay("intake")
    world.react("survey")
    assert not any("/survey/" in one for one in mailed(world))
    world.at(MONDAY_MORNING + timedelta(minutes=3))
    world.tick("survey")
    world.settle()
    return mailed(world)


def test_an_emergency_reported_by_open311_sends_the_free_unit(world: World):
    sign_on(world, "unit-north", NORTH)
    assert georeporting.reported(world, phone=PHONE)  # no emergency
    assert unit(world, "unit-north")["state"] == "free"
    hurt = {"attribute[people_may_be_hurt]": "yes"}
    assert georeporting.reported(world, **hurt)
    assert unit(world, "unit-north")["state"] != "free"


def test_a_complaint_that_comes_by_open311_is_heard_as_one(world: World):
    world.amend_pack(lambda pack: published(pack, "O2"))
    georeporting.reported(world, service_code="O2", email=MAIL)
    world.settle()
    assert len(complaints(world)) == 1


def test_a_complaint_that_an_operator_keys_in_is_heard_as_one(world: World):
    said = {
        "category": "O2",
        "description": "He shouted at my mother.",
        "channel": "counter",
        "read_back": True,
        "contact": {"name": "Amal", "email": MAIL},
    }
    answer = world.http("intake.staff", "POST", "/staff/v1/cases", said, staff=CLERK, key="keyed-in-1")
    assert answer.status == 201, answer.body
    world.settle()
    assert len(complaints(world)) == 1


def complaints(world: World) -> list[Any]:
    found = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=SUPERVISOR).body["complaints"]
    assert isinstance(found, list)
    return found


def published(pack: dict[str, Any], code: str) -> None:
    (category,) = (one for one in pack["categories"] if one["code"] == code)
    category["open311"] = "realtime"


@pytest.mark.parametrize("service", ["intake", "complaints", "notify", "survey"])
def test_what_no_service_can_read_lies_with_its_dead_letters(world: World, service: str):
    assert world.deliver(service, [{"MessageId": "bad-1", "Body": "no json"}]) == {"batchItemFailures": []}
    assert [one["Body"] for one in world.dead(service)] == ["no json"]


def reported(citizen: Citizen, *, reach: str, **contact: Any) -> None:
    citizen.goes_to("/report")
    citizen.sends()
    citizen.sends(story="They would not take it back.")
    citizen.sends(area="disputes")
    citizen.sends(category="D6")
    citizen.sends(fact_fight="no", fact_shop_asks="unknown")
    citizen.sends(place="Marina Mall, 2nd floor")
    citizen.sends(when="now")
    citizen.sends(reach=reach)
    citizen.sends(**contact)
    assert citizen.sends().status == 200
