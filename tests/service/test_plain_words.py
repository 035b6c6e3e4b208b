"""What people read is said once, names what it means, and promises nothing that cannot be."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.packs import PACKS, read
from services.intake import case as cases
from services.notify.wording import texts
from shared.packs import LANGUAGES
from tests.service.casework import MAIL, SUPERVISOR, report
from tests.service.complaining import complain
from tests.service.conftest import MONDAY_MORNING
from tests.service.providing import Provider
from tests.service.receipting import REFUSED, of_mail
from tests.service.subscribed import minute, release, subscribe, written
from tests.service.test_subscribe_page import opens, path_in, sends
from tests.service.test_wishes import BOTH, page
from tests.service.world import World, staff

OPERATOR, LEADER = staff("operator-1", "operator"), staff("leader-1", "duty-leader")
PROMISED = (
    cases.ACKNOWLEDGE,
    cases.REVIEW,
    cases.RESOLVE,
    cases.ARRIVE,
    cases.SEND,
    cases.LOCATE,
    cases.PROGRESS,
    cases.REPLY,
    cases.CONSULT,
    "appointment",
    "answer",
)
"""What intake promises its customers, and so may be late with."""


@pytest.mark.requirement("TELL-01")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promise_that_customers_are_made_has_words_of_its_own_when_it_is_late(language):
    made = texts(language)["promise"]
    every = set(json.loads((Path("services/intake/texts") / f"{language}.json").read_text("utf-8")))
    named = {one.removeprefix("promise.") for one in every if one.startswith("promise.")}
    spoken = {*PROMISED, *(named - cases.AMONG_STAFF - {"held", "any"})}
    assert not spoken - set(made)
    assert len({made[one] for one in PROMISED}) == len(PROMISED)
    for path in sorted(PACKS.iterdir()):
        if (path / "pack.yaml").exists():
            clocks = read(path).clocks
            assert {name for name in PROMISED if getattr(clocks, name.replace("-", "_"), None)} <= set(made)


@pytest.mark.requirement("TELL-04")
@pytest.mark.parametrize(
    ("language", "said"), [("en", "text messages wait"), ("ar", "الرسائل النصية"), ("zh", "短信会避开")]
)
def test_whoever_sets_no_quiet_hours_reads_the_desks_own(world, language, said):
    case = report(world, contact=BOTH)
    status, _, seen = page(
        world, "GET", f"/contact/{case.number}", cookie=f"contact={case.secret}; language={language}"
    )
    assert status == 200
    assert said in seen
    assert "21:00" in seen


@pytest.mark.requirement("TELL-04")
def test_nobody_prefers_a_way_that_they_stopped(world):
    case = report(world, contact=BOTH)
    wish = {"preferred": "sms", "without": ["sms"]}
    answer = world.http("notify.api", "PUT", f"/v1/contact/{case.number}", wish, secret=case.secret)
    assert (answer.status, answer.body["faults"][0]["pointer"]) == (422, "/preferred")
    sent = {"preferred": "sms", "without_sms": "yes"}
    status, _, seen = page(world, "POST", f"/contact/{case.number}", sent, f"contact={case.secret}; language=en")
    assert status == 422
    assert "You stopped the way that you prefer" in seen


@pytest.mark.requirement("TELL-03")
def test_a_confirmation_that_came_back_was_none(world, providers):
    email, sms = Provider(), Provider()
    providers(email=email, sms=sms)
    case = report(world, contact={"email": MAIL})
    world.settle()
    assert {one["what"]: one["state"] for one in case.seen()["promises"]}["acknowledge"] == "kept"
    world.tell_receipt(of_mail("Bounce", email.tries[0], bounce=REFUSED))
    world.settle()
    seen = case.seen()
    assert {one["what"]: one["state"] for one in seen["promises"]}["acknowledge"] == "open"
    assert seen["timeline"][-1]["what"] == "AcknowledgementReturned"
    world.pass_time(timedelta(minutes=11))
    late = [one["state"] for one in case.seen()["promises"] if one["what"] == "acknowledge"]
    assert late == ["broken", "open"]


@pytest.mark.requirement("TELL-05")
@pytest.mark.parametrize("outcome", ["wrong-number", "reached", "no-answer"])
def test_a_doubled_click_is_one_call(world, outcome):
    case = report(world, contact=BOTH)
    body = {"case": case.number, "reason": "follow-up", "daily": True}
    booked = world.http("notify.staff", "POST", "/staff/v1/callbacks", body, staff=SUPERVISOR, key="book-0001")
    assert booked.status == 201, booked.body
    path = f"/staff/v1/callbacks/{booked.body['number']}"
    send = partial(world.http, "notify.staff", "POST", f"{path}/outcome", {"outcome": outcome}, staff=SUPERVISOR)
    first = send(key="click-0001")
    assert first.status == 200, first.body
    again = send(key="click-0002")
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:said-already")
    assert send(key="click-0001").body == first.body
    world.at(MONDAY_MORNING + timedelta(seconds=30))
    assert send(key="click-0003").body["calls"] == 2


@pytest.mark.requirement("TELL-05")
def test_no_call_is_agreed_for_the_night(world):
    case = report(world, contact=BOTH)
    night = {
        "since": (MONDAY_MORNING + timedelta(hours=17)).isoformat(),  # 03:00 in Dubai
        "until": (MONDAY_MORNING + timedelta(hours=18)).isoformat(),
    }
    body = {"case": case.number, "reason": "follow-up", "at": night}
    answer = world.http("notify.staff", "POST", "/staff/v1/callbacks", body, staff=SUPERVISOR, key="book-0001")
    assert (answer.status, answer.body["faults"][0]["code"]) == (422, "night")


def test_whoever_left_no_contact_is_not_promised_a_talk(world):
    nameless = complain(world, contact=None)
    assert "reach-customer" not in {one["what"] for one in nameless.seen()["promises"]}
    assert "reach-customer" in {one["what"] for one in complain(world).seen()["promises"]}


def test_whoever_plans_for_somebody_unknown_is_warned(world):
    def plan(who: str, key: str) -> Any:
        body = {
            "role": "duty-leader",
            "staff": who,
            "begins": (MONDAY_MORNING + timedelta(hours=3)).isoformat(),
            "ends": (MONDAY_MORNING + timedelta(hours=9)).isoformat(),
        }
        return world.http("notify.staff", "POST", "/staff/v1/roster/shifts", body, staff=LEADER, key=key)

    ghost = plan("ghost-ghost", "shift-0001")
    assert ghost.status == 201
    assert "ghost-ghost" in ghost.body["warning"]
    assert plan("ghost-ghost", "shift-0001").body == ghost.body
    card = {"email": "leader@example.org"}
    world.http("notify.staff", "PUT", "/staff/v1/roster/contacts/leader-2", card, staff=LEADER)
    assert "warning" not in plan("leader-2", "shift-0002").body


@pytest.mark.requirement("TELL-08")
def test_an_ended_subscription_says_so_in_the_language_of_its_subscriber(world):
    subscribe(world, MAIL, language="zh")
    release(world)
    minute(world)
    ending = path_in(written(world, MAIL)[-1])
    assert sends(world, ending)[0] == 200
    status, seen = opens(world, ending)
    assert (status, 'lang="zh"' in seen, 'method="post"' in seen) == (200, True, False)


def test_a_subscription_that_nobody_has_is_no_report(world):
    answer = world.http("notify.subscriptions", "GET", "/v1/subscriptions/unknown", secret="wrong-secret")
    assert answer.status == 404
    assert "report" not in answer.body["detail"]


def test_what_is_too_long_is_counted_in_characters(world: World):
    body = {"description": "x" * 4001}
    answer = world.http("intake.api", "POST", "/v1/cases", body)
    (fault,) = [one for one in answer.body["faults"] if one["pointer"] == "/description"]
    assert fault["message"] == "Write at most 4000 characters"


def test_the_choices_of_a_call_and_none_are_divided_by_a_plain_or():
    words = json.loads(Path("services/intake/texts/en.json").read_text("utf-8"))
    assert words["say.calls.or"] == "or"
    assert urlencode({"or": words["report.area.or"]}) == "or=or+choose+a+subject"
