"""Which messages a customer was told, in order: what whoever calls them has to know. Ids and times only."""

from datetime import datetime

from services.notify.message import Message
from shared.place import stamp
from shared.store import Item, put_item
from shared.tables import store


def telling(message: Message, now: datetime) -> Item:
    """The write that remembers it, for `extra`."""
    return put_item(store().table, (_partition(message.case), f"{stamp(now)}#{message.id}"), {})


def told_before(case: str, most: int) -> list[tuple[str, datetime]]:
    """The ids of the last messages to the customer of a case, and when each was begun; the latest last."""
    last = store().newest(_partition(case), "0", ":", {}, pages=1, limit=most)
    keys = [item["sk"]["S"].partition("#") for item in last]
    return [(identity, datetime.fromisoformat(at)) for at, _, identity in reversed(keys)]


def _partition(case: str) -> str:
    return f"TOLD#{case}"
