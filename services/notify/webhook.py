"""HTTP: receipts of providers that are not AWS. A receipt counts when it is signed with the provider's key, lately.

`POST /v1/receipts/<provider>` with `Desk-Signature: t=<seconds since 1970>,v1=<hex>`: the HMAC-SHA256, under the key
that `python -m infra.receipt_key <provider>` tells, of `<t>.<body>`.
"""

import hmac
import re
from typing import NoReturn

from aws_lambda_powertools.event_handler import Response

from services.notify import receiving
from services.notify.receipt import NoReceipt, read_plain
from shared import vault
from shared.clock import utc_now
from shared.http import Desk, Problem, answer, body_of
from shared.logs import log

handler = Desk()

LATELY = 300
"""Seconds between the signature and its arrival: what was recorded on its way is soon worth nothing."""

_PROVIDER = re.compile(r"[a-z][a-z0-9-]{1,30}")
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


@handler.post("/v1/receipts/<provider>")
def take(provider: str) -> Response[str]:
    body = body_of(_text())
    signature = _SIGNATURE.fullmatch(handler.current_event.headers.get("desk-signature") or "")
    if not (signature and _PROVIDER.fullmatch(provider)):
        _refuse("unsigned")
    if abs(int(signature[1]) - utc_now().timestamp()) > LATELY:
        _refuse("not of now")
    right = hmac.digest(key_of(provider), f"{signature[1]}.".encode() + body, "sha256")
    if not hmac.compare_digest(right.hex(), signature[2]):
        _refuse("forged")
    try:
        receiving.note(read_plain(body), provider)
    except NoReceipt as error:
        log().warning("no receipt", reason_code=str(error), provider=provider)
        raise Problem(
            422,
            "no-receipt",
            "This is no receipt.",
            'Send {"message": …, "channel": "sms", "fate": "taken", "delivered", "undelivered" or "unwanted"}; '
            "the message is the mark that was sent along with it.",
        ) from None
    # The same for what is known, unknown and told before: whoever asks learns nothing about messages.
    return answer(202, {"taken": True})


def _text() -> str | None:
    try:
        return handler.current_event.decoded_body
    except ValueError:  # base64 that is none, bytes that are no UTF-8
        _refuse("unreadable")


def key_of(provider: str) -> bytes:
    """What this provider signs with; every one has a key of its own."""
    return vault.mac_text("receipts", provider).encode()


def _refuse(why: str) -> NoReturn:
    log().warning("no receipt", reason_code=why)
    raise Problem(
        401,
        "not-signed",
        "The signature can't be accepted.",
        "Sign time and body with your key, at most five minutes ago: Desk-Signature: t=…,v1=…",
    )
