"""Text messages through SNS."""

from services.notify.letter import Letter
from services.notify.mark import Which
from services.notify.outcomes import FOR_GOOD, FOR_NOW, OPEN, asked
from shared.aws import client_once
from shared.settings import settings

CODES = {
    # By the codes on the wire, which are not the names of its exceptions.
    "AuthorizationError": FOR_NOW,
    "InvalidSecurity": FOR_NOW,
    "KMSAccessDenied": FOR_NOW,
    "KMSDisabled": FOR_NOW,
    "KMSInvalidState": FOR_NOW,
    "KMSNotFound": FOR_NOW,
    "KMSOptInRequired": FOR_NOW,
    "KMSThrottling": FOR_NOW,
    "InternalError": OPEN,
    "InvalidParameter": FOR_GOOD,
    "ParameterValueInvalid": FOR_GOOD,
    "ValidationException": FOR_GOOD,
    "NotFound": FOR_GOOD,
    "EndpointDisabled": FOR_GOOD,
    "PlatformApplicationDisabled": FOR_GOOD,
    "OptedOut": FOR_GOOD,
}
"""What SNS' refusals of Publish mean."""


class Sns:
    """Transactional messages: delivery before price. SNS gives no receipts that a queue could take."""

    def send(self, address: str, letter: Letter, _which: Which) -> str:
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        sender = settings().sms_sender
        if sender and not letter.neutral:
            attributes["AWS.SNS.SMS.SenderID"] = {"DataType": "String", "StringValue": sender}
        return asked(
            lambda: client_once("sns").publish(PhoneNumber=address, Message=letter.sms, MessageAttributes=attributes),
            CODES,
        )
