"""The desk's main job on the desk that `make up` starts, through HTTP only, with nothing faked: real ticks, real
queues, permissions enforced. It runs the rehearsal pack, whose clocks run in minutes.
"""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.journey.conftest import LocalDesk, eventually

CITIZEN = "+971501234567"
MAIL = "amal@example.org"


@pytest.fixture(scope="module")
def rehearsal(start_desk: Callable[..., LocalDesk]) -> LocalDesk:
    return start_desk(Pack="drill")


def texts(desk: LocalDesk, words: str) -> list[dict[str, Any]]:
    return [one for one in desk.sent(MAIL) if words in one["text"] or words in one["subject"]]


def timeline(http: httpx.Client, receipt: dict[str, Any]) -> list[str]:
    secret = {"Authorization": f"Bearer {receipt['secret']}"}
    case = http.get(f"/v1/cases/{receipt['number']}", headers=secret).raise_for_status().json()
    return [line["what"] for line in case["timeline"]]


@pytest.mark.emulator
@pytest.mark.requirement("CASE-05", "CASE-08", "CMP-01", "CMP-09", "HEAR-01", "HEAR-03")
def test_from_a_report_through_a_late_complaint_to_an_answer_that_counts(rehearsal: LocalDesk):
    tokens = rehearsal.tokens()
    officer = {"Authorization": f"Bearer {tokens['officer']}"}
    supervisor = {"Authorization": f"Bearer {tokens['supervisor']}"}
    with rehearsal.client() as http:
        # A person reports something, and is told.
        answer = rehearsal.report(http, MAIL, category="C1", description="The street light is out.")
        receipt = answer.raise_for_status().json()
        number, secret = receipt["number"], {"Authorization": f"Bearer {receipt['secret']}"}
        eventually(lambda: texts(rehearsal, number), what="the acknowledgement")
        eventually(lambda: "AcknowledgementSent" in timeline(http, receipt), what="the case to know of it")

        # Staff open it. Without a token nobody does.
        path = f"/staff/v1/cases/{number}"
        assert http.post(f"{path}/open").status_code == 401
        assert http.post(f"{path}/open", headers=secret).status_code == 401
        assert http.post(f"{path}/open", headers=officer).raise_for_status().json()["state"] == "open"
        eventually(lambda: texts(rehearsal, "taken it on"), what="word that it is taken on")

        # The citizen is not satisfied: a complaint with a date.
        grievance = {"text": "It is dark and nobody comes."}
        taken = http.post(
            f"/v1/cases/{number}/grievances", json=grievance, headers=secret | {"Idempotency-Key": "grievance-1"}
        )
        assert taken.status_code == 202
        complaint = eventually(
            lambda: http.get("/staff/v1/complaints", headers=supervisor).raise_for_status().json()["complaints"],
            what="the complaint",
        )[0]
        assert complaint["case"] == number
        # The officer who handled the case cannot know of it.
        assert http.get("/staff/v1/complaints", headers=officer).json()["complaints"] == []
        hidden = http.get(f"/staff/v1/complaints/{complaint['number']}", headers=officer)
        assert hidden.status_code == 404

        # Nobody answers within the minute: it goes up, staff and citizen are told.
        eventually(lambda: "ComplaintRose" in timeline(http, receipt), seconds=200, what="the escalation")
        eventually(lambda: texts(rehearsal, "late with your complaint"), what="the apology")
        assert any("LATE" in one["subject"] for one in rehearsal.sent())

        # Staff answer and close; the citizen is told and asked how it was.
        path_of_complaint = f"/staff/v1/complaints/{complaint['number']}"
        findings = {"finding": "substantiated", "text": "The team went to the wrong street."}
        http.post(f"{path_of_complaint}/answer", json=findings, headers=supervisor).raise_for_status()
        eventually(lambda: texts(rehearsal, "wrong street"), what="the answer")
        for act, said in {"contacts": {"reached": True, "told": "The right team comes today."}, "close": {}}.items():
            http.post(f"{path_of_complaint}/{act}", json=said, headers=supervisor).raise_for_status()
        done = {"outcome": "solved", "text": "The light burns again."}
        http.post(f"{path}/close", json=done, headers=officer).raise_for_status()
        eventually(lambda: texts(rehearsal, "burns again"), what="the outcome")
        invitation = eventually(lambda: texts(rehearsal, "/survey/"), what="the survey")[-1]
        found = re.search(r"/survey/([^/\s]+)/(\S+)", invitation["text"])
        assert found

        # The answer counts, once.
        bearer = {"Authorization": f"Bearer {found[2]}"}
        survey = f"/v1/surveys/{found[1]}"
        assert http.get(survey, headers=bearer).raise_for_status().json()["answered"] is False
        answers = {"satisfaction": 2, "comment": "Late."}
        assert http.post(f"{survey}/answers", json=answers, headers=bearer).status_code == 201
        assert http.post(f"{survey}/answers", json=answers, headers=bearer).status_code == 201  # ours got lost
        assert http.post(f"{survey}/answers", json={"satisfaction": 5}, headers=bearer).status_code == 409
        scores = http.get("/staff/v1/scores", headers=supervisor).raise_for_status().json()["scores"]
        assert [(row["answers"], row["satisfaction"]) for row in scores] == [(1, 2.0)]
        eventually(lambda: texts(rehearsal, "that it was not good"), what="word to the unsatisfied")

        # Everything that happened hangs together.
        eventually(lambda: "SurveyCameBack" in timeline(http, receipt), what="the survey on the case")
        chain = http.get(f"{path}/chain", headers=supervisor).raise_for_status().json()
        assert chain["whole"] is True


@pytest.mark.emulator
def test_bad_input_is_refused_by_the_running_desk_with_problem_json(rehearsal: LocalDesk):
    with rehearsal.client() as http:
        for content, status in [
            (b"{not json", 400),
            (b"", 400),
            (b'{"description": ""}', 422),
            (b'{"description": "' + b"x" * 70_000 + b'"}', 413),
            (b'{"description": "\\ud800"}', 400),
            (b"\xff\xfe", 400),
        ]:
            answer = http.post("/v1/cases", content=content, headers={"Content-Type": "application/json"})
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
            assert answer.json()["type"].startswith("urn:ahd:problem:")
        unknown = http.get("/v1/cases/AAAA-AAAA-AAAA", headers={"Authorization": "Bearer wrong"})
        assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:ahd:problem:not-found")
        astray = http.get("/v1/nowhere", headers={"Accept": "application/json"})
        assert (astray.status_code, astray.json()["type"]) == (404, "urn:ahd:problem:unknown-route")
        mistyped = http.get("/reprot", headers={"Accept": "text/html"})
        assert (mistyped.status_code, mistyped.headers["content-type"]) == (404, "text/html; charset=utf-8")
