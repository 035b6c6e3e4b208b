"""Simulated time, and whose turn it is. Everything that happens in a world happens in one of its turns."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from greenlet import getcurrent


class Scheduler:
    """Turns in the order of their times. Must be driven from the greenlet that made it."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self.main = getcurrent()
        self._turns: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()
        self._until = start
        self._enough: Callable[[], bool] = lambda: True

    def later(self, seconds: float, turn: Callable[[], object]) -> None:
        """Take this turn so many seconds from now."""
        heapq.heappush(self._turns, (self.now + timedelta(seconds=seconds), next(self._numbers), turn))

    def at(self, moment: datetime, turn: Callable[[], object]) -> None:
        """Take this turn then, or now when that is past."""
        heapq.heappush(self._turns, (max(moment, self.now), next(self._numbers), turn))

    def passes(self, seconds: float) -> bool:
        """Let so much time pass, if nobody else has a turn in it: the same as to sleep, without the way there."""
        moment = self.now + timedelta(seconds=seconds)
        if moment > self._until or (self._turns and self._turns[0][0] <= moment) or self._enough():
            return False
        self.now = moment
        return True

    def sleep(self, seconds: float) -> None:
        """Let others have their turns for so long."""
        self.later(seconds, getcurrent().switch)
        self.main.switch()

    def run(self, until: datetime, enough: Callable[[], bool] = lambda: False) -> None:
        """Every turn until then, or until it is `enough`."""
        self._until, self._enough = until, enough
        while self._turns and self._turns[0][0] <= until and not enough():
            moment, _, turn = heapq.heappop(self._turns)
            self.now = max(self.now, moment)
            turn()
        self.now = self._until = max(self.now, until)
