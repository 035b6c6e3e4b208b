"""How much the desk writes to one address in a day, and what its text messages may cost in one.

Anybody may give anybody's address, and so have it written to. What is about an emergency is counted for itself, so
that nothing else uses up what is kept for it.

Counted in the transaction that claims a message, so that no two claims take the last one both. The table knows an
address by a keyed hash only, for two days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.price import amount, cost, prices
from shared import vault
from shared.settings import settings
from shared.store import Item
from shared.tables import store

A_DAY = 20
"""Messages to one address, by the day of UTC. Several times what the busiest case of one customer brings about."""

_KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Ceiling:
    """One counter of a day: what this message adds to it, and what it may come to."""

    name: str
    key: Item
    adds: int
    most: int

    def counting(self, now: datetime) -> Item:
        """The write that counts the message, and fails when it would be too much."""
        return self._write(
            self.adds, now, "attribute_not_exists(messages) OR messages <= :room", self.most - self.adds
        )

    def giving_back(self, now: datetime) -> Item:
        """The write that takes back what was counted and did not happen."""
        return self._write(-self.adds, now)

    def is_reached(self) -> bool:
        """Whether the day has no room for this message."""
        here = store()
        answer = here.client.get_item(TableName=here.table, Key=self.key, ConsistentRead=True)
        return int(answer.get("Item", {}).get("messages", {}).get("N", "0")) + self.adds > self.most

    @property
    def is_possible(self) -> bool:
        """Whether a whole day had room for it."""
        return self.adds <= self.most

    def _write(self, adds: int, now: datetime, condition: str = "", room: int = 0) -> Item:
        return {
            "Update": {
                "TableName": store().table,
                "Key": self.key,
                "UpdateExpression": "ADD messages :adds SET expires = if_not_exists(expires, :expires)",
                **({"ConditionExpression": condition} if condition else {}),
                "ExpressionAttributeValues": {
                    ":adds": {"N": str(adds)},
                    **({":room": {"N": str(room)}} if condition else {}),
                    ":expires": {"N": str(int((now + _KEPT).timestamp()))},
                },
            }
        }


def of_address(address: str, now: datetime, *, urgent: bool) -> Ceiling:
    """Messages to one address."""
    mark = vault.mac_text("address", address.casefold())
    return Ceiling("address", _key(f"ADDRESS#{mark}", now, urgent=urgent), 1, A_DAY)


def of_money(number: str, parts: int, now: datetime, *, urgent: bool) -> Ceiling:
    """What text messages cost. A deployment that names no sum has no such ceiling."""
    here = settings()
    most = here.sms_day_urgent if urgent else here.sms_day
    spent = cost(number, parts, prices(here.sms_prices)) if most else 0
    return Ceiling("money", _key("SPENT#sms", now, urgent=urgent), spent, amount(most) if most else 0)


def _key(pk: str, now: datetime, *, urgent: bool) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": f"DAY#{now:%Y-%m-%d}{'#URGENT' if urgent else ''}"}}
