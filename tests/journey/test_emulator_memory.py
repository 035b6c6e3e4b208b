"""What the emulator under the desk had acknowledged, asked for again after `kill -9`, service by service."""

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from infra.local.places import ACCOUNT, CHECKPOINT, REGION
from tests.journey.conftest import LocalDesk

pytestmark = pytest.mark.emulator
TABLE = "probe"


@pytest.fixture(scope="module")
def mortal(start_desk: Callable[..., LocalDesk]) -> LocalDesk:
    return start_desk()


@pytest.fixture
def aws(mortal) -> Iterator[Callable[[str], Any]]:
    """Clients of the emulator as the owner of its account."""
    session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="test", region_name=REGION)
    with contextlib.ExitStack() as at_end:

        def client(service: str) -> Any:
            made = session.client(
                service, endpoint_url=_emulator(mortal), config=Config(retries={"total_max_attempts": 1})
            )
            at_end.callback(made.close)
            return made

        yield client


def _emulator(desk: LocalDesk) -> str:
    port = json.loads((desk.state / "desk.json").read_text())["emulator_port"]
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def table(aws, mortal) -> str:
    dynamodb = aws("dynamodb")
    name = f"{TABLE}-{secrets.token_hex(4)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    httpx.post(_emulator(mortal) + CHECKPOINT, timeout=60, trust_env=False).raise_for_status()
    return name


def again(desk: LocalDesk) -> None:
    desk.kill()
    desk.up()


def test_every_kind_of_write_to_a_table(aws, mortal, table):
    dynamodb = aws("dynamodb")
    for number in range(20):
        dynamodb.put_item(TableName=table, Item={"pk": {"S": f"put{number}"}})
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": "put3"}})
    dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": "put4"}},
        UpdateExpression="ADD seen :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {"pk": {"S": "batch"}}}}]})
    before = _items(dynamodb, table)
    again(mortal)
    assert _items(dynamodb, table) == before
    again(mortal)
    assert _items(dynamodb, table) == before


def test_a_write_that_was_refused_is_not_done_by_recovery(aws, mortal, table):
    dynamodb = aws("dynamodb")
    once = {"TableName": table, "ConditionExpression": "attribute_not_exists(pk)"}
    dynamodb.put_item(Item={"pk": {"S": "a"}, "by": {"S": "first"}}, **once)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(Item={"pk": {"S": "a"}, "by": {"S": "second"}}, **once)
    again(mortal)
    assert _items(dynamodb, table)["a"] == {"pk": {"S": "a"}, "by": {"S": "first"}}


def test_a_transaction_repeated_with_its_token_counts_once(aws, mortal, table):
    dynamodb = aws("dynamodb")
    count = {
        "Update": {
            "TableName": table,
            "Key": {"pk": {"S": "counter"}},
            "UpdateExpression": "ADD seen :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    token = secrets.token_hex(16)
    dynamodb.transact_write_items(TransactItems=[count], ClientRequestToken=token)
    httpx.post(_emulator(mortal) + CHECKPOINT, timeout=60, trust_env=False).raise_for_status()
    dynamodb.transact_write_items(TransactItems=[count], ClientRequestToken=token)
    again(mortal)
    assert _items(dynamodb, table)["counter"]["seen"] == {"N": "1"}


def test_a_message_put_into_a_queue_and_one_somebody_was_working_on(aws, mortal):
    sqs = aws("sqs")
    queue = sqs.create_queue(QueueName=f"probe-{secrets.token_hex(4)}", Attributes={"VisibilityTimeout": "600"})
    url = queue["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="in work")
    assert _received(sqs, url) == ["in work"]
    httpx.post(_emulator(mortal) + CHECKPOINT, timeout=60, trust_env=False).raise_for_status()
    sqs.send_message(QueueUrl=url, MessageBody="just sent")
    again(mortal)
    assert sorted(_received(sqs, url)) == ["in work", "just sent"]


def test_what_was_encrypted_under_a_key_of_the_desk_can_be_read(aws, mortal):
    kms = aws("kms")
    key = kms.list_keys()["Keys"][0]["KeyArn"]
    sealed = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    again(mortal)
    assert kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], KeyId=key)["Plaintext"] == sealed["Plaintext"]


def test_secrets_are_the_same(aws, mortal):
    vault = aws("secretsmanager")
    arns = [secret["ARN"] for secret in vault.list_secrets()["SecretList"]]
    assert arns
    before = [vault.get_secret_value(SecretId=arn)["SecretString"] for arn in arns]
    again(mortal)
    assert [vault.get_secret_value(SecretId=arn)["SecretString"] for arn in arns] == before


def test_everything_after_an_orderly_stop_too(aws, mortal, table):
    dynamodb = aws("dynamodb")
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "kept"}})
    mortal.down()
    mortal.up()
    assert "kept" in _items(dynamodb, table)


def _items(dynamodb: Any, table: str) -> dict[str, Any]:
    return {item["pk"]["S"]: item for item in dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]}


def _received(sqs: Any, url: str) -> list[str]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]
