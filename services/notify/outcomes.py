"""What came of asking a provider: it took the message, refused it for now, refused it for good, or left us without an
answer; nothing else.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from botocore import exceptions
from botocore.exceptions import ClientError, HTTPClientError, ParamValidationError
from botocore.parsers import ResponseParserError


class NotTaken(Exception):
    """The provider refused it for now: try again later."""


class NeverTaken(Exception):
    """The provider will never take this: try another way."""


class NoAnswer(Exception):
    """The provider may or may not have taken it."""


FOR_NOW, FOR_GOOD, OPEN = NotTaken, NeverTaken, NoAnswer

Meanings = Mapping[str, type[Exception]]
"""What a provider's word for a refusal means: `FOR_NOW`, `FOR_GOOD`, or `OPEN`."""

_COMMON: Meanings = {
    # Any AWS service: too much at once.
    "BandwidthLimitExceeded": FOR_NOW,
    "EC2ThrottledException": FOR_NOW,
    "LimitExceeded": FOR_NOW,
    "LimitExceededException": FOR_NOW,
    "PriorRequestNotComplete": FOR_NOW,
    "ProvisionedThroughputExceededException": FOR_NOW,
    "RequestLimitExceeded": FOR_NOW,
    "RequestThrottled": FOR_NOW,
    "RequestThrottledException": FOR_NOW,
    "SlowDown": FOR_NOW,
    "Throttled": FOR_NOW,
    "ThrottledException": FOR_NOW,
    "Throttling": FOR_NOW,
    "ThrottlingException": FOR_NOW,
    "TooManyRequestsException": FOR_NOW,
    "TransactionInProgressException": FOR_NOW,
    # Any AWS service: a role, a key or a clock of ours is wrong. Nothing of it is the message's fault.
    "AccessDenied": FOR_NOW,
    "AccessDeniedException": FOR_NOW,
    "ExpiredToken": FOR_NOW,
    "ExpiredTokenException": FOR_NOW,
    "IncompleteSignature": FOR_NOW,
    "IncompleteSignatureException": FOR_NOW,
    "InvalidAccessKeyId": FOR_NOW,
    "InvalidClientTokenId": FOR_NOW,
    "InvalidSignatureException": FOR_NOW,
    "MissingAuthenticationToken": FOR_NOW,
    "MissingAuthenticationTokenException": FOR_NOW,
    "NotAuthorized": FOR_NOW,
    "OptInRequired": FOR_NOW,
    "RequestExpired": FOR_NOW,
    "RequestTimeTooSkewed": FOR_NOW,
    "SignatureDoesNotMatch": FOR_NOW,
    "UnauthorizedOperation": FOR_NOW,
    "UnrecognizedClientException": FOR_NOW,
    # Any AWS service: it broke in the middle.
    "InternalFailure": OPEN,
    "InternalServerError": OPEN,
    "RequestTimeout": OPEN,
    "RequestTimeoutException": OPEN,
    "ServiceUnavailable": OPEN,
}
"""By code, where the provider's own codes say nothing else. One that is in neither is judged by its HTTP status."""

_BROKE_IN_THE_MIDDLE = 500
_FOR_NOW_STATUS = frozenset({401, 403, 429})
"""Not us, or not so much: nothing that is wrong with the message."""

_NOTHING_SENT = (
    exceptions.ConnectionError,
    exceptions.NoCredentialsError,
    exceptions.CredentialRetrievalError,
)


def asked(call: Callable[[], Mapping[str, Any]], codes: Meanings, reasons: Meanings = MappingProxyType({})) -> str:
    """The id that a provider gave to a message. Raises `NotTaken`, `NeverTaken`, `NoAnswer`.

    `codes` and `reasons` are the provider's own words; where both say something, the reason knows better.
    """
    try:
        return str(call()["MessageId"])
    except ClientError as error:
        code, reason = error.response["Error"]["Code"], str(error.response.get("Reason"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if known := reasons.get(reason):
            raise known(reason) from None
        raise meaning(code, status, codes)(code) from None
    except ParamValidationError as error:
        # botocore itself found that this can be no request.
        raise NeverTaken(type(error).__name__) from None
    except _NOTHING_SENT as error:
        raise NotTaken(type(error).__name__) from None
    except (HTTPClientError, ResponseParserError, KeyError) as error:
        # It answered nothing, or nothing that can be read.
        raise NoAnswer(type(error).__name__) from None


def meaning(code: str, status: int, codes: Meanings) -> type[Exception]:
    """What it means that a provider answered with this: `NotTaken`, `NeverTaken` or `NoAnswer`."""
    if known := codes.get(code) or _COMMON.get(code):
        return known
    if status in _FOR_NOW_STATUS:
        return NotTaken
    return NoAnswer if status >= _BROKE_IN_THE_MIDDLE else NeverTaken
