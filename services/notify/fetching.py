"""What is read from SNS' own hosts: its certificates, and the confirmation that a subscription is wanted."""

from functools import cache
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from services.notify.snspost import NotSigned, is_of_sns

_SECONDS, _LARGEST, _OK = 2, 20_000, 200


@cache
def certificate(address: str) -> bytes:
    """A certificate of SNS, kept as long as the process: they last for months. Raises `NotSigned`."""
    return get(address)


def get(address: str) -> bytes:
    """What is there; nothing is followed to elsewhere. Raises `NotSigned` when it can't be had."""
    if not is_of_sns(address):
        raise NotSigned("elsewhere")
    parts = urlsplit(address)
    connection = HTTPSConnection(parts.netloc, timeout=_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        answer = connection.getresponse()
        body = answer.read(_LARGEST)
    except (OSError, HTTPException):
        raise NotSigned("out of reach") from None
    finally:
        connection.close()
    if answer.status != _OK:
        raise NotSigned("out of reach")
    return body
