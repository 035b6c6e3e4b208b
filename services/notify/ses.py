"""Mail through SES v2."""

import re
import unicodedata
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr

from services.notify.entry import written
from services.notify.htmlmail import html
from services.notify.letter import Letter
from services.notify.mark import MARK, Which
from services.notify.outcomes import FOR_GOOD, FOR_NOW, NeverTaken, asked
from shared.aws import client_once
from shared.packs import LANGUAGES
from shared.settings import settings

CODES = {
    # What is wrong with our account, identity or configuration is mended by us, and then it goes.
    "AccountSuspendedException": FOR_NOW,
    "SendingPausedException": FOR_NOW,
    "MailFromDomainNotVerifiedException": FOR_NOW,
    "NotFoundException": FOR_NOW,
    "MessageRejected": FOR_GOOD,
    "BadRequestException": FOR_GOOD,
}
"""What SES' refusals of SendEmail mean."""

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)


class _Unfolded(EmailPolicy):
    """A link is never folded: mail programs don't put its pieces together again, and then one click does nothing."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_MAIL = _Unfolded(linesep="\r\n", max_line_length=76)
"""As long as lines may be that hold words in other scripts (RFC 2047)."""


class Email:
    """SES v2, as a raw mail. What becomes of it SES tells through the configuration set."""

    def send(self, address: str, letter: Letter, which: Which) -> str:
        to = _addressee(address)
        sender = settings().need("neutral_from" if letter.neutral else "mail_from")
        mail = composed(letter, sender, to)
        receipts = settings().receipts
        return asked(
            lambda: client_once("sesv2").send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [to.addr_spec]},
                Content={"Raw": {"Data": mail}},
                EmailTags=[{"Name": MARK, "Value": which.mark}],
                **({"ConfigurationSetName": receipts} if receipts else {}),
            ),
            CODES,
        )


def composed(letter: Letter, sender: str, to: Address) -> bytes:
    """The mail, as text and as HTML, with the entry for a calendar when there is one."""
    mail = EmailMessage(policy=_MAIL)
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
    return mail.as_bytes()


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
