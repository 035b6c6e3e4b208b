"""Which call is owed to the customer of a case for a reason: no second one is promised as long as it is.

Only the last is kept, and a call that is settled stays so. Who promises the next one takes the place of that one, and
of no other: of two at the same moment one is refused.
"""

from services.notify.callback import Callback, State
from shared.store import Item, put
from shared.tables import store


def last(case: str, reason: str) -> Callback | None:
    """The call that was promised last for this reason."""
    item = store().item(_partition(case), reason)
    return store().load(Callback, item["callback"]["S"]) if item else None


def owed(before: Callback | None) -> bool:
    return before is not None and before.state is State.PROMISED


def succeeding(callback: Callback, reason: str, before: Callback | None) -> Item:
    """The write, for `extra`, that makes it the last one for this reason, if it was `before` until now."""
    key, attributes = (_partition(callback.case), reason), {"callback": {"S": callback.id}}
    if before is None:
        return put(store().table, key, attributes, "attribute_not_exists(pk)")
    return put(store().table, key, attributes, "callback = :before", {":before": {"S": before.id}})


def _partition(case: str) -> str:
    return f"OWED#{case}"
