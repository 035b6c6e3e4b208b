"""What became of the messages of a bulletin, counted in the transactions that say so: no count is ever off.

Each message is counted once, as what it is now: when it becomes something else one count falls and another rises.
"""

from collections import Counter

from services.notify.message import Message
from shared.store import Item, add_to, put
from shared.tables import store

LEFT_OUT = "left_out"
_COUNTERS = 64
"""Portions are sent side by side: each counts in an item of its own, so that they seldom get in one another's way."""


def counter(portion: int) -> int:
    """Where the so-many-eth portion counts."""
    return portion % _COUNTERS


def counted(message: Message) -> tuple[Message, list[Item]]:
    """The message, known as counted, and the write that counts it; nothing for one that belongs to no bulletin."""
    as_what = str(message.state)
    if not message.bulletin or message.tallied == as_what:
        return message, []
    amounts = {as_what: 1, **({message.tallied: -1} if message.tallied else {})}
    adding = add_to(store().table, _key(message.bulletin, message.counter), amounts)
    return message.model_copy(update={"tallied": as_what}), [adding]


def leave_out(bulletin: str, portion: int, subscriber: str, why: str) -> None:
    """Count, once, that a subscriber does not get it. Raises `Refused` when that was counted before."""
    here = store()
    once = (_of(bulletin), f"LEFT#{subscriber}")
    mark = put(here.table, once, {"why": {"S": why}}, "attribute_not_exists(pk)")
    here.write([mark, add_to(here.table, _key(bulletin, counter(portion)), {LEFT_OUT: 1})])


def counts(bulletin: str) -> Counter[str]:
    """How many are what."""
    found: Counter[str] = Counter()
    for item in store().beneath(_of(bulletin), "COUNTS#"):
        found.update({name: int(value["N"]) for name, value in item.items() if "N" in value})
    return +found


def _of(bulletin: str) -> str:
    return f"TALLY#{bulletin}"


def _key(bulletin: str, place: int) -> tuple[str, str]:
    return _of(bulletin), f"COUNTS#{place:02d}"
