"""Permissions on a running desk: it answers functions as IAM would, by the policies of the template.

The template is read by the evaluator that holds the service tests; the desk has one of its own. Here both are asked.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
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
    yield from of_boxes(deployed, client("kms"))
    yield from of_messages(client)
    for other in (service, neighbour(service)):
        source = f"ahd.{other}"
        event = {
            "Source": source,
            "DetailType": "Probed",
            "Detail": "{}",
            "EventBusName": deployed.environment(service)["AHD_BUS"],
        }
        needed = [Asked("events:PutEvents", "bus", {"events:source": source})]
        yield f"tells as {other}", needed, partial(client("events").put_events, Entries=[event])
        needed = [Asked("secretsmanager:GetSecretValue", "secret" if other == service else "another secret")]
        read = partial(
            client("secretsmanager").get_secret_value, SecretId=deployed.environment(other)["AHD_DESK_KEY"]
        )
        yield f"reads the secret of {other}", needed, read
    nobody = [Asked("iam:ListRoles", "*")]
    yield "lists roles", nobody, client("iam").list_roles
    yield "asks what the emulator has not", nobody, client("polly").list_lexicons


def neighbour(service: str) -> str:
    """Another service."""
    return SERVICES[SERVICES.index(service) - 1]


def of_tables(deployed: Deployed, service: str, dynamodb: Any) -> Iterator[Call]:
    table = deployed.environment(service)["AHD_TABLE"]
    other = deployed.environment(neighbour(service))["AHD_TABLE"]
    for name, on in ((table, "table"), (other, "another table")):
        yield f"reads {on}", [Asked("dynamodb:GetItem", on)], partial(dynamodb.get_item, TableName=name, Key=KEY)
    due = {"IndexName": "due", "KeyConditionExpression": "due = :d", "ExpressionAttributeValues": {":d": {"S": "X"}}}
    on_index = [Asked("dynamodb:Query", "table/index/due")]
    yield "asks what is due", on_index, partial(dynamodb.query, TableName=table, **due)
    yield "reads through", [Asked("dynamodb:Scan", "table")], partial(dynamodb.scan, TableName=table, Limit=1)
    many = partial(dynamodb.batch_get_item, RequestItems={table: {"Keys": [KEY]}})
    yield "reads many", [Asked("dynamodb:BatchGetItem", "table")], many
    changes: dict[str, dict[str, Any]] = {
        "Put": {"Item": KEY},
        "Update": {"Key": KEY, "UpdateExpression": "SET a = pk"},
        "Delete": {"Key": KEY},
        "ConditionCheck": {"Key": KEY},
    }
    items = {kind: {kind: {"TableName": table, **NEVER, **change}} for kind, change in changes.items()}
    needed = {kind: Asked(f"dynamodb:{kind}Item", "table") for kind in changes}
    for kinds in (*((one,) for one in changes), ("Put", "Delete")):
        write = partial(dynamodb.transact_write_items, TransactItems=[items[kind] for kind in kinds])
        yield f"{' and '.join(kinds)} in a transaction", [needed[kind] for kind in kinds], write


def of_boxes(deployed: Deployed, kms: Any) -> Iterator[Call]:
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
            seal = partial(kms.generate_data_key, KeyId=key, EncryptionContext=said, KeySpec="AES_256")
            yield f"seals to {reader} as {said}", [Asked("kms:GenerateDataKey", f"key/{reader}", context)], seal
            unseal = partial(kms.decrypt, CiphertextBlob=deployed.box(key, said), EncryptionContext=said)
            yield f"opens boxes of {reader} as {said}", [Asked("kms:Decrypt", f"key/{reader}", context)], unseal


def of_messages(client: Client) -> Iterator[Call]:
    words = {"Simple": {"Subject": {"Data": "Probe"}, "Body": {"Text": {"Data": "Probe"}}}}
    own = SENDERS["MailFrom"]
    for sender, sent_with in (
        *((one, "AhdNotify") for one in SENDERS.values()),
        (own, "Another"),
        ("mayor@example.org", "AhdNotify"),
    ):
        mail = {"FromEmailAddress": sender, "Content": words, "Destination": {"ToAddresses": ["silent@example.org"]}}
        needed = [
            Asked("ses:SendEmail", f"arn:aws:ses:{REGION}:1:{one}", {"ses:FromAddress": sender})
            for one in (f"identity/{sender}", f"configuration-set/{sent_with}")
        ]
        send = partial(client("sesv2").send_email, **mail, ConfigurationSetName=sent_with)
        yield f"mails from {sender} with {sent_with}", needed, send
    number, topic = "+971501234000", f"arn:aws:sns:{REGION}:000000000000:topic"
    publish = client("sns").publish
    yield "texts", [Asked("sns:Publish", number)], partial(publish, PhoneNumber=number, Message="Probe")
    yield "tells a topic", [Asked("sns:Publish", topic)], partial(publish, TopicArn=topic, Message="Probe")
    needed = [Asked("sms-voice:SendTextMessage", f"arn:aws:sms-voice:{REGION}:1:phone-number/any")]
    send = partial(
        client("pinpoint-sms-voice-v2").send_text_message, DestinationPhoneNumber=number, MessageBody="Probe"
    )
    yield "texts with receipts", needed, send
