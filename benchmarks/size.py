"""Does an operation cost more when there are more cases? Counted with few and with many in the table."""

from collections.abc import Mapping
from typing import Any

import boto3

from benchmarks.counting import Meter, Spent
from benchmarks.operations import Operations, report

SIZES = (1_000, 10_000)


def at_sizes(meter: Meter) -> Mapping[int, Mapping[str, Spent]]:
    """The operations of the path with so many cases in intake's table."""
    report(meter.world)
    models = [item for item in meter.world.items("intake") if "SEEN" not in item["sk"]["S"]]
    found: dict[int, Mapping[str, Spent]] = {}
    stored = 0
    for wanted in SIZES:
        _fill(models, stored, wanted)
        stored = wanted
        operations = Operations(meter)
        found[wanted] = {
            "report a case": operations.report(),
            "follow a case": operations.follow_new(),
            "open a case": operations.open_new(),
        }
    return found


def _fill(models: list[dict[str, Any]], first: int, last: int) -> None:
    """Cases like the one that was reported, from the first to before the last, already told."""
    table = boto3.client("dynamodb")
    batch: list[Any] = []
    for number in range(first, last):
        for model in models:
            item = {**model, "pk": {"S": f"CASE#{number:012d}"}}
            if item["sk"]["S"] != "STATE":
                item = {name: value for name, value in item.items() if name not in {"due", "at"}}
            batch.append({"PutRequest": {"Item": item}})
        if len(batch) >= 24:  # noqa: PLR2004  a call takes 25
            table.batch_write_item(RequestItems={"intake": batch})
            batch = []
    if batch:
        table.batch_write_item(RequestItems={"intake": batch})
