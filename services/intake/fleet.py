"""The desk's units and the cases that want one, as the table keeps them (ADR 0052).

A unit is an item of its own, `UNIT#<id>` / `STATE`, with plain attributes: no reading is needed to claim one. It
stands in the index `due` under `UNIT#<state>`, at since when and where, so that one query gives every free unit with
its position. A case that wants a unit has an item `WANT`, which stands under `WANTED` until one is sent.
"""

from dataclasses import replace
from datetime import datetime

from services.intake.unit import Free, Position, Unit, UnitState, at_mark, mark
from shared.place import stamp
from shared.store import Item, NotFound, put
from shared.tables import store

MANY = 5000
"""Units of one state that are looked at, the longest in it first: one page of the index holds as many."""

_WANTED = "WANTED"
_AT_ONCE = 50
"""Cases that a look for units takes on, the oldest first."""

_PREFIX = "UNIT#"


def free() -> list[Free]:
    """Every free unit, as the index knows it. It may be a moment behind: claiming asks the unit itself."""
    places = store().standing(_partition(UnitState.FREE), MANY)
    return [at_mark(pk.removeprefix(_PREFIX), at) for pk, at in places]


def in_state(state: UnitState) -> list[str]:
    """The ids of units in this state, the longest in it first."""
    return [pk.removeprefix(_PREFIX) for pk, _ in store().standing(_partition(state), MANY)]


def load(identity: str) -> Unit:
    """Raises `NotFound`."""
    item = store().item(_PREFIX + identity, "STATE")
    if item is None:
        raise NotFound(identity)
    position = Position(float(item["lat"]["N"]), float(item["long"]["N"])) if "lat" in item else None
    return Unit(
        id=identity,
        name=item["name"]["S"],
        state=UnitState(item["state"]["S"]),
        since=datetime.fromisoformat(item["since"]["S"]),
        seq=int(item["seq"]["N"]),
        position=position,
        located=datetime.fromisoformat(item["located"]["S"]) if "located" in item else None,
        case=item["case"]["S"] if "case" in item else None,
        by=item["by"]["S"],
    )


def write(before: Unit | None, after: Unit) -> Item:
    """The write that stores a unit, refused when somebody else changed it meanwhile."""
    after = replace(after, seq=before.seq + 1 if before else 1)
    attributes: Item = {
        "name": {"S": after.name},
        "state": {"S": after.state.value},
        "since": {"S": stamp(after.since)},
        "seq": {"N": str(after.seq)},
        "by": {"S": after.by},
        "due": {"S": _partition(after.state)},
        "at": {"S": mark(after.since, after.position)},
    }
    if after.position:
        attributes |= {"lat": {"N": str(after.position.lat)}, "long": {"N": str(after.position.long)}}
    if after.located:
        attributes["located"] = {"S": stamp(after.located)}
    if after.case:
        attributes["case"] = {"S": after.case}
    key, table = (_PREFIX + after.id, "STATE"), store().table
    if before is None:
        return put(table, key, attributes, "attribute_not_exists(pk)")
    return put(table, key, attributes, "seq = :seq", {":seq": {"N": str(before.seq)}})


def claim(chosen: Free, case: str, now: datetime, by: str) -> Item:
    """The write that takes a free unit for a case, refused when it is not free any more. Reads nothing."""
    return {
        "Update": {
            "TableName": store().table,
            "Key": {"pk": {"S": _PREFIX + chosen.id}, "sk": {"S": "STATE"}},
            "UpdateExpression": "SET #state = :sent, #since = :now, #case = :case, #by = :by, due = :due, #at = :at"
            " ADD seq :one",
            "ConditionExpression": "#state = :free",
            "ExpressionAttributeNames": {name: name[1:] for name in ("#state", "#since", "#case", "#by", "#at")},
            "ExpressionAttributeValues": {
                ":sent": {"S": UnitState.SENT.value},
                ":free": {"S": UnitState.FREE.value},
                ":now": {"S": stamp(now)},
                ":case": {"S": case},
                ":by": {"S": by},
                ":due": {"S": _partition(UnitState.SENT)},
                ":at": {"S": mark(now, chosen.position)},
                ":one": {"N": "1"},
            },
        }
    }


def want(case: str, since: datetime) -> Item:
    """The write that puts a case among those that want a unit."""
    return put(
        store().table, _want(case), {"due": {"S": _WANTED}, "at": {"S": stamp(since)}}, "attribute_not_exists(due)"
    )


def want_no_more(case: str) -> Item:
    """The write that takes it from them."""
    return put(store().table, _want(case), {}, "attribute_exists(pk)")


def wanting() -> list[str]:
    """The cases that want a unit, those that wait longest first."""
    return [pk.partition("#")[2] for pk, _ in store().standing(_WANTED, _AT_ONCE)]


def _want(case: str) -> tuple[str, str]:
    return f"CASE#{case}", "WANT"


def _partition(state: UnitState) -> str:
    return _PREFIX + state.value
