"""The ways a message leaves the desk: email through SES, SMS through SNS. Each takes it, refuses it for now,
refuses it for good, or leaves us without an answer; nothing else.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Protocol

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, HTTPClientError

from services.notify.message import Channel
from shared.aws import client_once
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


class Provider(Protocol):
    """One way out. Answers with the provider's id. Raises `NotTaken`, `NeverTaken`, `NoAnswer`."""

    def send(self, address: str, letter: Letter) -> str: ...


_FOR_NOW = frozenset(
    {
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
        "LimitExceededException", "SendingPausedException", "AccountSuspendedException", "KMSThrottling",
        "AuthorizationErrorException",
    }
)  # fmt: skip
"""Refusals that pass by themselves or when ops mend the account; anything else the provider says no to is final."""


class Email:
    """SES v2. The message id carries the cause, so that a receipt can be matched."""

    def send(self, address: str, letter: Letter) -> str:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = settings().need("mail_from")
        mail["To"] = address
        mail["Subject"] = letter.subject
        # Automatic answers to this are not answered in turn.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        mail["Content-Language"] = letter.language
        answer = _asking(
            lambda: client_once("sesv2").send_email(
                FromEmailAddress=settings().need("mail_from"),
                Destination={"ToAddresses": [address]},
                Content={"Raw": {"Data": mail.as_bytes()}},
            )
        )
        return str(answer["MessageId"])


class Sms:
    """SNS, as transactional messages: delivery before price."""

    def send(self, address: str, letter: Letter) -> str:
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        sender = settings().sms_sender
        if sender:
            attributes["AWS.SNS.SMS.SenderID"] = {"DataType": "String", "StringValue": sender}
        answer = _asking(
            lambda: client_once("sns").publish(PhoneNumber=address, Message=letter.sms, MessageAttributes=attributes)
        )
        return str(answer["MessageId"])


PROVIDERS: dict[Channel, Provider] = {"email": Email(), "sms": Sms()}


def _asking(call: Any) -> Any:
    try:
        return call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _FOR_NOW:
            raise NotTaken(code) from None
        if status >= 500:  # noqa: PLR2004  the provider broke in the middle
            raise NoAnswer(code) from None
        raise NeverTaken(code) from None
    except (EndpointConnectionError, ConnectTimeoutError) as error:
        raise NotTaken(type(error).__name__) from None
    except HTTPClientError as error:
        raise NoAnswer(type(error).__name__) from None
