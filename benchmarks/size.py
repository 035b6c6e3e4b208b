"""Does an operation cost more when there are more cases? Counted with few and with many in the table.

The table is the simulator's, in memory, which the conformance suite of `tests/faults` holds to moto: a million cases
would take moto hours.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from botocore import xform_name

from benchmarks.counting import Item, Meter, Spent, make_clients_anew
from benchmarks.operations import Operations, report
from shared import aws
from tests.faults.tables import Database
from tests.service.world import SERVICES, Context, World

SIZES = (1_000, 1_000_000)
_CALLS = {
    xform_name(name): name
    for name in ("GetItem", "Query", "BatchGetItem", "PutItem", "UpdateItem", "TransactWriteItems", "Scan")
}


class InMemory(Meter):
    """A meter of a world whose tables lie in memory. Hand it out as botocore's session while it counts."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.database = Database(*SERVICES)
        self._session = aws.session()

    @contextmanager
    def attached(self) -> Iterator["InMemory"]:
        """Let the functions' tables be these for as long as the block runs."""
        with super().attached(), patch.object(aws, "session", lambda: self):
            make_clients_anew()
            yield self
        make_clients_anew()

    def create_client(self, service: str, **more: Any) -> Any:
        return self if service == "dynamodb" else self._session.create_client(service, **more)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation not in _CALLS:
            raise AttributeError(operation)

        def call(**asked: Any) -> Any:
            self._asked("dynamodb", _CALLS[operation], asked)
            answer = getattr(self.database, operation)(**asked)
            self._answered({})
            return answer

        return call

    def _now(self, table: str, key: Item) -> Item | None:
        return self.database.tables[table].get((key["pk"]["S"], key["sk"]["S"]))

    def _found(self, asked: Mapping[str, Any]) -> Iterator[Item]:
        yield from self.database.query(**asked)["Items"]

    def fill(self, like: str, first: int, last: int) -> None:
        """Cases like this one, from the first to before the last: each with its own entry in the index."""
        intake = self.database.tables["intake"]
        part = intake.items[like]
        ((due, at),) = [(one["due"]["S"], one["at"]["S"]) for sk, one in part.items() if sk == "STATE"]
        index = intake.index[due]
        for number in range(first, last):
            key = f"CASE#{number:012d}"
            # They share what they hold: a million of them would be gigabytes, and nobody reads it.
            intake.items[key] = part
            index[key, "STATE"] = at


def at_sizes(world: World) -> Mapping[int, Mapping[str, Spent]]:
    """The operations of the path with so many cases in intake's table."""
    found: dict[int, Mapping[str, Spent]] = {}
    with InMemory(world).attached() as meter:
        report(world)
        (like,) = meter.database.tables["intake"].items.keys() - _guards(meter)
        stored = 0
        for wanted in SIZES:
            meter.fill(like, stored, wanted)
            stored = wanted
            operations = Operations(meter)
            found[wanted] = {
                "report a case": operations.report(),
                "follow a case": operations.follow_new(),
                "open a case": operations.open_new(),
                "a minute in which nothing is due": _minute(meter),
            }
    return found


def _guards(meter: InMemory) -> set[str]:
    return {pk for pk in meter.database.tables["intake"].items if not pk.startswith("CASE#")}


def _minute(meter: InMemory) -> Spent:
    """What intake's clock asks for when every promise has time left."""
    with meter.warm("intake"):
        return meter.measure(lambda: import_module("services.intake.clock").handler({}, Context()))
