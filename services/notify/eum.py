"""Text messages through AWS End User Messaging (`pinpoint-sms-voice-v2`)."""

from services.notify.letter import Letter
from services.notify.mark import MARK, Which
from services.notify.outcomes import asked
from shared.aws import client_once
from shared.settings import settings


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
            )
        )
