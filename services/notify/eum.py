"""Text messages through AWS End User Messaging (`pinpoint-sms-voice-v2`)."""

from services.notify.letter import Letter
from services.notify.mark import MARK, Which
from services.notify.outcomes import FOR_GOOD, FOR_NOW, OPEN, asked
from shared.aws import client_once
from shared.settings import settings

CODES = {
    # What it lacks is ours to mend: a number, a sender id, a higher quota.
    "ServiceQuotaExceededException": FOR_NOW,
    "ResourceNotFoundException": FOR_NOW,
    "ConflictException": FOR_NOW,
    "ValidationException": FOR_GOOD,
    "InternalServerException": OPEN,
}
"""What End User Messaging's refusals of SendTextMessage mean, where their reason says no more."""

REASONS = {
    # Conflicts that speak of the receiver; all others are settings of ours.
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": FOR_GOOD,
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": FOR_GOOD,
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": FOR_GOOD,
    # What does not validate and is a setting of ours; all else is wrong with the message.
    "CHANNEL_NOT_ENABLED": FOR_NOW,
    "COUNTRY_NOT_ENABLED": FOR_NOW,
    "INTERNATIONAL_SENDING_NOT_SUPPORTED": FOR_NOW,
    "INVALID_ARN": FOR_NOW,
    "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": FOR_NOW,
    "INVALID_REGISTRATION_ASSOCIATION": FOR_NOW,
    "MISSING_PARAMETER": FOR_NOW,
    "PARAMETERS_CANNOT_BE_USED_TOGETHER": FOR_NOW,
    "PRICE_OVER_THRESHOLD": FOR_NOW,
    "RESOURCE_NOT_ACCESSIBLE": FOR_NOW,
    "SENDER_ID_NOT_REGISTERED": FOR_NOW,
    "SENDER_ID_NOT_SUPPORTED": FOR_NOW,
    "SENDER_ID_REQUIRES_REGISTRATION": FOR_NOW,
    "UNSPECIFIED_PARAMETER_NOT_SUPPORTED": FOR_NOW,
}
"""What they mean by their reason, which counts before their code."""


class Eum:
    """Transactional messages. What becomes of one is told through the configuration set, with its context."""

    def send(self, address: str, letter: Letter, which: Which) -> str:
        sender, receipts = settings().sms_sender, settings().receipts
        return asked(
            lambda: client_once("pinpoint-sms-voice-v2").send_text_message(
                DestinationPhoneNumber=address,
                MessageBody=letter.sms,
                MessageType="TRANSACTIONAL",
                Context={MARK: which.mark},
                **({"OriginationIdentity": sender} if sender and not letter.neutral else {}),
                **({"ConfigurationSetName": receipts} if receipts else {}),
            ),
            CODES,
            REASONS,
        )
