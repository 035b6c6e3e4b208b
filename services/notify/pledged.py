"""Which calls a customer was promised: ids only."""

from services.notify.callback import Callback
from shared.store import Item, put_item
from shared.tables import store


def pledging(callback: Callback) -> Item:
    """The write that remembers it, for `extra`."""
    return put_item(store().table, (_partition(callback.case), callback.id), {})


def calls_to(case: str) -> list[str]:
    """The ids of all calls that the customer of a case was ever promised."""
    return [item["sk"]["S"] for item in store().partition(_partition(case))]


def _partition(case: str) -> str:
    return f"CALLS#{case}"
