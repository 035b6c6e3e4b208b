"""As much of DynamoDB as delivery uses, in memory: moto takes minutes for what this does in seconds.

`tests/service/test_store.py` holds the store to moto; what is here answers the same questions and nothing else: a
condition that it does not know is an error.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
_CONTAINS = re.compile(r"contains\((\w+), (:\w+)\)")
_EQUALS = re.compile(r"(\w+) = (:\w+)")
_ROOM = re.compile(r"attribute_not_exists\((\w+)\) OR \1 <= (:\w+)")


class Table:
    """A botocore client of DynamoDB with one table behind it."""

    def __init__(self) -> None:
        self.parts: defaultdict[str, dict[str, Item]] = defaultdict(dict)
        self.due: defaultdict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        self.writes = 0

    def get_item(self, *, Key: Item, **_: Any) -> Item:  # noqa: N803  DynamoDB's names
        found = self._at(Key)
        return {"Item": found} if found else {}

    def query(self, *, ExpressionAttributeValues: Item, IndexName: str = "", Limit: int = 0, **_: Any) -> Item:  # noqa: N803
        if not IndexName:
            part = self.parts.get(ExpressionAttributeValues[":pk"]["S"], {})
            return {"Items": [part[key] for key in sorted(part)]}
        first, last = (ExpressionAttributeValues[name]["S"] for name in (":from", ":until"))
        places = self.due[ExpressionAttributeValues[":due"]["S"]]
        found = sorted((at, *key) for key, at in places.items() if first <= at <= last)[:Limit]
        return {"Items": [{"pk": {"S": pk}, "sk": {"S": sk}, "at": {"S": at}} for at, pk, sk in found]}

    def transact_write_items(self, *, TransactItems: list[Item]) -> None:  # noqa: N803
        writes = [next(iter(one.items())) for one in TransactItems]
        met = [self._holds(what) for _, what in writes]
        if not all(met):
            reasons = [{"Code": "None" if one else "ConditionalCheckFailed"} for one in met]
            refused: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(refused, "TransactWriteItems")
        for kind, what in writes:
            if kind == "ConditionCheck":
                continue
            self._keep(what["Item"] if kind == "Put" else self._updated(what))
        self.writes += 1

    def _at(self, key: Mapping[str, Any]) -> Item | None:
        return self.parts.get(key["pk"]["S"], {}).get(key["sk"]["S"])

    def _holds(self, what: Item) -> bool:
        condition, values = what.get("ConditionExpression", ""), what.get("ExpressionAttributeValues", {})
        now = self._at(what.get("Key") or what["Item"])
        known: list[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]]] = [
            (re.compile(""), lambda _: True),
            (re.compile(r"attribute_not_exists\(pk\)"), lambda _: now is None),
            (_CONTAINS, lambda found: now is not None and values[found[2]]["S"] in now[found[1]]["S"]),
            (_EQUALS, lambda found: now is not None and now[found[1]] == values[found[2]]),
            (_ROOM, lambda found: number(now, found[1]) <= int(values[found[2]]["N"])),
        ]
        return next(holds(found) for pattern, holds in known if (found := pattern.fullmatch(condition)))

    def _updated(self, what: Item) -> Item:
        assert what["UpdateExpression"] == "ADD messages :adds SET expires = if_not_exists(expires, :expires)"
        values, before = what["ExpressionAttributeValues"], self._at(what["Key"])
        added = number(before, "messages") + int(values[":adds"]["N"])
        return {**what["Key"], "expires": values[":expires"], **(before or {}), "messages": {"N": str(added)}}

    def _keep(self, item: Item) -> None:
        key = item["pk"]["S"], item["sk"]["S"]
        before = self._at(item)
        if before and "due" in before:
            del self.due[before["due"]["S"]][key]
        self.parts[key[0]][key[1]] = item
        if "due" in item:
            self.due[item["due"]["S"]][key] = item["at"]["S"]


def number(item: Item | None, name: str) -> int:
    return int((item or {}).get(name, {}).get("N", "0"))
