"""What people in danger read is true: who is to come, where to, and by when; and never that it can wait."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.service.conftest import MONDAY_MORNING
from tests.service.test_emergencies import NORTH, do, done, emergency, pass_minutes, sign_on, told
from tests.service.test_main_path import OFFICER, SUPERVISOR, follow, promises, report, whats
from tests.service.world import World, staff

OPERATOR = staff("operator-1", "operator")
PHONE = {"phone": "+971501234567"}


def page(world: World, receipt, tail: str = "/received") -> str:
    number = receipt["number"].replace("-", "")
    kept = {"cookie": f"case={receipt['secret']}"}
    status, _, seen = world.answer("intake.web", "GET", f"/follow/{number}{tail}", kept, b"")
    assert status == 200
    return seen.decode()


def owed(world: World, receipt, what: str) -> list[datetime]:
    view = follow(world, receipt)
    return [datetime.fromisoformat(one["due"]) for one in view["promises"] if one["what"] == what]


@pytest.mark.requirement("CASE-04")
def test_an_emergency_that_nobody_sees_to_is_promised_again_in_minutes_never_for_tomorrow(world):
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    for minutes in (1, 5, 10, 15, 40, 60, 75, 120):
        pass_minutes(world, minutes)
        now = MONDAY_MORNING + timedelta(minutes=minutes)
        assert max(owed(world, receipt, "arrive")) - now <= timedelta(minutes=15)
        if minutes < 50:
            assert max(owed(world, receipt, "arrive")) - now <= timedelta(minutes=5)
    late = [line for line in follow(world, receipt)["timeline"] if line["what"] == "CaseLate"]
    assert len([line for line in late if line["facts"]["promise"] == "arrive"]) == 2  # the first, and the last date
    assert len([mail for mail in world.mails("amal@example.org") if "Somebody is with you" in mail]) == 1


@pytest.mark.requirement("CASE-04")
def test_what_stays_with_the_top_is_never_said_to_go_to_somebody_more_senior(world):
    receipt = emergency(world)
    pass_minutes(world, 1)
    (mail,) = [mail for mail in world.mails("amal@example.org") if "We are late" in mail]
    words = " ".join(mail.split())
    assert "We send somebody to you" in words
    assert "more senior" not in words
    assert "those who lead us" in words
    pass_minutes(world, 5)
    (other,) = [mail for mail in world.mails("amal@example.org") if "Somebody is with you" in " ".join(mail.split())]
    assert "more senior" in " ".join(other.split())  # that one was an officer's
    assert receipt["number"] in other


@pytest.mark.requirement("CASE-04")
def test_the_page_says_what_is_known_of_whoever_is_to_come(world):
    receipt = emergency(world)
    assert "We are looking for somebody to send to you" in page(world, receipt)
    assert "on the way to you" not in page(world, receipt)
    sign_on(world, "unit-north", NORTH)
    assert "Somebody was sent to you. They have not told us yet" in page(world, receipt)
    done(world, receipt, "on-the-way")
    assert "Somebody is on the way to you." in page(world, receipt, "")
    done(world, receipt, "arrived")
    assert "Somebody is on the way to you." not in page(world, receipt)


@pytest.mark.requirement("CASE-04")
def test_whoever_does_not_say_where_they_are_is_promised_a_call_to_ask(world):
    receipt = report(world, category="P7", place=None, contact=PHONE)
    assert promises(receipt)["locate"] == "open"
    assert "arrive" not in promises(receipt)
    assert "We call you to ask" in page(world, receipt)
    assert "Somebody is with you" not in page(world, receipt)
    world.settle()
    (mail,) = told(world, "NOBODY KNOWS WHERE")
    assert receipt["number"] in mail
    pass_minutes(world, 2)
    assert told(world, "LATE locate")
    put_right = {"place": {"address": "the old harbour"}, "reason": "asked by telephone"}
    path = f"/staff/v1/cases/{receipt['number']}/correct"
    answer = world.http("intake.staff", "POST", path, put_right, staff=SUPERVISOR, key="put-right-1")
    assert answer.status == 200, answer.body
    assert "locate" not in [one["what"] for one in follow(world, receipt)["promises"] if one["state"] == "open"]
    assert owed(world, receipt, "arrive") == [MONDAY_MORNING + timedelta(minutes=2 + 5)]
    assert "Somebody is with you" in page(world, receipt)
    assert "You did not say where you are" not in page(world, receipt)


@pytest.mark.requirement("CASE-04")
def test_the_call_that_asks_where_stands_in_a_list_of_its_own_until_it_was_made(world):
    def calls() -> Any:
        answer = world.http("intake.staff", "GET", "/staff/v1/cases", staff=OPERATOR, query="owed=locate")
        assert answer.status == 200, answer.body
        assert answer.body["next"] is None
        return answer.body["cases"]

    report(world)
    emergency(world, contact=PHONE)
    assert calls() == []
    receipt = report(world, category="P7", place=None, contact=PHONE)
    (row,) = calls()
    due = (MONDAY_MORNING + timedelta(minutes=2)).isoformat()
    assert row["ask_where"] == {"role": "operator", "due": due, "late": False}
    pass_minutes(world, 30)  # much else is owed by now, some of it sooner
    (row,) = calls()
    assert (row["number"], row["ask_where"]["late"]) == (receipt["number"], True)
    done(world, receipt, "arrived", who=OFFICER)
    assert calls() == []


def test_a_list_of_something_else_that_is_owed_is_refused_and_said_why(world):
    refused = world.http("intake.staff", "GET", "/staff/v1/cases", staff=OPERATOR, query="owed=everything")
    assert (refused.status, refused.body["type"]) == (400, "urn:ahd:problem:bad-owed")


@pytest.mark.requirement("CASE-04")
def test_no_call_is_promised_to_whoever_said_where_or_left_no_number(world):
    assert "locate" not in promises(emergency(world, contact=PHONE))
    watched = {**PHONE, "safe_to_write": False}
    assert "locate" not in promises(report(world, category="P7", place=None, contact=watched))
    nameless = report(world, category="P7", place=None, contact=None)
    assert "locate" not in promises(nameless)
    assert "Call us now, or add the place" in page(world, nameless)


@pytest.mark.requirement("CASE-04")
def test_where_nobody_can_be_asked_staff_owe_one_another_to_find_out(world):
    receipt = report(world, category="P7", place=None, contact=None)
    assert promises(receipt) == {"send": "open", "resolve": "open"}  # and nobody on the scene by the minute
    pass_minutes(world, 2)
    assert told(world, "LATE seek")
    for number, place in enumerate(({}, {"address": "the old harbour"})):
        path = f"/staff/v1/cases/{receipt['number']}/correct"
        body = {"place": place, "description": "It burns.", "reason": "seen from the air"}
        answer = world.http("intake.staff", "POST", path, body, staff=SUPERVISOR, key=f"put-right-{number}")
        assert answer.status == (200 if place else 422), answer.body
        assert ("arrive" in promises(follow(world, receipt))) == bool(place)
    file = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt['number']}", staff=SUPERVISOR).body
    assert "seek" not in [one["what"] for one in file["promises"] if one["state"] == "open"]


@pytest.mark.requirement("CASE-04")
def test_who_is_sent_to_a_case_without_a_place_is_not_promised_by_the_minute_either(world):
    sign_on(world, "unit-north", NORTH)
    sign_on(world, "unit-far", NORTH)
    receipt = report(world, place=None)
    done(world, receipt, "dispatch", {}, OPERATOR)
    case = follow(world, receipt)
    assert (promises(case)["locate"], "arrive" in promises(case)) == ("open", False)
    done(world, receipt, "on-the-way")
    assert "Somebody is on the way to you." in page(world, receipt, "")
    unexplained = do(world, receipt, "clear", {})
    assert (unexplained.status, unexplained.body["type"]) == (422, "urn:ahd:problem:reason-missing")
    done(world, receipt, "clear", {"reason": "the engine stopped"})
    assert follow(world, receipt)["timeline"][-1]["what"] == "UnitDispatched"  # another one goes
    done(world, receipt, "arrived")
    assert do(world, receipt, "arrived").status == 409
    assert "nobody finds you" not in page(world, receipt)
    assert promises(follow(world, receipt))["locate"] == "waived"


@pytest.mark.requirement("CASE-04")
def test_somebody_on_the_scene_has_no_need_to_be_told_where(world):
    receipt = report(world, category="P7", place=None, contact=PHONE)
    done(world, receipt, "arrived", who=OFFICER)
    assert promises(follow(world, receipt))["locate"] == "waived"


@pytest.mark.requirement("CASE-04")
@pytest.mark.parametrize(("answered", "strongly"), [("yes", True), ("no", False)])
def test_the_form_asks_strongly_for_the_place_when_somebody_is_sent(world, answered, strongly):
    said = {"area": "other", "category": "X9", "story": "It broke", "fact-danger_to_life": answered}
    form = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    sent = {**said, "language": "en", "step": "facts", "go": "change:place"}
    status, _, seen = world.answer("intake.web", "POST", "/report", form, urlencode(sent).encode())
    assert status == 200
    assert ("without a place nobody finds you" in seen.decode()) == strongly


@pytest.mark.requirement("TELL-05")
def test_a_distance_that_is_unknown_is_said_to_be_so_without_question_marks(world):
    sign_on(world, "unit-blind")
    emergency(world, None)
    world.settle()
    (mail,) = told(world, "UNIT unit-blind sent")
    assert "? metres" not in mail
    assert "is not known" in " ".join(mail.split())
    sign_on(world, "unit-other")
    pass_minutes(world, 1)
    (other,) = told(world, "UNIT unit-other sent")
    assert "? metres" not in other
    assert "instead of unit-blind" in other


@pytest.mark.requirement("CASE-04")
def test_arrived_said_twice_counts_once_until_another_is_sent(world):
    sign_on(world, "unit-north", NORTH)
    receipt = emergency(world)
    done(world, receipt, "arrived")
    again = do(world, receipt, "arrived")
    assert (again.status, again.body["type"]) == (409, "urn:ahd:problem:there-already")
    assert whats(follow(world, receipt)).count("SomebodyArrived") == 1
    done(world, receipt, "clear", {})
    done(world, receipt, "dispatch", {}, OPERATOR)
    done(world, receipt, "arrived")
    assert whats(follow(world, receipt)).count("SomebodyArrived") == 2


@pytest.mark.requirement("CASE-04")
def test_whoever_sends_a_unit_is_told_when_none_is_free(world):
    receipt = report(world)
    assert done(world, receipt, "open", {})["help"] is None
    assert done(world, receipt, "dispatch", {}, OPERATOR)["help"] == "wanted"


@pytest.mark.requirement("CASE-05")
def test_promises_stand_in_the_order_of_their_dates(world):
    dates = [one["due"] for one in follow(world, emergency(world))["promises"]]
    assert dates == sorted(dates)
