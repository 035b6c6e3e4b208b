"""What the desk asks of AWS, counted at its own client while it runs on moto: calls, and units by DynamoDB's rules.

The rules (Amazon DynamoDB Developer Guide, read/write capacity): a write costs one unit for each KB begun of the
larger of the item before and after, twice that in a transaction; an index entry that appears, changes or goes costs
a unit of its own, one whose key moves costs two; a consistent read one unit for each 4 KB begun, an eventual one
half of that.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import boto3

from shared import aws
from tests.service.world import World

Item = Mapping[str, Any]

WRAPPED_BYTES = 184
"""A 256-bit data key as KMS wraps it. moto's is shorter, so that boxes would come out too small."""

_KB = 1024
_INDEX = ("pk", "sk", "due", "at")


def make_clients_anew() -> None:
    aws.client.cache_clear()
    aws.client_once.cache_clear()


@dataclass
class Spent:
    """What an operation asked of AWS."""

    calls: Counter[str] = field(default_factory=Counter)
    """By `service.Operation`."""
    write_units: int = 0
    read_units: float = 0
    why: list[str] = field(default_factory=list)
    """One line for each item written."""
    told: int = 0
    """Events put on the bus."""
    told_bytes: int = 0

    @property
    def total_calls(self) -> int:
        return self.calls.total()


def size(item: Item) -> int:
    """Bytes of an item as DynamoDB counts them: names and values in UTF-8."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content.lstrip("-").replace(".", "").strip("0") or "0") / 2) + 1
        case "B":
            return len(content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value(one) for name, one in content.items())
        case "L":
            return 3 + sum(1 + _value(one) for one in content)
        case _:
            return 1


def index_units(before: Item | None, after: Item | None) -> int:
    """Units of the sparse, keys-only index `due` for this change of an item."""
    old, new = _entry(before), _entry(after)
    if old == new:
        return 0
    return (old is not None) + (new is not None)


def _entry(item: Item | None) -> tuple[Any, ...] | None:
    if item is None or "due" not in item or "at" not in item:
        return None
    return tuple(str(item[name]) for name in _INDEX)


class Meter:
    """Counts what the functions of this world ask of AWS while `measure` runs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._table = boto3.client("dynamodb")
        self._spent = Spent()
        self._pending: list[tuple[str, Item, int, Item | None]] = []
        self._wrapped: dict[bytes, bytes] = {}

    @contextmanager
    def attached(self) -> Iterator["Meter"]:
        """Listen at the client for as long as the block runs."""
        session = aws.session()
        hooks: dict[str, Callable[..., None]] = {
            "request-created": self._sent,
            "after-call.dynamodb": self._answered,
            "after-call.kms.GenerateDataKey": self._wrap,
            "before-parameter-build.kms.Decrypt": self._unwrap,
        }
        for event, hook in hooks.items():
            session.register(event, hook)
        make_clients_anew()  # a client hears what its session heard of when it was made
        try:
            yield self
        finally:
            for event, hook in hooks.items():
                session.unregister(event, hook)
            make_clients_anew()

    def measure(self, act: Callable[[], object]) -> Spent:
        """What `act` asks for."""
        self._spent = Spent()
        act()
        spent, self._spent = self._spent, Spent()
        return spent

    @contextmanager
    def warm(self, service: str) -> Iterator[None]:
        """Stay within one function of this service: clients, keys and pack are kept from call to call."""
        with self.world.function_of(service), patch.object(self.world, "function_of", lambda *_: nullcontext()):
            yield

    def _sent(self, request: Any, operation_name: str, event_name: str, **_: Any) -> None:
        service = event_name.split(".")[1]
        asked = json.loads(request.body) if service in {"dynamodb", "eventbridge", "events"} else {}
        self._asked(service, operation_name, asked)

    def _asked(self, service: str, operation_name: str, asked: Mapping[str, Any]) -> None:
        self._spent.calls[f"{service}.{operation_name}"] += 1
        if operation_name == "PutEvents":
            self._spent.told += len(asked["Entries"])
            self._spent.told_bytes += sum(len(entry["Detail"].encode()) for entry in asked["Entries"])
        elif operation_name == "TransactWriteItems":
            for write in asked["TransactItems"]:
                ((kind, what),) = write.items()
                self._will_write(what, what["Item"] if kind == "Put" else what["Key"], 2)
        elif operation_name in {"PutItem", "UpdateItem"}:
            self._will_write(asked, asked["Item"] if operation_name == "PutItem" else asked["Key"], 1)
        elif service == "dynamodb":
            self._read(operation_name, asked)

    def _will_write(self, what: Mapping[str, Any], where: Item, times: int) -> None:
        key = {name: where[name] for name in ("pk", "sk")}
        self._pending.append((what["TableName"], key, times, self._now(what["TableName"], key)))

    def _answered(self, parsed: Mapping[str, Any], **_: Any) -> None:
        pending, self._pending = self._pending, []
        if "Error" in parsed:
            return
        for table, key, times, before in pending:
            after = self._now(table, key)
            largest = max(size(before or {}), size(after or {}))
            own, index = times * math.ceil(largest / _KB), index_units(before, after)
            self._spent.write_units += own + index
            mark = f" + {index} in the index" if index else ""
            self._spent.why.append(f"{key['sk']['S'].partition('#')[0]} of {largest} bytes: {own}{mark}")

    def _read(self, operation: str, asked: Mapping[str, Any]) -> None:
        if operation == "GetItem":
            found = [self._now(asked["TableName"], asked["Key"]) or {}]
            self._spent.read_units += max(1, math.ceil(sum(map(size, found)) / 4096))
        elif operation == "Query" and "IndexName" not in asked:
            self._spent.read_units += math.ceil(sum(map(size, self._found(asked))) / 4096)
        elif operation == "BatchGetItem":
            keys = [key for table in asked["RequestItems"].values() for key in table["Keys"]]
            self._spent.read_units += 0.5 * len(keys)
        else:
            self._spent.read_units += 0.5

    def _now(self, table: str, key: Item) -> Item | None:
        found: Item | None = self._table.get_item(TableName=table, Key=dict(key), ConsistentRead=True).get("Item")
        return found

    def _found(self, asked: Mapping[str, Any]) -> Iterator[Item]:
        names = ("TableName", "KeyConditionExpression", "ExpressionAttributeValues")
        for page in self._table.get_paginator("query").paginate(**{name: asked[name] for name in names}):
            yield from page["Items"]

    def _wrap(self, parsed: dict[str, Any], **_: Any) -> None:
        given = parsed["CiphertextBlob"]
        parsed["CiphertextBlob"] = given.ljust(WRAPPED_BYTES, b"\0")
        self._wrapped[parsed["CiphertextBlob"]] = given

    def _unwrap(self, params: dict[str, Any], **_: Any) -> None:
        params["CiphertextBlob"] = self._wrapped.get(params["CiphertextBlob"], params["CiphertextBlob"])
