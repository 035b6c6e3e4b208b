"""The store transaction: an aggregate, its promises and the events that tell of its change, or nothing.

One item `STATE` holds the aggregate; each event is an item `EV#<seq>` of the same partition and at once outbox
row, audit entry, timeline line and optimistic lock. A sparse index `due` finds, by shard and time, aggregates
with a promise that runs (`PROMISE#<queue>#<shard>`, by the next time to look at it), those whose every promise stands
still (`STILL#<kind>#<shard>`, by since when), those where nothing is owed and that are to be erased one day
(`ERASE#<kind>#<shard>`, by when) and events not yet told (`UNSENT#<shard>`).
"""

import heapq
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError
from pydantic import ValidationError

from shared import chain, ids, seals, vault
from shared.aggregate import Aggregate
from shared.contracts import Event
from shared.logs import describe, log
from shared.place import SHARDS, START, Marks, Milestone, Place, stamp
from shared.promises import next_look, still_since

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_GUARD_DAYS = 30
"""Guards outlive every way an event can come again: queues keep 14 days, the archive 14."""

_AT_ONE_TIME = 25
"""More than ever become due in the same microsecond in one shard."""

Item = dict[str, Any]
Mark = tuple[str, str]
"""The keys of an item that a page ended with."""


class NotFound(LookupError):
    """There is no such thing here."""


class AlreadyExists(Exception):
    """An aggregate with this id is stored already: the command or event that makes it was carried out before."""


class AlreadyDone(Exception):
    """The guard says that this command or event was carried out before."""


class Conflict(Exception):
    """Somebody else changed the aggregate in the meantime: read again, decide again."""


class Refused(Conflict):
    """A write beside the aggregate has a condition of its own, and that was not met: nothing was stored."""


class Audience(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"


A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True)
class Cause:
    """Who or what makes a change, and when. `correlation` follows one matter through all services."""

    at: datetime
    actor: str
    correlation: str
    causation: str | None = None


@dataclass(frozen=True)
class Line:
    """An event to append: for whom it is, what of it is private, and what travels sealed to whom."""

    event: Event
    audience: Audience = Audience.STAFF
    private: Mapping[str, Any] | None = None
    boxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """An event as it is stored; what it says is read when it is asked for."""

    doc: str
    ciphertext: bytes | None
    boxes: Mapping[str, str]
    bound_to: str

    @cached_property
    def facts(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.doc))

    def is_sound(self, *, erased: bool) -> bool:
        """Whether what is kept beside the event is what it committed to; what was `erased` may be gone as well."""
        private, boxes = self.facts.get("private"), self.facts.get("boxes", {})
        if erased and self.ciphertext is None and not self.boxes:
            return True
        return (
            private == (chain.commitment(self.ciphertext) if self.ciphertext else None)
            and boxes.keys() == self.boxes.keys()
            and all(chain.commitment(box) == boxes[to] for to, box in self.boxes.items())
        )

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.facts["time"])

    @property
    def type(self) -> str:
        return str(self.facts["type"])

    @property
    def audience(self) -> str:
        return str(self.facts["audience"])

    @property
    def data(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.facts["data"])

    def private(self, salt: str | None) -> dict[str, Any]:
        """What was encrypted with this event; empty when there was nothing. Raises `vault.Erased`."""
        return vault.decrypt(salt, self.bound_to, self.ciphertext) if self.ciphertext else {}


@dataclass(frozen=True)
class Guard:
    """Makes a command or event count once: its own item in the same transaction."""

    key: str
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Store:
    """One service's table. `client` is a botocore DynamoDB client; `source` is told with every event."""

    client: Any
    table: str
    source: str

    def create(
        self,
        aggregate: A,
        lines: Sequence[Line],
        cause: Cause,
        extra: Sequence[Item] = (),
        salt: str | None = None,
        guard: Guard | None = None,
    ) -> A:
        """Store a new aggregate with its first events. Raises `AlreadyExists`, `AlreadyDone`.

        `salt` encrypts what is private when that is not the aggregate's own.
        """
        salt = salt or getattr(aggregate, "salt", None)
        return self._write(aggregate, lines, cause, salt=salt, guard=guard, extra=extra, new=True)

    def change(
        self,
        aggregate: A,
        lines: Sequence[Line],
        cause: Cause,
        guard: Guard | None = None,
        extra: Sequence[Item] = (),
        salt: str | None = None,
    ) -> A:
        """Store the new state of an aggregate that was loaded. Raises `Conflict`, `AlreadyDone`.

        `salt` encrypts what is private when that is not the aggregate's own.
        """
        salt = salt or getattr(aggregate, "salt", None)
        return self._write(aggregate, lines, cause, salt=salt, guard=guard, extra=extra, new=False)

    def load(self, kind: type[A], identity: str) -> A:
        """The aggregate as it is now. Raises `NotFound`."""
        answer = self.client.get_item(
            TableName=self.table, Key=_key(kind.key(identity), "STATE"), ConsistentRead=True
        )
        if "Item" not in answer:
            raise NotFound(identity)
        return _aggregate(kind, answer["Item"])

    def load_many(self, kind: type[A], identities: Sequence[str]) -> list[A]:
        """Those of at most 100 aggregates that exist, in the order asked for."""
        if not identities:
            return []
        asked: Item = {self.table: {"Keys": [_key(kind.key(one), "STATE") for one in identities]}}
        found: dict[str, A] = {}
        while asked:
            answer = self.client.batch_get_item(RequestItems=asked)
            for item in answer["Responses"].get(self.table, []):
                try:
                    found[item["pk"]["S"]] = _aggregate(kind, item)
                except ValidationError as error:
                    # One that can't be read must not hide the others; whoever opens it gets the error.
                    log().error("unreadable", aggregate=item["pk"]["S"], error=describe(error))
            asked = answer.get("UnprocessedKeys") or {}
        return [found[kind.key(one)] for one in identities if kind.key(one) in found]

    def history(self, kind: type[A], identity: str) -> tuple[A, list[Recorded]]:
        """The aggregate and all its events in order, in one read. Raises `NotFound`."""
        aggregate: A | None = None
        events: list[Recorded] = []
        for item in self.partition(kind.key(identity)):
            sort = item["sk"]["S"]
            if sort == "STATE":
                aggregate = _aggregate(kind, item)
            elif sort.startswith("EV#"):
                events.append(_recorded(item))
        if aggregate is None:
            raise NotFound(identity)
        return aggregate, events

    def guarded(self, kind: type[A], identity: str, guard: Guard) -> dict[str, Any]:
        """What was stored with a guard whose command was carried out before. Raises `NotFound`."""
        answer = self.client.get_item(
            TableName=self.table, Key=_key(kind.key(identity), guard.key), ConsistentRead=True
        )
        if "Item" not in answer:
            raise NotFound(guard.key)
        return cast("dict[str, Any]", json.loads(answer["Item"]["doc"]["S"]))

    def was_done(self, kind: type[A], identity: str, guard: Guard) -> bool:
        """Whether the command or event with this guard was carried out before."""
        return self.item(kind.key(identity), guard.key) is not None

    def due(self, kind: str, until: datetime, limit: int, after: "Place | None" = None) -> "list[Place]":
        """Where aggregates of this kind with a promise to look at by `until` stand, earliest first; at most `limit`.

        With `after`, those that stand behind it.
        """
        return self._index(f"PROMISE#{kind}", until, limit, after=after)

    def newly_due(self, kind: str, until: datetime, limit: int) -> "list[Place]":
        """Like `due`, those that became due last first."""
        return self._index(f"PROMISE#{kind}", until, limit, newest=True)

    def to_erase(self, kind: str, until: datetime, limit: int, *, newest: bool = False) -> "list[Place]":
        """Where aggregates of this kind stand of which the time has come to be erased, the longest ago first, or the
        last.
        """
        return self._index(f"ERASE#{kind}", until, limit, newest=newest)

    def wipe(self, kind: type[A], identity: str) -> None:
        """Take what is encrypted and sealed off every event of an aggregate; the chain holds what it committed to."""
        for item in self.partition(kind.key(identity)):
            if "private" in item or "boxes" in item:
                self.client.update_item(
                    TableName=self.table,
                    Key={"pk": item["pk"], "sk": item["sk"]},
                    UpdateExpression="REMOVE #private, boxes",
                    ExpressionAttributeNames={"#private": "private"},
                )

    def in_order(
        self, kind: str, marks: Marks = START, *, still: bool = False, page: int = 100
    ) -> Iterator[tuple[int, Place]]:
        """Where all aggregates of this kind with a promise that runs stand, the soonest to look at first, lazily.

        With each its shard. Of those behind `marks`, the place in each shard that was met last: whoever goes on from
        there meets nothing twice and misses nothing, however many stand at the same time. `still`: those whose every
        promise stands still instead, the longest first.
        """
        partition = f"{'STILL' if still else 'PROMISE'}#{kind}"

        def behind(shard: int) -> Iterator[tuple[int, Place]]:
            start = _start(f"{partition}#{shard}", kind, marks[shard])
            while True:
                items, start = self._page(f"{partition}#{shard}", page, start)
                yield from ((shard, _place(item)) for item in items)
                if not start:
                    return

        return heapq.merge(*(behind(shard) for shard in range(SHARDS)), key=lambda found: found[1].at)

    def running(
        self, kinds: Sequence[str], limit: int, mark: "Milestone | None" = None
    ) -> "tuple[list[str], Milestone | None]":
        """A page of partition keys of all aggregates with a promise that runs, kind by kind, shard by shard, by time.

        Answers the mark from which the next page goes on, None after the last. What changes meanwhile may be met
        twice, or not at all when it moved to before the mark: whoever needs all of them walks again.
        After a full page it goes on in the same shard even when that is at its end, so that pages tell nothing more.
        Raises `ValueError` for a mark of another walk.
        """
        here = mark or Milestone(0)
        if not 0 <= here.part < SHARDS * len(kinds):
            raise ValueError(here.part)
        kind, shard = kinds[here.part // SHARDS], here.part % SHARDS
        partition = f"PROMISE#{kind}#{shard}"
        items, start = self._page(partition, limit, _start(partition, kind, here.after))
        keys = [item["pk"]["S"] for item in items]
        if start or len(items) == limit:
            return keys, Milestone(here.part, _place(start or items[-1]))
        return keys, Milestone(here.part + 1) if here.part + 1 < SHARDS * len(kinds) else None

    def _page(self, partition: str, limit: int, start: Item | None) -> tuple[list[Item], Item | None]:
        """So many entries of one partition of the index, and where the next page starts."""
        answer = self.client.query(
            TableName=self.table,
            IndexName="due",
            KeyConditionExpression="due = :due",
            ExpressionAttributeValues={":due": {"S": partition}},
            Limit=limit,
            **({"ExclusiveStartKey": start} if start else {}),
        )
        return answer["Items"], answer.get("LastEvaluatedKey")

    def standing(self, partition: str, limit: int) -> list[tuple[str, str]]:
        """What stands in one partition of the index, in order: each by its partition key and its place. One query."""
        items = self._query_index(partition, stamp(_END_OF_TIME), limit)
        return [(item["pk"]["S"], item["at"]["S"]) for item in items]

    def item(self, pk: str, sk: str) -> Item | None:
        """One item as it is now, for what is no aggregate."""
        answer = self.client.get_item(TableName=self.table, Key=_key(pk, sk), ConsistentRead=True)
        return cast("Item | None", answer.get("Item"))

    def write(self, items: Sequence[Item]) -> None:
        """Store items that are no aggregates, all or none. Raises `Refused` when one's condition is not met."""
        try:
            self.client.transact_write_items(TransactItems=list(items))
        except ClientError as error:
            reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
            if reasons & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise Refused from error
            raise

    def unsent(self, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Keys of events that were stored before `before` and are still not told, the oldest first."""
        until = stamp(before)
        found = [
            (item["at"]["S"], item["pk"]["S"], item["sk"]["S"])
            for shard in range(SHARDS)
            for item in self._query_index(f"UNSENT#{shard}", until, limit)
        ]
        return [(pk, sk) for _, pk, sk in sorted(found)[:limit]]

    def _index(
        self, prefix: str, until: datetime, limit: int, *, after: "Place | None" = None, newest: bool = False
    ) -> "list[Place]":
        earliest = stamp(after.at) if after else "0"
        # Those that stand at the very time of the mark come again and are left out below.
        most, last = limit + _AT_ONE_TIME if after else limit, max(earliest, stamp(until))
        found = [
            _place(item)
            for shard in range(SHARDS)
            for item in self._query_index(f"{prefix}#{shard}", last, most, earliest, newest=newest)
        ]
        behind = [place for place in found if after is None or place > after]
        return sorted(behind, reverse=newest)[:limit]

    def _query_index(
        self, partition: str, until: str, limit: int, earliest: str = "0", *, newest: bool = False
    ) -> list[Item]:
        answer = self.client.query(
            TableName=self.table,
            IndexName="due",
            KeyConditionExpression="due = :due AND #at BETWEEN :from AND :until",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={
                ":due": {"S": partition},
                ":from": {"S": earliest},
                ":until": {"S": until},
            },
            Limit=limit,
            ScanIndexForward=not newest,
        )
        return cast("list[Item]", answer["Items"])

    def partition(self, key: str) -> Iterator[Item]:
        """Every item of one partition, in the order of its keys."""
        start: Item | None = None
        while True:
            answer = self.client.query(
                TableName=self.table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": key}},
                ConsistentRead=True,
                **({"ExclusiveStartKey": start} if start else {}),
            )
            yield from answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def beneath(self, partition: str, prefix: str) -> Iterator[Item]:
        """Every item of one partition the sort key of which begins with `prefix`, in the order of their keys."""
        start: Item | None = None
        while True:
            answer = self.client.query(
                TableName=self.table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={":pk": {"S": partition}, ":prefix": {"S": prefix}},
                ConsistentRead=True,
                **({"ExclusiveStartKey": start} if start else {}),
            )
            yield from answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def newest(
        self,
        partition: str,
        first: str,
        last: str,
        wanted: Mapping[str, Sequence[str]],
        pages: int,
        *,
        as_written: bool = False,
        limit: int = 0,
    ) -> Iterator[Item]:
        """Items of a partition that stand from `first` to `last`, from the last on, of at most so many pages, each of
        at most `limit` items.

        `wanted` names for an attribute the values of which it has to have one. What was written a moment ago may be
        missing, unless they are read `as_written`.
        """
        names = {f"#{place}": name for place, name in enumerate(wanted)}
        values: Item = {":pk": {"S": partition}, ":first": {"S": first}, ":last": {"S": last}}
        terms = []
        for place, accepted in enumerate(wanted.values()):
            given = {f":{place}x{number}": {"S": value} for number, value in enumerate(accepted)}
            values |= given
            terms.append(f"#{place} IN ({', '.join(given)})")
        filtered: Item = {"FilterExpression": " AND ".join(terms), "ExpressionAttributeNames": names} if terms else {}
        start: Item | None = None
        for _ in range(pages):
            answer = self.client.query(
                TableName=self.table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                **({"Limit": limit} if limit else {}),
                ConsistentRead=as_written,
                **filtered,
                **({"ExclusiveStartKey": start} if start else {}),
            )
            yield from answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def everything(self, kind: type[A], looked_at: int, start: "Mark | None") -> tuple[list[A], "Mark | None"]:
        """A page of all aggregates of a kind, in no order, and where the next one starts: for an export only."""
        answer = self.client.scan(
            TableName=self.table,
            FilterExpression="sk = :state AND begins_with(pk, :kind)",
            ExpressionAttributeValues={":state": {"S": "STATE"}, ":kind": {"S": kind.key("")}},
            Limit=looked_at,
            ConsistentRead=True,
            **({"ExclusiveStartKey": _key(*start)} if start else {}),
        )
        last = answer.get("LastEvaluatedKey")
        found = [_aggregate(kind, item) for item in answer["Items"]]
        return found, (last["pk"]["S"], last["sk"]["S"]) if last else None

    def first(self, kind: type[A], identity: str) -> Recorded:
        """The event that an aggregate began with. Raises `NotFound`."""
        key = _key(kind.key(identity), "EV#00000001")
        answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        if "Item" not in answer:
            raise NotFound(identity)
        return _recorded(answer["Item"])

    def beside(
        self, aggregate: Aggregate, lines: Sequence[Line], cause: Cause, *, new: bool, salt: str | None = None
    ) -> list[Item]:
        """The writes that store this aggregate, as `extra` of another's: both are stored, or neither.

        When somebody got in between, the other's write raises `Conflict`. `salt` encrypts what is private when that
        is not the aggregate's own.
        """
        salt = salt or getattr(aggregate, "salt", None)
        return self._writes(aggregate, lines, cause, salt=salt, new=new)[1]

    def _writes(
        self, aggregate: A, lines: Sequence[Line], cause: Cause, *, salt: str | None, new: bool
    ) -> tuple[A, list[Item]]:
        key = aggregate.key(aggregate.id)
        read_seq, seq, head = aggregate.seq, aggregate.seq, aggregate.head
        events: list[Item] = []
        for line in lines:
            seq += 1
            item, head = self._event(key, aggregate.id, salt, seq, head, line, cause)
            events.append(_put(self.table, item, "attribute_not_exists(pk)"))
        after = aggregate.model_copy(update={"seq": seq, "head": head})
        state = _state(key, after)
        put = (
            _put(self.table, state, "attribute_not_exists(pk)")
            if new
            else _put(self.table, state, "seq = :seq", {":seq": {"N": str(read_seq)}})
        )
        return after, [put, *events]

    def _write(
        self,
        aggregate: A,
        lines: Sequence[Line],
        cause: Cause,
        *,
        salt: str | None,
        guard: Guard | None,
        extra: Sequence[Item],
        new: bool,
    ) -> A:
        key = aggregate.key(aggregate.id)
        after, writes = self._writes(aggregate, lines, cause, salt=salt, new=new)
        beside = range(len(writes), len(writes) + len(extra))
        writes += extra
        if guard:
            writes.append(_put(self.table, _guard(key, guard, cause.at), "attribute_not_exists(pk)"))
        try:
            self.client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            raise _refusal(error, new=new, guarded=guard is not None, beside=beside) from error
        return after

    def _event(
        self, key: str, subject: str, salt: str | None, seq: int, head: str, line: Line, cause: Cause
    ) -> tuple[Item, str]:
        sort = f"EV#{seq:08d}"
        facts: dict[str, Any] = {
            "id": ids.event_id(),
            "seq": seq,
            "source": self.source,
            "type": line.event.detail_type(),
            "subject": subject,
            "time": stamp(cause.at),
            "actor": cause.actor,
            "audience": line.audience.value,
            "correlation": cause.correlation,
            "causation": cause.causation,
            "data": line.event.model_dump(mode="json", exclude_defaults=True),
        }
        item: Item = {"pk": {"S": key}, "sk": {"S": sort}}
        if line.event.told:
            item |= {"due": {"S": f"UNSENT#{_shard(key)}"}, "at": {"S": facts["time"]}}
        if line.private is not None:
            ciphertext = vault.encrypt(salt, f"{key}/{sort}", line.private)
            facts["private"] = chain.commitment(ciphertext)
            item["private"] = {"B": ciphertext}
        if line.boxes:
            boxes = {to: seals.seal(to, subject, content) for to, content in line.boxes.items()}
            facts["boxes"] = {to: chain.commitment(box) for to, box in boxes.items()}
            item["boxes"] = {"M": {to: {"S": box} for to, box in boxes.items()}}
        facts["hash"] = chain.link(vault.chain_key(), head, facts)
        item["doc"] = {"S": json.dumps(facts, ensure_ascii=False, separators=(",", ":"))}
        return item, facts["hash"]


def retrying(decide: Callable[[], A], attempts: int = 5, *, but: tuple[type[Conflict], ...] = ()) -> A:
    """Decide again, on what is true now, as long as others get in between. Raises the last `Conflict`, or the first
    that is one of `but`.
    """
    for _ in range(attempts - 1):
        try:
            return decide()
        except but:
            raise
        except Conflict:
            continue
    return decide()


def unchanged(table: str, key: str, seq: int) -> Item:
    """The check, for `extra`, that the aggregate with this key is as it was read; with 0, that there is none."""
    check: Item = {"TableName": table, "Key": _key(key, "STATE"), "ConditionExpression": "attribute_not_exists(pk)"}
    if seq:
        check |= {"ConditionExpression": "seq = :seq", "ExpressionAttributeValues": {":seq": {"N": str(seq)}}}
    return {"ConditionCheck": check}


def add_to(table: str, key: tuple[str, str], amounts: Mapping[str, int]) -> Item:
    """A write that counts: adds each amount to a counter item, for `extra`."""
    names = {f"#{place}": name for place, name in enumerate(amounts)}
    values = {f":{place}": {"N": str(amount)} for place, amount in enumerate(amounts.values())}
    terms = ", ".join(f"#{place} :{place}" for place in range(len(amounts)))
    return {
        "Update": {
            "TableName": table,
            "Key": _key(*key),
            "UpdateExpression": f"ADD {terms}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
    }


def put(table: str, key: tuple[str, str], attributes: Item, condition: str, values: Item | None = None) -> Item:
    """A write of an item that is no aggregate, for `extra`, refused unless `condition` holds."""
    return _put(table, {**_key(*key), **attributes}, condition, values)


def put_item(table: str, key: tuple[str, str], attributes: Mapping[str, str]) -> Item:
    """A write of a plain item, in the place of what was there, for `extra`."""
    item = {**_key(*key), **{name: {"S": text} for name, text in attributes.items()}}
    return {"Put": {"TableName": table, "Item": item}}


def _shard(key: str) -> int:
    return zlib.crc32(key.encode()) % SHARDS


def _place(item: Item) -> Place:
    return Place(datetime.fromisoformat(item["at"]["S"]), item["pk"]["S"].partition("#")[2])


def _start(partition: str, kind: str, after: Place | None) -> Item | None:
    """The key of the index entry at this place: a query goes on behind it, whether or not it is still there."""
    if after is None:
        return None
    return {"due": {"S": partition}, "at": {"S": stamp(after.at)}, **_key(f"{kind}#{after.id}", "STATE")}


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _put(table: str, item: Item, condition: str, values: Item | None = None) -> Item:
    put: Item = {"TableName": table, "Item": item, "ConditionExpression": condition}
    if values:
        put["ExpressionAttributeValues"] = values
    return {"Put": put}


def _state(key: str, aggregate: Aggregate) -> Item:
    doc = aggregate.model_dump_json(exclude_defaults=True)
    item: Item = {"pk": {"S": key}, "sk": {"S": "STATE"}, "seq": {"N": str(aggregate.seq)}, "doc": {"S": doc}}
    if look := next_look(aggregate.promises):
        item |= {"due": {"S": f"PROMISE#{aggregate.queue}#{_shard(key)}"}, "at": {"S": stamp(look)}}
    elif since := still_since(aggregate.promises):
        item |= {"due": {"S": f"STILL#{aggregate.KIND}#{_shard(key)}"}, "at": {"S": stamp(since)}}
    elif aggregate.erase_at:
        item |= {"due": {"S": f"ERASE#{aggregate.KIND}#{_shard(key)}"}, "at": {"S": stamp(aggregate.erase_at)}}
    return item


def _guard(key: str, guard: Guard, at: datetime) -> Item:
    expires = int((at + timedelta(days=_GUARD_DAYS)).timestamp())
    return {
        "pk": {"S": key},
        "sk": {"S": guard.key},
        "doc": {"S": json.dumps(guard.content, ensure_ascii=False)},
        "expires": {"N": str(expires)},
    }


def _aggregate(kind: type[A], item: Item) -> A:
    return kind.model_validate_json(item["doc"]["S"])


def _recorded(item: Item) -> Recorded:
    return Recorded(
        doc=item["doc"]["S"],
        boxes={to: box["S"] for to, box in item.get("boxes", {}).get("M", {}).items()},
        ciphertext=item["private"]["B"] if "private" in item else None,
        bound_to=f"{item['pk']['S']}/{item['sk']['S']}",
    )


def _refusal(error: ClientError, *, new: bool, guarded: bool, beside: range) -> Exception:
    """What a cancelled transaction means. Its reasons stand in the order of its writes: the state, events, what is
    written `beside` them, the guard last.
    """
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        return error
    if guarded and reasons and reasons[-1] == "ConditionalCheckFailed":
        return AlreadyDone()
    if reasons and reasons[0] == "ConditionalCheckFailed":
        return AlreadyExists() if new else Conflict()
    if any(reasons[place] == "ConditionalCheckFailed" for place in beside if place < len(reasons)):
        return Refused()
    if any(reason in {"ConditionalCheckFailed", "TransactionConflict"} for reason in reasons):
        return Conflict()
    return error
