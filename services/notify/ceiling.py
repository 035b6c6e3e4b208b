"""How much the desk writes to one address in a day. Anybody may give anybody's address, and so have it written to.

Counted in the transaction that claims a message, so that no two claims take the last one both. The table knows an
address by a keyed hash only, for two days.
"""

from datetime import datetime, timedelta

from shared import vault
from shared.store import Item
from shared.tables import store

A_DAY = 20
"""Messages to one address, by the day of UTC. Several times what the busiest case of one customer brings about."""

_KEPT = timedelta(days=2)


def counting(address: str, now: datetime) -> Item:
    """The write that counts one message, and fails when there were `A_DAY` already."""
    return {
        "Update": {
            "TableName": store().table,
            "Key": _key(address, now),
            "UpdateExpression": "ADD messages :one SET expires = if_not_exists(expires, :expires)",
            "ConditionExpression": "attribute_not_exists(messages) OR messages < :ceiling",
            "ExpressionAttributeValues": {
                ":one": {"N": "1"},
                ":ceiling": {"N": str(A_DAY)},
                ":expires": {"N": str(int((now + _KEPT).timestamp()))},
            },
        }
    }


def is_reached(address: str, now: datetime) -> bool:
    """Whether this address had `A_DAY` messages today."""
    here = store()
    answer = here.client.get_item(TableName=here.table, Key=_key(address, now), ConsistentRead=True)
    return int(answer.get("Item", {}).get("messages", {}).get("N", "0")) >= A_DAY


def _key(address: str, now: datetime) -> Item:
    mark = vault.mac_text("address", address.casefold())
    return {"pk": {"S": f"ADDRESS#{mark}"}, "sk": {"S": f"DAY#{now:%Y-%m-%d}"}}
