"""What came of asking a provider: it took the message, refused it for now, refused it for good, or left us without an
answer; nothing else.
"""

from collections.abc import Callable, Mapping
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


_FOR_NOW, _FOR_GOOD, _OPEN = NotTaken, NeverTaken, NoAnswer

CODES: Mapping[str, type[Exception]] = {
    # SES v2 SendEmail. What is wrong with our account, identity or configuration is mended by us, and then it goes.
    "TooManyRequestsException": _FOR_NOW,
    "LimitExceededException": _FOR_NOW,
    "AccountSuspendedException": _FOR_NOW,
    "SendingPausedException": _FOR_NOW,
    "MailFromDomainNotVerifiedException": _FOR_NOW,
    "NotFoundException": _FOR_NOW,
    "MessageRejected": _FOR_GOOD,
    "BadRequestException": _FOR_GOOD,
    # End User Messaging SendTextMessage. What it lacks is ours to mend: a number, a sender id, a higher quota.
    "ServiceQuotaExceededException": _FOR_NOW,
    "ResourceNotFoundException": _FOR_NOW,
    "ConflictException": _FOR_NOW,
    "InternalServerException": _OPEN,
    # SNS Publish, by its codes on the wire, which are not the names of its exceptions.
    "AuthorizationError": _FOR_NOW,
    "InvalidSecurity": _FOR_NOW,
    "KMSAccessDenied": _FOR_NOW,
    "KMSDisabled": _FOR_NOW,
    "KMSInvalidState": _FOR_NOW,
    "KMSNotFound": _FOR_NOW,
    "KMSOptInRequired": _FOR_NOW,
    "KMSThrottling": _FOR_NOW,
    "InternalError": _OPEN,
    "InvalidParameter": _FOR_GOOD,
    "ParameterValueInvalid": _FOR_GOOD,
    "ValidationException": _FOR_GOOD,
    "NotFound": _FOR_GOOD,
    "EndpointDisabled": _FOR_GOOD,
    "PlatformApplicationDisabled": _FOR_GOOD,
    "OptedOut": _FOR_GOOD,
    # Any AWS service: too much at once.
    "BandwidthLimitExceeded": _FOR_NOW,
    "EC2ThrottledException": _FOR_NOW,
    "LimitExceeded": _FOR_NOW,
    "PriorRequestNotComplete": _FOR_NOW,
    "ProvisionedThroughputExceededException": _FOR_NOW,
    "RequestLimitExceeded": _FOR_NOW,
    "RequestThrottled": _FOR_NOW,
    "RequestThrottledException": _FOR_NOW,
    "SlowDown": _FOR_NOW,
    "Throttled": _FOR_NOW,
    "ThrottledException": _FOR_NOW,
    "Throttling": _FOR_NOW,
    "ThrottlingException": _FOR_NOW,
    "TransactionInProgressException": _FOR_NOW,
    # Any AWS service: a role, a key or a clock of ours is wrong. Nothing of it is the message's fault.
    "AccessDenied": _FOR_NOW,
    "AccessDeniedException": _FOR_NOW,
    "ExpiredToken": _FOR_NOW,
    "ExpiredTokenException": _FOR_NOW,
    "IncompleteSignature": _FOR_NOW,
    "IncompleteSignatureException": _FOR_NOW,
    "InvalidAccessKeyId": _FOR_NOW,
    "InvalidClientTokenId": _FOR_NOW,
    "InvalidSignatureException": _FOR_NOW,
    "MissingAuthenticationToken": _FOR_NOW,
    "MissingAuthenticationTokenException": _FOR_NOW,
    "NotAuthorized": _FOR_NOW,
    "OptInRequired": _FOR_NOW,
    "RequestExpired": _FOR_NOW,
    "RequestTimeTooSkewed": _FOR_NOW,
    "SignatureDoesNotMatch": _FOR_NOW,
    "UnauthorizedOperation": _FOR_NOW,
    "UnrecognizedClientException": _FOR_NOW,
    # Any AWS service: it broke in the middle.
    "InternalFailure": _OPEN,
    "InternalServerError": _OPEN,
    "RequestTimeout": _OPEN,
    "RequestTimeoutException": _OPEN,
    "ServiceUnavailable": _OPEN,
}
"""What a provider's refusal means, by its code. A code that is not here is judged by its HTTP status."""

_BROKE_IN_THE_MIDDLE = 500
_FOR_NOW_STATUS = frozenset({401, 403, 429})
"""Not us, or not so much: nothing that is wrong with the message."""

_NOTHING_SENT = (
    exceptions.ConnectionError,
    exceptions.NoCredentialsError,
    exceptions.CredentialRetrievalError,
)

_NOT_THERE = {
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": "OptedOut",
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": "CountryBlocked",
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": "NumberBlocked",
}
"""The conflicts that speak of the receiver; all others are settings of ours."""


def asked(call: Callable[[], Mapping[str, Any]]) -> str:
    """The id that a provider gave to a message. Raises `NotTaken`, `NeverTaken`, `NoAnswer`."""
    try:
        return str(call()["MessageId"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if blocked := _NOT_THERE.get(str(error.response.get("Reason"))):
            raise NeverTaken(blocked) from None
        raise meaning(code, status)(code) from None
    except ParamValidationError as error:
        # botocore itself found that this can be no request.
        raise NeverTaken(type(error).__name__) from None
    except _NOTHING_SENT as error:
        raise NotTaken(type(error).__name__) from None
    except (HTTPClientError, ResponseParserError, KeyError) as error:
        # It answered nothing, or nothing that can be read.
        raise NoAnswer(type(error).__name__) from None


def meaning(code: str, status: int) -> type[Exception]:
    """What it means that a provider answered with this: `NotTaken`, `NeverTaken` or `NoAnswer`."""
    if known := CODES.get(code):
        return known
    if status in _FOR_NOW_STATUS:
        return NotTaken
    return NoAnswer if status >= _BROKE_IN_THE_MIDDLE else NeverTaken
