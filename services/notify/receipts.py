"""Lambda: what SES and AWS End User Messaging tell of messages, from the queue behind their topic."""

from typing import Any

from services.notify import receiving
from shared.consumer import work_off


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda: a batch of the queue of receipts."""
    return work_off(event, lambda body: receiving.take(body, "aws"))
