"""What a receipt changes: a message that was in doubt is settled, one that came back takes the next way, and whoever
called one spam gets by that way only what has to be told.

The next try is the clock's: whoever takes receipts sends nothing.
"""

from contextlib import suppress

from services.notify import gathering, notes, subscribing
from services.notify import message as messages
from services.notify.delivery import mark, sent_note
from services.notify.message import Fate, Message
from services.notify.receipt import NoReceipt, Receipt, read
from services.notify.recipient import Recipient
from shared.clock import utc_now
from shared.logs import bind, log
from shared.settings import settings
from shared.store import AlreadyDone, Cause, Guard, Line, NotFound, retrying
from shared.tables import store


def take(told: str, provider: str) -> None:
    """Note what a provider tells. What is no receipt of ours changes nothing, and is seen in the log."""
    bind(service=settings().service, type="Receipt")
    try:
        receipt = read(told)
    except NoReceipt as error:
        log().warning("no receipt", reason_code=str(error), provider=provider)
        return
    note(receipt, provider)


def note(receipt: Receipt, provider: str) -> None:
    """Let a receipt have its effect, once. Raises `Conflict` when others get in between again and again."""
    which, fate = receipt.which, receipt.fate
    if fate is None:
        log().info("told in passing", message=which.message, channel=receipt.channel, reason_code=receipt.reason)
        return
    try:
        retrying(lambda: _settle(receipt, fate, provider))
    except NotFound:
        log().warning("receipt of no message", channel=receipt.channel, provider=provider)


def _settle(receipt: Receipt, fate: Fate, provider: str) -> Message:
    now, which, channel = utc_now(), receipt.which, receipt.channel
    message, events = store().history(Message, which.message)
    cause = Cause(now, f"receipt:{provider}", str(events[0].facts["correlation"]))
    if fate is Fate.UNWANTED and message.case and 1 <= which.number <= message.tries:
        _leave(message, receipt, cause)
    if fate is Fate.UNWANTED and message.subscriber:
        subscribing.end_of(message.subscriber, cause)
    after = messages.received(message, which.number, channel, fate, now)
    if after is None:
        if fate is Fate.UNDELIVERED and which.number in message.returned:
            # Heard before, and what follows from it may have broken off.
            gathering.release(message, which.number, events, cause)
        log().info("receipt without effect", message=message.id, channel=channel, kind=str(fate))
        return message
    what = notes.MessageReceipt(channel=channel, number=which.number, fate=str(fate), reason=receipt.reason)
    news = [sent_note(message, channel)] if after.is_told and not message.is_told else []
    marked = mark(after, what, cause, *news)
    if message.is_told and not marked.is_told:
        gathering.release(marked, which.number, events, cause)
    return marked


def _leave(message: Message, receipt: Receipt, cause: Cause) -> None:
    """From now on the customer is not written to by this way, but for decisions."""

    def write() -> Recipient:
        known = store().load(Recipient, message.case)
        if receipt.channel in known.unwanted or known.salt is None:
            return known
        after = known.model_copy(update={"unwanted": (*known.unwanted, receipt.channel)})
        guard = Guard(f"SEEN#{message.id}#{receipt.which.number}")
        return store().change(after, [Line(notes.ChannelUnwanted(channel=receipt.channel))], cause, guard)

    with suppress(AlreadyDone, NotFound):
        retrying(write)
