"""A desk of its own for the journeys: the built template on the local emulator, reached through HTTP only.

`build/cdk.out` must be there (`make synth`, or `make up` once); AHD_CDK_OUT names another.
"""

import contextlib
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
CDK_OUT = Path(os.environ.get("AHD_CDK_OUT", ROOT / "build" / "cdk.out"))
LOCAL_PYTHON = ROOT / ".venv-local" / "bin" / "python"
COMMAND_SECONDS = 400
PORTS = range(12000, 32000)
WORKERS = 4

T = TypeVar("T")


@dataclass
class LocalDesk:
    """What `make up` starts, on a free port and with a state folder of its own."""

    state: Path
    port: int
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        parameters = [part for pair in self.parameters.items() for part in ("--parameter", "=".join(pair))]
        self._command("up", "--port", str(self.port), "--cdk-out", str(CDK_OUT), *parameters)

    def down(self) -> None:
        self._command("down")

    def kill(self) -> None:
        """SIGKILL to everything that `up` started."""
        note = json.loads((self.state / "desk.json").read_text())
        os.killpg(note["pid"], signal.SIGKILL)

    def client(self, **more: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, **more)

    def tokens(self, **who: str) -> dict[str, str]:
        """A fresh access token for each staff role, or for `role`, with a `unit` or `as` a role of the pack."""
        tokens: dict[str, str] = self._get("/_desk/tokens.json", params=who)
        return tokens

    def sent(self, to: str | None = None) -> list[dict[str, Any]]:
        """Mail and text messages that went out, oldest first."""
        messages: list[dict[str, Any]] = self._get("/_desk/outbox.json", params={"to": to} if to else {})
        return messages

    def refused(self) -> list[dict[str, Any]]:
        """What functions asked AWS for and their roles do not allow."""
        if not self._refused.exists():
            return []
        lines = (json.loads(line) for line in self._refused.read_text().splitlines())
        return [line for line in lines if line["function"] != "probe"]

    def pardon(self, caused: list[dict[str, Any]]) -> None:
        """Forget what a test had refused on purpose."""
        kept = [one for one in self.refused() if one not in caused]
        self._refused.write_text("".join(json.dumps(one) + "\n" for one in kept))

    @property
    def _refused(self) -> Path:
        return self.state / "logs" / "refused.jsonl"

    def report(self, client: httpx.Client, email: str, key: str | None = None, **more: Any) -> httpx.Response:
        body = {
            "category": "X9",
            "description": "Something that somebody should look at",
            "contact": {"name": "Jo Citizen", "email": email},
            "language": "en",
        }
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return client.post("/v1/cases", json=body | more, headers=headers)

    def _get(self, path: str, **more: Any) -> Any:
        with self.client() as client:
            return client.get(path, **more).raise_for_status().json()

    def _command(self, *arguments: str) -> None:
        done = subprocess.run(
            [LOCAL_PYTHON, "-m", "infra.local.desk", *arguments, "--state", self.state],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"desk {arguments[0]}:\n{done.stdout}{done.stderr}"


def eventually(ask: Callable[[], T], seconds: float = 60, what: str = "it") -> T:
    """What `ask` answers as soon as that is something; fails when it is still nothing after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.2)
    return answer


@pytest.fixture(scope="session")
def start_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., LocalDesk]]:
    """Starts a desk: `start_desk()`, or `start_desk(Pack="works")`; all are stopped at the end of the session.

    Nothing that a function asked of AWS may have been refused meanwhile, whatever the tests made of it.
    """
    if not LOCAL_PYTHON.exists():
        pytest.fail(f"{LOCAL_PYTHON} is missing: `make .venv-local/.synced` installs the emulator")
    if not (CDK_OUT / "manifest.json").exists():
        pytest.fail(f"{CDK_OUT} holds no synthesised template: `make synth` writes it")
    with contextlib.ExitStack() as at_end:

        def start(**parameters: str) -> LocalDesk:
            desk = LocalDesk(tmp_path_factory.mktemp("desk"), _free_port(), parameters)
            at_end.callback(_expect_none_refused, desk)
            at_end.callback(desk.down)
            desk.up()
            return desk

        yield start


def _expect_none_refused(desk: LocalDesk) -> None:
    refused = {f"{one['function']} may not {one['action']} on {one['resource']}" for one in desk.refused()}
    assert not refused, "give it the use in infra/<service>_stack.py:\n" + "\n".join(sorted(refused))


@pytest.fixture(scope="session")
def desk(start_desk: Callable[..., LocalDesk]) -> LocalDesk:
    """The desk that the journeys share."""
    return start_desk()


def _free_port() -> int:
    """A port with a free one behind it for the emulator.

    Not of those that the system gives to outgoing connections: one of these may take it before the desk does. Each
    worker of a run has a range of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = PORTS.start + worker % WORKERS * (len(PORTS) // WORKERS)
    mine = range(first, first + len(PORTS) // WORKERS, 2)
    # Anywhere in it: runs side by side on one machine would otherwise all start with the same.
    return next(port for port in random.sample(mine, len(mine)) if _is_free(port) and _is_free(port + 1))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
