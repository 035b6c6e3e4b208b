"""Permissions on a running desk: it answers functions as IAM would, by the policies of the template.

The template is read by the evaluator that holds the service tests; the desk has one of its own. Here both are asked.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.deploy import clients
from infra.local.places import REGION, endpoint
from tests.journey.conftest import LocalDesk
from tests.service.grants import Asked, Grants, functions
from tests.template import template

pytestmark = pytest.mark.emulator

REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
KEY = {"pk": {"S": "nobody"}, "sk": {"S": "nothing"}}
NEVER = {"ConditionExpression": "attribute_exists(pk)"}
SENDERS = {"MailFrom": "desk@desk.example", "NeutralFrom": "info@post.example"}
SERVICES = ("intake", "complaints", "notify", "survey")
Client = Callable[[str], Any]


@dataclass(frozen=True)
class Deployed:
    """The desk as its account's owner sees it."""

    owner: Client
    port: int
    found: Mapping[str, Any]
    """Functions by name."""
    session: boto3.Session
    boxes: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    def environment(self, service: str) -> dict[str, str]:
        """What the functions of a service are told, all together."""
        mine = (one for name, one in self.found.items() if name.startswith(f"Ahd{service.capitalize()}-"))
        return {name: value for one in mine for name, value in one["Environment"]["Variables"].items()}

    def box(self, key: str, said: dict[str, str]) -> bytes:
        """Something sealed with this key, in this context."""
        if (key, *said) not in self.boxes:
            answer = self.owner("kms").generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=said)
            self.boxes[key, *said] = answer["CiphertextBlob"]
        return self.boxes[key, *said]

    def as_function(self, name: str) -> Client:
        """Clients with the role of a function."""
        taken = self.owner("sts").assume_role(RoleArn=self.found[name]["Role"], RoleSessionName="probe")[
            "Credentials"
        ]
        key = {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }
        config = Config(retries={"total_max_attempts": 1})
        # One session for all: it reads the model of each service once.
        return cache(lambda one: self.session.client(one, endpoint_url=endpoint(self.port), config=config, **key))


@pytest.fixture(scope="module")
def deployed(desk: LocalDesk) -> Deployed:
    port = json.loads((desk.state / "desk.json").read_text())["emulator_port"]
    owner = clients(port)
    pages = owner("lambda").get_paginator("list_functions").paginate()
    found = {one["FunctionName"]: one for page in pages for one in page["Functions"]}
    return Deployed(owner, port, found, boto3.Session(region_name=REGION))


@pytest.mark.parametrize(("service", "function"), sorted(functions(template())))
def test_the_desk_refuses_a_function_what_its_role_does_not_allow_and_nothing_else(deployed, service, function):
    grants = Grants.of(template(), service, function)
    client = deployed.as_function(f"Ahd{service.capitalize()}-{function}")
    differs = []
    for what, needed, call in calls(deployed, service, client):
        allowed = all(grants.that_allow(asked, SENDERS) for asked in needed)
        if is_allowed(call) != allowed:
            differs.append(
                f"{what}: the role {'allows' if allowed else 'does not allow'} it, the desk says otherwise"
            )
    assert not differs


def test_what_a_role_lacks_shows_at_once_and_is_written_down(desk, deployed):
    role = deployed.found["AhdSurvey-staff"]["Role"].rpartition("/")[2]
    iam = deployed.owner("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    before = desk.refused()
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        assert scores(desk) >= httpx.codes.INTERNAL_SERVER_ERROR
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
    caused = [one for one in desk.refused() if one not in before]
    assert {one["function"] for one in caused} == {"AhdSurvey-staff"}
    desk.pardon(caused)
    assert scores(desk) == httpx.codes.OK


def scores(desk: LocalDesk) -> int:
    with desk.client() as client:
        supervisor = {"Authorization": f"Bearer {desk.tokens()['supervisor']}"}
        return client.get("/staff/v1/scores", headers=supervisor).status_code


def is_allowed(call: Callable[[], object]) -> bool:
    """Whether IAM let it pass, whatever became of it then."""
    try:
        call()
    except ClientError as refused:
        return refused.response["Error"]["Code"] not in REFUSED
    return True


Call = tuple[str, list[Asked], Callable[[], object]]


def calls(deployed: Deployed, service: str, client: Client) -> Iterator[Call]:
    """What functions of the desk do on AWS, and what none may, so that nothing is left behind where it is allowed."""
    yield from of_tables(deployed, service, client("dynamodb"))
    yield from of_boxes(deployed, service, client)
    yield from of_messages(client)
    for other in (service, SERVICES[SERVICES.index(service) - 1]):
        source = f"ahd.{other}"
        event = {
            "Source": source,
            "DetailType": "Probed",
            "Detail": "{}",
            "EventBusName": deployed.environment(service)["AHD_BUS"],
        }
        yield (
            f"tells as {other}",
            [Asked("events:PutEvents", "bus", {"events:source": source})],
            lambda event=event: client("events").put_events(Entries=[event]),
        )
        secret = {"SecretId": deployed.environment(other)["AHD_DESK_KEY"]}
        yield (
            f"reads the secret of {other}",
            [Asked("secretsmanager:GetSecretValue", "secret" if other == service else "another secret")],
            lambda secret=secret: client("secretsmanager").get_secret_value(**secret),
        )
    nobody = [Asked("iam:ListRoles", "*")]
    yield "lists roles", nobody, lambda: client("iam").list_roles()
    yield "asks what the emulator has not", nobody, lambda: client("polly").list_lexicons()


def of_tables(deployed: Deployed, service: str, dynamodb: Any) -> Iterator[Call]:
    tables = {one: deployed.environment(one)["AHD_TABLE"] for one in (service, SERVICES[SERVICES.index(service) - 1])}
    table = {"TableName": tables[service]}
    for other, name in tables.items():
        on = "table" if other == service else "another table"
        yield (
            f"reads {other}",
            [Asked("dynamodb:GetItem", on)],
            lambda name=name: dynamodb.get_item(TableName=name, Key=KEY),
        )
    due = {"IndexName": "due", "KeyConditionExpression": "due = :d", "ExpressionAttributeValues": {":d": {"S": "X"}}}
    yield (
        "asks what is due",
        [Asked("dynamodb:Query", "table/index/due")],
        lambda: dynamodb.query(**table, **due),
    )
    yield "reads through", [Asked("dynamodb:Scan", "table")], lambda: dynamodb.scan(**table, Limit=1)
    yield (
        "reads many",
        [Asked("dynamodb:BatchGetItem", "table")],
        lambda: dynamodb.batch_get_item(RequestItems={tables[service]: {"Keys": [KEY]}}),
    )
    changes: dict[str, dict[str, Any]] = {
        "Put": {"Item": KEY},
        "Update": {"Key": KEY, "UpdateExpression": "SET a = pk"},
        "Delete": {"Key": KEY},
        "ConditionCheck": {"Key": KEY},
    }
    for kind, change in changes.items():
        action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
        items = [{kind: {**table, **NEVER, **change}}]
        yield (
            f"{kind} in a transaction",
            [Asked(f"dynamodb:{action}", "table")],
            lambda items=items: dynamodb.transact_write_items(TransactItems=items),
        )
    both = [
        Asked("dynamodb:PutItem", "table"),
        Asked("dynamodb:DeleteItem", "table"),
    ]
    items = [{kind: {**table, **NEVER, **changes[kind]}} for kind in ("Put", "Delete")]
    yield "Put and Delete", both, lambda: dynamodb.transact_write_items(TransactItems=items)


def of_boxes(deployed: Deployed, service: str, client: Client) -> Iterator[Call]:
    everybody = [deployed.environment(one) for one in SERVICES]
    keys = {
        name.removeprefix("AHD_SEAL_").lower(): value
        for one in everybody
        for name, value in one.items()
        if name.startswith("AHD_SEAL_")
    }
    for reader, key in keys.items():
        for said in ({"sealed-to": reader}, {}):
            context = {f"kms:EncryptionContext:{name}": value for name, value in said.items()}
            asked = {"KeyId": key, "EncryptionContext": said}
            yield (
                f"seals to {reader} as {said}",
                [Asked("kms:GenerateDataKey", f"key/{reader}", context)],
                lambda asked=asked: client("kms").generate_data_key(**asked, KeySpec="AES_256"),
            )
            opened = {"CiphertextBlob": deployed.box(key, said), "EncryptionContext": said}
            yield (
                f"opens boxes of {reader} as {said}",
                [Asked("kms:Decrypt", f"key/{reader}", context)],
                lambda opened=opened: client("kms").decrypt(**opened),
            )


def of_messages(client: Client) -> Iterator[Call]:
    words = {"Simple": {"Subject": {"Data": "Probe"}, "Body": {"Text": {"Data": "Probe"}}}}
    for sender in (*SENDERS.values(), "mayor@example.org"):
        mail = {"FromEmailAddress": sender, "Content": words, "Destination": {"ToAddresses": ["silent@example.org"]}}
        given = {"ses:FromAddress": sender}
        for sent_with in ("AhdNotify", "Another")[: 1 + (sender == SENDERS["MailFrom"])]:
            needed = [
                Asked("ses:SendEmail", f"arn:aws:ses:{REGION}:1:{one}", given)
                for one in (f"identity/{sender}", f"configuration-set/{sent_with}")
            ]
            yield (
                f"mails from {sender} with {sent_with}",
                needed,
                lambda mail=mail, sent_with=sent_with: client("sesv2").send_email(
                    **mail, ConfigurationSetName=sent_with
                ),
            )
    number = "+971501234000"
    yield (
        "sends a text",
        [Asked("sns:Publish", number)],
        lambda: client("sns").publish(PhoneNumber=number, Message="Probe"),
    )
    topic = f"arn:aws:sns:{REGION}:000000000000:topic"
    yield (
        "tells a topic",
        [Asked("sns:Publish", topic)],
        lambda: client("sns").publish(TopicArn=topic, Message="Probe"),
    )
    yield (
        "sends a text with receipts",
        [Asked("sms-voice:SendTextMessage", f"arn:aws:sms-voice:{REGION}:1:phone-number/any")],
        lambda: client("pinpoint-sms-voice-v2").send_text_message(DestinationPhoneNumber=number, MessageBody="Probe"),
    )
