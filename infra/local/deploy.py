"""Deploys the synthesised template, as it is, to the emulator: what `cdk deploy` does, in a second.

Assets go to the bootstrap bucket, stacks follow in the order of their dependencies. What has not changed since
the last time is not touched.
"""

import contextlib
import hashlib
import io
import json
import secrets
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.places import ACCOUNT, REGION, endpoint

BOOTSTRAP_VERSION = "30"
ASSETS = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
STACK_SECONDS = 300
NEVER_STOOD = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
"""Such a stack can only be deleted; nothing was ever stored in it."""
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
STAFF_ROLES = ("operator", "officer", "supervisor", "duty-leader", "auditor")

Progress = Callable[[str, float], None]
"""Told what is being done and how much of the whole is done, from 0 to 1."""


class DeployError(RuntimeError):
    """The emulator refused a stack; the message says which resource and why."""


@dataclass(frozen=True)
class Assembly:
    """What `cdk synth` wrote."""

    folder: Path

    def __post_init__(self) -> None:
        if not (self.folder / "manifest.json").exists():
            raise DeployError(f"There is no synthesised template in {self.folder}: `make synth` writes it.")

    def stacks(self) -> list[str]:
        """Stack artifacts, each behind those it depends on."""
        artifacts = json.loads((self.folder / "manifest.json").read_text())["artifacts"]
        stacks = {name: found for name, found in artifacts.items() if found["type"] == "aws:cloudformation:stack"}
        ordered: list[str] = []

        def place(name: str) -> None:
            if name in ordered:
                return
            for other in stacks[name].get("dependencies", ()):
                if other in stacks:
                    place(other)
            ordered.append(name)

        for name in stacks:
            place(name)
        return ordered

    def template(self, stack: str) -> str:
        return (self.folder / f"{stack}.template.json").read_text()

    def files(self) -> Iterator[tuple[str, str, Path, bool]]:
        """Bucket, key, where it lies, and whether it is a folder to be zipped; templates are not among them."""
        for manifest in sorted(self.folder.glob("*.assets.json")):
            for asset in json.loads(manifest.read_text())["files"].values():
                path = self.folder / asset["source"]["path"]
                if path.name.endswith(".template.json"):
                    continue
                for destination in asset["destinations"].values():
                    yield (
                        _filled(destination["bucketName"]),
                        _filled(destination["objectKey"]),
                        path,
                        asset["source"]["packaging"] == "zip",
                    )


def clients(port: int) -> Callable[[str], Any]:
    """AWS clients that speak to the emulator as the owner of its account."""
    session = boto3.Session(
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",  # noqa: S106  the emulator's own word for "the owner"
        region_name=REGION,
    )
    config = Config(connect_timeout=5, read_timeout=120, retries={"mode": "standard", "total_max_attempts": 3})

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint(port), config=config)

    return client


def deploy(assembly: Assembly, client: Callable[[str], Any], parameters: dict[str, str], progress: Progress) -> None:
    """Bring the emulator to what the assembly says. Raises DeployError with the reason it could not."""
    progress("uploading packages", 0)
    _publish(assembly, client)
    client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
    )
    stacks = assembly.stacks()
    for number, stack in enumerate(stacks):
        template = assembly.template(stack)
        address = _put_template(client("s3"), stack, template)

        def report(part: float, number: int = number, stack: str = stack) -> None:
            progress(stack, 0.1 + 0.9 * (number + part) / len(stacks))

        _deploy_stack(client("cloudformation"), stack, address, template, parameters, report)
    progress("deployed", 1)


def verify_sender(client: Callable[[str], Any], address: str) -> None:
    """What the owner of a domain does once by answering a mail: say that the desk may send in its name."""
    ses = client("sesv2")
    try:
        ses.create_email_identity(EmailIdentity=address)
    except ses.exceptions.AlreadyExistsException:
        return


def api_id(client: Callable[[str], Any]) -> str:
    """The desk has one HTTP API."""
    (api,) = client("apigatewayv2").get_apis()["Items"]
    return str(api["ApiId"])


@dataclass(frozen=True)
class Member:
    """Somebody on the staff: one of `STAFF_ROLES`, the units they belong to, the pack's roles they act as."""

    role: str
    units: tuple[str, ...] = ()
    acts_as: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the user pool that say so."""
        return (self.role, *self.units, *(f"role-{one}" for one in self.acts_as))

    @property
    def username(self) -> str:
        return f"{'.'.join(self.groups)}@desk.example"


@dataclass(frozen=True)
class Staff:
    """One user per role in the desk's user pool, so that somebody can try the staff side at once."""

    pool: str
    app_client: str
    password: str

    @classmethod
    def appoint(cls, client: Callable[[str], Any]) -> "Staff":
        """Create the users, or give those that exist a new password."""
        cognito = client("cognito-idp")
        (pool,) = (pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"])
        app_client = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"][0]["ClientId"]
        staff = cls(pool, app_client, f"Aa1-{secrets.token_urlsafe(24)}")
        for role in STAFF_ROLES:
            staff.appoint_one(cognito, Member(role))
        return staff

    def appoint_one(self, cognito: Any, member: Member) -> None:
        """Create a user who is this, or give the one that exists a new password."""
        who = {"UserPoolId": self.pool, "Username": member.username}
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(
                **who,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": who["Username"]},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
        cognito.admin_set_user_password(**who, Password=self.password, Permanent=True)
        for group in member.groups:
            with contextlib.suppress(cognito.exceptions.GroupExistsException):
                cognito.create_group(UserPoolId=self.pool, GroupName=group)
            cognito.admin_add_user_to_group(**who, GroupName=group)

    def token(self, cognito: Any, member: Member) -> str:
        """A fresh access token."""
        answer = cognito.admin_initiate_auth(
            UserPoolId=self.pool,
            ClientId=self.app_client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": member.username, "PASSWORD": self.password},
        )
        return str(answer["AuthenticationResult"]["AccessToken"])


def _publish(assembly: Assembly, client: Callable[[str], Any]) -> None:
    """Keys name their content, so what is there already is right."""
    s3 = client("s3")
    present: dict[str, set[str]] = {}
    for bucket, key, path, is_folder in assembly.files():
        if bucket not in present:
            present[bucket] = _keys(s3, bucket)
        if key not in present[bucket]:
            s3.put_object(Bucket=bucket, Key=key, Body=_zipped(path) if is_folder else path.read_bytes())


def _keys(s3: Any, bucket: str) -> set[str]:
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {found["Key"] for page in pages for found in page.get("Contents", ())}
    return set()


def _zipped(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_EPOCH)
                entry.external_attr = path.stat().st_mode << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=1)
    return packed.getvalue()


def _filled(text: str) -> str:
    return text.replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)


def _put_template(s3: Any, stack: str, template: str) -> str:
    """Templates over 51,200 bytes are only taken from a bucket."""
    body = template.encode()
    place = {"Bucket": _filled(ASSETS), "Key": f"templates/{stack}-{hashlib.sha256(body).hexdigest()}.json"}
    s3.put_object(**place, Body=body)
    return f"{s3.meta.endpoint_url}/{place['Bucket']}/{place['Key']}"


def _deploy_stack(
    cloudformation: Any,
    stack: str,
    address: str,
    template: str,
    parameters: dict[str, str],
    report: Callable[[float], None],
) -> None:
    described = json.loads(template)
    wanted = [
        {"ParameterKey": name, "ParameterValue": parameters[name]}
        for name in described.get("Parameters", {})
        if name in parameters
    ]
    request = {
        "StackName": stack,
        "TemplateURL": address,
        "Parameters": wanted,
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    before = _status(cloudformation, stack)
    if before in NEVER_STOOD:
        cloudformation.delete_stack(StackName=stack)
        before = None
    change = cloudformation.create_stack if before is None else cloudformation.update_stack
    try:
        change(**request)
    except ClientError as refused:
        if "No updates" in str(refused):
            return
        raise DeployError(f"{stack} was refused: {str(refused)[:1000]}") from refused
    resources = len(described["Resources"])
    deadline = time.monotonic() + STACK_SECONDS
    while (status := _status(cloudformation, stack) or "").endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise DeployError(f"{stack} is still {status} after {STACK_SECONDS} seconds")
        done = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        report(min(1.0, len(done) / resources))
        time.sleep(0.1)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise DeployError(f"{stack} is {status}: {_reasons(cloudformation, stack)}")


def _status(cloudformation: Any, stack: str) -> str | None:
    try:
        return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as missing:
        if "does not exist" in str(missing):
            return None
        raise


def _reasons(cloudformation: Any, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return "; ".join(
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', 'no reason')}"
        for event in events
        if event["ResourceStatus"].endswith("_FAILED")
    )
