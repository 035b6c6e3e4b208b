"""A file from its customer to staff, on a running desk with permissions enforced."""

import httpx
import pytest

from infra.local import scanner
from tests.journey.conftest import LocalDesk, eventually

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(3_900_000)


@pytest.mark.requirement("CASE-21")
def test_a_photo_reaches_staff_and_a_threat_does_not(desk: LocalDesk):
    with desk.client() as http:
        receipt = http.post("/v1/cases", json={"category": "P8", "description": "Water on the floor."}).json()
        here = f"/v1/cases/{receipt['number']}/files"

        def add(name: str, content: bytes, kind: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {receipt['secret']}", "Idempotency-Key": f"the-file-{name}"}
            return http.post(here, files={"file": (name, content, kind)}, headers=headers)

        assert add("photo.jpg", JPEG, "image/jpeg").status_code == 202
        assert add("bad.pdf", b"%PDF-1.7 " + scanner.EICAR, "application/pdf").status_code == 202
        assert add("huge.jpg", JPEG + bytes(16_100_000), "image/jpeg").status_code == 413
        as_officer = {"Authorization": f"Bearer {desk.tokens(role='officer')['officer']}"}

        def states() -> list[str]:
            files = http.get(f"/staff{here}", headers=as_officer).json()["files"]
            return [one["state"] for one in files]

        eventually(lambda: states() == ["clean", "refused"], what="the scanner")
        link = http.get(f"/staff{here}/1", headers=as_officer).json()["url"]
        assert httpx.get(link, trust_env=False).content == JPEG
        assert httpx.get(link.replace("Signature=", "Signature=0"), trust_env=False).status_code == 403
        assert http.get(f"/staff{here}/2", headers=as_officer).status_code == 409
