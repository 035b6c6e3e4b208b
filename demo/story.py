"""One case driven through everything the desk does: opened, noted, complained about, answered, closed, rated.

Each step is done only if the case's own timeline does not show it yet, so telling the story again goes on where the
last time ended.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.desk import Desk, DeskError
from demo.replay import Case, Patience, timeline_with

_SURVEY = re.compile(r"/survey/([^/\s]+)/([^/\s]+)")


@dataclass(frozen=True)
class Telling:
    """The case and everybody who acts in it."""

    desk: Desk
    case: Case
    view: dict[str, Any]

    def staff(self, role: str, path: str, body: Any = None) -> None:
        key = f"{self.case.report.key}-{path.replace('/', '-')}"
        self.desk.ask("POST", f"/staff/v1/{path}", body, bearer=self.desk.token(role), key=key).need(200)

    def complaint(self) -> str:
        noted = next(line for line in self.view["timeline"] if line["what"] == "ComplaintNoted")
        return str(noted["facts"]["complaint"])


def take_on(telling: Telling) -> None:
    telling.staff("officer", f"cases/{telling.case.number}/open")


def tell_progress(telling: Telling) -> None:
    text = "A patrol has been there and spoken with those who are responsible."
    telling.staff("officer", f"cases/{telling.case.number}/notes", {"text": text, "public": True})


def voice_grievance(telling: Telling) -> None:
    telling.desk.ask(
        "POST",
        f"{telling.case.path}/grievances",
        {"text": "It went on after the patrol had left."},
        bearer=telling.case.secret,
        key=f"{telling.case.report.key}-grievance",
    ).need(202)


def answer_complaint(telling: Telling) -> None:
    answer = {"finding": "substantiated", "text": "You are right: once was not enough. We go there every night."}
    telling.staff("supervisor", f"complaints/{telling.complaint()}/answer", answer)


def close_complaint(telling: Telling) -> None:
    talk = {"reached": True, "told": "We have changed the rounds of the patrol."}
    telling.staff("supervisor", f"complaints/{telling.complaint()}/contacts", talk)
    telling.staff("supervisor", f"complaints/{telling.complaint()}/close")


def close_case(telling: Telling) -> None:
    outcome = {"outcome": "solved", "text": "It has been quiet for a while; we keep an eye on it."}
    telling.staff("officer", f"cases/{telling.case.number}/close", outcome)


def answer_survey(telling: Telling) -> None:
    """Follow the newest link that came, as the customer would."""
    patience = Patience()
    while (link := _newest_survey(telling)) is None:
        if patience.is_over:
            raise DeskError(f"No survey was sent to {telling.case.report.reached_at}.")
        telling.desk.pause()
    answer = {"satisfaction": 4, "effort": 4, "recommend": 8}
    telling.desk.ask("POST", f"/v1/surveys/{link[1]}/answers", answer, bearer=link[2]).need(201, 409)


def _newest_survey(telling: Telling) -> re.Match[str] | None:
    address = telling.case.report.reached_at
    to_them = [message["text"] for message in telling.desk.outbox() if address in message["to"]]
    return next(filter(None, map(_SURVEY.search, reversed(to_them))), None)


def wait(_telling: Telling) -> None:
    """The desk does this by itself."""


STEPS: dict[str, Callable[[Telling], None]] = {
    "CaseOpened": take_on,
    "CaseProgressed": tell_progress,
    "GrievanceVoiced": voice_grievance,
    "ComplaintNoted": wait,
    "ComplaintGotAnswer": answer_complaint,
    "ComplaintWasClosed": close_complaint,
    "CaseClosed": close_case,
    "SurveyCameBack": answer_survey,
}
"""What the timeline shows in the end, and who brings it about."""


def fitting(cases: list[Case]) -> Case:
    """A case that has a story: somebody reviews it, and it is told in English."""
    return next(
        (case for case in cases if case.report.body["category"] == "Z2" and case.report.body["language"] == "en"),
        cases[0],
    )


def tell(desk: Desk, case: Case, advance: Callable[[int], None]) -> dict[str, Any]:
    """Drive the case to its end; gives the customer's view of it. Raises `DeskError` when it stops half way."""
    view: dict[str, Any] = desk.ask("GET", case.path, bearer=case.secret).need(200)
    for done, (what, act) in enumerate(STEPS.items(), start=1):
        skipped = what == "CaseOpened" and view["state"] != "received"  # some kinds need no review
        if not skipped and not _shows(view, what):
            act(Telling(desk, case, view))
            view = timeline_with(desk, case, what, Patience())
            if not _shows(view, what):
                raise DeskError(f"Case {case.number} waited in vain for {what}.")
        advance(done)
    return view


def _shows(view: dict[str, Any], what: str) -> bool:
    return any(line["what"] == what for line in view["timeline"])
