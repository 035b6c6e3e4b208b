"""The relay: a table's stream feeds the bus. An event is told at least once, in the order of its aggregate.

PutEvents can fail in part with HTTP 200, so each entry's answer is looked at. What could not be told keeps its
`UNSENT` mark; the stream brings it again, and when the stream has lost it the clock's sweep does.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.aws import client
from shared.logs import bind, log
from shared.settings import settings
from shared.tables import store

_ENTRIES = 10
"""PutEvents takes ten entries a call."""

_BYTES = 200_000
"""And a quarter of a megabyte."""

_TRIES = 3
_SWEEP_AFTER = timedelta(minutes=2)
_SWEEP_AT_MOST = 100


@dataclass(frozen=True)
class Outgoing:
    """An event item on its way to the bus. `position` is the stream's sequence number, None when swept.

    `size` is about how many bytes it takes of a call.
    """

    pk: str
    sk: str
    facts: dict[str, Any]
    boxes: dict[str, str]
    size: int
    position: str | None = None

    @classmethod
    def of(cls, item: dict[str, Any], position: str | None = None) -> "Outgoing":
        boxes = {to: box["S"] for to, box in item.get("boxes", {}).get("M", {}).items()}
        doc = item["doc"]["S"]
        size = len(doc.encode()) + sum(map(len, boxes.values()))
        return cls(item["pk"]["S"], item["sk"]["S"], json.loads(doc), boxes, size, position)

    def entry(self, bus: str) -> dict[str, Any]:
        """The event as PutEvents takes it: CloudEvents 1.0 attribute names inside."""
        facts = self.facts
        envelope = {
            "specversion": "1.0",
            "id": facts["id"],
            "source": facts["source"],
            "type": facts["type"],
            "subject": facts["subject"],
            "time": facts["time"],
            "datacontenttype": "application/json",
            "sequence": facts["seq"],
            "partitionkey": self.pk,
            "correlationid": facts["correlation"],
            "causationid": facts["causation"],
            "data": facts["data"],
            "boxes": self.boxes,
        }
        return {
            "EventBusName": bus,
            "Source": facts["source"],
            "DetailType": facts["type"],
            "Time": datetime.fromisoformat(facts["time"]),
            "Detail": json.dumps(envelope, ensure_ascii=False),
        }


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of the table's stream. Answers with the first record that must come again, if any."""
    bind(service=settings().service)
    outgoing = [
        Outgoing.of(record["dynamodb"]["NewImage"], record["dynamodb"]["SequenceNumber"])
        for record in event["Records"]
        if record["eventName"] == "INSERT" and "due" in record["dynamodb"].get("NewImage", {})
    ]
    untold = tell(outgoing)
    return {"batchItemFailures": [{"itemIdentifier": untold[0].position}] if untold else []}


def sweep(now: datetime) -> int:
    """Tell what was stored two minutes ago and is still not told. Answers how many that were."""
    here = store()
    keys = here.unsent(now - _SWEEP_AFTER, _SWEEP_AT_MOST)
    found = [
        here.client.get_item(TableName=here.table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True).get(
            "Item"
        )
        for pk, sk in sorted(keys)
    ]
    outgoing = [Outgoing.of(item) for item in found if item and "due" in item]
    untold = tell(outgoing)
    if outgoing:
        log().warning("swept", count=len(outgoing), failed=len(untold))
    return len(outgoing) - len(untold)


def tell(outgoing: Sequence[Outgoing]) -> list[Outgoing]:
    """Put events on the bus and take off their mark. Answers those not told, earliest first.

    An event waits for the answer about the one before it of the same aggregate; once one is refused, those behind
    it stay untold. What happens to one aggregate does not hold up another.
    """
    waiting, untold = list(outgoing), []
    while waiting:
        batch, behind = _first_of_each(waiting)
        refused = _put(batch)
        for told in batch:
            if told not in refused:
                _unmark(told)
        held = {one.pk for one in refused}
        untold += [*refused, *(one for one in behind if one.pk in held)]
        waiting = [one for one in behind if one.pk not in held]
    return sorted(untold, key=outgoing.index)


def _first_of_each(waiting: Sequence[Outgoing]) -> tuple[list[Outgoing], list[Outgoing]]:
    """As many as one call takes, none before another of its aggregate; and the rest."""
    batch: list[Outgoing] = []
    behind: list[Outgoing] = []
    met: set[str] = set()
    size = 0
    for one in waiting:
        fits = len(batch) < _ENTRIES and (not batch or size + one.size <= _BYTES)
        if fits and one.pk not in met:
            batch.append(one)
            size += one.size
        else:
            behind.append(one)
        met.add(one.pk)
    return batch, behind


def _put(batch: list[Outgoing]) -> list[Outgoing]:
    """Those that the bus refused again and again; it can refuse some of a call that succeeds."""
    bus, waiting = settings().need("bus"), batch
    for _ in range(_TRIES):
        answer = client("events").put_events(Entries=[one.entry(bus) for one in waiting])
        if not answer["FailedEntryCount"]:
            return []
        codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
        log().warning("not told", failed=answer["FailedEntryCount"], error=next(code for code in codes if code))
        waiting = [one for one, code in zip(waiting, codes, strict=True) if code]
    return waiting


def _unmark(told: Outgoing) -> None:
    here = store()
    try:
        here.client.update_item(
            TableName=here.table,
            Key={"pk": {"S": told.pk}, "sk": {"S": told.sk}},
            UpdateExpression="REMOVE due, #at",
            # An event that is gone must not come back to life as an empty item.
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#at": "at"},
        )
    except here.client.exceptions.ConditionalCheckFailedException:
        log().info("told an event that is gone", id=told.facts["id"])
