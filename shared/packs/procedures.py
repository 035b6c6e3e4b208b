"""What an organisation does beside answering a complaint, as data: each part is there or left out."""

from typing import Annotated, Literal

from pydantic import Field

from shared.packs.parts import Code, DepartmentCode, KindCode, Part, Refers, RoleCode, RungRole, Within


class FollowUp(Part):
    """The customer hears from `role` every so often until the complaint is closed, unless they want no calls."""

    role: RoleCode
    every: Within
    late_to: RungRole
    """Who has it when one was missed."""


class Visits(Part):
    """Visits are promised for the time agreed. So many days running without anybody there go to `late_to` at once."""

    role: RoleCode
    days_without: Annotated[int, Field(ge=1)] | None = None
    late_to: RungRole | None = None


class Surge(Part):
    """So many complaints within the span, counted by kind, by department or all together, start the playbook."""

    complaints: Annotated[int, Field(ge=2)]
    within: Within
    by: Literal["kind", "department", "all"]
    playbook: Code
    tells: Annotated[tuple[RoleCode, ...], Field(min_length=1)]


class Injury(Part):
    """Somebody was hurt: who decides on company to hospital and advance payment, who is told at once, who insures."""

    decides: RoleCode
    tells: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    witness_first: bool = False
    """Nothing is decided before a witness's statement is kept, or that nobody saw it."""
    insurer: Annotated[Code, Refers("directory")] | None = None
    """A place of the directory."""


class Press(Part):
    """Nobody but the speaker talks to the press."""

    speaker: RoleCode
    tells: tuple[RoleCode, ...] = ()


class Form(Part):
    """The complaint form that goes to a department: who may approve it, who signs for it."""

    to: DepartmentCode
    approvers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    major_approvers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    signed_by: RoleCode


class Corrective(Part):
    """Corrective action: the responsible department finds the cause and plans, reviewers send back or pass on,
    approvers approve, somebody verifies the effect.
    """

    kinds: Annotated[tuple[KindCode, ...], Field(min_length=1)]
    planners: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    reviewers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    approvers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    verifiers: Annotated[tuple[RoleCode, ...], Field(min_length=1)]


class Rectification(Part):
    """Every complaint has a rectification notice, which goes to a department. Its clock is the step that ends with
    `notice_issued`.
    """

    to: DepartmentCode
    roles: Annotated[tuple[RoleCode, ...], Field(min_length=1)]
    """Who may issue it."""
