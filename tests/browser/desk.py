"""The desk's pages as a browser meets them: handlers behind an HTTP server, tables and keys in moto."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from infra.packs import compile_into
from services.complaints import accepting, staff
from services.complaints import web as complaints
from services.intake import staff as case_staff
from services.intake import web as intake
from services.notify import notes as notified
from services.notify import signup, subscribe, subscribing, wishing
from services.notify import web as notify
from services.notify.recipient import Recipient
from services.notify.subscriber import Subscriber
from services.survey import web as survey
from services.survey.invitation import Invitation
from shared import aws, ids, rules, seals, settings, tables, vault
from shared.contracts.survey import SurveyInvited
from shared.store import Cause, Line

SERVICES = ("intake", "complaints", "notify", "survey")
REGION = "me-central-1"
_PAGES: dict[str, tuple[str, Any]] = {
    "/survey/": ("survey", survey),
    "/complain": ("complaints", complaints),
    "/contact/": ("notify", notify),
    "/subscribe": ("notify", subscribe),
}
_ALL_OTHERS: tuple[str, Any] = ("intake", intake)


class Desk:
    """Answers requests with the handler that the API would route them to."""

    def __init__(self, url: str, packs_folder: Path) -> None:
        self.url = url
        self._packs = packs_folder
        self._environ = pytest.MonkeyPatch()
        self._keys = {name: boto3.client("kms", REGION).create_key()["KeyMetadata"]["Arn"] for name in SERVICES}
        self._secrets = {
            name: boto3.client("secretsmanager", REGION).create_secret(
                Name=f"desk-{name}", SecretString=uuid4().hex * 2
            )["ARN"]
            for name in SERVICES
        }
        for name in SERVICES:
            _table(name)

    @contextmanager
    def being(self, service: str) -> Iterator[None]:
        """Run as a function of `service`."""
        key = self._keys["intake"]
        for name, value in {
            "AHD_SERVICE": service,
            "AHD_TABLE": service,
            "AHD_URL": self.url,
            "AHD_PACK": "police",
            "AHD_PACKS": str(self._packs),
            "AHD_DESK_KEY": self._secrets[service],
            "AHD_SEAL_NOTIFY": key,
            "AHD_SEAL_COMPLAINTS": key,
            "AHD_SEAL_INTAKE": key,
        }.items():
            self._environ.setenv(name, value)
        for known in (settings.settings, tables.store, vault._desk_key, vault.chain_key, rules._compiled):
            known.cache_clear()
        yield

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        """The Lambda's answer to an HTTP request."""
        service, module = next((found for start, found in _PAGES.items() if path.startswith(start)), _ALL_OTHERS)
        with self.being(service):
            answer: dict[str, Any] = module.handler(self.event(method, path, headers, body), SimpleNamespace())
        return answer

    def event(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        """An HTTP request as the HTTP API puts it to a function (payload format 2.0)."""
        parts = urlsplit(path)
        lower = {name.lower(): value for name, value in headers.items()}
        cookies = [one.strip() for one in lower.pop("cookie", "").split(";") if one.strip()]
        query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
        return {
            "version": "2.0",
            "routeKey": f"{method} {parts.path}",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": lower,
            **({"cookies": cookies} if cookies else {}),
            **({"queryStringParameters": query} if query else {}),
            "requestContext": {
                "requestId": uuid4().hex,
                "stage": "$default",
                "http": {"method": method, "path": parts.path},
            },
            **({"body": base64.b64encode(body).decode()} if body else {}),
            "isBase64Encoded": bool(body),
        }

    def invite(self, *, language: str = "en", about: str = "case") -> str:
        """Path of a fresh survey link."""
        with self.being("survey"):
            identity, token, case = ids.number(), ids.secret(), ids.number()
            invitation = Invitation(
                id=identity,
                case=case,
                about=about,
                category="D6",
                language=language,
                invited=datetime.now(UTC),
                salt=vault.new_salt(),
                token=vault.mac_text("survey", identity, token),
            )
            invited = SurveyInvited(invitation=identity, case=case)
            tables.store().create(invitation, [Line(invited)], Cause(datetime.now(UTC), "test", "test"))
        return f"/survey/{identity}/{token}"

    def reach(self, *, language: str = "en") -> tuple[str, str]:
        """Paths of the link where a fresh customer chooses how they are written to, and of one that stops a kind."""
        with self.being("notify"):
            case, secret = ids.number(), ids.secret()
            card = {"phone": "+971501234567", "email": "lin@example.org", "secret": secret}
            recipient = Recipient(id=case, language=language, salt=vault.new_salt())
            line = Line(notified.RecipientKnown(), private=card)
            tables.store().create(recipient, [line], Cause(datetime.now(UTC), "test", "test"))
            stop = str(wishing.unsubscribe_link(case, "progressed")).removeprefix(self.url)
        return f"/contact/{case}/{secret}", stop

    def subscription(self, *, language: str = "en") -> str:
        """Path of the link that confirms a fresh subscription."""
        with self.being("notify"):
            address = f"reader-{uuid4().hex}@example.org"
            request = {"email": address, "themes": ["safety"], "communities": ["hills"], "language": language}
            wanted = signup.SubscriptionRequest.model_validate(request)
            signup.ask(wanted, datetime.now(UTC), "test")
            known = tables.store().load(Subscriber, subscribing.identity_of("email", address))
            return urlsplit(subscribing.link(known, "confirm")).path

    def complain(self, text: str = "They were rude.", language: str = "en") -> str:
        """Path of the secret link of a fresh complaint."""
        with self.being("complaints"):
            request = accepting.ComplaintRequest.model_validate(
                {"text": text, "language": language, "kind": "attitude", "contact": {"email": "lin@example.org"}}
            )
            receipt = accepting.accept(request, None, datetime.now(UTC), "test")
        return f"/complaint/{receipt.complaint.id}/{receipt.secret}"

    def does(self, act: str, number: str, body: dict[str, Any]) -> None:
        """A member of staff does something with a complaint."""
        self._staff("complaints", staff.handler, f"complaints/{number}/{act}", body)

    def works(self, act: str, number: str, body: dict[str, Any]) -> None:
        """A member of staff does something with a case."""
        self._staff("intake", case_staff.handler, f"cases/{number}/{act}", body)

    def _staff(self, service: str, handler: Any, path: str, body: dict[str, Any]) -> None:
        headers = {"idempotency-key": uuid4().hex}
        event = self.event("POST", f"/staff/v1/{path}", headers, json.dumps(body).encode())
        claims = {"sub": "manager-1", "cognito:groups": "[supervisor duty-leader]"}
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims}}
        with self.being(service):
            answer = handler(event, SimpleNamespace())
        assert answer["statusCode"] == HTTPStatus.OK, answer["body"]

    def close(self) -> None:
        self._environ.undo()


def _table(name: str) -> None:
    boto3.client("dynamodb", REGION).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("pk", "sk", "due", "at")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "due", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )


@contextmanager
def open_desk(folder: Path, url: str = "https://desk.example") -> Iterator[Desk]:
    """A desk with empty tables, for as long as the block runs."""
    compile_into(folder)
    environ = pytest.MonkeyPatch()
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        environ.setenv(name, value)
    with mock_aws():
        aws.client.cache_clear()
        aws.session.cache_clear()
        seals._senders_keys.clear()
        desk = Desk(url, folder)
        yield desk
        desk.close()
    aws.client.cache_clear()
    aws.session.cache_clear()
    seals._senders_keys.clear()
    environ.undo()


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """The desk over HTTP on a free port; gives its address."""
    one_at_a_time = Lock()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            with one_at_a_time:
                answer = desk.answer(self.command, self.path, dict(self.headers.items()), body)
            content = answer.get("body") or ""
            raw = base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            for cookie in answer.get("cookies", []):
                self.send_header("Set-Cookie", cookie)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Tests read the desk's own log, not this one."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield desk.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
