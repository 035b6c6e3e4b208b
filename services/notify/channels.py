"""The ways a message leaves the desk: email through SES, SMS through SNS. Each takes it, refuses it for now,
refuses it for good, or leaves us without an answer; nothing else.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any, Protocol

from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004  botocore's: the connection was not made
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
)

from services.notify.countries import countries_of
from services.notify.entry import Entry, written
from services.notify.htmlmail import html
from services.notify.message import Channel
from shared.aws import client_once
from shared.packs import LANGUAGES
from shared.rules import pack
from shared.settings import settings


class NotTaken(Exception):
    """The provider refused it for now: try again later."""


class NeverTaken(Exception):
    """The provider will never take this: try another way."""


class NoAnswer(Exception):
    """The provider may or may not have taken it."""


@dataclass(frozen=True)
class Letter:
    """What one message says, ready for either way."""

    subject: str
    text: str
    sms: str
    language: str
    entry: Entry | None = None
    """For the customer's calendar; goes with mail."""
    unsubscribe: str | None = None
    """Where one click stops mails of this kind (RFC 8058); None when they can't be declined."""
    neutral: bool = False
    """It says nothing of the desk, so neither may its sender."""

    @classmethod
    def kept(cls, content: Mapping[str, Any]) -> "Letter":
        """As `asdict` gave it."""
        entry = content.get("entry")
        return cls(**{**content, "entry": Entry(**entry) if entry else None})


class Provider(Protocol):
    """One way out. Answers with the provider's id. Raises `NotTaken`, `NeverTaken`, `NoAnswer`."""

    def send(self, address: str, letter: Letter) -> str: ...


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

_FOR_NOW_STATUS = frozenset({401, 403, 429})
"""Not us, or not so much: nothing that is wrong with the message."""

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)


class Email:
    """SES v2, as a raw mail."""

    def send(self, address: str, letter: Letter) -> str:
        to = _addressee(address)
        mail = EmailMessage(policy=SMTP)
        sender = settings().need("neutral_from" if letter.neutral else "mail_from")
        mail["From"] = sender
        mail["To"] = to
        mail["Subject"] = _one_line(letter.subject)
        # Automatic answers to this are not answered in turn.
        mail["Auto-Submitted"] = "auto-generated"
        if letter.unsubscribe:
            mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(letter.text)
        page = html(letter.subject, letter.text, letter.language, settings().need("url"))
        mail.add_alternative(page, subtype="html")
        if letter.entry:
            mail.add_attachment(
                written(letter.entry, parseaddr(settings().need("mail_from"))[1], to.addr_spec),
                maintype="text",
                subtype="calendar",
                filename="appointment.ics",
                params={"charset": "utf-8", "method": letter.entry.method},
            )
        mail["Content-Language"] = letter.language if letter.language in LANGUAGES else LANGUAGES[0]
        answer = _asking(
            lambda: client_once("sesv2").send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [to.addr_spec]},
                Content={"Raw": {"Data": mail.as_bytes()}},
            )
        )
        return str(answer["MessageId"])


class Sms:
    """SNS, as transactional messages: delivery before price. Only to countries that the desk serves.

    Anybody may give any number, and a text to some countries costs a hundred times one at home.
    """

    def send(self, address: str, letter: Letter) -> str:
        if not countries_of(address) & _served():
            raise NeverTaken("CountryNotServed")
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        sender = settings().sms_sender
        if sender and not letter.neutral:
            attributes["AWS.SNS.SMS.SenderID"] = {"DataType": "String", "StringValue": sender}
        answer = _asking(
            lambda: client_once("sns").publish(PhoneNumber=address, Message=letter.sms, MessageAttributes=attributes)
        )
        return str(answer["MessageId"])


PROVIDERS: dict[Channel, Provider] = {"email": Email(), "sms": Sms()}


def _served() -> frozenset[str]:
    """The pack's own country, and those that the deployment adds in `AHD_SMS_COUNTRIES`: `OM,QA`."""
    return frozenset({pack().region, *settings().sms_countries.split(",")})


def _addressee(address: str) -> Address:
    """One mailbox, its domain in ASCII. Raises `NeverTaken` for anything else."""
    local, at, domain = address.rpartition("@")
    known = f"{local}{at}{'.'.join(_ascii_label(label) for label in domain.split('.'))}"
    try:
        to = Address(addr_spec=known)
    except (MessageError, ValueError, IndexError):
        raise NeverTaken("NotAnAddress") from None
    if not (to.username and _DOMAIN.fullmatch(to.domain)):
        raise NeverTaken("NotAnAddress")
    return to


def _ascii_label(label: str) -> str:
    """A label of a domain as DNS has it. Intake lets only labels pass that IDNA 2008 allows; for those it is this."""
    if label.isascii():
        return label
    return f"xn--{unicodedata.normalize('NFC', label.lower()).encode('punycode').decode('ascii')}"


def _one_line(text: str) -> str:
    """Without control characters and line breaks of any kind: a header has one line."""
    return " ".join("".join(" " if unicodedata.category(one) == "Cc" else one for one in text).split())


def _asking(call: Any) -> Any:
    try:
        return call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise meaning(code, status)(code) from None
    except ParamValidationError as error:
        # botocore itself found that this can be no request.
        raise NeverTaken(type(error).__name__) from None
    except (ConnectionError, NoCredentialsError, CredentialRetrievalError) as error:
        # Nothing was sent.
        raise NotTaken(type(error).__name__) from None
    except HTTPClientError as error:
        raise NoAnswer(type(error).__name__) from None


def meaning(code: str, status: int) -> type[Exception]:
    """What it means that a provider answered with this: `NotTaken`, `NeverTaken` or `NoAnswer`."""
    if known := CODES.get(code):
        return known
    if status in _FOR_NOW_STATUS:
        return NotTaken
    return NoAnswer if status >= 500 else NeverTaken  # noqa: PLR2004  the provider broke in the middle
