"""The main things by pages alone: their functions have roles of their own, and do what the API does."""

from base64 import b64encode
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser.citizen import Citizen
from tests.service.casework import SUPERVISOR, mailed, report
from tests.service.test_emergencies import NORTH, sign_on, unit
from tests.service.world import World

MAIL = "amal@example.org"
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
    assert "Somebody is on the way" in citizen.sends().body
    assert unit(world, "unit-north")["state"] != "free"


def test_who_is_not_satisfied_says_so_by_pages(world: World, citizen: Citizen):
    reported(citizen)
    citizen.follows("Look at my report")
    citizen.follows("I am not satisfied")
    assert "Thank you for telling us" in citizen.sends(text="Nobody listened to me", wishes="An apology").body
    assert any("not satisfied" in one or "complaint" in one for one in mailed(world, MAIL))


def test_how_it_was_is_answered_by_pages_and_counts(world: World, citizen: Citizen):
    case = report(world)
    case.do("take")
    case.do("close", {"outcome": "solved", "text": "The pipe is mended."})
    (link,) = {word for one in mailed(world) for word in one.split() if "/survey/" in word}
    citizen.goes_to(urlsplit(link).path)
    assert citizen.sends(satisfaction="4", comment="Kind people").heading == "Thank you for your answer"
    month = "month=2026-11"
    scores = world.http("survey.staff", "GET", "/staff/v1/scores", query=month, staff=SUPERVISOR).body["scores"]
    assert [row["satisfaction"] for row in scores] == [4.0]


def reported(citizen: Citizen) -> None:
    citizen.goes_to("/report")
    citizen.sends()
    citizen.sends(story="They would not take it back.")
    citizen.sends(area="disputes")
    citizen.sends(category="D6")
    citizen.sends(fact_fight="no", fact_shop_asks="unknown")
    citizen.sends(place="Marina Mall, 2nd floor")
    citizen.sends(when="now")
    citizen.sends(reach="email")
    citizen.sends(email=MAIL)
    assert citizen.sends().status == 200
