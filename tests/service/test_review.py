"""What a stranger found while reading, each held by a test so that it does not come back."""

import base64
import json
from datetime import timedelta

import boto3
import pytest

from shared import ids
from tests.service.casework import mailed
from tests.service.conftest import MONDAY_MORNING
from tests.service.test_main_path import OFFICER, REPORT, SUPERVISOR, follow, promises, report
from tests.service.world import World, staff


def complain(world: World, receipt, key: str = "grievance-1"):
    return world.http(
        "intake.api",
        "POST",
        f"/v1/cases/{receipt['number']}/grievances",
        {"text": "The officer was rude."},
        secret=receipt["secret"],
        key=key,
    )


@pytest.mark.requirement("CMP-05")
def test_whoever_handled_a_case_does_not_learn_from_it_that_there_is_a_complaint(world):
    receipt = report(world)
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.settle()
    before = world.http("intake.staff", "GET", path, staff=OFFICER).body
    assert complain(world, receipt).status == 202
    world.settle()
    world.at(MONDAY_MORNING + timedelta(days=3, minutes=1))
    world.tick("complaints")
    world.settle()
    assert world.http("intake.staff", "GET", path, staff=OFFICER).body == before
    seen = world.http("intake.staff", "GET", path, staff=SUPERVISOR).body
    assert {"GrievanceVoiced.v1", "ComplaintNoted.v1", "ComplaintRose.v1"} <= {one["what"] for one in seen["events"]}


def test_whoever_handled_a_case_can_not_audit_it(world):
    receipt = report(world)
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=SUPERVISOR)
    assert world.http("intake.staff", "GET", f"{path}/chain", staff=SUPERVISOR).status == 403
    other = staff("supervisor-2", "supervisor")
    assert world.http("intake.staff", "GET", f"{path}/chain", staff=other).body["whole"] is True


def test_what_was_taken_from_beside_an_event_shows_in_the_audit(world):
    receipt = report(world)
    key = {"pk": {"S": f"CASE#{ids.heard(receipt['number'])}"}, "sk": {"S": "EV#00000001"}}
    boto3.client("dynamodb").update_item(
        TableName="intake",
        Key=key,
        UpdateExpression="REMOVE #private",
        ExpressionAttributeNames={"#private": "private"},
    )
    chain = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt['number']}/chain", staff=SUPERVISOR).body
    assert (chain["whole"], chain["broken_at"]) == (False, 1)


@pytest.mark.parametrize(
    ("move", "body"),
    [("decline", {"reason": "Not ours."}), ("close", {"outcome": "solved", "text": "Done."})],
)
def test_a_settled_case_owes_nothing_and_never_goes_up(world, move, body):
    receipt = report(world)  # its acknowledgement is still to come
    path = f"/staff/v1/cases/{receipt['number']}"
    if move == "close":
        world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.http("intake.staff", "POST", f"{path}/{move}", body, staff=OFFICER)
    assert "open" not in promises(follow(world, receipt)).values()
    world.at(MONDAY_MORNING + timedelta(days=30))
    world.tick("intake")
    assert "CaseLate" not in [line["what"] for line in follow(world, receipt)["timeline"]]


def test_a_case_nobody_touches_for_a_year_stays_small_and_its_top_rung_still_owes_it(world):
    receipt = report(world, contact=None)
    number = ids.heard(receipt["number"])
    for day in range(1, 60):
        world.at(MONDAY_MORNING + timedelta(days=6 * day))
        world.tick("intake")
    case = world.http("intake.staff", "GET", f"/staff/v1/cases/{receipt['number']}", staff=OFFICER).body
    review = [(one["rung"], one["state"]) for one in case["promises"] if one["what"] == "review"]
    assert review == [(0, "broken"), (1, "broken"), (2, "open")]
    assert len([one for one in case["events"] if one["what"] == "CaseLate.v1"]) == 59
    (state,) = [item for item in world.items("intake") if item["sk"]["S"] == "STATE"]
    assert state["pk"]["S"].endswith(number)
    assert len(state["doc"]["S"]) < 2000


def test_the_worklist_goes_on_behind_its_first_page(world, monkeypatch):
    monkeypatch.setattr("services.intake.worklist.PAGE", 2)
    reported = {report(world, contact=None)["number"] for _ in range(5)}
    seen: list[str] = []
    mark = ""
    while True:
        page = world.http("intake.staff", "GET", "/staff/v1/cases", staff=OFFICER, query=f"after={mark}").body
        seen += [case["number"] for case in page["cases"]]
        if page["next"] is None:
            break
        mark = page["next"]
    assert len(seen) == len(set(seen)) == 5
    assert set(seen) == reported
    refused = world.http("intake.staff", "GET", "/staff/v1/cases", staff=OFFICER, query="after=nonsense")
    assert refused.status == 400


def test_one_case_that_can_not_be_read_does_not_hide_the_others(world):
    broken, whole = (report(world, contact=None)["number"] for _ in range(2))
    key = {"pk": {"S": f"CASE#{ids.heard(broken)}"}, "sk": {"S": "STATE"}}
    boto3.client("dynamodb").update_item(
        TableName="intake",
        Key=key,
        UpdateExpression="SET doc = :doc",
        ExpressionAttributeValues={":doc": {"S": json.dumps({"id": "x"})}},
    )
    listed = world.http("intake.staff", "GET", "/staff/v1/cases", staff=OFFICER)
    assert (listed.status, [case["number"] for case in listed.body["cases"]]) == (200, [whole])


@pytest.mark.parametrize("name", ["Amal\nYour account is locked", "see https://evil.example", "WWW.evil.example"])
def test_a_name_carries_no_message_of_its_own(world, name):
    refused = world.http(
        "intake.api", "POST", "/v1/cases", {**REPORT, "contact": {"name": name, "email": "victim@example.org"}}
    )
    assert (refused.status, refused.body["faults"][0]["pointer"]) == (422, "/contact/name")


@pytest.mark.parametrize("body", [base64.b64encode(b"\xff\xfe").decode(), "not base64 at all!"])
def test_bytes_that_are_no_text_are_refused_not_stumbled_over(world, body):
    refused = world.http("intake.api", "POST", "/v1/cases", raw=body, base64=True)
    assert (refused.status, refused.body["type"]) == (400, "urn:ahd:problem:not-json")


def test_a_note_needs_a_key_because_nothing_else_would_notice_the_second_one(world):
    receipt = report(world)
    path = f"/staff/v1/cases/{receipt['number']}/notes"
    words = {"text": "We are looking.", "public": True}
    assert world.http("intake.staff", "POST", path, words, staff=OFFICER).status == 400
    for _ in range(2):
        assert world.http("intake.staff", "POST", path, words, staff=OFFICER, key="note-0001").status == 200
    world.settle()
    assert len([mail for mail in world.mails("amal@example.org") if "We are looking" in mail]) == 1


def test_one_customer_can_not_flood_the_desk_with_grievances_about_one_case(world):
    receipt = report(world)
    statuses = [complain(world, receipt, f"grievance-{number}").status for number in range(5)]
    assert statuses == [202, 202, 202, 429, 429]
    world.at(MONDAY_MORNING + timedelta(days=1, minutes=1))
    assert complain(world, receipt, "grievance-9").status == 202


def test_an_event_with_an_impossible_time_or_boxes_is_buried_at_once(world):
    report(world)
    world.relay("intake")
    (good,) = world.receive("notify")
    told = json.loads(good["Body"])
    bad_time = json.dumps(told | {"detail": told["detail"] | {"time": "yesterday"}})
    bad_boxes = json.dumps(told | {"detail": told["detail"] | {"boxes": "none"}})
    messages = [{"MessageId": f"bad-{number}", "Body": body} for number, body in enumerate((bad_time, bad_boxes))]
    assert world.deliver("notify", messages) == {"batchItemFailures": []}
    assert len(world.dead("notify")) == 2


def test_scores_count_on_the_day_it_was_at_the_desk(world):
    receipt = report(world)
    path = f"/staff/v1/cases/{receipt['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.http("intake.staff", "POST", f"{path}/close", {"outcome": "solved", "text": "Done."}, staff=OFFICER)
    world.settle()
    link = next(word for mail in mailed(world) for word in mail.split() if "/survey/" in word)
    invitation, token = link.split("/")[-2:]
    world.at(MONDAY_MORNING.replace(hour=21))  # Tuesday already, in Dubai
    world.http("survey.api", "POST", f"/v1/surveys/{invitation}/answers", {"satisfaction": 5}, secret=token)
    scores = world.http("survey.staff", "GET", "/staff/v1/scores", staff=SUPERVISOR).body["scores"]
    assert [row["day"] for row in scores] == ["2026-11-24"]
