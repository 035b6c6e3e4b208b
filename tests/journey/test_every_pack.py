"""Under every pack that ships, on a running desk: somebody complains, and sees what is promised and why that date."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journey.conftest import LocalDesk, eventually

PACKS = sorted(path.parent.name for path in Path("packs").glob("*/pack.yaml"))


@pytest.mark.emulator
@pytest.mark.requirement("CMP-01", "CMP-04")
@pytest.mark.parametrize("pack", PACKS)
def test_a_complaint_can_be_followed_with_the_reason_of_its_date(start_desk: Callable[..., LocalDesk], pack: str):
    desk = start_desk(Pack=pack)
    with desk.client() as http:
        body = {
            "text": "It is not as it was agreed.",
            "contact": {"name": "Lin", "email": "lin@example.org"},
            "language": "en",
        }
        asked = http.get("/v1/complaints/kinds").raise_for_status().json()["reference"]
        if asked and asked["required"]:
            body["reference"] = "Rose Court 12"
        answer = http.post("/v1/complaints", json=body, headers={"Idempotency-Key": f"complaint-under-{pack}"})
        assert answer.status_code == 201, answer.text
        receipt = answer.json()
        secret = {"Authorization": f"Bearer {receipt['secret']}"}
        seen = http.get(f"/v1/complaints/{receipt['number']}", headers=secret).raise_for_status().json()
        assert seen["promises"], seen
        for promise in seen["promises"]:
            ran = [segment for segment in promise["why"] if segment["kind"] == "run"]
            assert ran, promise
            assert promise["due"] > ran[0]["from"]
        page = http.get(f"/complaint/{receipt['number']}/{receipt['secret']}", follow_redirects=True)
        assert page.status_code == 200
        assert "Why this date?" in page.text
        eventually(lambda: desk.sent("lin@example.org"), what="word that the complaint is taken")
    desk.down()
