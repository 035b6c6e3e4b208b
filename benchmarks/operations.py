"""The operations whose cost is counted, each warm: the function has answered once before."""

from collections.abc import Callable
from http import HTTPStatus
from itertools import count
from typing import Any

from benchmarks.counting import Meter, Spent
from benchmarks.processes import REPORT
from tests.service.world import World, staff

OFFICER = staff("officer-1", "officer", "unit-west")
SUPERVISOR = staff("supervisor-1", "supervisor")


def report(world: World, **changed: Any) -> dict[str, str]:
    """Report a case; its number and secret."""
    answer = world.http("intake.api", "POST", "/v1/cases", {**REPORT, **changed})
    if answer.status != HTTPStatus.CREATED:
        raise RuntimeError(f"the report was answered with {answer.status}")
    return {"number": answer.body["number"], "secret": answer.body["secret"]}


def move(world: World, receipt: dict[str, str], what: str, body: Any = None, key: str | None = None) -> None:
    """A member of staff moves a case on."""
    path = f"/staff/v1/cases/{receipt['number']}/{what}"
    answer = world.http("intake.staff", "POST", path, body, staff=OFFICER, key=key)
    if answer.status != HTTPStatus.OK:
        raise RuntimeError(f"{what} was answered with {answer.status}")


class Operations:
    """Each operation, measured the second time within one function."""

    def __init__(self, meter: Meter) -> None:
        self.meter, self.world = meter, meter.world
        self._keys = count()

    def _second(self, service: str, act: Callable[[], object], again: Callable[[], object]) -> Spent:
        with self.meter.warm(service):
            act()
            return self.meter.measure(again)

    def report(self, **changed: Any) -> Spent:
        """POST /v1/cases, with a contact, so that a box goes to notify."""
        return self._second("intake", lambda: report(self.world, **changed), lambda: report(self.world, **changed))

    def follow(self) -> Spent:
        """GET /v1/cases/{number} of a case that was acknowledged and opened."""
        receipt = report(self.world)
        self.world.settle()
        move(self.world, receipt, "open")
        return self._second("intake", lambda: self._follow(receipt), lambda: self._follow(receipt))

    def _follow(self, receipt: dict[str, str]) -> None:
        path = f"/v1/cases/{receipt['number']}"
        answer = self.world.http("intake.api", "GET", path, secret=receipt["secret"])
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"following was answered with {answer.status}")

    def follow_new(self) -> Spent:
        """The same of a case that was only just reported, without settling the desk."""
        receipt = report(self.world)
        return self._second("intake", lambda: self._follow(receipt), lambda: self._follow(receipt))

    def open_new(self) -> Spent:
        """POST …/open of a case that was only just reported, without settling the desk."""
        first, second = report(self.world), report(self.world)
        return self._second(
            "intake", lambda: move(self.world, first, "open"), lambda: move(self.world, second, "open")
        )

    def open_case(self, *, keyed: bool = False) -> Spent:
        """POST …/open: the review is kept and an outcome promised, so the case's next due time moves."""
        return self._move("open", keyed=keyed)

    def note(self, *, keyed: bool = True) -> Spent:
        """POST …/notes, told to the customer: no promise changes, so the index entry of the case stays."""
        return self._move("notes", {"text": "We are looking into it.", "public": True}, keyed=keyed)

    def close(self, *, keyed: bool = False) -> Spent:
        """POST …/close: nothing is owed any more, so the case leaves the index."""
        return self._move("close", {"outcome": "solved", "text": "It is mended."}, opened=True, keyed=keyed)

    def _move(self, what: str, body: Any = None, *, opened: bool = False, keyed: bool = False) -> Spent:
        receipts = [report(self.world) for _ in range(2)]
        self.world.settle()
        if opened:
            for receipt in receipts:
                move(self.world, receipt, "open")

        def act(receipt: dict[str, str]) -> None:
            move(self.world, receipt, what, body, f"command-{next(self._keys)}" if keyed else None)

        return self._second("intake", lambda: act(receipts[0]), lambda: act(receipts[1]))

    def consume(self) -> Spent:
        """`MessageSent.v1` at intake: the acknowledgement becomes a line of the case."""
        self.world.settle()
        for _ in range(2):
            report(self.world)
        self.world.relay("intake")
        self.world.react("intake")
        self.world.react("notify")
        self.world.relay("notify")
        first, second = self.world.receive("intake")
        return self._second(
            "intake",
            lambda: self.world.deliver("intake", [first]),
            lambda: self.world.deliver("intake", [second]),
        )
