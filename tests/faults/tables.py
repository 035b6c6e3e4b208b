"""DynamoDB in memory: the operations that a desk uses, with their conditions, transactions, index and errors.

Items are kept as they are sent, typed, and never changed in place. The conformance suite holds this to moto: the same
calls, the same answers, the same refusals.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.errors import refusal
from tests.faults.expressions import condition, partition_key, update

Item = dict[str, Any]
Key = tuple[str, str]

_MOST_WRITES = 100
_MOST_KEYS = 100
_MOST_BYTES = 400_000
_FAILED = "The conditional request failed"


@dataclass(frozen=True)
class Written:
    """One item as it was before and after a write."""

    table: str
    key: Key
    before: Item | None
    after: Item | None


@dataclass
class Table:
    """One table with its index `due`. `behind` says how long the index does not know of a write yet."""

    name: str
    items: dict[str, dict[str, Item]] = field(default_factory=dict)
    index: dict[str, dict[Key, str]] = field(default_factory=dict)
    behind: Callable[[], timedelta] = timedelta
    now: Callable[[], datetime] = lambda: datetime.min.replace(tzinfo=UTC)
    earlier: dict[Key, tuple[datetime, Item | None]] = field(default_factory=dict)
    """What each item was before it was written last, and when that was."""
    _coming: list[tuple[datetime, Key, Item | None, Item | None]] = field(default_factory=list)

    def get(self, key: Key) -> Item | None:
        return self.items.get(key[0], {}).get(key[1])

    def store(self, key: Key, after: Item | None) -> Written:
        before = self.get(key)
        if after is None:
            self.items.get(key[0], {}).pop(key[1], None)
        else:
            self.items.setdefault(key[0], {})[key[1]] = after
        self.earlier[key] = (self.now(), before)
        late = self.behind()
        if late or any(waiting == key for _, waiting, _, _ in self._coming):
            self._coming.append((self.now() + late, key, before, after))
        else:
            self._put_in_order(key, before, after)
        return Written(self.name, key, before, after)

    def _put_in_order(self, key: Key, before: Item | None, after: Item | None) -> None:
        if before and "due" in before:
            self.index.get(before["due"]["S"], {}).pop(key, None)
        if after and "due" in after and "at" in after:
            self.index.setdefault(after["due"]["S"], {})[key] = after["at"]["S"]

    def catch_up(self, *, wholly: bool = False) -> None:
        """Let the index learn what it may know by now; writes of one item in their order."""
        if not self._coming:
            return
        now, waiting, held = self.now(), [], set()
        for entry in self._coming:
            at, key, before, after = entry
            if not wholly and (at > now or key in held):
                waiting.append(entry)
                held.add(key)
            else:
                self._put_in_order(key, before, after)
        self._coming = waiting

    def everything(self) -> Iterable[Item]:
        for items in self.items.values():
            yield from items.values()


class Database:
    """All tables of one account. `told` hears of every write that happened, transaction by transaction."""

    def __init__(self, *tables: str, told: Callable[[Sequence[Written]], None] = lambda _written: None) -> None:
        self.tables = {name: Table(name) for name in tables}
        self._told = told
        self.stale: Callable[[], bool] = lambda: False
        """Whether a read that need not be consistent sees an item as it was."""

    # Reading.

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:
        table, key = self._table("GetItem", TableName), _key("GetItem", Key)
        item = table.get(key) if ConsistentRead else self._perhaps_older(table, key)
        return {"Item": dict(item)} if item is not None else {}

    def batch_get_item(self, *, RequestItems: dict[str, Item]) -> Item:
        found: dict[str, list[Item]] = {}
        for name, asked in RequestItems.items():
            keys = [_key("BatchGetItem", one) for one in asked["Keys"]]
            if len(keys) > _MOST_KEYS or len(set(keys)) < len(keys):
                raise refusal("BatchGetItem", "ValidationException", "too many keys, or one twice")
            table = self._table("BatchGetItem", name)
            items = (self._perhaps_older(table, key) for key in keys)
            found[name] = [dict(item) for item in items if item is not None]
        return {"Responses": found, "UnprocessedKeys": {}}

    def query(
        self,
        *,
        TableName: str,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Item,
        ExpressionAttributeNames: dict[str, str] | None = None,
        IndexName: str | None = None,
        FilterExpression: str | None = None,
        Limit: int | None = None,
        ExclusiveStartKey: Item | None = None,
        ScanIndexForward: bool = True,
        ConsistentRead: bool = False,
    ) -> Item:
        table = self._table("Query", TableName)
        if IndexName and ConsistentRead:
            raise refusal("Query", "ValidationException", "Consistent reads are not supported on an index")
        if Limit is not None and Limit < 1:
            raise refusal("Query", "ValidationException", "Limit must be at least 1")
        names, values = ExpressionAttributeNames or {}, ExpressionAttributeValues
        _, placeholder = partition_key(KeyConditionExpression)
        holds = condition(KeyConditionExpression)
        partition = values[placeholder]["S"]
        order: Callable[[Item], tuple[str, ...]]
        if IndexName:
            here, order = self._indexed(table, partition), _by_index
        elif ConsistentRead:
            here, order = list(table.items.get(partition, {}).values()), _by_key
        else:
            here, order = [one for one in self._older(table, partition) if one], _by_key

        def behind(one: Item, other: Item) -> bool:
            return order(one) > order(other) if ScanIndexForward else order(one) < order(other)

        found = [one for one in here if holds(one, names, values)]
        found.sort(key=order, reverse=not ScanIndexForward)
        if ExclusiveStartKey is not None:
            found = [one for one in found if behind(one, ExclusiveStartKey)]
        page = found[:Limit]
        # A page that is full says where to go on while anything stands behind it, in the range asked for or not.
        more = Limit is not None and len(page) == Limit and any(behind(one, page[-1]) for one in here)
        last = {"LastEvaluatedKey": _last(page[-1], indexed=bool(IndexName))} if more else {}
        if FilterExpression:
            passes = condition(FilterExpression)
            page = [one for one in page if passes(one, names, values)]
        return {"Items": [dict(one) for one in page], "Count": len(page), **last}

    def scan(
        self,
        *,
        TableName: str,
        FilterExpression: str | None = None,
        ExpressionAttributeNames: dict[str, str] | None = None,
        ExpressionAttributeValues: Item | None = None,
        Limit: int | None = None,
        ExclusiveStartKey: Item | None = None,
        ConsistentRead: bool = False,
    ) -> Item:
        table = self._table("Scan", TableName)
        found = sorted(table.everything() if ConsistentRead else self._everything_older(table), key=_by_place)
        if ExclusiveStartKey is not None:
            found = [one for one in found if _by_place(one) > _by_place(ExclusiveStartKey)]
        page = found[:Limit]
        last = {"LastEvaluatedKey": _last(page[-1], indexed=False)} if len(page) < len(found) else {}
        if FilterExpression:
            passes = condition(FilterExpression)
            names, values = ExpressionAttributeNames or {}, ExpressionAttributeValues or {}
            page = [one for one in page if passes(one, names, values)]
        return {"Items": [dict(one) for one in page], "Count": len(page), **last}

    def stands_empty(self, query: Item) -> bool:
        """Whether this asks for a part of the index in which nothing stands. A clock asks for dozens of them."""
        if not query.get("IndexName"):
            return False
        table, (_, placeholder) = self.tables[query["TableName"]], partition_key(query["KeyConditionExpression"])
        table.catch_up()
        return not table.index.get(query["ExpressionAttributeValues"][placeholder]["S"])

    def _indexed(self, table: Table, partition: str) -> list[Item]:
        table.catch_up()
        here = table.index.get(partition, {})
        due = {"S": partition}
        return [{"due": due, "at": {"S": at}, "pk": {"S": pk}, "sk": {"S": sk}} for (pk, sk), at in here.items()]

    def _perhaps_older(self, table: Table, key: Key) -> Item | None:
        before = table.earlier.get(key)
        if before is not None and table.now() - before[0] < timedelta(seconds=1) and self.stale():
            return before[1]
        return table.get(key)

    def _older(self, table: Table, partition: str) -> list[Item | None]:
        keys = [(partition, sort) for sort in table.items.get(partition, {})]
        return [self._perhaps_older(table, key) for key in keys]

    def _everything_older(self, table: Table) -> list[Item]:
        return [one for partition in table.items for one in self._older(table, partition) if one]

    # Writing.

    def put_item(self, *, TableName: str, Item: Item, **condition_: Any) -> Item:
        self._alone("PutItem", {"Put": {"TableName": TableName, "Item": Item, **condition_}})
        return {}

    def update_item(self, *, TableName: str, Key: Item, UpdateExpression: str, **more: Any) -> Item:
        write = {"TableName": TableName, "Key": Key, "UpdateExpression": UpdateExpression, **more}
        self._alone("UpdateItem", {"Update": write})
        return {}

    def delete_item(self, *, TableName: str, Key: Item, **condition_: Any) -> Item:
        self._alone("DeleteItem", {"Delete": {"TableName": TableName, "Key": Key, **condition_}})
        return {}

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:
        operation = "TransactWriteItems"
        keys = [self._place(operation, one) for one in TransactItems]
        if not 0 < len(keys) <= _MOST_WRITES:
            raise refusal(operation, "ValidationException", "1 to 100 writes")
        if len(set(keys)) < len(keys):
            message = "Transaction request cannot include multiple operations on one item"
            raise refusal(operation, "ValidationException", message)
        reasons = [{"Code": "None"} if self._holds(one) else _reason() for one in TransactItems]
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            raise refusal(operation, "TransactionCanceledException", message, CancellationReasons=reasons)
        self._told([written for one in TransactItems for written in self._written(operation, one)])
        return {}

    def _alone(self, operation: str, write: Item) -> None:
        self._place(operation, write)
        if not self._holds(write):
            raise refusal(operation, "ConditionalCheckFailedException", _FAILED)
        self._told(list(self._written(operation, write)))

    def _place(self, operation: str, write: Item) -> tuple[str, Key]:
        ((_, what),) = write.items()
        name = self._table(operation, what["TableName"]).name
        return name, _key(operation, what["Item"] if "Item" in what else what["Key"])

    def _holds(self, write: Item) -> bool:
        ((_, what),) = write.items()
        text = what.get("ConditionExpression")
        if not text:
            return True
        table, key = self._place("", write)
        item = self.tables[table].get(key) or {}
        names, values = what.get("ExpressionAttributeNames", {}), what.get("ExpressionAttributeValues", {})
        return condition(text)(item, names, values)

    def _written(self, operation: str, write: Item) -> Iterable[Written]:
        ((kind, what),) = write.items()
        name, key = self._place(operation, write)
        table = self.tables[name]
        if kind == "ConditionCheck":
            return
        after: Item | None = None
        if kind == "Put":
            after = dict(what["Item"])
        elif kind == "Update":
            before = table.get(key) or dict(what["Key"])
            after = dict(before)
            names, values = what.get("ExpressionAttributeNames", {}), what.get("ExpressionAttributeValues", {})
            for change in update(what["UpdateExpression"]):
                change(after, before, names, values)
        if after is not None and _size(after) > _MOST_BYTES:
            raise refusal(operation, "ValidationException", "Item size has exceeded the maximum allowed size")
        yield table.store(key, after)

    def _table(self, operation: str, name: str) -> Table:
        if name not in self.tables:
            raise refusal(operation, "ResourceNotFoundException", "Requested resource not found")
        return self.tables[name]


def _reason() -> dict[str, str]:
    return {"Code": "ConditionalCheckFailed", "Message": _FAILED}


def _key(operation: str, item: Item) -> Key:
    try:
        found = item["pk"]["S"], item["sk"]["S"]
    except KeyError:
        raise refusal(
            operation, "ValidationException", "The provided key element does not match the schema"
        ) from None
    if not all(found):
        raise refusal(operation, "ValidationException", "A key attribute may not be empty")
    return found


def _by_key(item: Item) -> tuple[str, ...]:
    return (item["sk"]["S"],)


def _by_place(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _by_index(item: Item) -> tuple[str, ...]:
    return item["at"]["S"], item["pk"]["S"], item["sk"]["S"]


def _last(item: Item, *, indexed: bool) -> Item:
    return {name: item[name] for name in ("pk", "sk", *(("due", "at") if indexed else ()))}


def _size(item: Item) -> int:
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())
