"""What the desk has sent, as anyone at this machine may look it up: the emulator writes it, the front shows it.

A message is written before the sender is told that it was accepted, so the outbox survives what the sender survives.
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import parse_qs

from infra.local import journal


class File(TypedDict):
    """What hangs on a mail."""

    name: str
    kind: str
    text: str


class Message(TypedDict):
    at: str
    channel: str
    to: list[str]
    sender: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    files: list[File]


def is_send(method: str, path: str, headers: dict[bytes, bytes]) -> bool:
    """Whether a request may ask for a message to be sent: SES v2 SendEmail, SendTextMessage, or anything of SNS."""
    if method != "POST":
        return False
    if is_text(headers):
        return True
    return path == "/v2/email/outbound-emails" or b"/sns/aws4_request" in headers.get(b"authorization", b"")


def is_text(headers: dict[bytes, bytes]) -> bool:
    """Whether a request is AWS End User Messaging's SendTextMessage."""
    return headers.get(b"x-amz-target") == b"PinpointSMSVoiceV2.SendTextMessage"


def message_of(path: str, headers: dict[bytes, bytes], body: bytes) -> Message | None:
    """The message a request asked to send; None if it was none."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    if is_text(headers):
        asked = json.loads(body)
        return _sms(at, asked["DestinationPhoneNumber"], asked.get("OriginationIdentity", ""), asked["MessageBody"])
    return _mail(at, json.loads(body)) if path.startswith("/v2/email/") else _text_message(at, body)


def _mail(at: str, request: dict[str, Any]) -> Message:
    destination = request.get("Destination", {})
    to = [address for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for address in destination.get(kind, [])]
    content = request.get("Content", {})
    mail = Message(
        at=at,
        channel="mail",
        to=to,
        sender=request.get("FromEmailAddress", ""),
        subject="",
        text="",
        html="",
        headers={},
        files=[],
    )
    if simple := content.get("Simple"):
        mail["subject"] = simple.get("Subject", {}).get("Data", "")
        mail["text"] = simple.get("Body", {}).get("Text", {}).get("Data", "")
        mail["html"] = simple.get("Body", {}).get("Html", {}).get("Data", "")
        mail["headers"] = {header["Name"]: header["Value"] for header in simple.get("Headers", [])}
    elif raw := content.get("Raw"):
        parsed = message_from_bytes(base64.b64decode(raw["Data"]), policy=policy.default)
        mail["subject"] = str(parsed["Subject"] or "")
        mail["headers"] = {name: str(value) for name, value in parsed.items()}
        mail["to"] = to or [str(parsed["To"] or "")]
        mail["text"], mail["html"] = (_words(parsed, kind) for kind in ("plain", "html"))
        mail["files"] = [_file(part) for part in parsed.iter_attachments()]
    return mail


def _words(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""


def _text_message(at: str, body: bytes) -> Message | None:
    form = parse_qs(body.decode(), keep_blank_values=True)
    if form.get("Action") != ["Publish"] or "PhoneNumber" not in form:
        return None
    return _sms(at, form["PhoneNumber"][0], _sms_sender(form), form.get("Message", [""])[0])


def _sms(at: str, to: str, sender: str, text: str) -> Message:
    return Message(at=at, channel="sms", to=[to], sender=sender, subject="", text=text, html="", headers={}, files=[])


def _file(part: EmailMessage) -> File:
    content = part.get_content()
    shown = content if isinstance(content, str) else f"{len(content)} bytes"
    return File(name=part.get_filename() or "", kind=part.get_content_type(), text=shown)


def _sms_sender(form: dict[str, list[str]]) -> str:
    for key, (name, *_) in form.items():
        if key.endswith(".Name") and name == "AWS.SNS.SMS.SenderID":
            return form.get(key.removesuffix(".Name") + ".Value.StringValue", [""])[0]
    return ""


def read(path: Path, to: str | None = None) -> Iterator[dict[str, Any]]:
    """Every message sent, oldest first; `to` picks those to one address or number."""
    if path.exists():
        for message in journal.read(path):
            if to is None or to in message["to"]:
                yield message
