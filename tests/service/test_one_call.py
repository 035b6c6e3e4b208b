"""One call says all that could not be delivered; no call is promised twice, nor told of again when nothing moves."""

from datetime import timedelta
from typing import Any

import pytest

from services.notify import booking, cards, pledged
from tests.service.casework import CLERK, OFFICER, SUPERVISOR, Matter, gathered, report
from tests.service.test_call_hours import wishes
from tests.service.test_call_windows import book
from tests.service.test_safe_person import UNSAFE, post
from tests.service.test_wishes import ONLY_PHONE, PHONE
from tests.service.texting import texted
from tests.service.world import Answer, World


def promised(case: Matter) -> list[dict[str, str]]:
    """What the customer was told of calls, in order."""
    return [line for line in case.seen()["timeline"] if line["what"] == "CallPromised"]


def owed(world: World) -> Any:
    return world.http("notify.staff", "GET", "/staff/v1/callbacks", staff=CLERK).body["callbacks"]


@pytest.mark.requirement("TELL-05")
def test_hours_that_move_no_call_tell_of_none_but_offer_what_they_leave(world):
    case = report(world, contact=UNSAFE)
    for reason in ("asked-for", "news"):
        assert book(world, case.number, f"booking-{reason}", reason=reason).status == 201
    before, calls = len(promised(case)), case.seen()["calls"]
    assert before == 2
    wishes(case, safe={"hours": {"after": "09:00", "until": "19:00"}})
    wishes(case, safe={"hours": {"after": "09:00", "until": "20:00"}})
    wishes(case, safe={"hours": {"after": "09:00", "until": "19:30"}})
    after = case.seen()["calls"]
    assert len(promised(case)) == before
    assert [(one["since"], one["until"], one["word"]) for one in after] == [
        (one["since"], one["until"], one["word"]) for one in calls
    ]
    assert all(one["word"] for one in after)
    staff_sees = world.http("notify.staff", "GET", f"/staff/v1/callbacks/{after[0]['callback']}", staff=CLERK).body
    assert len(staff_sees["script"]["promised"] if staff_sees["script"] else [1]) == 1
    # Hours that leave less are offered as such, and a call that lies outside of them moves, and is told of once.
    wishes(case, safe={"hours": {"after": "18:00", "until": "19:00"}})
    assert len(promised(case)) == before + 2


@pytest.mark.requirement("TELL-05")
def test_a_call_for_the_same_reason_is_promised_once_as_long_as_it_is_owed(world, monkeypatch):
    case = report(world, contact=UNSAFE)
    read, meanwhile = cards.card_of, list[Answer]()

    def while_others_book(number: str) -> Any:
        found = read(number)
        if not meanwhile:
            meanwhile.append(Answer(0, None, {}))
            meanwhile.append(book(world, case.number, "booking-other"))
        return found

    monkeypatch.setattr(booking, "card_of", while_others_book)
    refused = book(world, case.number, "booking-first")
    (call,) = owed(world)
    assert meanwhile[-1].status == 201
    assert (refused.status, refused.body["type"]) == (409, "urn:ahd:problem:call-owed")
    assert refused.body["callback"] == call["number"] == meanwhile[-1].body["number"]
    assert book(world, case.number, "booking-other").body["number"] == call["number"], "the same again is answered"
    assert book(world, case.number, "booking-third", reason="news").status == 201
    assert ended(world, call["number"]).status == 200
    fresh = book(world, case.number, "booking-fourth")
    assert fresh.status == 201
    assert book(world, case.number, "booking-other").body["number"] == call["number"]
    assert book(world, case.number, "booking-fifth").body["callback"] == fresh.body["number"]


def watched(world: World) -> Matter:
    """Somebody whom no message may name, and none reaches any more."""
    case = report(world, contact={**ONLY_PHONE, "safe_to_write": False})
    texted(world, PHONE, "STOP")
    return case


def ended(world: World, number: str, who: Any = CLERK) -> Answer:
    answer = post(world, number, "outcome", who, {"outcome": "reached", "word_said": True})
    world.settle()
    return answer


@pytest.mark.requirement("TELL-01", "TELL-05")
def test_one_call_says_all_that_could_not_be_delivered_and_ends_all_of_it(world):
    case = watched(world)
    assert book(world, case.number, "booking-news", reason="news").status == 201
    case.do("open")
    case.do("secret", who=SUPERVISOR)
    case.do("secret", who=SUPERVISOR)
    case.do("close", {"outcome": "solved", "text": "Done."})
    gathered(world)
    (call,) = [one for one in owed(world) if one["reason"] != "news"]
    assert len(owed(world)) == 2
    assert {"link_renewed", "closed"} <= set(call["undelivered"])
    post(world, call["number"], "take", OFFICER)
    script = world.http("notify.staff", "GET", f"/staff/v1/callbacks/{call['number']}", staff=OFFICER).body["script"]
    unsaid = [one["template"] for one in script["said_before"] if one["what"] == "message" and one["unsaid"]]
    assert set(call["undelivered"]) <= set(unsaid)
    assert ended(world, call["number"], OFFICER).body["type"] == "urn:ahd:problem:way-in-owed"
    assert post(world, call["number"], "way-in", OFFICER).status == 200
    assert ended(world, call["number"], OFFICER).status == 200
    assert [one["reason"] for one in owed(world)] == ["news"]


@pytest.mark.requirement("TELL-01")
def test_what_fails_while_the_call_is_being_made_is_for_another_one(world):
    case = watched(world)
    case.do("secret", who=SUPERVISOR)
    (first,) = owed(world)
    post(world, first["number"], "take", OFFICER)
    assert post(world, first["number"], "way-in", OFFICER).status == 200
    case.do("secret", who=SUPERVISOR)
    case.do("secret", who=SUPERVISOR)
    assert ended(world, first["number"], OFFICER).status == 200
    (second,) = owed(world)
    assert second["undelivered"] == ["link_renewed"]
    post(world, second["number"], "take", OFFICER)
    assert ended(world, second["number"], OFFICER).body["type"] == "urn:ahd:problem:way-in-owed"


@pytest.mark.requirement("TELL-01")
def test_a_new_way_in_is_owed_again_on_a_call_that_gave_the_one_before(world):
    case = watched(world)
    case.do("secret", who=SUPERVISOR)
    (call,) = owed(world)
    post(world, call["number"], "take", OFFICER)
    post(world, call["number"], "way-in", OFFICER)
    post(world, call["number"], "outcome", OFFICER, {"outcome": "no-answer"})
    world.pass_time(timedelta(minutes=1))
    case.do("secret", who=SUPERVISOR)
    (same,) = owed(world)
    assert same["number"] == call["number"]
    assert ended(world, call["number"], OFFICER).body["type"] == "urn:ahd:problem:way-in-owed"


def test_what_is_heard_twice_at_the_same_moment_is_to_be_said_once(world, monkeypatch):
    case = watched(world)
    case.try_to("secret", None, SUPERVISOR, "secret-0001")
    world.relay("intake")
    world.deliver("notify", world.receive("notify"))
    world.relay("notify")
    failed = world.receive("notify")
    read, meanwhile = pledged.calls_to, list[str]()

    def while_it_is_heard_again(number: str) -> list[str]:
        found = read(number)
        if not meanwhile:
            meanwhile.append(number)
            world.deliver("notify", failed)
        return found

    monkeypatch.setattr(pledged, "calls_to", while_it_is_heard_again)
    world.deliver("notify", failed)
    world.settle()
    assert meanwhile
    (call,) = owed(world)
    said = [one for one in world.items("notify") if one["pk"] == {"S": f"CALLBACK#{call['number'].replace('-', '')}"}]
    assert "CallSaysMore" not in str(said)
    assert "link_renewed" in str(said)


@pytest.mark.requirement("TELL-05")
def test_what_is_told_of_a_call_after_its_case_was_erased_says_nothing(world):
    case = report(world, contact=UNSAFE)
    assert book(world, case.number).status == 201
    world.settle()
    path = f"/v1/contact/{case.number}"
    hours = {"safe": {"hours": {"after": "09:00", "until": "19:00"}}}
    assert world.http("notify.api", "PUT", path, hours, secret=case.secret).status == 200
    for _ in range(3):
        world.relay("notify")
        world.react("notify")
    late = world.receive("intake")
    assert any("CallbackBooked" in message["Body"] for message in late)
    case.do("decline", {"reason": "The landlord has to mend it."})
    case.do("erase", {"reason": "asked"}, who=SUPERVISOR)
    assert world.deliver("intake", late)["batchItemFailures"] == []
