"""Text messages through SNS."""

from services.notify.letter import Letter
from services.notify.mark import Which
from services.notify.outcomes import asked
from shared.aws import client_once
from shared.settings import settings


class Sns:
    """Transactional messages: delivery before price. SNS gives no receipts that a queue could take."""

    def send(self, address: str, letter: Letter, _which: Which) -> str:
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        sender = settings().sms_sender
        if sender and not letter.neutral:
            attributes["AWS.SNS.SMS.SenderID"] = {"DataType": "String", "StringValue": sender}
        return asked(
            lambda: client_once("sns").publish(PhoneNumber=address, Message=letter.sms, MessageAttributes=attributes)
        )
