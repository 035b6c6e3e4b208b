"""What the desk consists of, as data: its services, their functions, what each function may do.

Each service's own part is in `<service>_stack.py`; the constructs read it; nothing here knows CDK.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

KEPT_DAYS = 14
"""How long queues, dead letters and the bus's archive keep an event: the longest life of a sealed box outside."""

STAFF_GROUPS = {
    "operator": "Takes reports, triages, calls back",
    "officer": "Works on the cases of a unit",
    "supervisor": "Decides for a unit, sees its figures",
    "duty-leader": "Is told what is late, outside office hours too",
    "auditor": "Reads what was done and by whom, changes nothing",
}


class Use(StrEnum):
    """One thing a function does that needs a permission of its own."""

    READ = "reads the service's own items"
    STATE = "writes the service's own items"
    LIST = "reads a page of the service's own items at once"
    EVERYTHING = "reads through the whole table"
    COUNT = "adds to counters among the service's own items"
    DUE = "asks the table what is due"
    CLAIM = "takes one of the service's own items that is free"
    CHECK = "lets a write depend on another of the service's own items"
    RELAYED = "marks event items as told"
    TELL = "puts the service's own events on the bus"
    SECRET = "reads the desk key of its service"  # noqa: S105  the name of a permission
    TO_NOTIFY = "seals boxes to notify"
    TO_COMPLAINTS = "seals boxes to complaints"
    TO_INTAKE = "seals boxes to intake"
    OPEN = "opens boxes sealed to its service"
    HEAR = "takes messages from the service's queue of events"
    TICK = "takes messages from the service's queue of ticks"
    FOLLOW = "reads the stream of the service's table"
    MAIL = "sends email"
    SMS = "sends text messages through SNS"
    EUM = "sends text messages through AWS End User Messaging"
    RECEIPTS = "takes what providers tell of messages from their queue"
    QUARANTINE = "puts what strangers send into quarantine"
    SCANNED = "takes what a scanner says of files from its queue, and moves those that are clean"
    REPLIES = "takes what customers text back from its queue"
    FETCH = "lets staff fetch clean files"
    REMOVE_FILES = "deletes files for good"


SEALS = {Use.TO_NOTIFY: "notify", Use.TO_COMPLAINTS: "complaints", Use.TO_INTAKE: "intake"}
CHANGES = frozenset({Use.READ, Use.STATE, Use.SECRET})
"""What every function needs that changes an aggregate: the change is stored, encrypted."""


@dataclass(frozen=True)
class Choice:
    """Something about a function that the owner chooses at deployment: a CloudFormation parameter, handed over as
    the environment variable.
    """

    parameter: str
    variable: str
    description: str
    default: str = ""


@dataclass(frozen=True)
class Function:
    """One Lambda function of a service; `module` has an attribute `handler`."""

    name: str
    module: str
    uses: frozenset[Use]
    routes: tuple[str, ...] = ()
    """HTTP API route keys, `ANY /path`: which methods there are is for the function to say."""
    staff: bool = False
    """Whether its routes ask for a staff token."""
    memory_mb: int = 512
    timeout_seconds: int = 30
    batch: int = 10
    """Messages of its queue at once."""
    package: str = ""
    """What it needs beyond its service's package, when that would make it too large for all others: a package of
    its own, `<service>-<package>`, with a dependency group of the same name."""
    choices: tuple[Choice, ...] = ()

    @property
    def seals_to(self) -> tuple[str, ...]:
        """The services that it seals to what it must tell about a person."""
        return tuple(recipient for use, recipient in SEALS.items() if use in self.uses)

    def __post_init__(self) -> None:
        if astray := [route for route in self.routes if (" /staff/" in route) != self.staff]:
            raise ValueError(f"{self.name}: /staff/ is for staff and staff only, see {astray}")
        if narrow := [route for route in self.routes if not route.startswith("ANY /")]:
            raise ValueError(f"{self.name}: the gateway would answer other methods as 404, write ANY in {narrow}")


@dataclass(frozen=True)
class Cry:
    """A line in a service's log that calls ops: its `event`, as it is logged, and what to do about it."""

    name: str
    event: str
    then: str


@dataclass(frozen=True)
class Service:
    """One service: a table and its functions."""

    name: str
    functions: tuple[Function, ...]
    cries: tuple[Cry, ...] = ()

    @property
    def source(self) -> str:
        """EventBridge's `source` of what it tells."""
        return f"ahd.{self.name}"

    @property
    def seals_to(self) -> tuple[str, ...]:
        return tuple(recipient for use, recipient in SEALS.items() if self.takes(use))

    @property
    def stack(self) -> str:
        return f"Ahd{self.name.capitalize()}"

    def package_of(self, function: Function) -> str:
        """The name of the package that a function runs from."""
        return f"{self.name}-{function.package}" if function.package else self.name

    def packages(self) -> dict[str, "Service"]:
        """The service's packages by name, each as the service with those functions only that run from it."""
        names = dict.fromkeys(self.package_of(function) for function in self.functions)
        return {
            name: replace(self, functions=tuple(one for one in self.functions if self.package_of(one) == name))
            for name in names
        }

    def takes(self, use: Use) -> bool:
        """Whether one of its functions does this."""
        return any(use in function.uses for function in self.functions)

    def function(self, use: Use) -> Function:
        """The one function that does this."""
        (found,) = (function for function in self.functions if use in function.uses)
        return found


def edge(
    name: str,
    service: str,
    *routes: str,
    uses: frozenset[Use] = CHANGES,
    also: frozenset[Use] = frozenset(),
    staff: bool = False,
    package: str = "",
    choices: tuple[Choice, ...] = (),
) -> Function:
    """A function that answers HTTP: somebody waits for it, so it gets more processor and less time."""
    return Function(
        name=name,
        module=f"services.{service}.{name}",
        uses=uses | also,
        routes=routes,
        staff=staff,
        memory_mb=1024,
        timeout_seconds=10,
        package=package,
        choices=choices,
    )


def behind(
    service: str,
    *,
    also: frozenset[Use] = frozenset(),
    hearing: frozenset[Use] = frozenset(),
    ticking: frozenset[Use] = frozenset(),
    batch: int = 10,
) -> tuple[Function, ...]:
    """The three functions every service has behind its queues and its stream; `also` is for the two that decide,
    `hearing` for the one of them that others tell something, `ticking` for the one that sees what is due.
    """
    return (
        Function("reactions", f"services.{service}.reactions", CHANGES | {Use.HEAR} | also | hearing, batch=batch),
        Function(
            "clock",
            f"services.{service}.clock",
            CHANGES | {Use.TICK, Use.DUE, Use.RELAYED, Use.TELL} | also | ticking,
        ),
        Function("relay", "shared.relay", frozenset({Use.FOLLOW, Use.RELAYED, Use.TELL}), memory_mb=256),
    )
