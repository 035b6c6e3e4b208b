"""The tables in memory are held to moto: the same calls, the same answers, the same refusals."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.faults.runtime import in_memory
from tests.faults.tables import Database
from tests.faults.town import people
from tests.faults.weather import Weather
from tests.faults.world import World
from tests.template import template

Item = dict[str, Any]
Script = Callable[["Asked"], None]
_TOLD = ("Item", "Items", "Count", "LastEvaluatedKey", "Responses")


class Asked:
    """Somebody who asks a client, and writes down what came of it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.outcomes: list[Any] = []

    def __getattr__(self, operation: str) -> Callable[..., None]:
        def ask(**arguments: Any) -> None:
            try:
                answer = getattr(self._client, operation)(**arguments)
            except ClientError as error:
                reasons = [one["Code"] for one in error.response.get("CancellationReasons", [])]
                said: Any = (type(error).__name__, error.response["Error"]["Code"], reasons)
            else:
                said = {name: _in_order(answer[name]) for name in _TOLD if answer.get(name)}
            self.outcomes.append((operation, said))

        return ask


def _in_order(answer: Any) -> Any:
    """A batch answers in any order."""
    if isinstance(answer, dict) and "t" in answer and isinstance(answer["t"], list):
        return sorted(answer["t"], key=repr)
    return answer


def s(text: str) -> dict[str, str]:
    return {"S": text}


def n(number: int) -> dict[str, str]:
    return {"N": str(number)}


def key(pk: str, sk: str = "STATE") -> Item:
    return {"pk": s(pk), "sk": s(sk)}


def put(pk: str, sk: str = "STATE", condition: str = "", values: Item | None = None, **attributes: Item) -> Item:
    what: Item = {"TableName": "t", "Item": {**key(pk, sk), **attributes}}
    if condition:
        what["ConditionExpression"] = condition
    if values:
        what["ExpressionAttributeValues"] = values
    return {"Put": what}


def everything(asked: Asked) -> None:
    for pk in ("A", "B", "C"):
        asked.query(
            TableName="t",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": s(pk)},
            ConsistentRead=True,
        )
    for due in ("PROMISE#CASE#0", "UNSENT#0"):
        asked.query(
            TableName="t",
            IndexName="due",
            KeyConditionExpression="due = :due",
            ExpressionAttributeValues={":due": s(due)},
        )


def a_new_aggregate_is_stored_once(asked: Asked) -> None:
    writes = [
        put("A", condition="attribute_not_exists(pk)", seq=n(1), due=s("PROMISE#CASE#0"), at=s("2026-01-02")),
        put(
            "A",
            "EV#00000001",
            "attribute_not_exists(pk)",
            due=s("UNSENT#0"),
            at=s("2026-01-01"),
            boxes={"M": {"x": s("y")}},
        ),
        put("A", "SEEN#1", "attribute_not_exists(pk)", expires=n(5)),
    ]
    asked.transact_write_items(TransactItems=writes)
    asked.transact_write_items(TransactItems=writes)
    asked.transact_write_items(TransactItems=[*writes[:1], *writes[2:], put("B")])
    asked.get_item(TableName="t", Key=key("A"), ConsistentRead=True)
    asked.get_item(TableName="t", Key=key("Z"))


def of_two_changes_one_wins(asked: Asked) -> None:
    asked.put_item(TableName="t", Item={**key("A"), "seq": n(1), "due": s("PROMISE#CASE#0"), "at": s("2026")})
    for seq in (1, 1, 2):
        change = put("A", condition="seq = :seq", values={":seq": n(seq)}, seq=n(seq + 1))
        event = put("A", f"EV#{seq:08d}", "attribute_not_exists(pk)")
        asked.transact_write_items(TransactItems=[change, event])
    asked.transact_write_items(TransactItems=[put("C", condition="seq = :seq", values={":seq": n(1)}, seq=n(2))])


def one_item_may_not_be_written_twice_at_once(asked: Asked) -> None:
    asked.transact_write_items(TransactItems=[put("A"), put("A")])


def what_is_told_loses_its_mark(asked: Asked) -> None:
    asked.put_item(
        TableName="t", Item={**key("A", "EV#1"), "due": s("UNSENT#0"), "at": s("2026-01-01"), "doc": s("{}")}
    )
    for pk in ("A", "A", "B"):
        asked.update_item(
            TableName="t",
            Key=key(pk, "EV#1"),
            UpdateExpression="REMOVE due, #at",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#at": "at"},
        )


def what_is_encrypted_is_wiped(asked: Asked) -> None:
    asked.put_item(
        TableName="t", Item={**key("A", "EV#1"), "private": {"B": b"x"}, "boxes": {"M": {}}, "doc": s("{}")}
    )
    asked.update_item(
        TableName="t",
        Key=key("A", "EV#1"),
        UpdateExpression="REMOVE #private, boxes",
        ExpressionAttributeNames={"#private": "private"},
    )


def counting(most: int) -> Item:
    return {
        "Update": {
            "TableName": "t",
            "Key": key("A", "DAY#1"),
            "UpdateExpression": "ADD messages :one SET expires = if_not_exists(expires, :expires)",
            "ConditionExpression": "attribute_not_exists(messages) OR messages <= :ceiling",
            "ExpressionAttributeValues": {":one": n(1), ":ceiling": n(most), ":expires": n(77)},
        }
    }


def a_ceiling_is_never_passed(asked: Asked) -> None:
    for place in range(4):
        asked.transact_write_items(TransactItems=[counting(2), put("B", f"EV#{place}")])
    asked.get_item(TableName="t", Key=key("A", "DAY#1"), ConsistentRead=True)


def scores_add_up(asked: Asked) -> None:
    for amount in (2, 5):
        write = {
            "TableName": "t",
            "Key": key("B", "2026-11"),
            "UpdateExpression": "ADD #0 :0, #1 :1",
            "ExpressionAttributeNames": {"#0": "answers", "#1": "satisfaction_sum"},
            "ExpressionAttributeValues": {":0": n(1), ":1": n(amount)},
        }
        asked.transact_write_items(TransactItems=[{"Update": write}])


def claim(case: str) -> Item:
    return {
        "Update": {
            "TableName": "t",
            "Key": key("A"),
            "UpdateExpression": "SET #state = :sent, #case = :case, due = :due, #at = :at ADD seq :one",
            "ConditionExpression": "#state = :free",
            "ExpressionAttributeNames": {"#state": "state", "#case": "case", "#at": "at"},
            "ExpressionAttributeValues": {
                ":sent": s("sent"),
                ":free": s("free"),
                ":case": s(case),
                ":due": s("PROMISE#CASE#0"),
                ":at": s("2026-05"),
                ":one": n(1),
            },
        }
    }


def a_unit_is_claimed_once(asked: Asked) -> None:
    asked.transact_write_items(TransactItems=[claim("X")])
    asked.put_item(
        TableName="t", Item={**key("A"), "state": s("free"), "seq": n(4), "due": s("UNSENT#0"), "at": s("2026")}
    )
    asked.transact_write_items(TransactItems=[claim("X")])
    asked.transact_write_items(TransactItems=[claim("Y")])


def a_number_is_given_once(asked: Asked) -> None:
    for condition, last in (
        ("attribute_not_exists(#last)", 0),
        ("attribute_not_exists(#last)", 0),
        ("#last = :last", 1),
    ):
        write: Item = {
            "TableName": "t",
            "Key": key("C", "NUMBER"),
            "UpdateExpression": "SET #last = :next",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#last": "last"},
            "ExpressionAttributeValues": {":next": n(last + 1), **({":last": n(last)} if last else {})},
        }
        asked.transact_write_items(TransactItems=[{"Update": write}])


def a_check_writes_nothing(asked: Asked) -> None:
    for _ in range(2):
        check = {"TableName": "t", "Key": key("B"), "ConditionExpression": "attribute_not_exists(due)"}
        asked.transact_write_items(TransactItems=[{"ConditionCheck": check}, put("A", "EV#1")])
        asked.put_item(TableName="t", Item={**key("B"), "due": s("UNSENT#0"), "at": s("1")})


def either_of_two_conditions_is_enough(asked: Asked) -> None:
    for customer in ("1", "1", "2"):
        asked.transact_write_items(
            TransactItems=[
                put(
                    "A", "FILE", "attribute_not_exists(pk) OR customer = :was", {":was": s("1")}, customer=s(customer)
                )
            ]
        )
    asked.transact_write_items(
        TransactItems=[put("A", "FILE", "attribute_not_exists(pk) OR customer = :was", {":was": s("1")})]
    )
    for version in (0, 1, 1):
        asked.transact_write_items(
            TransactItems=[put("A", "BOOK", "version = :version", {":version": n(version)}, version=n(version + 1))]
        )
    asked.transact_write_items(
        TransactItems=[put("A", "WANT", "attribute_not_exists(due)", due=s("UNSENT#0"), at=s("3"))]
    )
    asked.transact_write_items(
        TransactItems=[put("A", "WANT", "attribute_not_exists(due)", due=s("UNSENT#0"), at=s("4"))]
    )
    asked.transact_write_items(TransactItems=[put("A", "WANT", "attribute_exists(pk)")])


def pages_follow_one_another(asked: Asked) -> None:
    for place in range(5):
        item = {
            **key("A", f"EV#{place}"),
            "due": s("PROMISE#CASE#0"),
            "at": s(f"2026-0{place + 1}"),
            "kind": s("xy"[place % 2]),
        }
        asked.put_item(TableName="t", Item=item)
    asked.put_item(TableName="t", Item={**key("A"), "doc": s("{}")})
    for forward in (True, False):
        for start in (None, 1, 4):
            first: Item = {"ExclusiveStartKey": key("A", f"EV#{start}")} if start is not None else {}
            asked.query(
                TableName="t",
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": s("A")},
                Limit=2,
                ScanIndexForward=forward,
                **first,
            )
            behind = {**key("A", f"EV#{start}"), "due": s("PROMISE#CASE#0"), "at": s(f"2026-0{(start or 0) + 1}")}
            asked.query(
                TableName="t",
                IndexName="due",
                KeyConditionExpression="due = :due AND #at BETWEEN :from AND :until",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":due": s("PROMISE#CASE#0"), ":from": s("0"), ":until": s("2026-04")},
                Limit=2,
                ScanIndexForward=forward,
                **({"ExclusiveStartKey": behind} if start is not None else {}),
            )
    asked.query(
        TableName="t",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={":pk": s("A"), ":prefix": s("EV#")},
        ConsistentRead=True,
    )
    asked.query(
        TableName="t",
        KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
        FilterExpression="#0 IN (:0x0, :0x1)",
        ExpressionAttributeNames={"#0": "kind"},
        ExpressionAttributeValues={
            ":pk": s("A"),
            ":first": s("EV#1"),
            ":last": s("EV#4"),
            ":0x0": s("x"),
            ":0x1": s("z"),
        },
        ScanIndexForward=False,
    )
    asked.query(
        TableName="t",
        KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues={":pk": s("A"), ":first": s("EV#1"), ":last": s("EV#4")},
        ScanIndexForward=False,
    )
    asked.scan(
        TableName="t",
        FilterExpression="sk = :state AND begins_with(pk, :kind)",
        ExpressionAttributeValues={":state": s("STATE"), ":kind": s("A")},
    )


def what_cannot_be_asked_is_refused(asked: Asked) -> None:
    asked.get_item(TableName="nowhere", Key=key("A"))
    asked.query(
        TableName="t",
        IndexName="due",
        KeyConditionExpression="due = :due",
        ExpressionAttributeValues={":due": s("UNSENT#0")},
        ConsistentRead=True,
    )
    asked.put_item(TableName="t", Item={"pk": s("A")})
    asked.put_item(TableName="t", Item=key("", "x"))


def many_are_read_at_once(asked: Asked) -> None:
    for pk in ("A", "B"):
        asked.put_item(TableName="t", Item={**key(pk), "doc": s(pk)})
    asked.batch_get_item(RequestItems={"t": {"Keys": [key("A"), key("B"), key("C")]}})
    asked.batch_get_item(RequestItems={"t": {"Keys": [key("A"), key("A")]}})


def alone_too_a_write_may_be_refused(asked: Asked) -> None:
    asked.put_item(TableName="t", Item=key("A"), ConditionExpression="attribute_exists(pk)")
    asked.put_item(TableName="t", Item={**key("A"), "seq": n(3)})
    asked.delete_item(
        TableName="t", Key=key("A"), ConditionExpression="seq > :seq", ExpressionAttributeValues={":seq": n(3)}
    )
    asked.delete_item(
        TableName="t",
        Key=key("A"),
        ConditionExpression="seq >= :seq AND NOT (seq <> :seq)",
        ExpressionAttributeValues={":seq": n(3)},
    )
    asked.delete_item(TableName="t", Key=key("A"))


def who_is_forgotten_is_not_written_to(asked: Asked) -> None:
    for said in ("", '{"salt":"one"}', '{"salt":null}'):
        if said:
            asked.put_item(TableName="t", Item={**key("A"), "doc": s(said)})
        check = {
            "TableName": "t",
            "Key": key("A"),
            "ConditionExpression": "contains(doc, :salt)",
            "ExpressionAttributeValues": {":salt": s("one")},
        }
        asked.transact_write_items(TransactItems=[{"ConditionCheck": check}, put("B", f"EV#{len(said)}")])


SCRIPTS: tuple[Script, ...] = (
    who_is_forgotten_is_not_written_to,
    a_new_aggregate_is_stored_once,
    of_two_changes_one_wins,
    one_item_may_not_be_written_twice_at_once,
    what_is_told_loses_its_mark,
    what_is_encrypted_is_wiped,
    a_ceiling_is_never_passed,
    scores_add_up,
    a_unit_is_claimed_once,
    a_number_is_given_once,
    a_check_writes_nothing,
    either_of_two_conditions_is_enough,
    pages_follow_one_another,
    what_cannot_be_asked_is_refused,
    many_are_read_at_once,
    alone_too_a_write_may_be_refused,
)


def at_random(seed: int) -> Script:
    """Writes and reads as they come, with conditions that hold as often as not."""

    def script(asked: Asked) -> None:
        random = Random(seed)
        for _ in range(30):
            pk, sk = random.choice("ABC"), random.choice(["STATE", "EV#1", "EV#2"])
            seq = random.randrange(3)
            writes = [
                put(pk, sk, "attribute_not_exists(pk)", seq=n(1)),
                put(pk, sk, "seq = :seq", {":seq": n(seq)}, seq=n(seq + 1)),
                put(pk, sk, seq=n(seq), due=s("UNSENT#0"), at=s(f"{random.random():.9f}")),
                counting(seq),
                claim(pk),
            ]
            asked.transact_write_items(TransactItems=random.sample(writes, random.randint(1, 2)))
            asked.get_item(TableName="t", Key=key(pk, sk), ConsistentRead=True)

    return script


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    names = {
        name: os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    }
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setenv(name, "eu-west-2" if name.endswith("REGION") else "testing")
        yield boto3.client("dynamodb")


def outcomes(script: Script, moto: Any) -> tuple[list[Any], list[Any]]:
    """What comes of it in memory, and on moto."""
    moto.create_table(**template().table("intake"), TableName="t")
    try:
        here, there = Asked(Database("t")), Asked(moto)
        for asked in (here, there):
            script(asked)
            everything(asked)
    finally:
        moto.delete_table(TableName="t")
    return here.outcomes, there.outcomes


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_in_memory_and_on_moto_the_same_comes_of_it(moto, script):
    here, there = outcomes(script, moto)
    assert here == there


@pytest.mark.parametrize("seed", range(12))
def test_in_memory_and_on_moto_the_same_comes_of_whatever_is_asked(moto, seed):
    here, there = outcomes(at_random(seed), moto)
    assert here == there


def test_no_world_asks_in_words_that_were_not_held_to_moto(packs: Path):
    """Every expression that the desk writes in some worlds stands in a script above, but for the names in it."""
    known: set[str] = set()
    wrote: set[str] = set()
    for script in SCRIPTS:
        script(Asked(_Noting(known)))
    with in_memory():
        for seed in range(6):
            world = World(seed, packs, weather=Weather())
            world.cloud.ask(_Noting(wrote, world.database))
            world.run(people)
    assert wrote
    assert {_shape(one) for one in wrote} <= {_shape(one) for one in known}


class _Noting:
    """A database that writes down the expressions it is asked in."""

    def __init__(self, found: set[str], database: Any = None) -> None:
        self._found, self._database = found, database

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def ask(**arguments: Any) -> Any:
            self._look(arguments)
            return getattr(self._database, operation)(**arguments) if self._database else {}

        return ask

    def _look(self, what: Any) -> None:
        if isinstance(what, dict):
            for name, value in what.items():
                if name.endswith("Expression"):
                    self._found.add(value)
                else:
                    self._look(value)
        elif isinstance(what, list):
            for one in what:
                self._look(one)


def _shape(expression: str) -> str:
    """Words and signs of an expression, lists shortened to one: `SET # = :, # = : ADD # :` is `SET x = x ADD x x`."""
    words = re.sub(r"[#:]?\b(?!(?:AND|OR|NOT|BETWEEN|IN|SET|REMOVE|ADD|DELETE)\b|[a-z_]+\()\w+", "x", expression)
    words = re.sub(r"[#:]x", "x", words)
    return re.sub(r"(x(?: =)? x|x)(?:, (?:x(?: =)? x|x))+", r"\1", words)
