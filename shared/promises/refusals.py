"""What can't be done to a promise, each refusal by name, with what to do instead."""

from datetime import datetime
from typing import ClassVar


class Refusal(Exception):
    """This can't be done to this promise now. `code` is for machines; the message says why, `advice` what to do."""

    code: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        super().__init__(message)


class NotOwed(Refusal):
    """Nothing is owed by this name."""

    code = "not-owed"
    advice = "See which promises are open."

    def __init__(self, name: str) -> None:
        super().__init__(name, f"{name!r} is not owed: it was never promised, or is settled")


class DatePassed(Refusal):
    """The date has passed: what is late can't be made punctual."""

    code = "date-passed"
    advice = "Do what was promised; it stays late. A date can be moved, and its clock stopped, only before it passes."

    def __init__(self, name: str, due: datetime) -> None:
        self.due = due
        super().__init__(name, f"{name!r} was due at {due.isoformat()}, and that has passed")


class NoReason(Refusal):
    """No reason was given, and none is no reason."""

    code = "reason-missing"
    advice = "Say why: the reason is kept, and told to whoever the promise was made to."

    def __init__(self, name: str) -> None:
        super().__init__(name, f"{name!r} can't be changed without a reason")


class IntoThePast(Refusal):
    """The new date would be over already."""

    code = "into-the-past"
    advice = "Give a date that is still to come."

    def __init__(self, name: str, due: datetime) -> None:
        self.due = due
        super().__init__(name, f"{name!r} can't become due at {due.isoformat()}, which has passed")


class StandsStill(Refusal):
    """Its clock stands still."""

    code = "stands-still"
    advice = "Resume it first."

    def __init__(self, name: str, since: datetime) -> None:
        self.since = since
        super().__init__(name, f"the clock of {name!r} has stood still since {since.isoformat()}")


class NotPaused(Refusal):
    """Its clock runs."""

    code = "not-paused"
    advice = "Nothing needs to be done: it runs."

    def __init__(self, name: str) -> None:
        super().__init__(name, f"the clock of {name!r} does not stand still")
