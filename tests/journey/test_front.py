"""The one address of the desk on one machine, and the pages that show what it does."""

import json
import subprocess
from base64 import urlsafe_b64decode

import httpx
import pytest

from tests.journey.conftest import LOCAL_PYTHON, ROOT, LocalDesk, eventually

pytestmark = pytest.mark.emulator


def test_every_private_name_of_the_emulator_is_where_the_desk_expects_it():
    done = subprocess.run(
        [LOCAL_PYTHON, "-m", "infra.local.pinned"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("host", ["desk.example", "127.0.0.1.desk.example", "evil@127.0.0.1", ""])
def test_a_name_that_is_not_this_machines_own_is_refused(desk, host):
    with desk.client() as client:
        for path in ("/v1/categories", "/_desk/tokens.json", "/_desk/outbox.json"):
            assert client.get(path, headers={"Host": host}).status_code == httpx.codes.MISDIRECTED_REQUEST


def test_this_machine_may_be_called_by_its_own_names(desk):
    with desk.client() as client:
        for host in ("localhost", f"localhost:{desk.port}", f"127.0.0.1:{desk.port}", f"[::1]:{desk.port}"):
            assert client.get("/v1/categories", headers={"Host": host}).status_code == httpx.codes.OK


def test_what_was_sent_is_shown_escaped_and_nothing_in_it_can_run(desk):
    with desk.client() as client:
        report = desk.report(
            client, "o'hara@example.org", contact={"name": "<b>Jo</b>", "email": "o'hara@example.org"}
        )
        assert report.status_code == httpx.codes.CREATED, report.text
        eventually(lambda: desk.sent("o'hara@example.org"), 60, "the acknowledgement")
        page = client.get("/_desk/outbox", params={"to": "o'hara@example.org"})
    assert report.json()["number"] in page.text
    assert "<b>Jo" not in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_there_is_a_token_for_every_staff_role(desk):
    assert desk.tokens().keys() == {"operator", "officer", "supervisor", "duty-leader", "auditor"}


def test_a_token_can_be_of_somebody_in_a_unit_who_acts_as_a_role_of_the_pack(desk):
    plain = desk.tokens()["officer"]
    (token,) = desk.tokens(role="officer", unit="unit-west", **{"as": "patrol"}).values()
    with desk.client() as client:
        complaint = client.post("/v1/complaints", json={"text": "They were rude."}).json()
        path = f"/staff/v1/complaints/{complaint['number']}"
        assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == httpx.codes.OK
        leader = {"Authorization": f"Bearer {desk.tokens()['duty-leader']}"}
        client.post(f"{path}/subjects", json={"subjects": ["unit-west"]}, headers=leader).raise_for_status()
        assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == httpx.codes.NOT_FOUND
        assert client.get(path, headers={"Authorization": f"Bearer {plain}"}).status_code == httpx.codes.OK
        claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
        assert set(claims["cognito:groups"]) == {"officer", "unit-west", "role-patrol"}
        page = client.get("/_desk/tokens", params={"role": "officer", "unit": "unit-west"})
        assert page.text.count("<textarea") == 1


@pytest.mark.parametrize("who", [{"role": "king"}, {"unit": "unit-west"}, {"role": "officer", "unit": "west"}])
def test_somebody_who_can_not_be_gets_no_token_but_word_of_who_can(desk, who):
    with desk.client() as client:
        answer = client.get("/_desk/tokens.json", params=who)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "unit-west" in answer.text


def test_a_forged_token_is_refused(desk):
    header, claims, signature = desk.tokens()["officer"].split(".")
    forged = f"{header}.{claims}.{signature[::-1]}"
    with desk.client() as client:
        answer = client.get("/staff/v1/cases", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_a_second_up_changes_nothing_and_says_where_everything_is(desk):
    before = json.loads((desk.state / "desk.json").read_text())
    desk.up()
    assert json.loads((desk.state / "desk.json").read_text()) == before


@pytest.mark.parametrize(
    "path", ["/../../../../_ministack/reset", "/x/%2e%2e/%2e%2e/%2e%2e/%2e%2e/_ministack/reset", "/_ministack/reset"]
)
def test_no_path_leads_through_the_front_to_the_emulators_own_commands(desk, path):
    with desk.client() as client:
        request = client.build_request("POST", "/", extensions={"target": path.encode()})
        assert client.send(request).status_code == httpx.codes.NOT_FOUND
    assert desk.tokens()


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}]
)
def test_no_web_page_reaches_the_emulator_itself(desk, headers):
    port = json.loads((desk.state / "desk.json").read_text())["emulator_port"]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as page:
        assert page.get("/_desk/health").status_code == httpx.codes.FORBIDDEN
        assert page.post("/", data={"Action": "ListUsers"}).status_code == httpx.codes.FORBIDDEN


def test_a_taken_port_is_named_with_the_way_out(desk, tmp_path):
    other = LocalDesk(tmp_path, desk.port)
    with pytest.raises(
        AssertionError, match=f"Port {desk.port} is taken by another program. Choose another: make up"
    ):
        other.up()


def test_a_body_over_ten_megabytes_is_refused_before_it_reaches_a_function(desk):
    with desk.client() as client:
        answer = client.post("/v1/cases", content=b"x" * (10 * 1024 * 1024 + 1))
    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
