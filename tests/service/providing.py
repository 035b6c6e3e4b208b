"""A provider of messages that the test decides on."""

from typing import Any


class Provider:
    """A provider that does what the test tells it: raise these, one a call, then take everything."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.taken: list[tuple[str, Any]] = []
        self.tries: list[Any] = []
        self.asked = 0

    def send(self, address: str, letter: Any, which: Any) -> str:
        self.asked += 1
        self.tries.append(which)
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append((address, letter))
        return f"provider-{len(self.taken)}"
