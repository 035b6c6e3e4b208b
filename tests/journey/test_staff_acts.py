"""All that staff do with complaints, on running desks with permissions enforced: what a role lacks shows here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.complaints.staff import ACTS
from tests.journey.conftest import LocalDesk


@dataclass
class Staff:
    """Staff of a running desk; `tried` are the acts that were carried out."""

    http: httpx.Client
    tokens: dict[str, str]
    tried: set[str] = field(default_factory=set)
    number: str = ""

    def get(self, path: str, role: str = "supervisor") -> httpx.Response:
        answer = self.http.get(f"/staff/v1/{path}", headers=self._as(role))
        assert answer.status_code == 200, f"GET {path}: {answer.text}"
        return answer

    def key_in(self, **said: Any) -> None:
        """Take a complaint at the counter; what follows is about it."""
        body = {"text": "It is not as it was agreed.", "channel": "counter", "read_back": True, **said}
        answer = self.http.post("/staff/v1/complaints", json=body, headers=self._as("operator"))
        assert answer.status_code == 201, answer.text
        self.number = answer.json()["number"]

    def do(self, act: str, role: str = "supervisor", **said: Any) -> None:
        answer = self.http.post(
            f"/staff/v1/complaints/{self.number}/{act}", json=said or None, headers=self._as(role)
        )
        assert answer.status_code == 200, f"{act}: {answer.text}"
        self.tried.add(act.partition("/")[2].rpartition("/")[2] or act)

    def file(self) -> Any:
        return self.get(f"complaints/{self.number}").json()

    def _as(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}


def in_hours(hours: int) -> str:
    return (datetime.now(tz=UTC) + timedelta(hours=hours)).isoformat()


@pytest.mark.emulator
@pytest.mark.requirement("CMP-10", "CMP-11", "CMP-14")
def test_every_act_of_staff_is_carried_out_by_the_running_desk(start_desk: Callable[..., LocalDesk]):
    tried: set[str] = set()
    for pack, handled in {"works": renovation, "manufacturing": goods, "motor": vehicle}.items():
        desk = start_desk(Pack=pack)
        with desk.client() as http:
            staff = Staff(http, desk.tokens())
            handled(staff)
            assert staff.file()["chain_whole"] is True
        tried |= staff.tried
        desk.down()
    assert set(ACTS) - tried == set()


def renovation(staff: Staff) -> None:
    """A finished site where somebody was hurt and the press asks; a notice is issued, and it is reworked once."""
    contact = {"name": "Wu", "email": "wu@example.org"}
    staff.key_in(kind="plumbing", reference="Rose Court 12", contact=contact)
    assert [one["number"] for one in staff.get("complaints").json()["complaints"]] == [staff.number]
    assert staff.get("complaints/count").json()["open"] == 1
    staff.do("take")
    staff.do("contacts", reached=True, said="It leaks.", told="We come.", read_back=True)
    staff.do("classify", kind="plumbing", facts={"repairs": True}, claim={"minor": 2000000, "currency": "CNY"})
    staff.do("grade", grade="major", reason="The flat below is wet.")
    staff.do("pause", "duty-leader", promises=["answer"], reason="The key to the cellar is awaited.")
    staff.do("resume", "duty-leader", promises=["answer"])
    staff.do("milestones", "officer", milestone="finished", at=in_hours(-240))
    staff.do("subjects", "duty-leader", subjects=["plumber-1"])
    staff.do("visits", at=in_hours(5))
    staff.do("promises/visit/move", "duty-leader", to=in_hours(6), reason="You asked for later.")
    staff.do("visited", "officer", text="The trap was loose.")

    staff.do("notice", "officer", text="Replace the trap. 更换存水弯。 استبدل السيفون.", due=in_hours(24))
    issued = staff.file()["notice"]["number"]
    assert issued.endswith("-000001")
    for language in ("en", "ar", "zh"):
        path = f"documents/complaints/{staff.number}/notice"
        assert issued in staff.get(f"{path}?lang={language}").text
        paper = staff.get(f"{path}.pdf?lang={language}")
        assert paper.headers["content-type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")

    staff.do("injury", "officer", item="witness", text="She slipped.", contact="Li, 139")
    staff.do("injury", item="decision", company=True, text="Her son.", advance={"minor": 50000, "currency": "CNY"})
    for item, more in {"scene": {}, "insurer": {}, "opinion": {"cover": "covered"}}.items():
        staff.do("injury", "officer", item=item, text="It is on file.", **more)
    assert all(one["done"] for one in staff.file()["injury"])
    staff.do("press", "officer", what="asked", text="A newspaper called.")
    staff.do("press", "duty-leader", what="answered", text="We look into it.")

    staff.do("assign", "duty-leader", investigators=["officer-7"])
    staff.do("evidence", text="Photo of the trap.", kept="Shelf 3")
    staff.do("interviews", side="witness", who="Li", text="It dripped since Monday.")
    staff.do("findings", finding="substantiated", text="The trap was loose.")
    assert [one["penalty"] for one in staff.file()["ledger"]] == ["quality-control-pledge"]
    staff.do("answer", text="We have replaced it.")
    staff.do("rework", "operator", text="It drips again.")
    staff.do("answer", "duty-leader", finding="substantiated", text="We have replaced the pipe too.")
    staff.do("close", "duty-leader")
    staff.do("return-visit", "operator", satisfied=True, settled=True, text="Dry.")
    staff.do("lessons", text="Check the trap at acceptance.")
    staff.do("erase", "duty-leader", reason="asked")
    assert staff.file()["erased"] is True


def goods(staff: Staff) -> None:
    """Goods go through the form and corrective action, which outlasts the complaint."""
    staff.key_in(kind="malfunction", reference="Batch 7")
    staff.do("form", text="It stops after an hour.")
    staff.do("signature")
    for move, role in {"contain": "officer", "plan": "officer"}.items():
        staff.do("corrective", role, move=move, text="A relay overheats.")
    refused = staff.http.post(
        f"/staff/v1/complaints/{staff.number}/corrective",
        json={"move": "forward"},
        headers={"Authorization": f"Bearer {staff.tokens['officer']}"},
    )
    assert refused.status_code == 403  # their own plan
    staff.do("corrective", move="forward", text="The cause is shown.")
    staff.do("corrective", "duty-leader", move="approve", text="Go.")
    staff.do("corrective", "officer", move="carry-out", text="Another relay.")
    staff.do("corrective", move="verify", text="A hundred hours.")
    assert staff.file()["corrective"]["stage"] == "verified"


def vehicle(staff: Staff) -> None:
    """A step that nothing else ends is done because staff say so."""
    staff.key_in(kind="repair", reference="A 12345")
    staff.do("findings", "officer", finding="substantiated", text="The hose was not fastened.")
    staff.do("steps", "officer", step="administration-review", text="We repair it.")
