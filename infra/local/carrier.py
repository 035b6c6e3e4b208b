"""A stand-in for what comes after a provider took a message, on this machine: receipts, in the providers' own words.

Everything arrives, except where the address says otherwise, as with the mailbox simulator of SES: `bounce@`, `full@`,
`away@` (somebody on holiday whose mailbox answers), `complaint@` (who calls it spam), `silent@` (nothing is told).
Texts to numbers ending in 404 reach nobody, of those ending in 000 nothing is told.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from infra.local import outbox

AFTER_SECONDS = 1.0
"""The desk has noted by then that the message was taken. That receipts may come sooner is tried elsewhere."""

_MAILS: Mapping[str, Sequence[dict[str, Any]]] = {
    "bounce": [{"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General"}}],
    "full": [{"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "MailboxFull"}}],
    "away": [
        {"eventType": "Delivery", "delivery": {}},
        {"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "General"}},
    ],
    "complaint": [
        {"eventType": "Delivery", "delivery": {}},
        {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}},
    ],
    "silent": [],
}
_ARRIVES = [{"eventType": "Send", "send": {}}, {"eventType": "Delivery", "delivery": {}}]
_TEXTS: Mapping[str, Sequence[str]] = {"404": ["TEXT_UNREACHABLE"], "000": []}


def taken() -> bytes:
    """The answer of End User Messaging, which ministack does not know."""
    return json.dumps({"MessageId": str(uuid.uuid4())}).encode()


def receipts(path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[str, list[str]]:
    """The configuration set that a request was sent with, and what is told of it; nothing of texts through SNS."""
    if outbox.is_text(headers):
        asked = json.loads(body)
        return asked.get("ConfigurationSetName", ""), [json.dumps(told) for told in _of_text(asked)]
    if path.startswith("/v2/email/"):
        asked = json.loads(body)
        return asked.get("ConfigurationSetName", ""), [json.dumps(told) for told in _of_mail(asked)]
    return "", []


def _of_mail(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    (to,) = asked["Destination"]["ToAddresses"]
    mail = {
        "timestamp": datetime.now(UTC).isoformat(),
        "messageId": str(uuid.uuid4()),
        "source": asked["FromEmailAddress"],
        "destination": [to],
        "tags": {tag["Name"]: [tag["Value"]] for tag in asked.get("EmailTags", ())},
    }
    return [{**told, "mail": mail} for told in _MAILS.get(to.partition("@")[0], _ARRIVES)]


def _of_text(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    number = asked["DestinationPhoneNumber"]
    return [
        {
            "eventType": kind,
            "eventVersion": "1.0",
            "isFinal": True,
            "destinationPhoneNumber": number,
            "messageId": str(uuid.uuid4()),
            "context": asked.get("Context", {}),
        }
        for kind in _TEXTS.get(number[-3:], ["TEXT_DELIVERED"])
    ]
