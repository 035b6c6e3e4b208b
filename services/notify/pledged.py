"""Which calls a customer was promised, and which were promised to a number, whatever case it is on: ids only."""

from services.notify import ways
from services.notify.callback import Callback
from shared.store import Item, put_item
from shared.tables import store


def pledging(callback: Callback, number: str) -> list[Item]:
    """The writes that remember it, for `extra`."""
    places = _partition(callback.case), _partition(ways.identity(number))
    return [put_item(store().table, (place, callback.id), {}) for place in places]


def repledge(case: str, number: str | None) -> None:
    """The calls of a case are calls to this number from now on."""
    if number:
        place = _partition(ways.identity(number))
        for identity in calls_to(case):
            store().write([put_item(store().table, (place, identity), {})])


def calls_to(case: str) -> list[str]:
    """The ids of all calls that the customer of a case was ever promised."""
    return _in(case)


def calls_by(address: str) -> list[str]:
    """The ids of all calls that were ever promised to a number; none of a mail address."""
    return _in(ways.identity(address))


def _in(whose: str) -> list[str]:
    return [item["sk"]["S"] for item in store().partition(_partition(whose))]


def _partition(whose: str) -> str:
    return f"CALLS#{whose}"
