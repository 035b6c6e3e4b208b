"""What providers tell of messages, in their own words."""

import json
from typing import Any

from services.notify.mark import MARK, Which

SENDER = "desk@example.org"
REFUSED = {"bounceType": "Permanent", "bounceSubType": "General"}
MAILBOX_FULL = {"bounceType": "Transient", "bounceSubType": "MailboxFull"}
ON_HOLIDAY = {"bounceType": "Transient", "bounceSubType": "General"}
SPAM = {"complaintFeedbackType": "abuse", "complaintSubType": None}


def of_mail(kind: str, which: Which, *, to: str = "amal@example.org", **more: Any) -> str:
    """As SES publishes it through a configuration set (its guide, "Examples of event data")."""
    mail = {
        "timestamp": "2026-11-23T06:00:01.000Z",
        "messageId": "0102018c",
        "source": SENDER,
        "sendingAccountId": "123456789012",
        "destination": [to],
        "headersTruncated": False,
        "headers": [{"name": "To", "value": to}],
        "commonHeaders": {"to": [to], "subject": "We have your report"},
        "tags": {MARK: [which.mark], "ses:configuration-set": ["AhdNotify"]},
    }
    return json.dumps({"eventType": kind, "mail": mail, **more})


def of_text(kind: str, which: Which, *, final: bool = True) -> str:
    """As AWS End User Messaging publishes it (its guide, "Example event data")."""
    return json.dumps(
        {
            "eventType": kind,
            "eventVersion": "1.0",
            "eventTimestamp": 1764741600000,
            "isFinal": final,
            "originationPhoneNumber": "AHD",
            "destinationPhoneNumber": "+971501234567",
            "isoCountryCode": "AE",
            "messageId": "b6b4e7e1",
            "messageType": "TRANSACTIONAL",
            "messageStatus": kind.removeprefix("TEXT_"),
            "context": {MARK: which.mark},
            "totalMessageParts": 1,
            "totalMessagePrice": 0.11,
        }
    )
