"""The working side of a case: team, visits to the scene, evidence with its chain of custody, interviews, report."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake import exhibit, notes
from services.intake.case import Move
from services.intake.handling import Act, Draft
from services.intake.owning import Staff
from services.intake.working import Short, Words
from shared.http import Request, When, fault


class TeamRequest(Request):
    """Who works on it: ids of staff."""

    members: Annotated[tuple[Staff, ...], Field(min_length=1, max_length=40)]


class SceneRequest(Request):
    """Somebody was at the scene: what was seen and done, and when."""

    text: Words
    at: When | None = None


class EvidenceRequest(Request):
    """A piece of evidence: what it is, and where it is kept."""

    text: Words
    kept: Short


class CustodyRequest(Request):
    """A piece goes to somebody else: its number, to whom, where it is kept now, and why."""

    evidence: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    to: Staff
    kept: Short
    reason: Short


class InterviewRequest(Request):
    """Somebody was heard, and confirmed what was written down."""

    side: Literal["reporter", "witness", "victim", "suspect", "other"]
    who: Short
    text: Words
    confirmed: bool


class ReportRequest(Request):
    """The closing report: what was done, found and concluded. For staff."""

    text: Words


def form_team(draft: Draft, request: TeamRequest) -> None:
    draft.move(Move.WORK)
    members = tuple(dict.fromkeys(request.members))
    draft.set(team=members)
    draft.tell(notes.TeamFormed(members=members))


def visit_scene(draft: Draft, request: SceneRequest) -> None:
    if request.at and request.at > draft.now:
        raise fault("/at", "in_the_future", "This time is still to come.")
    draft.move(Move.WORK)
    draft.tell(notes.SceneVisited(at=request.at or draft.now), private={"text": request.text})


def register(draft: Draft, request: EvidenceRequest) -> None:
    draft.move(Move.WORK)
    draft.set(exhibits=exhibit.registered(draft.case.exhibits, draft.by.id, draft.now))
    number = len(draft.case.exhibits)
    draft.tell(
        notes.ExhibitRegistered(number=number, holder=draft.by.id),
        private={"text": request.text, "kept": request.kept},
    )


def hand_on(draft: Draft, request: CustodyRequest) -> None:
    """The chain of custody: only whoever has a piece can give it away."""
    after = exhibit.handed_over(draft.case.exhibits, request.evidence, draft.by.id, request.to, draft.now)
    draft.set(exhibits=after)
    draft.tell(
        notes.ExhibitHandedOver(number=request.evidence, holder=request.to),
        private={"text": request.reason, "kept": request.kept},
    )


def interview(draft: Draft, request: InterviewRequest) -> None:
    draft.move(Move.WORK)
    draft.set(interviews=draft.case.interviews + 1)
    told = notes.InterviewHeld(number=draft.case.interviews, side=request.side, confirmed=request.confirmed)
    draft.tell(told, private={"who": request.who, "text": request.text})


def report(draft: Draft, request: ReportRequest) -> None:
    draft.tell(notes.ReportWritten(), private={"text": request.text})


ACTS: dict[str, Act[Any]] = {
    "team": Act("case.work", TeamRequest, form_team),
    "scene-visits": Act("case.work", SceneRequest, visit_scene, keyed=True),
    "evidence": Act("case.work", EvidenceRequest, register, keyed=True),
    "custody": Act("case.work", CustodyRequest, hand_on),
    "interviews": Act("case.work", InterviewRequest, interview, keyed=True),
    "report": Act("case.work", ReportRequest, report, keyed=True),
}
