"""What a customer reads on their case, for every line that it can have."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.packs import PACKS, read
from services.intake import casewords, notes
from services.intake.following import _SHOWN, CaseView
from shared.contracts import Note
from shared.contracts.intake import IntakeEvent
from shared.pages import LANGUAGES, render
from shared.pages.promised import why_shown
from shared.promises import make, why
from shared.wording import speaker
from shared.worktime import Calendar

POLICE = read(PACKS / "police")
CALENDAR = Calendar.from_data(POLICE.calendar)
FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
STAFF_ONLY = {
    "AcknowledgementHeld",
    "CallerErased",
    "CaseErased",
    "ComplaintsToErase",
    "FilesLeft",
    "SafetyNoted",
    "StaffNote",
    "MessageUndelivered",
    "CaseHandled",
    "UnitCleared",
    "EmergencyRaised",
    "IncidentSent",
    "CallerKnown",
    "FamilyCalled",
    "CallerFlagged",
    "CallerAgain",
    "FlagLifted",
    "FlagExpired",
    "HandoverOffered",
    "ArbiterWanted",
    "CaseTaken",
    "HandoverRefused",
    "CaseAssigned",
    "TeamFormed",
    "SceneVisited",
    "ExhibitRegistered",
    "ExhibitHandedOver",
    "InterviewHeld",
    "ReportWritten",
    "CameBack",
    "CardBack",
    "CallWanted",
    "CallLate",
    "CallAnswered",
    "CallWentOn",
    "CaseConcerns",
    "CustomerNamed",
    "PerhapsRepeated",
    "RefersTo",
    "OtherReportJoined",
    "JoinedTo",
    "HandlingJudged",
    "LookedAgain",
    "FileOpened",
}
SAMPLES = {
    "channel": "phone",
    "promise": "review",
    "at": FRIDAY.isoformat(),
    "was_at": FRIDAY.isoformat(),
    "due": FRIDAY.isoformat(),
    "what": "hearing",
    "was_due": FRIDAY.isoformat(),
    "now_due": FRIDAY.isoformat(),
    "answer_due": FRIDAY.isoformat(),
    "outcome": "no-trace",
    "answer": "no-comment",
    "reason": "no-answer",
    "complaint": "K7M29QXD4T8V",
    "finding": "partly",
    "satisfaction": 4,
    "file": 2,
}


def lines() -> dict[str, dict[str, object]]:
    """Everything that a customer can find on their case, by name, with what is shown of it."""
    noted = [kind for kind in Note.__subclasses__() if kind.__module__ == notes.__name__]
    named = {kind.detail_type().partition(".")[0]: kind for kind in (*IntakeEvent.__subclasses__(), *noted)}
    return {
        name: {field: SAMPLES[field] for field in kind.model_fields if field in _SHOWN}
        for name, kind in named.items()
        if name not in STAFF_ONLY
    }


def promised(name: str, clock: dict[str, int], state: str) -> dict[str, object]:
    [promise] = make((), name, "officer", clock, CALENDAR, FRIDAY)
    return {
        "what": name,
        "due": promise.due.isoformat(),
        "state": state,
        "settled": None,
        "clock": clock,
        "why": why(promise, CALENDAR),
    }


def case(state: str = "open") -> CaseView:
    return CaseView(
        number="K7M29QXD4T8V",
        state=state,
        category="D6",
        category_name="Dispute with a shop",
        language="en",
        reported=FRIDAY,
        dispositions=("refer",),
        contactable=True,
        advice=("Ask for the shop's manager first.",),
        contacts=({"name": "Consumers' association", "phone": "600 54 5555"},),
        timeline=tuple(
            {"at": (FRIDAY + timedelta(hours=hour)).isoformat(), "what": what, "facts": facts, "text": None}
            for hour, (what, facts) in enumerate(lines().items())
        ),
        calls=tuple(
            {
                "callback": "B2DF-4HJK-6MNP",
                "since": FRIDAY.isoformat(),
                "until": (FRIDAY + timedelta(hours=hours)).isoformat(),
                "daily": daily,
                "utc_offset": None,
                "word": "yellow <lantern>",
                "choices": [],
            }
            for hours, daily in ((2, True), (24, False))
        ),
        promises=(
            promised("acknowledge", {"minutes": 10}, "kept"),
            promised("review", {"hours": 24}, "broken"),
            promised("review", {"working_hours": 4}, "waived"),
            promised("resolve", {"working_days": 7}, "open"),
        ),
    )


@pytest.fixture(autouse=True)
def police(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casewords, "calendar", lambda: CALENDAR)


def page(language: str, state: str = "open") -> str:
    shown = casewords.case_shown(case(state), speaker("intake", language))
    return render("intake/follow/case.html", language, here="/", **shown)


@pytest.mark.parametrize("state", ["received", "open", "declined", "closed"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_every_line_has_words_in_every_language(language: str, state: str):
    said = page(language, state)
    assert said.count("ahd-timeline__when") == len(lines())
    assert said.count("<details") == 4
    assert said.count("yellow &lt;lantern&gt;") == 2
    assert "{" not in said.partition("<main")[2]


@pytest.mark.parametrize("number", ["K7M29QXD4T8V", "K7M2-9QXD-4T8V"])
def test_the_number_of_a_complaint_is_told_as_people_read_it(number: str):
    assert (
        casewords.fact_shown("complaint", number, speaker("intake", "en"), CALENDAR.zone)
        == "\u2066K7M2-9QXD-4T8V\u2069"
    )


def test_a_kept_a_broken_and_an_open_promise_look_different():
    said = page("en")
    looks = {"Kept": "green", "Not kept in time": "red", "No longer needed": "grey", "Still open": "blue"}
    for words, colour in looks.items():
        assert f"govuk-tag--{colour}" in said
        assert words in said


def test_why_this_date_names_the_days_that_did_not_count():
    lines = why_shown(promised("resolve", {"working_days": 7}, "open"), speaker("intake", "en"), CALENDAR.zone)
    assert lines[0] == "The time we gave ourselves, in working days: 7."
    assert lines[1] == "Time counts from Friday 27 November 2026, 13:00."
    assert "Only office hours count; evenings and nights do not." in lines
    assert "Saturday 28 November 2026 to Sunday 29 November 2026: closed, weekend." in lines
    assert any("public holiday" in line for line in lines)
    assert len(lines) == len(set(lines))
