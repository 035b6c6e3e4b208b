"""A pack: an organisation's rules as data. Written in YAML, checked and compiled to JSON when the desk is built."""

from dataclasses import replace
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from shared import promises
from shared.packs.parts import (
    Code,
    Daily,
    Duty,
    FactName,
    KindCode,
    Part,
    Question,
    Refers,
    RoleCode,
    Within,
    Wording,
)

Disposition = Literal[
    "dispatch",
    "keep_talking",
    "duty",
    "unit",
    "complaint",
    "alert",
    "locate",
    "call_parents",
    "call_guardian",
    "transfer",
    "pass_on",
    "station",
    "refer",
    "instruct",
    "warn",
    "explain",
    "advise",
    "record",
    "no_comment",
    "end_call",
]
"""What can follow. `docs/packs.md` says what each means."""

STRONGEST_FIRST: tuple[Disposition, ...] = get_args(Disposition)

URGENT_FACTS = frozenset({"danger_to_life", "weapon", "fire", "hostage", "child_alone"})
"""Facts that always win: somebody is sent at once, whatever the category."""

URGENT_GIVES: tuple[Disposition, ...] = ("dispatch", "duty")
"""What an urgent fact gives, in every category."""

FALLS_AWAY_ON_DISPATCH: frozenset[Disposition] = frozenset({"refer", "advise", "station"})
"""Once somebody is sent, advice to turn elsewhere falls away; a transfer or a record stays."""

FALLS_AWAY_WHEN_URGENT: frozenset[Disposition] = frozenset({"warn", "end_call"})
"""Nobody who is in danger is scolded, and no such call is ended."""


CONSULTATION = "consultation"
"""The kind of category that is a question to the desk: it is answered, not dealt with."""


class Rung(Duty):
    """Who it goes up to, and how long they have. `end` marks the top: it stays there until it is done."""

    end: bool = False

    def rung(self) -> promises.Rung:
        return replace(super().rung(), end=self.end)


class Role(Part):
    """Somebody the pack gives something to do. `group` is what they are to the desk: it decides what they may."""

    name: Wording
    group: Literal["operator", "officer", "supervisor", "duty-leader", "auditor"]


class Department(Part):
    """A part of the organisation that puts things right, and its `unit` among the groups of staff."""

    name: Wording
    unit: Annotated[str, Field(pattern=r"^unit-[a-z0-9-]+$")]


class Clocks(Part):
    """What the desk promises of its own accord; what may be left out is promised only where it is given."""

    acknowledge: Duty
    review: Duty
    resolve: Duty
    answer_complaint: Duty
    settle_complaint: Duty
    callback: Duty
    arrive: Duty | None = None
    """Somebody is on the scene of an emergency."""
    send: Duty | None = None
    """A unit is sent to an emergency that found none free. Without it the desk has no units to send."""
    acknowledge_dispatch: Duty | None = None
    """The unit that was sent says that it is on its way."""
    receipt: Duty | None = None
    """A dispatch system that was given an incident says that it has it."""
    progress: Duty | None = None
    """The customer hears about an open case, again and again."""
    consult: Duty | None = None
    """A question that the knowledge base did not answer at once is answered. Without it, `resolve` is the time."""
    reply: Duty | None = None
    """What a customer asks about their case is answered."""
    scan: Duty | None = None
    """Files that a customer sent were looked through by the scanner, so that staff can open them."""
    handover: Duty | None = None
    """Whoever a case is offered to says yes or no."""
    check_settlement: Duty | None = None
    """Somebody asks whether what the parties agreed between themselves was kept."""
    remind: Within | None = None
    """How long before an appointment its customer is reminded."""
    repair: Duty | None = None
    """Equipment that customers use works again."""


class Calls(Part):
    """How the telephone is answered."""

    rings: Annotated[int, Field(ge=1)]
    """Answered within so many."""
    reassure_every: Within
    """A caller on hold hears from somebody."""
    message_after: Within
    """On hold for so long, a caller is offered to leave a message."""
    second_line_after: Within
    """A call that lasts longer goes to second line, unless the caller wants to go on."""


class Targets(Part):
    """What the organisation holds itself to."""

    satisfaction_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    logged_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """How much of what came in is logged."""


class Nuisance(Part):
    """How callers are treated who ring without need, again and again. Slowed, never refused when there is need."""

    flagged_for: Within
    """A number stays flagged for so long."""
    an_hour: Annotated[int, Field(ge=1)]
    """Calls of a flagged number that are taken within an hour; more are asked to wait."""
    review: Duty
    """When somebody looks at what a flagged number reports."""
    call_family: Duty
    """When the parents of a child, or whoever cares for somebody unwell, are called."""


class Maintenance(Part):
    """What the organisation keeps in practice: drills and evaluation of staff come round again."""

    drill_every: Within | None = None
    evaluate_every: Within | None = None


class Cover(Part):
    """Somebody with this role has to be on duty, at all times or whenever the calendar is open."""

    role: RoleCode
    hours: Literal["always", "opening-hours"] = "always"


class Roster(Part):
    """Who has to be on duty, and what they have to say that they have seen."""

    ready_minutes: Annotated[int, Field(ge=1, le=240)] = 5
    """How long before their shift somebody says that they are ready; otherwise whoever stands above them hears."""
    remind_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """How long before that word is due they are reminded of it, if they can be reached."""
    cover: tuple[Cover, ...] | None = None
    """Who has to be on duty when. Left out: whoever is at the top of the ladder, always."""
    acknowledge: dict[FactName, Within] = Field(
        default_factory=lambda: {
            "duty_urgent": {"minutes": 5},
            "duty_wanted": {"minutes": 5},
            "duty_silent": {"minutes": 5},
            "duty_unreachable": {"hours": 4},
        }
    )
    """By template, within what time a message to staff on duty is acknowledged; otherwise it goes up the ladder."""


class Messages(Part):
    """When customers are written to who did not say otherwise."""

    quiet: Daily | None = None
    """No text message goes out then, but for what answers them at once or is urgent to life."""
    safe: Daily | None = None
    """Whoever needs safe contact and named no hours hears from the desk only then."""


class Retention(Part):
    """How long what people said is kept once their matter is done. Then its key is destroyed, and nobody reads it."""

    cases: Within
    complaints: Within
    surveys: Within


Body = Annotated[str, Refers("directory")]


class Rule(Part):
    """When every fact in `when` is true and none in `unless`, `then` applies as well. `id` is what the case keeps as
    the reason. `contact` is the body that this rule refers, transfers or turns to; `also` are further ones.
    """

    id: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    then: Annotated[tuple[Disposition, ...], Field(min_length=1)]
    contact: Body | None = None
    also: tuple[Body, ...] = ()
    advice: Wording | None = None

    @property
    def contacts(self) -> tuple[str, ...]:
        return (self.contact, *self.also) if self.contact else ()


class Category(Part):
    """What can be brought to the desk, what is asked about it, and what follows.

    `plain` is what applies without any condition. `review` says that a person decides whether to open the case.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,7}$")]
    group: str
    name: Wording
    kind: Literal["report", "help", "consultation", "application", "suggestion", "tip", "press", "visit"] = "report"
    """Whoever gives a tip is never asked for a name."""
    plain: Annotated[tuple[Disposition, ...], Field(min_length=1)]
    advice: Wording | None = None
    contact: Body | None = None
    """The body to turn to first; `also` are further ones."""
    also: tuple[Body, ...] = ()
    law: str | None = None
    """The law that it comes under, where that is known."""
    becomes: KindCode | None = None
    """The kind of complaint it becomes, once `complaint` applies."""
    staff_only: bool = False
    """About the call itself: chosen by whoever takes it, offered to nobody else."""
    questions: Annotated[tuple[Question, ...], Field(max_length=8)] = ()
    rules: tuple[Rule, ...] = ()
    review: bool = True
    resolve: Duty | None = None
    incident_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,12}$")] | None = None
    """Its code in the registry of common incident types (APCO), for dispatch systems."""
    documents: dict[Code, Wording] = Field(default_factory=dict)
    """What an application has to come with."""
    open311: Literal["realtime", "batch", "blackbox"] | None = None
    """How other services' apps bring it (GeoReport v2): answered with its id, a token for the id, or neither. Left
    out, they don't, and the public sees nothing of such cases.
    """
    public_place: Literal["exact", "masked"] = "masked"
    """Where it is, as the public sees it; masked has three decimals and no house number."""
    public_words: bool = False
    """Whether the public sees the words of whoever reported it: they can name people."""

    @property
    def contacts(self) -> tuple[str, ...]:
        return (self.contact, *self.also) if self.contact else ()

    @property
    def is_question(self) -> bool:
        return self.kind == CONSULTATION


class Place(Part):
    """A body that people are referred to."""

    name: Wording
    phone: str


class Pack(Part):
    """What an organisation decides for itself. Its rules for complaints are compiled apart: `Complaints`.

    That its parts fit together is checked when it is compiled (`infra.packs`), not again by every process.
    """

    name: Code
    version: str
    title: Wording
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="for telephone numbers without a country")]
    low_satisfaction: Annotated[int, Field(ge=1, le=5)]
    """A score of so many of 5 or less brings a call."""
    calls: Calls | None = None
    targets: Targets | None = None
    maintenance: Maintenance | None = None
    nuisance: Nuisance | None = None
    roster: Roster = Field(default_factory=Roster)
    messages: Messages | None = None
    retention: Retention | None = None
    """Left out, it is kept until somebody asks for it to be erased."""
    subscribable: bool = False
    """Whether there is something to subscribe to; `care.yaml` says what, and this is drawn from it."""
    calendar: dict[str, Any]
    clocks: Clocks
    roles: dict[Code, Role]
    departments: Annotated[dict[Code, Department], Field(min_length=1)]
    ladder: Annotated[tuple[Rung, ...], Field(min_length=1)]
    directory: dict[str, Place]
    """Bodies that people are referred to. `emergency`, when there is one, is shown to whoever is in danger."""
    urgent: tuple[Question, ...]
    groups: dict[str, Wording]
    """What categories are about, by the code that they name as their group."""
    categories: tuple[Category, ...]

    def category(self, code: str) -> Category | None:
        return next((category for category in self.categories if category.code == code), None)

    def covered(self) -> tuple[Cover, ...]:
        """Who has to be on duty when."""
        return self.roster.cover if self.roster.cover is not None else (Cover(role=self.ladder[-1].role),)

    def rungs(self) -> tuple[promises.Rung, ...]:
        """The whole ladder."""
        return tuple(duty.rung() for duty in self.ladder)

    def rungs_above(self, role: str) -> tuple[promises.Rung, ...]:
        """The ladder for something this role owes: what is above it, or all of it for a role that is no rung.

        Whoever is at the top has nobody above: it stays with them, so their own rung is given.
        """
        at = next((number for number, rung in enumerate(self.ladder) if rung.role == role), -1)
        return tuple(rung.rung() for rung in self.ladder[at + 1 :] or self.ladder[-1:])

    def rungs_from(self, role: str) -> tuple[promises.Rung, ...]:
        """The ladder for something that goes straight to this rung when it is late."""
        at = next(number for number, rung in enumerate(self.ladder) if rung.role == role)
        return tuple(rung.rung() for rung in self.ladder[at:])
