"""The relay: PutEvents that fails in part, a stream that brings things twice, order within an aggregate."""

from typing import Any

import boto3
import pytest

from shared import relay
from shared.aws import client
from tests.service.test_main_path import OFFICER, report
from tests.service.world import World


class Bus:
    """A bus that refuses an entry as often as it is told to, with HTTP 200, as EventBridge does."""

    def __init__(self, refuse: dict[str, int]) -> None:
        self.refuse = refuse
        self.told: list[str] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  botocore's name
        answers = []
        for entry in Entries:
            if self.refuse.get(entry["DetailType"], 0):
                self.refuse[entry["DetailType"]] -= 1
                answers.append({"ErrorCode": "ThrottlingException"})
            else:
                self.told.append(entry["DetailType"])
                answers.append({"EventId": "1"})
        return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}


@pytest.fixture
def records(world: World) -> list[dict[str, Any]]:
    """The stream of a case that was reported, opened and closed."""
    path = f"/staff/v1/cases/{report(world)['number']}"
    world.http("intake.staff", "POST", f"{path}/open", staff=OFFICER)
    world.http("intake.staff", "POST", f"{path}/close", {"outcome": "solved", "text": "Done."}, staff=OFFICER)
    items = [item for item in world.items("intake") if item["sk"]["S"].startswith("EV#")]
    return [
        {"eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": f"{number}00"}}
        for number, item in enumerate(sorted(items, key=lambda item: item["sk"]["S"]), start=1)
    ]


def run(world: World, monkeypatch: pytest.MonkeyPatch, bus: Bus, records: list[dict[str, Any]]) -> dict[str, Any]:
    monkeypatch.setattr(relay, "client", lambda service: bus if service == "events" else client(service))
    with world.function_of("intake"):
        return relay.handler({"Records": records}, None)


def marked(world: World) -> list[str]:
    return [item["sk"]["S"] for item in world.items("intake") if "UNSENT" in item.get("due", {}).get("S", "")]


def test_all_are_told_in_order_and_lose_their_mark(world, monkeypatch, records):
    bus = Bus({})
    assert run(world, monkeypatch, bus, records) == {"batchItemFailures": []}
    assert bus.told == ["CaseReported.v1", "CaseOpened.v1", "CaseClosed.v1"]
    assert marked(world) == []


def test_an_entry_refused_once_is_told_at_the_second_try(world, monkeypatch, records):
    bus = Bus({"CaseOpened.v1": 1})
    assert run(world, monkeypatch, bus, records) == {"batchItemFailures": []}
    assert bus.told == ["CaseReported.v1", "CaseOpened.v1", "CaseClosed.v1"]
    assert marked(world) == []


def test_an_entry_refused_again_and_again_comes_back_with_what_follows_it(world, monkeypatch, records):
    bus = Bus({"CaseOpened.v1": 99})
    answer = run(world, monkeypatch, bus, records)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "200"}]}
    assert marked(world) == ["EV#00000002", "EV#00000003"]
    assert bus.told == ["CaseReported.v1"]


def test_what_the_stream_brings_twice_is_told_twice_and_harms_nobody(world, monkeypatch, records):
    bus = Bus({})
    run(world, monkeypatch, bus, records)
    run(world, monkeypatch, bus, records)
    assert bus.told.count("CaseReported.v1") == 2
    world.settle()


def test_an_event_that_was_erased_meanwhile_does_not_come_back_to_life(world, monkeypatch, records):
    key = {name: records[0]["dynamodb"]["NewImage"][name] for name in ("pk", "sk")}
    boto3.client("dynamodb").delete_item(TableName="intake", Key=key)
    assert run(world, monkeypatch, Bus({}), records[:1]) == {"batchItemFailures": []}
    assert "EV#00000001" not in [item["sk"]["S"] for item in world.items("intake")]


def test_what_travels_has_the_names_of_cloudevents_and_nothing_personal(world, records):
    entry = relay.Outgoing.of(records[0]["dynamodb"]["NewImage"]).entry("desk")
    assert (entry["Source"], entry["DetailType"]) == ("ahd.intake", "CaseReported.v1")
    detail = entry["Detail"]
    for name in ("specversion", "id", "source", "type", "subject", "time", "correlationid", "causationid"):
        assert f'"{name}"' in detail
    for canary in ("amal@example.org", "+971501234567", "Amal", "ceiling"):
        assert canary not in detail
