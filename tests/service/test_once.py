"""Whatever is sent, delivered or ticked twice happens once; whatever gets lost comes again."""

import json
from datetime import timedelta

import pytest

from tests.service.conftest import MONDAY_MORNING
from tests.service.test_main_path import OFFICER, REPORT, SUPERVISOR, follow, report, whats
from tests.service.world import World, staff

KEY = "0b5b9b1e-report-1"


def post(world: World, body, key):
    return world.http("intake.api", "POST", "/v1/cases", body, key=key)


def test_the_same_report_under_the_same_key_is_one_case_with_one_answer(world):
    first, second = post(world, REPORT, KEY), post(world, REPORT, KEY)
    assert first.status == second.status == 201
    assert first.body == second.body
    world.settle()
    assert len(world.mails("amal@example.org")) == 1


def test_the_first_answer_is_given_again_after_the_case_moved_on(world):
    first = post(world, REPORT, KEY)
    world.http("intake.staff", "POST", f"/staff/v1/cases/{first.body['number']}/open", staff=OFFICER)
    world.at(MONDAY_MORNING + timedelta(hours=1))
    assert post(world, REPORT, KEY).body == first.body


def test_another_report_under_a_used_key_is_refused(world):
    post(world, REPORT, KEY)
    refused = post(world, {**REPORT, "description": "Something else."}, KEY)
    assert (refused.status, refused.body["type"]) == (422, "urn:ahd:problem:key-used-before")


def test_without_a_key_each_report_is_a_case(world):
    assert report(world)["number"] != report(world)["number"]


def test_a_grievance_sent_twice_opens_one_complaint(world):
    receipt = report(world)
    for _ in range(2):
        voiced = world.http(
            "intake.api",
            "POST",
            f"/v1/cases/{receipt['number']}/grievances",
            {"text": "late"},
            secret=receipt["secret"],
            key="grievance-1",
        )
        assert voiced.status == 202
    world.settle()
    assert [item for item in world.items("complaints") if item["sk"]["S"] == "STATE"].__len__() == 1


def test_a_staff_command_repeated_under_its_key_gets_its_answer_again(world):
    number = report(world)["number"]
    path = f"/staff/v1/cases/{number}/open"
    first = world.http("intake.staff", "POST", path, staff=OFFICER, key="command-1")
    again = world.http("intake.staff", "POST", path, staff=OFFICER, key="command-1")
    assert (again.status, again.body) == (200, first.body)
    other = world.http("intake.staff", "POST", path, staff=OFFICER, key="command-2")
    assert (other.status, other.body["allowed"]) == (
        409,
        ["note", "arrive", "dispatch", "work", "appoint", "close", "join"],
    )


def test_every_event_delivered_three_times_changes_nothing_more(world):
    receipt = report(world)
    for service in world.queues:
        world.relay(service)
    for _ in range(3):  # the queue's at-least-once, at its worst
        messages = world.receive("notify")
        assert len(messages) == 1
        world.deliver("notify", messages)
        for message in messages:
            world.release("notify", message)
    world.settle()
    assert len(world.mails("amal@example.org")) == 1
    assert whats(follow(world, receipt)) == ["CaseReported", "AcknowledgementSent"]


def test_two_ticks_at_once_escalate_once_and_a_tick_too_early_does_nothing(world):
    receipt = report(world)
    world.tick()
    assert "CaseLate" not in whats(follow(world, receipt))
    world.at(MONDAY_MORNING + timedelta(hours=24))
    world.tick("intake", "intake")
    late = [line for line in follow(world, receipt)["timeline"] if line["what"] == "CaseLate"]
    assert [line["facts"]["promise"] for line in late] == ["acknowledge", "review"]


def test_ticks_missed_for_a_week_climb_one_rung_at_a_time(world):
    receipt = report(world)
    world.settle()
    world.at(MONDAY_MORNING + timedelta(days=7))
    world.tick("intake")
    case = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt['number']}", staff=OFFICER).body
    review = [(promise["rung"], promise["state"]) for promise in case["promises"] if promise["what"] == "review"]
    assert review == [(0, "broken"), (1, "open")]
    world.at(MONDAY_MORNING + timedelta(days=8))
    world.tick("intake")
    case = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt['number']}", staff=OFFICER).body
    review = [(promise["rung"], promise["role"]) for promise in case["promises"] if promise["what"] == "review"]
    assert review == [(0, "officer"), (1, "supervisor"), (2, "duty-leader")]


def test_what_the_stream_lost_the_clock_tells(world):
    receipt = report(world)
    # No relay runs: the stream lost it.
    world.at(MONDAY_MORNING + timedelta(minutes=1))
    world.tick("intake")
    assert world.receive("notify") == []
    world.at(MONDAY_MORNING + timedelta(minutes=3))
    world.tick("intake")
    world.settle()
    assert len(world.mails("amal@example.org")) == 1
    assert "AcknowledgementSent" in whats(follow(world, receipt))


def test_an_event_that_does_not_parse_is_buried_and_the_rest_of_its_batch_goes_on(world):
    receipt = report(world)
    world.relay("intake")
    (good,) = world.receive("notify")
    told = json.loads(good["Body"])
    del told["detail"]["data"]["case"]
    bad = [
        {"MessageId": "bad-1", "Body": "no json"},
        {"MessageId": "bad-2", "Body": json.dumps({**told, "detail-type": "Unheard.v1"})},
        {"MessageId": "bad-3", "Body": json.dumps(told)},
    ]
    answer = world.deliver("notify", [bad[0], bad[1], good, bad[2]])
    assert answer == {"batchItemFailures": []}
    assert sorted(message["Body"] for message in world.dead("notify")) == sorted(one["Body"] for one in bad)
    assert len(world.mails("amal@example.org")) == 1
    assert receipt["number"] in world.mails("amal@example.org")[0]


def test_a_box_that_was_changed_on_the_way_is_buried(world):
    report(world)
    world.relay("intake")
    (good,) = world.receive("notify")
    told = json.loads(good["Body"])
    box = told["detail"]["boxes"]["notify"]
    told["detail"]["boxes"]["notify"] = box[:-6] + ("AAAAAA" if box[-6:] != "AAAAAA" else "BBBBBB")
    world.deliver("notify", [{"MessageId": "forged", "Body": json.dumps(told)}])
    assert len(world.dead("notify")) == 1
    assert world.mails("amal@example.org") == []


def test_an_event_that_overtakes_the_report_waits_for_it(world):
    receipt = report(world)
    world.http("intake.staff", "POST", f"/staff/v1/cases/{receipt['number']}/open", staff=OFFICER)
    world.relay("intake")
    messages = world.receive("notify")
    opened = next(one for one in messages if json.loads(one["Body"])["detail-type"] == "CaseOpened.v1")
    answer = world.deliver("notify", [opened])
    assert answer["batchItemFailures"] == [{"itemIdentifier": opened["MessageId"]}]
    for message in messages:
        world.release("notify", message)
    world.settle()
    subjects = [mail for mail in world.mails("amal@example.org") if "We are working on" in mail]
    assert len(subjects) == 1


@pytest.mark.requirement("CMP-05")
def test_whoever_handled_the_case_cannot_see_read_or_answer_the_complaint_about_it(world):
    receipt = report(world)
    handler = staff("supervisor-9", "supervisor")
    world.http("intake.staff", "POST", f"/staff/v1/cases/{receipt['number']}/open", staff=handler)
    world.http(
        "intake.api",
        "POST",
        f"/v1/cases/{receipt['number']}/grievances",
        {"text": "Rude."},
        secret=receipt["secret"],
        key="grievance-1",
    )
    world.settle()
    (complaint,) = world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=SUPERVISOR).body["complaints"]
    path = f"/staff/v1/complaints/{complaint['number']}"
    answer = {"finding": "not-substantiated", "text": "All was well."}
    assert world.http("complaints.staff", "GET", "/staff/v1/complaints", staff=handler).body["complaints"] == []
    assert world.http("complaints.staff", "GET", path, staff=handler).status == 404
    assert world.http("complaints.staff", "POST", f"{path}/answer", answer, staff=handler).status == 404
    assert world.http("complaints.staff", "POST", f"{path}/close", staff=handler).status == 404
    assert world.http("complaints.staff", "GET", path, staff=SUPERVISOR).body["state"] == "accepted"


def test_roles_that_may_not_are_told_which_may(world):
    number = report(world)["number"]
    refused = world.http(
        "intake.staff", "POST", f"/staff/v1/cases/{number}/open", staff=staff("auditor-1", "auditor")
    )
    assert (refused.status, refused.body["roles"]) == (403, ["duty-leader", "officer", "supervisor"])
    nobody = world.http("intake.staff", "GET", "/staff/v1/cases", staff=staff("guest", "unit-west"))
    assert nobody.status == 403
